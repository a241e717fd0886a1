"""The examples that stand beside each rule, as plans. ``$times`` stands for what would fill a page."""

from __future__ import annotations

import json
from typing import Any

from mendixctl.guard.refusals.rulebook import Rule
from mendixctl.terraform.plan import PlanDocument
from tests.unit.guard.plans import document, item

ADDRESS = "module.tested.this"


def plan(rule: Rule, kind: str) -> PlanDocument:
    """The plan of an example; the change that it is about stands first, at `ADDRESS`."""
    example = unpacked(rule.examples[kind])
    (first, *_) = sorted(rule.types)
    tested = _item({"type": first, **example}, ADDRESS)
    return document(tested, *(_item(one, f"other[{n}]") for n, one in enumerate(example.get("others", []))))


def unpacked(value: Any) -> Any:
    if isinstance(value, dict) and "$times" in value:
        return value["of"] * value["$times"] + value.get("then", "")
    if isinstance(value, dict):
        return {key: unpacked(one) for key, one in value.items()}
    if isinstance(value, list):
        return [found for one in value for found in _elements(one)]
    return value


def _elements(one: Any) -> list[Any]:
    if isinstance(one, dict) and "from" in one:
        numbers = range(one["from"], one["from"] + one["$times"])
        return [json.loads(one["of"].replace("$n", str(number))) for number in numbers]
    return [unpacked(one)]


def _item(example: dict[str, Any], address: str) -> dict[str, Any]:
    before, after = example["before"], example["after"]
    action = "create" if before is None else "delete" if after is None else "no-op" if before == after else "update"
    if address == ADDRESS and action == "no-op":
        action = "update"
    return item(example["type"], action, before, after, example.get("unknown"), address=address)
