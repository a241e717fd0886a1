"""What a plan on an empty (or younger) state would create, and what each resource of the root refers to.

Read from Terraform's own ``show -json`` of a plan: addresses, keys and values are what Terraform has computed, so
nothing of a module is told a second time here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixctl.engine.journal.import_ids import lookup


@dataclass(frozen=True, slots=True)
class Creation:
    """A resource that a plan would create, or (``managed``) has. ``key``: of its ``for_each``, "" where it has none or
    a ``count``, which in modules is 0 or 1; ``values``: those that are known before.
    """

    address: str
    area: str
    type: str
    name: str
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    managed: bool = False

    def value(self, path: str) -> str:
        """The text at a dotted path; "" where it is not known."""
        return lookup(self.values, path) or ""

    @property
    def group(self) -> tuple[str, str]:
        """What the settings of one thing have in common: their name in the module, and their key."""
        return f"{self.area}.{self.name}", self.key


def creations(document: Mapping[str, Any]) -> list[Creation]:
    """The resources that a plan creates, and those that the state has, in their order."""
    found = []
    for one in document.get("resource_changes", ()):
        change = one.get("change", {})
        actions = change.get("actions")
        if one.get("mode") != "managed" or actions not in (["create"], ["update"], ["no-op"]):
            continue
        area = str(one.get("module_address", "")).removeprefix("module.").partition(".")[0]
        values = change.get("after") or {}
        key = one.get("index")
        found.append(
            Creation(
                one["address"],
                area,
                one["type"],
                one["name"],
                key if isinstance(key, str) else "",
                values,
                actions != ["create"],
            )
        )
    return found


References = Mapping[str, frozenset[str]]
"""Address without keys (``module.network.aws_subnet.public``) -> those that it needs, at any distance."""


def references(document: Mapping[str, Any], *, outputs: bool = False, loose: bool = False) -> References:
    """What each resource needs, by the expressions of the configuration and through the root's calls.

    Terraform does not say there what a module's locals refer to. ``outputs``: where an output
    is of a local, to all of the module's resources; ``loose``: where a resource is, to all of the module's variables.
    Both are more than the truth.
    """
    root = document.get("configuration", {}).get("root_module", {})
    direct: dict[str, set[str]] = {}
    for name, call in root.get("module_calls", {}).items():
        prefix = f"module.{name}"
        module = call.get("module", {})
        given = {key: set(_named(value, "")) for key, value in call.get("expressions", {}).items()}
        for key, needs in given.items():
            direct[f"{prefix}.var.{key}"] = needs
        for key, output in module.get("outputs", {}).items():
            needs = set(_named(output.get("expression", {}), prefix))
            if outputs and any(one.startswith(f"{prefix}.local.") for one in needs):
                needs |= {f"{prefix}.{one['type']}.{one['name']}" for one in module.get("resources", ())}
            direct[f"{prefix}.{key}"] = needs | {f"{prefix}.{one}" for one in output.get("depends_on", ())}
        if loose:
            every = {f"{prefix}.var.{key}" for key in given}
            direct[f"{prefix}.local"] = every
        for resource in module.get("resources", ()):
            direct[f"{prefix}.{resource['type']}.{resource['name']}"] = {
                *_named(resource.get("expressions", {}), prefix),
                *_named(resource.get("for_each_expression", {}), prefix),
                *_named(resource.get("count_expression", {}), prefix),
                *(f"{prefix}.{one}" for one in resource.get("depends_on", ())),
            }
    return {name: frozenset(_reached(name, direct)) for name in direct}


def _named(expression: Any, prefix: str) -> Iterator[str]:
    if isinstance(expression, Mapping):
        said = expression.get("references")
        if isinstance(said, list):
            yield from (f"{prefix}.{one}" if prefix else str(one) for one in said)
        for value in expression.values():
            yield from _named(value, prefix)
    elif isinstance(expression, list):
        for value in expression:
            yield from _named(value, prefix)


def _reached(start: str, direct: Mapping[str, set[str]]) -> Iterator[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for found in direct.get(waiting.pop(), ()):
            plain = found.partition("[")[0]
            if ".local." in plain:
                plain = plain.partition(".local.")[0] + ".local"
            if plain not in seen:
                seen.add(plain)
                waiting.append(plain)
                yield plain


def without_key(address: str) -> str:
    """The address of a resource without that of its instance; a module of a root has no key."""
    return address.partition("[")[0]


def needing(addresses: Iterable[str], wanted: str, graph: References) -> list[str]:
    """Of ``addresses`` those that need what is at ``wanted``, at any distance."""
    goal = without_key(wanted)
    return [one for one in addresses if goal in graph.get(without_key(one), ())]
