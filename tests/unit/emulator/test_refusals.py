"""Every rule that the emulator answers with: the request is made from the rule's example, in the service's protocol.

What the service would answer about the stored resource, and the others that a rule asks for, are made from the example
too; `tests/emulator/test_refusals.py` asks the emulator itself for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest

from mendixctl.emulator.contract.models import of_signing_name
from mendixctl.emulator.exchange import Request
from mendixctl.emulator.extensions import refusals
from mendixctl.emulator.extensions.refusals.knowledge import Knowledge
from mendixctl.guard.paths import JSON, STAR, look
from mendixctl.guard.refusals import rulebook
from mendixctl.guard.refusals.classify import refusals as planned
from mendixctl.guard.refusals.rulebook import Rule
from tests.unit.emulator.contract.sending import serialized
from tests.unit.guard.refusals.examples import plan, unpacked

ANSWERED = {rule.id: rule for rule in rulebook.every_rule() if rule.answered == "rule"}
ASKED = [(rule.id, part) for rule in ANSWERED.values() for part in rule.on]


def unasked(request: Request) -> Any:
    raise AssertionError(f"{request} was asked")


def put(document: dict[str, Any], steps: tuple[str, ...], source: tuple[str, ...], values: Any) -> None:
    """Write what stands at ``source`` of Terraform's values to ``steps`` of the service's."""
    if JSON in steps:
        steps, source = steps[: steps.index(JSON)], source[: source.index(JSON)]
    found = {key: value for key, value in look(source, values).items() if value is not None}
    places: dict[tuple[str, ...], int] = {}
    for key, value in found.items():
        numbers = []
        for depth in range(1, steps.count(STAR) + 1):
            siblings = [one for one in places if one[:-1] == key[: depth - 1] and len(one) == depth]
            numbers.append(places.setdefault(key[:depth], len(siblings)))
        into(document, steps, numbers, value)


def into(at: Any, steps: tuple[str, ...], numbers: list[int], value: Any) -> None:
    step, rest = steps[0], steps[1:]
    listed = bool(rest) and (rest[0] == STAR or rest[0].isdigit() or "=" in rest[0])
    if not listed:
        if rest:
            into(at.setdefault(step, {}), rest, numbers, value)
        else:
            at[step] = value
        return
    elements = at.setdefault(step, [])
    chosen = rest[0]
    if "=" in chosen:
        name, _, wanted = chosen.partition("=")
        element = next((one for one in elements if one.get(name) == wanted), None)
        if element is None:
            element = {name: wanted}
            elements.append(element)
    else:
        number = numbers.pop(0) if chosen == STAR else int(chosen)
        while len(elements) <= number:
            elements.append({})
        element = elements[number]
    if rest[1:]:
        into(element, rest[1:], numbers, value)


def made(rule: Rule, values: Any, *, of: str = "", stored: bool = False, shape: Any = None) -> dict[str, Any]:
    """A document of the service with the rule's facts."""
    document: dict[str, Any] = {}
    for fact in rule.facts.values():
        if fact.of != of or fact.every or (shape is None and fact.stored is None):
            continue
        places = [fact.stored] if stored else [one for one in fact.api if shape is None or fits(shape, one)][:1]
        for steps in places:
            if steps is not None:
                put(document, steps, fact.plan, values)
    return document


def fits(shape: Any, steps: tuple[str, ...]) -> bool:
    """Whether an operation has a place for a fact there."""
    for step in steps:
        if step == JSON:
            return True
        if shape.type_name == "list":
            shape = shape.member
        elif shape.type_name != "structure" or step not in shape.members:
            return False
        else:
            shape = shape.members[step]
    return shape.type_name != "structure"


def whole(shape: Any, given: dict[str, Any]) -> dict[str, Any]:
    """``given`` with something for each parameter that the operation requires."""
    plain = {"string": "x", "integer": 1, "long": 1, "boolean": True, "list": [], "map": {}, "structure": {}}
    return {**{name: plain.get(shape.members[name].type_name, "x") for name in shape.required_members}, **given}


def renamed(rule: Rule, value: Any) -> Any:
    """Blocks of Terraform that a rule looks at as a whole, by the names of the service."""
    of_s3 = {"storage_class": "StorageClass", "id": "ID", "days": "Days"}
    names = {"s3": of_s3, "autoscaling": {"scaling_adjustment": "ScalingAdjustment"}}.get(rule.service, {})
    if isinstance(value, list):
        return [renamed(rule, one) for one in value]
    return {names.get(key, key): one for key, one in value.items()} if isinstance(value, dict) else value


