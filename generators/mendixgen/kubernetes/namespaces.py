"""Namespaces: who may run there, how much, and what may talk to what.

Everything is refused that is not allowed below: each namespace denies all traffic, and each allowance is a policy of
its own. The VPC CNI enforces them (the cluster area turns that on).

Sources: Kubernetes documentation, "Pod Security Standards", "Network Policies", "Resource Quotas", "Limit Ranges";
Mendix documentation, "Monitoring Environments in Mendix on Kubernetes" (port 8900).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from mendixgen.kubernetes.objects import Manifest, Object, thing
from mendixgen.kubernetes.platform import GATEWAY_NAMESPACE, Platform
from mendixgen.spec.apps import App

APP_PORT = 8080
METRICS_PORT = 8900
MX_APP = "privatecloud.mendix.com/app"
"""The label that the Operator puts on the pods of an app."""

_OPERATOR_ROOM = (2.0, 4.0)
"""CPU (cores) and memory (GiB) for the Operator itself, its builds and its provisioning, beside the apps."""

_METADATA = ["169.254.169.254/32", "169.254.170.2/32"]
"""Where nodes and containers of AWS hand out credentials; nothing in these namespaces gets them there."""


def namespace(platform: Platform, name: str, *, level: str = "restricted", labels: Mapping[str, str] = {}) -> Manifest:
    """A namespace that lets in pods of a level of the Pod Security Standards, and warns of what restricted refuses."""
    given = {
        "pod-security.kubernetes.io/enforce": level,
        "pod-security.kubernetes.io/warn": "restricted",
        "pod-security.kubernetes.io/audit": "restricted",
        **labels,
    }
    comment = f"Pods here follow the Pod Security Standard {level}. To delete a namespace deletes all that is in it."
    return Manifest(comment, thing("v1", "Namespace", name, platform.header.name, labelled=given))


def quota(platform: Platform, name: str) -> Manifest:
    """What the apps of a namespace can come to at most, a release beside the running one included."""
    cpu, memory = _OPERATOR_ROOM
    pods = 20
    for app in platform.apps_in(name).values():
        replicas = most_replicas(app) * (1 if app.release.strategy == "recreate" else 2)
        cpu += replicas * app.cpu
        memory += replicas * app.memory_gb
        pods += replicas + 2
    hard = {
        "requests.cpu": str(ceil(cpu)),
        "requests.memory": f"{ceil(memory)}Gi",
        "limits.memory": f"{ceil(memory * 1.25)}Gi",
        "pods": str(pods),
        "services.loadbalancers": "0",
        "services.nodeports": "0",
    }
    body = thing("v1", "ResourceQuota", "apps", platform.header.name, namespace=name, spec={"hard": hard})
    return Manifest(
        "All apps at their most replicas, twice where a release stands beside the running one, and room for the"
        " Operator. The load balancer is Terraform's, so no service may ask for one.",
        body,
    )


def most_replicas(app: App) -> int:
    """How many replicas an app has at most."""
    return max(app.replicas, app.autoscale.max if app.autoscale else 0)


def limit_range(platform: Platform, name: str) -> Manifest:
    """What a container gets that asks for nothing."""
    limit = {
        "type": "Container",
        "default": {"cpu": "1", "memory": "512Mi"},
        "defaultRequest": {"cpu": "100m", "memory": "256Mi"},
    }
    body = thing("v1", "LimitRange", "containers", platform.header.name, namespace=name, spec={"limits": [limit]})
    return Manifest("For containers that ask for nothing: a quota refuses them otherwise.", body)


# -- traffic ----------------------------------------------------------------------------------------


def policies(platform: Platform, name: str, *further: Manifest) -> list[Manifest]:
    """The policies that every namespace has, and those that are its own."""
    return [_deny(platform, name), _dns(platform, name), *further]


def of_apps(platform: Platform, name: str) -> list[Manifest]:
    """The policies of a namespace of the Operator and its apps."""
    anything_here: Object = {"podSelector": {}}
    gateway = [_namespace_peer(GATEWAY_NAMESPACE)]
    readers = [_namespace_peer(platform.logging_namespace), _namespace_peer("monitoring")]
    return policies(
        platform,
        name,
        _allow(
            platform,
            name,
            "within",
            "The Operator and the apps among themselves: the Operator asks the runtime on its admin port.",
            ingress=[{"from": [anything_here]}],
            egress=[{"to": [anything_here]}],
        ),
        _allow(
            platform,
            name,
            "from-gateway",
            "People reach the apps by way of the gateway, and no other.",
            selector={"matchExpressions": [{"key": MX_APP, "operator": "Exists"}]},
            ingress=[{"from": gateway, "ports": [_port(APP_PORT)]}],
        ),
        _allow(
            platform,
            name,
            "metrics",
            "Agents read the runtime's metrics.",
            selector={"matchExpressions": [{"key": MX_APP, "operator": "Exists"}]},
            ingress=[{"from": readers, "ports": [_port(METRICS_PORT)]}],
        ),
        *_databases(platform, name),
        web(
            platform,
            name,
            "S3, Secrets Manager, STS and ECR, the Kubernetes API, and what apps ask of others, by HTTPS; nothing of"
            " the machines' own credentials.",
        ),
    )


def _databases(platform: Platform, name: str) -> list[Manifest]:
    found = []
    for app_name, app in platform.apps_in(name).items():
        port = platform.database_port(app)
        if port is None:
            continue
        found.append(
            _allow(
                platform,
                name,
                f"database-of-{app_name}",
                f"{app_name} to the port of its database. The databases' security group says which of them.",
                selector={"matchLabels": {MX_APP: app_name}},
                egress=[{"to": [_block(block) for block in platform.network], "ports": [_port(port)]}],
            )
        )
    planned = [app for app in platform.apps_in(name).values() if app.identity == "storage-plan"]
    ports = sorted({port for port in map(platform.database_port, planned) if port is not None})
    if ports:
        rule = {"to": [_block(block) for block in platform.network], "ports": [_port(port) for port in ports]}
        comment = "The Operator's provisioners make databases and users."
        found.append(_allow(platform, name, "databases-of-plans", comment, egress=[rule]))
    return found


def web(platform: Platform, name: str, comment: str, ports: Iterable[int] = (443,)) -> Manifest:
    """Lets pods reach the world by HTTPS."""
    to = [{"ipBlock": {"cidr": "0.0.0.0/0", "except": _METADATA}}]
    return _allow(platform, name, "https", comment, egress=[{"to": to, "ports": [_port(port) for port in ports]}])


def from_network(
    platform: Platform, name: str, policy: str, comment: str, ports: Iterable[tuple[int, str]]
) -> Manifest:
    """Lets what is in the VPC (the load balancer, the control plane) reach ports (number, protocol) of the pods."""
    allowed = [_port(port, protocol) for port, protocol in ports]
    return _allow(
        platform,
        name,
        policy,
        comment,
        ingress=[{"from": [_block(block) for block in platform.network], "ports": allowed}],
    )


def to_namespaces(platform: Platform, name: str, policy: str, comment: str, to: Iterable[str], port: int) -> Manifest:
    """Lets pods reach a port of those in other namespaces."""
    peers = [_namespace_peer(other) for other in to]
    return _allow(platform, name, policy, comment, egress=[{"to": peers, "ports": [_port(port)]}])


def within(platform: Platform, name: str, comment: str) -> Manifest:
    """Lets the pods of a namespace talk to each other."""
    here: list[Object] = [{"podSelector": {}}]
    return _allow(platform, name, "within", comment, ingress=[{"from": here}], egress=[{"to": here}])


def _deny(platform: Platform, name: str) -> Manifest:
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return Manifest("Nothing, but what the policies below allow.", _policy(platform, name, "default-deny", spec))


def _dns(platform: Platform, name: str) -> Manifest:
    server = {**_namespace_peer("kube-system"), "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}}}
    rule = {"to": [server], "ports": [_port(53, "UDP"), _port(53)]}
    return _allow(platform, name, "dns", "Names are looked up in CoreDNS.", egress=[rule])


def _allow(
    platform: Platform,
    name: str,
    policy: str,
    comment: str,
    *,
    selector: Object | None = None,
    ingress: list[Object] | None = None,
    egress: list[Object] | None = None,
) -> Manifest:
    spec: dict[str, Any] = {"podSelector": selector or {}}
    spec["policyTypes"] = [kind for kind, rules in (("Ingress", ingress), ("Egress", egress)) if rules is not None]
    spec |= {"ingress": ingress} if ingress is not None else {}
    spec |= {"egress": egress} if egress is not None else {}
    return Manifest(comment, _policy(platform, name, f"allow-{policy}", spec))


def _policy(platform: Platform, name: str, policy: str, spec: Object) -> Object:
    return thing("networking.k8s.io/v1", "NetworkPolicy", policy, platform.header.name, namespace=name, spec=spec)


def _namespace_peer(name: str) -> Object:
    return {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}}


def _block(cidr: str) -> Object:
    return {"ipBlock": {"cidr": cidr}}


def _port(number: int, protocol: str = "TCP") -> Object:
    return {"port": number, "protocol": protocol}
