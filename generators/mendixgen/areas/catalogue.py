"""The areas that this version of mendixctl has, imported one by one and only when asked for."""

from __future__ import annotations

from importlib import import_module

from mendixgen.areas.contract import Area

AREAS: dict[str, str] = {
    "encryption": "mendixgen.areas.encryption:Encryption",
    "support": "mendixgen.areas.support:Support",
    "network": "mendixgen.areas.network:Network",
    "identity": "mendixgen.areas.identity:Identity",
    "cluster": "mendixgen.areas.cluster:Cluster",
    "workloads": "mendixgen.areas.workloads:Workloads",
    "ingress": "mendixgen.areas.ingress:Ingress",
    "storage": "mendixgen.areas.storage:Storage",
    "database": "mendixgen.areas.database:Database",
    "registry": "mendixgen.areas.registry:Registry",
    "secrets": "mendixgen.areas.secrets:Secrets",
    "logging": "mendixgen.areas.logging:Logging",
    "delivery": "mendixgen.areas.delivery:Delivery",
    "audit": "mendixgen.areas.audit:Audit",
    "cost": "mendixgen.areas.cost:Cost",
    "backup": "mendixgen.areas.backup:Backup",
    "recovery": "mendixgen.areas.recovery:Recovery",
    "edge": "mendixgen.areas.edge:Edge",
    "monitoring": "mendixgen.areas.monitoring:Monitoring",
    "foundation": "mendixgen.areas.foundation:Foundation",
}
"""Area name -> where its class is; in the order in which a root lists its modules."""


FOUNDATIONS = frozenset({"foundation"})
"""The areas of kind ``foundation``, known without importing them."""


def area(name: str) -> type[Area]:
    """The class of an area. Raises KeyError for an unknown name."""
    module, _, attribute = AREAS[name].partition(":")
    found: type[Area] = getattr(import_module(module), attribute)
    return found
