"""Replacements that were cut in half: the state has the object that was to go, and the one that came is in none.

Terraform cannot import over an object. It has a place for one that is being replaced, though: a *deposed* object, which
the next apply destroys. So the old object is deposed, as Terraform does itself before it creates; where Terraform had
destroyed it already, and only the state does not know, it is dropped.

Source: Terraform's state format, version 4 (``deposed`` of an instance: eight hexadecimal digits).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.unfinished.orphan_candidates import Doubt
from mendixctl.terraform.state import State, address_of
from mendixgen.files import write_atomic


def deposed(raw: bytes) -> dict[str, set[str]]:
    """The IDs of the deposed objects of a state, by address."""
    found: dict[str, set[str]] = {}
    for resource, instance in _instances(json.loads(raw)) if raw.strip() else ():
        if instance.get("deposed"):
            said = (instance.get("attributes") or {}).get("id")
            found.setdefault(address_of(resource, instance), set()).add(str(said))
    return found


def parted(raw: bytes, depose: Collection[str], drop: Collection[str]) -> bytes:
    """A state in which the current objects of some addresses are deposed, and those of others are gone."""
    content = json.loads(raw)
    for resource in content.get("resources", ()):
        kept = []
        for instance in resource.get("instances", ()):
            address = address_of(resource, instance) if resource.get("mode") == "managed" else ""
            current = not instance.get("deposed")
            if current and address in depose:
                key = hashlib.sha256(f"{content.get('lineage')} {address}".encode()).hexdigest()[:8]
                kept.append({**instance, "deposed": key})
            elif not (current and address in drop):
                kept.append(instance)
        resource["instances"] = kept
    content["resources"] = [one for one in content.get("resources", ()) if one.get("instances")]
    content["serial"] = int(content["serial"]) + 1
    return json.dumps(content, indent=2, ensure_ascii=False).encode()


def part(workplace: Workplace, tools: Tools, raw: bytes, doubts: Collection[Doubt]) -> State:
    """Make room in the state at the addresses of ``doubts``; the state that is in place then.

    Raises:
        MendixError: MXT1xx, Terraform does not take it.
    """
    drop = {one.address for one in doubts if one.gone}
    changed = parted(raw, {one.address for one in doubts} - drop, drop)
    staged: Path = workplace.workspace / "parting.tfstate"
    workplace.session.reporter.stage("part", ", ".join(sorted(one.address for one in doubts)))
    try:
        write_atomic(staged, changed, mode=0o600)
        tools.terraform(workplace).state_push(staged)
    finally:
        staged.unlink(missing_ok=True)
    return tools.state(workplace)


def _instances(content: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for resource in content.get("resources") or ():
        if resource.get("mode") == "managed":
            for instance in resource.get("instances") or ():
                yield resource, instance
