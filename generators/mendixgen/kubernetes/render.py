"""The manifests of an environment as files: a folder a namespace, kustomize at the root, Helm releases beside it."""

from __future__ import annotations

from collections.abc import Iterable

from mendixgen.documents import Source
from mendixgen.kubernetes import apps, charts, delivery, gateway, logging, namespaces, operator, plans, storage
from mendixgen.kubernetes.objects import Manifest
from mendixgen.kubernetes.platform import GATEWAY_NAMESPACE, Platform
from mendixgen.kubernetes.text import fill

KUSTOMIZATION = "kustomization.yaml"


def render(source: Source) -> dict[str, str]:
    """The files below ``kubernetes/``; none for what has no cluster.

    ``kubectl apply -k`` takes the root: namespaces and classes first, then a folder a namespace. ``helmfile.yaml`` and
    ``values/`` are what runs there and is not ours; ``plans/`` is for the Operator's own tool.
    """
    spec = source.spec
    if spec.header.kind != "environment" or "cluster" not in spec.pins:
        return {}
    platform = Platform.of(spec)
    folders = _folders(platform)
    files: dict[str, str] = {}
    for folder, topics in folders.items():
        kept = {f"{topic}.yaml": objects for topic, objects in topics.items() if objects}
        for name, objects in kept.items():
            files[f"{folder}/{name}"] = _manifests(platform, objects)
        files[f"{folder}/{KUSTOMIZATION}"] = _kustomization(platform, kept)
    files[KUSTOMIZATION] = _kustomization(platform, folders)
    return files | _releases(platform) | _plans(platform)


def objects(platform: Platform) -> list[Manifest]:
    """Every object, in the order in which they are applied."""
    return [one for topics in _folders(platform).values() for found in topics.values() for one in found]


def _folders(platform: Platform) -> dict[str, dict[str, list[Manifest]]]:
    """The objects by folder and topic, in the order in which they are applied."""
    cluster = {
        "namespaces": _namespaces(platform),
        "storage-classes": storage.classes(platform),
        "gateway-class": [gateway.gateway_class(platform)] if platform.listeners else [],
    }
    found: dict[str, dict[str, list[Manifest]]] = {"cluster": cluster}
    if platform.listeners:
        found[GATEWAY_NAMESPACE] = {
            "network-policies": _gateway_policies(platform),
            "gateway": gateway.gateway(platform),
            "target-groups": gateway.bindings(platform),
        }
    for name in _controller_namespaces(platform):
        found[name] = {"network-policies": _controller_policies(platform, name)}
    if platform.log_engine:
        found[platform.logging_namespace] = {
            "network-policies": _logging_policies(platform),
            "elastic-stack": logging.manifests(platform),
        }
    for name in platform.namespaces:
        found[name] = {
            "limits": [namespaces.quota(platform, name), namespaces.limit_range(platform, name)],
            "network-policies": namespaces.of_apps(platform, name),
            "operator": operator.manifests(platform, name),
            "delivery": delivery.manifests(platform, name),
            **{f"app-{app}": apps.manifests(platform, app) for app in platform.apps_in(name)},
        }
    return found


def _namespaces(platform: Platform) -> list[Manifest]:
    ready = {"elbv2.k8s.aws/pod-readiness-gate-inject": "enabled"}
    found = [namespaces.namespace(platform, name) for name in platform.namespaces]
    if platform.listeners:
        found.append(namespaces.namespace(platform, GATEWAY_NAMESPACE, labels=ready))
    found += [namespaces.namespace(platform, name) for name in _controller_namespaces(platform)]
    if platform.log_engine:
        # agents read the nodes' log files, which every other level refuses
        found.append(namespaces.namespace(platform, platform.logging_namespace, level="privileged"))
    return found


def _controller_namespaces(platform: Platform) -> list[str]:
    """The namespaces of controllers but ``kube-system``, which is the cluster's."""
    given = (platform.controller(key) for key in ("external_dns", "cert_manager"))
    return sorted({one["namespace"] for one in given if one is not None} - {"kube-system", GATEWAY_NAMESPACE})


