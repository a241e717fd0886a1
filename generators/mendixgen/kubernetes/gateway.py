"""The way in: pods behind the load balancer's target groups, and the gateway that knows the apps' hostnames.

The load balancer and its target groups are Terraform's; a TargetGroupBinding registers pods there by the group's
name, and opens nothing, since the network area has. A Network Load Balancer knows no hostnames, so Envoy Gateway stands
behind it; the Mendix Operator gives each app a route on it.

Sources: AWS Load Balancer Controller 3.5, "TargetGroupBinding" (targetGroupName) and "Pod readiness gate"; Gateway API,
"HTTP redirects"; Envoy Gateway 1.9, "Gateway API extensions" and "Graceful shutdown"; Mendix on Kubernetes, "Gateway
API".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixgen.kubernetes import names
from mendixgen.kubernetes.objects import Manifest, Object, thing
from mendixgen.kubernetes.platform import GATEWAY, GATEWAY_NAMESPACE, Platform

API = "gateway.networking.k8s.io/v1"
CLASS = "platform"
CERTIFICATE = "gateway-tls"
LISTENER_LABEL = "mendixctl.io/listener"
"""The label by which pods of a listener that is not the gateway's are found; its value is the listener's port."""

_OWNED = {
    "gateway.envoyproxy.io/owning-gateway-name": GATEWAY,
    "gateway.envoyproxy.io/owning-gateway-namespace": GATEWAY_NAMESPACE,
}
_REPLICAS = 3


def of_gateway(listener: Mapping[str, Any]) -> str:
    """What the gateway does with a listener of the load balancer: HTTPS, HTTP, or nothing (an empty text)."""
    protocol = listener["protocol"]
    if protocol == "TLS":
        return "HTTPS" if (listener.get("target_protocol") or "TLS") == "TLS" else "HTTP"
    return {443: "HTTPS", 80: "HTTP"}.get(listener["port"], "") if protocol == "TCP" else ""


def gateway(platform: Platform) -> list[Manifest]:
    """The gateway and what belongs to it."""
    environment = platform.header.name
    listeners = _listeners(platform)
    if not listeners:
        return []
    return [
        Manifest("How the gateway's proxies run.", _proxy(platform)),
        *_certificate(platform),
        Manifest(
            "The gateway. Who has a route on it is the Operator's to say, in the namespaces of the apps.",
            thing(
                API,
                "Gateway",
                GATEWAY,
                environment,
                namespace=GATEWAY_NAMESPACE,
                spec={"gatewayClassName": CLASS, "listeners": listeners},
            ),
        ),
        *_redirect(platform, listeners),
        _service(platform),
        _disruption(platform),
    ]


def gateway_class(platform: Platform) -> Manifest:
    """The class of the gateway: which controller, with which settings."""
    reference = {
        "group": "gateway.envoyproxy.io",
        "kind": "EnvoyProxy",
        "name": GATEWAY,
        "namespace": GATEWAY_NAMESPACE,
    }
    spec = {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller", "parametersRef": reference}
    return Manifest(
        "Gateways of this class are Envoy's.", thing(API, "GatewayClass", CLASS, platform.header.name, spec=spec)
    )


def bindings(platform: Platform) -> list[Manifest]:
    """The target groups, and which pods are in each."""
    found = []
    for listener in platform.listeners:
        port = listener["port"]
        shared = of_gateway(listener) != ""
        if not shared:
            found.append(_listener_service(platform, listener))
        spec = {
            "serviceRef": {"name": GATEWAY if shared else f"listener-{port}", "port": listener["target_port"]},
            "targetGroupName": names.target_group(platform.header, listener),
            "targetType": "ip",
        }
        found.append(
            Manifest(
                f"Pods behind port {port} ({listener['protocol']}) of the load balancer.",
                thing(
                    "elbv2.k8s.aws/v1beta1",
                    "TargetGroupBinding",
                    f"listener-{port}",
                    platform.header.name,
                    namespace=GATEWAY_NAMESPACE,
                    spec=spec,
                ),
            )
        )
    return found


def target_ports(platform: Platform) -> list[tuple[int, str]]:
    """The ports of pods that the load balancer connects to or asks for health: number and protocol, sorted."""
    found = set()
    for one in platform.listeners:
        protocols = {"UDP": ["UDP"], "TCP_UDP": ["TCP", "UDP"]}.get(one["protocol"], ["TCP"])
        found |= {(one["target_port"], protocol) for protocol in protocols}
        health = (one.get("health_check") or {}).get("port")
        found |= {(health, "TCP")} if health else set()
    return sorted(found)


def _listeners(platform: Platform) -> list[Object]:
    found: dict[int, Object] = {}
    selector = {
        "matchExpressions": [
            {"key": "kubernetes.io/metadata.name", "operator": "In", "values": sorted(platform.namespaces)}
        ]
    }
    for listener in platform.listeners:
        kind, port = of_gateway(listener), listener["target_port"]
        if not kind or port in found:
            continue
        name = f"{kind.lower()}-{port}"
        one: Object = {"name": name, "port": port, "protocol": kind}
        if kind == "HTTPS":
            one["tls"] = {"mode": "Terminate", "certificateRefs": [{"kind": "Secret", "name": CERTIFICATE}]}
        redirects = _redirects(listener)
        one["allowedRoutes"] = {
            "namespaces": {"from": "Same"} if redirects else {"from": "Selector", "selector": selector}
        }
        found[port] = one
    return [found[port] for port in sorted(found)]


def _redirects(listener: Mapping[str, Any]) -> bool:
    """Whether a listener is there to send people to HTTPS: plain HTTP that the load balancer passes through."""
    return listener["protocol"] == "TCP" and of_gateway(listener) == "HTTP"


def _redirect(platform: Platform, listeners: list[Object]) -> list[Manifest]:
    ports = {one["target_port"] for one in platform.listeners if _redirects(one)}
    parents = [
        {"name": GATEWAY, "sectionName": one["name"]}
        for one in listeners
        if one["port"] in ports and one["protocol"] == "HTTP"
    ]
    if not parents:
        return []
    redirect = {"type": "RequestRedirect", "requestRedirect": {"scheme": "https", "port": 443, "statusCode": 301}}
    body = thing(
        API,
        "HTTPRoute",
        "to-https",
        platform.header.name,
        namespace=GATEWAY_NAMESPACE,
        spec={"parentRefs": parents, "rules": [{"filters": [redirect]}]},
    )
    return [Manifest("Whoever comes without TLS is sent to it.", body)]


def _proxy(platform: Platform) -> Object:
    delay = int(platform.section("ingress").get("deregistration_delay", 120))
    container = {
        "resources": {"requests": {"cpu": "200m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "readOnlyRootFilesystem": True,
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
    spread = {
        "maxSkew": 1,
        "topologyKey": "topology.kubernetes.io/zone",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": dict(_OWNED)},
    }
    kubernetes = {
        "envoyDeployment": {
            "replicas": _REPLICAS,
            "container": container,
            "pod": {"topologySpreadConstraints": [spread]},
        },
        # the load balancer is Terraform's
        "envoyService": {"type": "ClusterIP"},
    }
    spec = {
        "provider": {"type": "Kubernetes", "kubernetes": kubernetes},
        # a proxy that stops takes as long as the load balancer takes to forget it
        "shutdown": {"drainTimeout": f"{max(delay, 60)}s", "minDrainDuration": "15s"},
        "logging": {"level": {"default": "warn"}},
    }
    return thing(
        "gateway.envoyproxy.io/v1alpha1",
        "EnvoyProxy",
        GATEWAY,
        platform.header.name,
        namespace=GATEWAY_NAMESPACE,
        spec=spec,
    )


def _certificate(platform: Platform) -> list[Manifest]:
    if platform.controller("cert_manager") is None:
        return []
    environment, domain = platform.header.name, platform.header.domain
    outside = {platform.hostname(name) for name in platform.apps}
    hosts = sorted({domain, f"*.{domain}", *(name for name in outside if not name.endswith(f".{domain}"))})
    spec = {
        "secretName": CERTIFICATE,
        "dnsNames": hosts,
        "duration": "2160h",
        "renewBefore": "720h",
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "issuerRef": {"name": "self-signed", "kind": "Issuer", "group": "cert-manager.io"},
    }
    return [
        Manifest(
            "Issues the certificate between the load balancer and the gateway; people see ACM's.",
            thing(
                "cert-manager.io/v1",
                "Issuer",
                "self-signed",
                environment,
                namespace=GATEWAY_NAMESPACE,
                spec={"selfSigned": {}},
            ),
        ),
        Manifest(
            "Encrypts the way from the load balancer to the gateway, which takes any certificate there.",
            thing(
                "cert-manager.io/v1", "Certificate", CERTIFICATE, environment, namespace=GATEWAY_NAMESPACE, spec=spec
            ),
        ),
    ]


def _service(platform: Platform) -> Manifest:
    ports = [
        {"name": one["name"], "port": one["port"], "targetPort": one["port"], "protocol": "TCP"}
        for one in _listeners(platform)
    ]
    body = thing(
        "v1",
        "Service",
        GATEWAY,
        platform.header.name,
        namespace=GATEWAY_NAMESPACE,
        spec={"type": "ClusterIP", "selector": dict(_OWNED), "ports": ports},
    )
    return Manifest("The gateway's proxies under a name of ours: Envoy Gateway's own service has a digest in it.", body)


def _listener_service(platform: Platform, listener: Mapping[str, Any]) -> Manifest:
    port, target = listener["port"], listener["target_port"]
    protocols = {"UDP": ["UDP"], "TCP_UDP": ["TCP", "UDP"]}.get(listener["protocol"], ["TCP"])
    ports = [
        {"name": protocol.lower(), "port": target, "targetPort": target, "protocol": protocol} for protocol in protocols
    ]
    body = thing(
        "v1",
        "Service",
        f"listener-{port}",
        platform.header.name,
        namespace=GATEWAY_NAMESPACE,
        spec={"type": "ClusterIP", "selector": {LISTENER_LABEL: str(port)}, "ports": ports},
    )
    return Manifest(f"Port {port} is none of the gateway's: pods here with this label serve it.", body)


def _disruption(platform: Platform) -> Manifest:
    spec = {"maxUnavailable": 1, "selector": {"matchLabels": dict(_OWNED)}, "unhealthyPodEvictionPolicy": "AlwaysAllow"}
    body = thing(
        "policy/v1",
        "PodDisruptionBudget",
        GATEWAY,
        platform.header.name,
        namespace=GATEWAY_NAMESPACE,
        spec=spec,
    )
    return Manifest("A drain of a node takes one proxy at a time.", body)
