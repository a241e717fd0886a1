"""What the platform itself runs, as Helm releases: pinned charts, and values for each.

Rendered as one Helmfile, which says order, version and namespace in a form that a tool carries out. The versions are a
dated table (``data/charts.json``) with its sources.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mendixgen.kubernetes import fluent_bit, names
from mendixgen.kubernetes.platform import GATEWAY_NAMESPACE, Platform


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of the table."""

    repository: str
    chart: str
    version: str


@dataclass(frozen=True, slots=True)
class Release:
    """A chart as it is to be installed, after those that it ``needs``."""

    name: str
    namespace: str
    chart: Chart
    comment: str
    values: dict[str, Any]
    needs: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(files("mendixgen").joinpath("data/charts.json").read_text("utf-8"))
    return found


def as_of() -> str:
    """The date of the table."""
    return str(_table()["as_of"])


def chart(name: str) -> Chart:
    """A chart by the name that it has in the table."""
    return Chart(**_table()["charts"][name])


def releases(platform: Platform) -> list[Release]:
    """The releases in the order in which they are installed."""
    return [
        *_optional(platform),
        Release(
            "secrets-store-csi-driver",
            "kube-system",
            chart("secrets-store-csi-driver"),
            "Mounts what Secrets Manager holds into pods. Mendix reads it at its start alone: a rotated value needs a"
            " restart.",
            {
                "linux": {"metricsAddr": ":8095"},
                "syncSecret": {"enabled": False},
                "enableSecretRotation": True,
                "rotationPollInterval": "1h",
                "tokenRequests": [{"audience": "sts.amazonaws.com"}, {"audience": "pods.eks.amazonaws.com"}],
            },
        ),
        Release(
            "secrets-store-csi-driver-provider-aws",
            "kube-system",
            chart("secrets-store-csi-driver-provider-aws"),
            "Asks Secrets Manager as the pod's own service account.",
            # the driver is the release above
            {"awsRegion": platform.header.region, "secrets-store-csi-driver": {"install": False}},
            needs=("kube-system/secrets-store-csi-driver",),
        ),
        Release(
            "envoy-gateway",
            GATEWAY_NAMESPACE,
            chart("envoy-gateway"),
            "Runs the gateway.",
            {
                "deployment": {"replicas": 2},
                "podDisruptionBudget": {"minAvailable": 1},
            },
        ),
        *_elastic(platform),
        *_fluent_bit(platform),
        *_mendix(platform),
    ]


def _optional(platform: Platform) -> Iterator[Release]:
    """The controllers that are on, as the workloads area names their service accounts."""
    for key, make in (
        ("load_balancer", _load_balancer),
        ("cert_manager", _cert_manager),
        ("external_dns", _external_dns),
    ):
        controller = platform.controller(key)
        if controller is not None:
            yield make(platform, controller)
    autoscaler = platform.controller("cluster_autoscaler")
    if autoscaler is not None and platform.autoscaled_by_pods:
        yield _cluster_autoscaler(platform, autoscaler)


def _account(platform: Platform, controller: Any, purpose: str) -> dict[str, Any]:
    account: dict[str, Any] = {"create": True, "name": controller["service_account"]}
    if controller.get("identity") == "irsa":
        account["annotations"] = {"eks.amazonaws.com/role-arn": names.role(platform.header, purpose)}
    return account


def _load_balancer(platform: Platform, controller: Any) -> Release:
    name = "aws-load-balancer-controller"
    values = {
        "clusterName": platform.cluster,
        "region": platform.header.region,
        **_vpc(platform),
        "replicaCount": 2,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "serviceAccount": _account(platform, controller, name),
        # Terraform makes the load balancer; this binds pods, and makes none of its own
        "createIngressClassResource": False,
        "enableServiceMutatorWebhook": False,
        "enableBackendSecurityGroup": False,
        "controllerConfig": {"featureGates": {"EnableServiceController": False}},
    }
    return Release(name, controller["namespace"], chart(name), "Registers pods in the target groups.", values)


def _vpc(platform: Platform) -> dict[str, Any]:
    """By its tag, or by its ID where it is somebody else's: pods do not reach the metadata of their node."""
    existing = platform.section("network").get("existing") or {}
    return {"vpcId": existing["vpc_id"]} if existing else {"vpcTags": {"Name": platform.header.name}}