def knowing(rule: Rule, example: dict[str, Any], stored: dict[str, Any]) -> Knowledge:
    others = example.get("others", [])

    def related(name: str, document: dict[str, Any]) -> list[dict[str, Any]]:
        relation = rule.related[name]
        deleted = example["after"] is None
        side = "before" if deleted or document == stored else "after"
        named = look(relation.reference, example[side]).get(())
        wanted = named if isinstance(named, list) else [named]
        return [
            seen
            for other in others
            if other["type"] == relation.type
            if other["after"] is not None  # what a plan takes away is gone by then
            for values in [other["after"] if deleted else other["before"] or other["after"]]
            if named_by(look(relation.key, values).get(()), wanted)
            for seen in [documents(rule, name, values)]
        ]

    def members(values: dict[str, Any]) -> int:
        by = [rule.facts[name].plan for name in rule.group.by] if rule.group else []
        there = [one["after"] for one in others if one["after"] is not None]
        same = [one for one in there if all(look(path, one) == look(path, values) for path in by)]
        return len(same)

    operations = [name for part in ("update", "delete") for name in rule.on.get(part, ())]
    return Knowledge(
        stored=dict.fromkeys(operations, lambda ask, document: stored),
        related={name: lambda ask, document, name=name: related(name, document) for name in rule.related},
        members={rule.id: lambda ask, document: members(example["after"])} if rule.group else {},
    )


def named_by(key: Any, wanted: list[Any]) -> bool:
    """Whether a resource is among those that are wanted, by its key or by one of its keys."""
    return any(one in wanted for one in (key if isinstance(key, list) else [key]))


def documents(rule: Rule, name: str, values: dict[str, Any]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for fact in rule.facts.values():
        if fact.of == name and fact.stored:
            put(document, fact.stored, fact.plan, values)
    return document


def sent(rule: Rule, part: str, example: dict[str, Any]) -> Request:
    operation = rule.on[part][0]
    (model, shape) = next(
        (one, one.model.operation_model(operation).input_shape)
        for one in of_signing_name(rule.service)
        if operation in one.model.operation_names
    )
    values = example["after"] if example["after"] is not None else example["before"]
    return serialized(model.service, operation, whole(shape, renamed_document(rule, made(rule, values, shape=shape))))


def renamed_document(rule: Rule, value: Any) -> Any:
    if isinstance(value, dict):
        return {key: renamed_document(rule, one) for key, one in value.items()}
    return [renamed(rule, renamed_document(rule, one)) for one in value] if isinstance(value, list) else value


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Callable[[Rule, dict[str, Any]], None]:
    """Makes a rule the only one there is, with what its example says is stored."""

    def only(rule: Rule, example: dict[str, Any]) -> None:
        stored = {"there": True, **made(rule, example["before"] or {}, stored=True)}
        for fact in rule.facts.values():
            if fact.stored and not fact.api and not fact.of and example["before"] is None:
                put(stored, fact.stored, fact.plan, example["after"])
        monkeypatch.setattr(rulebook, "rules_for", lambda service, operation: (rule,) if rule.part(operation) else ())
        monkeypatch.setattr(refusals, "knowledge", lambda service: knowing(rule, example, stored))

    return only


@pytest.mark.parametrize(("identity", "part"), ASKED)
def test_the_emulator_refuses_with_the_words_of_the_plan(identity: str, part: str, alone: Any) -> None:
    rule = ANSWERED[identity]
    example = unpacked(rule.examples["refused"])
    alone(rule, example)
    response = refusals.refusal(sent(rule, part, example), unasked)
    assert response is not None
    assert response.status == rule.status
    body = unescape(response.body.decode())
    assert rule.code in body
    (told,) = [one for one in planned(plan(rule, "refused")) if one.rule == identity]
    said = told.text if "…" not in told.text else told.text.partition("…")[0]
    assert said in (json.loads(body)["message"] if body.startswith("{") else body)


@pytest.mark.parametrize(("identity", "part"), ASKED)
def test_the_emulator_takes_the_like(identity: str, part: str, alone: Any) -> None:
    rule = ANSWERED[identity]
    example = unpacked(rule.examples["accepted"])
    alone(rule, example)
    assert refusals.refusal(sent(rule, part, example), unasked) is None