def _gateway_policies(platform: Platform) -> list[Manifest]:
    name = GATEWAY_NAMESPACE
    return namespaces.policies(
        platform,
        name,
        namespaces.within(platform, name, "The controller tells the proxies what to do."),
        namespaces.from_network(
            platform,
            name,
            "load-balancer",
            "The load balancer, with its health checks, reaches the ports of its target groups.",
            gateway.target_ports(platform),
        ),
        namespaces.to_namespaces(
            platform, name, "apps", "The proxies reach the apps.", platform.namespaces, namespaces.APP_PORT
        ),
        namespaces.web(platform, name, "The controller asks the Kubernetes API."),
    )


def _controller_policies(platform: Platform, name: str) -> list[Manifest]:
    return namespaces.policies(
        platform,
        name,
        namespaces.within(platform, name, "The controllers among themselves."),
        namespaces.from_network(
            platform, name, "webhooks", "The control plane asks the webhooks.", [(10250, "TCP"), (9443, "TCP")]
        ),
        namespaces.web(platform, name, "AWS and the Kubernetes API."),
    )


def _logging_policies(platform: Platform) -> list[Manifest]:
    name = platform.logging_namespace
    return namespaces.policies(
        platform,
        name,
        namespaces.within(platform, name, "Agents and what they send to, where that is here, among themselves."),
        namespaces.from_network(
            platform,
            name,
            "network",
            "People in the network open Kibana, the control plane asks the webhook, nodes how the agents are.",
            [(5601, "TCP"), (9443, "TCP"), (2020, "TCP")],
        ),
        namespaces.to_namespaces(
            platform, name, "metrics", "Agents read metrics of the apps.", platform.namespaces, namespaces.METRICS_PORT
        ),
        namespaces.web(platform, name, "The domain or the snapshots in S3, and the Kubernetes API."),
    )


# -- files ------------------------------------------------------------------------------------------


def _manifests(platform: Platform, found: Iterable[Manifest]) -> str:
    return fill("manifests.yaml.j2", {"environment": platform.header.name, "manifests": list(found)})


def _kustomization(platform: Platform, resources: Iterable[str]) -> str:
    return fill("kustomization.yaml.j2", {"environment": platform.header.name, "resources": list(resources)})


def _releases(platform: Platform) -> dict[str, str]:
    found = charts.releases(platform)
    remotes = {one.chart.repository: one.chart.chart for one in found if not one.chart.repository.startswith("oci://")}
    entries = []
    files = {}
    for one in found:
        oci = one.chart.repository.startswith("oci://")
        entry: dict[str, object] = {
            "name": one.name,
            "namespace": one.namespace,
            "chart": f"{one.chart.repository}/{one.chart.chart}"
            if oci
            else f"{remotes[one.chart.repository]}/{one.chart.chart}",
            "version": one.chart.version,
        }
        if one.values:
            name = f"values/{one.namespace}-{one.name}.yaml"
            files[name] = fill(
                "values.yaml.j2",
                {"environment": platform.header.name, "comment": one.comment, "values": one.values},
            )
            entry["values"] = [name]
        if one.needs:
            entry["needs"] = list(one.needs)
        entries.append((one.comment, entry))
    helmfile = fill(
        "helmfile.yaml.j2",
        {
            "environment": platform.header.name,
            "as_of": charts.as_of(),
            "repositories": [{"name": name, "url": url} for url, name in sorted(remotes.items())],
            "releases": entries,
        },
    )
    return {"helmfile.yaml": helmfile, **files}


def _plans(platform: Platform) -> dict[str, str]:
    return {
        f"plans/{namespace}/{name}.yaml": fill(
            "values.yaml.j2",
            {
                "environment": platform.header.name,
                "comment": "For mxpc-cli apply-config, once. A plan never changes: another setting is another plan.",
                "values": values,
            },
        )
        for namespace in platform.namespaces
        for name, values in plans.inputs(platform, namespace).items()
    }