def _cert_manager(platform: Platform, controller: Any) -> Release:
    name = "cert-manager"
    values = {
        "crds": {"enabled": True, "keep": True},
        "replicaCount": 2,
        "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1},
        "serviceAccount": _account(platform, controller, name),
        "webhook": {"replicaCount": 2, "podDisruptionBudget": {"enabled": True, "maxUnavailable": 1}},
        "cainjector": {"replicaCount": 2},
    }
    return Release(name, controller["namespace"], chart(name), "Issues certificates within the cluster.", values)


def _external_dns(platform: Platform, controller: Any) -> Release:
    name = "external-dns"
    values = {
        "provider": {"name": "aws"},
        "serviceAccount": _account(platform, controller, name),
        # a deleted object deletes no record, and each record says which environment made it
        "policy": "upsert-only",
        "registry": "txt",
        "txtOwnerId": platform.header.name,
        "sources": ["service"],
        "annotationFilter": "mendixctl.io/dns=true",
        "domainFilters": [platform.header.domain],
        # these are Terraform's
        "excludeDomains": sorted(platform.hostname(app) for app in platform.apps),
        "interval": "5m",
        "managedRecordTypes": ["A", "AAAA", "CNAME"],
    }
    return Release(name, controller["namespace"], chart(name), "Writes the names of services that ask for one.", values)


def _cluster_autoscaler(platform: Platform, controller: Any) -> Release:
    name = "cluster-autoscaler"
    values = {
        "autoDiscovery": {
            "clusterName": platform.cluster,
            "tags": ["k8s.io/cluster-autoscaler/enabled", f"k8s.io/cluster-autoscaler/{platform.cluster}"],
        },
        "awsRegion": platform.header.region,
        # its minor version is the cluster's, since it plays the scheduler
        "image": {"tag": f"v{platform.kubernetes}.0"},
        "replicaCount": 2,
        "podDisruptionBudget": {"maxUnavailable": 1},
        "rbac": {"serviceAccount": _account(platform, controller, name)},
        "extraArgs": {
            "balance-similar-node-groups": True,
            "skip-nodes-with-system-pods": False,
            "expander": "least-waste",
        },
    }
    comment = "Sizes the node groups whose driver it is; CloudWatch sizes the others."
    return Release(name, controller["namespace"], chart(name), comment, values)


def _fluent_bit(platform: Platform) -> Iterator[Release]:
    if not platform.log_engine:
        return
    given = platform.section("logging").get("pods", {})
    account: dict[str, Any] = {"create": True, "name": given.get("service_account", "fluent-bit")}
    if given.get("identity") == "irsa":
        account["annotations"] = {"eks.amazonaws.com/role-arn": names.role(platform.header, "log-delivery")}
    values: dict[str, Any] = {
        "serviceAccount": account,
        "tolerations": [{"operator": "Exists"}],
        "resources": {"requests": {"cpu": "50m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "config": fluent_bit.configuration(platform),
    }
    if platform.log_engine == "opensearch":
        # AWS makes up the domain's name, so who installs this says it once: docs/apps.md
        source = {"configMapKeyRef": {"name": "terraform-outputs", "key": "opensearch_endpoint"}}
        values["env"] = [{"name": fluent_bit.HOST, "valueFrom": source}]
    comment = "Sends what the pods log to where it is searched, on every node."
    yield Release("fluent-bit", platform.logging_namespace, chart("fluent-bit"), comment, values)


def _elastic(platform: Platform) -> Iterator[Release]:
    if platform.log_engine != "elastic":
        return
    yield Release(
        "elastic-operator",
        platform.logging_namespace,
        chart("eck-operator"),
        "Runs Elasticsearch, Kibana and Logstash.",
        {"managedNamespaces": [platform.logging_namespace], "telemetry": {"disabled": True}},
    )


def _mendix(platform: Platform) -> Iterator[Release]:
    """The Mendix Operator: definitions first, once for the cluster, then an Operator a namespace."""
    first = platform.namespaces[0]
    definitions = "mendix-operator-crds"
    yield Release(
        definitions,
        first,
        chart(definitions),
        "What a MendixApp is. Never uninstalled before the apps: that deletes them.",
        {},
    )
    for namespace in platform.namespaces:
        yield Release(
            "mendix-operator",
            namespace,
            chart("mendix-operator"),
            "The Mendix Operator of the namespace, without a plan: apps on a secret store need none.",
            {},
            needs=(f"{first}/{definitions}",),
        )
