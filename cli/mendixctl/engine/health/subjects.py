"""What there is to check: the resources of the state whose type has a check, in the areas that are on."""

from __future__ import annotations

import json
from collections.abc import Collection

from mendixctl.engine.health.contract import Subject


def subjects(state: bytes, areas: Collection[str], types: Collection[str]) -> list[Subject]:
    """The managed resources of ``types`` in ``areas``, in the state's order; what is being replaced only once."""
    found = []
    for resource in json.loads(state).get("resources") or []:
        module = str(resource.get("module") or "")
        area = module.removeprefix("module.").partition(".")[0].partition("[")[0]
        if resource.get("mode") != "managed" or resource.get("type") not in types or area not in areas:
            continue
        for instance in resource.get("instances") or []:
            if instance.get("deposed"):
                continue
            key = instance.get("index_key")
            index = "" if key is None else f"[{json.dumps(key)}]"
            address = f"{module}.{resource['type']}.{resource['name']}{index}"
            found.append(Subject(address, str(resource["type"]), instance.get("attributes") or {}))
    return found
