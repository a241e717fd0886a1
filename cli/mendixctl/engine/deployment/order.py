"""The order in which objects are taken away, which is not quite that of applying them the other way round."""

from __future__ import annotations

WAVES = (
    ("HorizontalPodAutoscaler", "MendixApp", "StorageInstance"),
    ("TargetGroupBinding", "HTTPRoute", "Gateway", "Kibana", "Logstash", "Elasticsearch"),
)
"""Apps and what they stored; then what the load balancer is bound to, and what logs. The rest comes after them."""

LAST = ("OperatorConfiguration", "StoragePlan", "GatewayClass", "StorageClass", "Namespace")


def turn(kind: str) -> tuple[int, int]:
    """The wave in which objects of a kind are deleted, and their turn in it; namespaces at the end."""
    for wave, kinds in enumerate(WAVES):
        if kind in kinds:
            return wave, kinds.index(kind)
    return len(WAVES), LAST.index(kind) + 1 if kind in LAST else 0
