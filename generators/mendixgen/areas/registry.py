"""The areas that this version of mendixctl has, imported one by one and only when asked for."""

from __future__ import annotations

from importlib import import_module

from mendixgen.areas.contract import Area

AREAS: dict[str, str] = {
    "encryption": "mendixgen.areas.encryption:Encryption",
    "network": "mendixgen.areas.network:Network",
    "storage": "mendixgen.areas.storage:Storage",
}
"""Area name -> where its class is; in the order in which a root lists its modules."""


def area(name: str) -> type[Area]:
    """The class of an area. Raises KeyError for an unknown name."""
    module, _, attribute = AREAS[name].partition(":")
    found: type[Area] = getattr(import_module(module), attribute)
    return found
