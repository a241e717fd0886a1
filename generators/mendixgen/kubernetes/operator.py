"""The Mendix Operator: how it makes endpoints, logs and pods, for all apps of its namespace.

Sources: Mendix on Kubernetes, "Technical Appendix 1" (this and MendixApp are what people may write), "Gateway API",
"Monitoring Environments"; `mendixgen.data.support` names the Operator's version.
"""

from __future__ import annotations

from mendixgen.kubernetes import names
from mendixgen.kubernetes.apps import API
from mendixgen.kubernetes.objects import Manifest, thing
from mendixgen.kubernetes.platform import GATEWAY, GATEWAY_NAMESPACE, Platform

CONFIGURATION = "mendix-operator-configuration"
TERMINATION_SECONDS = 90
"""How long a replica that stops may finish what it does."""


def manifests(platform: Platform, namespace: str) -> list[Manifest]:
    """What the Operator of a namespace is told, and who its provisioner and builder are."""
    return [_configuration(platform, namespace), *_accounts(platform, namespace)]


def _configuration(platform: Platform, namespace: str) -> Manifest:
    parent = {
        "group": "gateway.networking.k8s.io",
        "kind": "Gateway",
        "name": GATEWAY,
        "namespace": GATEWAY_NAMESPACE,
    }
    delay = int(platform.section("ingress").get("deregistration_delay", TERMINATION_SECONDS))
    spec = {
        "endpoint": {
            "type": "gatewayRoute",
            # TLS ends at the load balancer and again at the gateway, so a route needs no certificate
            "gatewayRoute": {
                "domain": platform.header.domain,
                "enableTLS": False,
                "gatewayParentReference": parent,
            },
        },
        "runtimeLogFormatType": "json",
        "runtimeTerminationDelaySeconds": max(TERMINATION_SECONDS, delay),
        "runtimeMetricsConfiguration": {"mode": "native", "interval": "PT1M"},
        "runtimeDeploymentPodAnnotations": {
            "prometheus.io/scrape": "true",
            "prometheus.io/port": "8900",
            "prometheus.io/path": "/metrics",
        },
    }
    body = thing(API, "OperatorConfiguration", CONFIGURATION, platform.header.name, namespace=namespace, spec=spec)
    return Manifest("What the Operator does for every app here. Its other fields are its own tool's.", body)


def _accounts(platform: Platform, namespace: str) -> list[Manifest]:
    workloads = platform.section("workloads")
    provisioner, builder = workloads.get("storage_provisioner", {}), workloads.get("builder", {})
    plans = any(app.identity == "storage-plan" for app in platform.apps_in(namespace).values())
    wanted = [
        (plans and provisioner.get("enabled"), provisioner, "mendix-storage-provisioner", "Makes what plans promise."),
        (builder.get("enabled"), builder, "mendix-builder", "Pushes the images of the apps."),
    ]
    return [
        Manifest(
            comment,
            thing(
                "v1",
                "ServiceAccount",
                given["service_account"],
                platform.header.name,
                namespace=namespace,
                annotations={"eks.amazonaws.com/role-arn": names.role(platform.header, role)},
            ),
        )
        for is_on, given, role, comment in wanted
        if is_on
    ]
