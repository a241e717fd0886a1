"""Python's types and bounds as Terraform's."""

from __future__ import annotations

import enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import Field
from pydantic.fields import FieldInfo

from mendixgen.areas.contract import AreaInputs, Strict, setting, wired
from mendixgen.authoring.variables.types import UnsupportedType, Variable, one_line, variable
from mendixgen.versions.type_grammar import compatible, parse


class Tier(enum.StrEnum):
    HOT = "hot"
    COLD = "cold"


class Rule(Strict):
    days: int = setting(30, description="Days.", ge=1, le=365, unit="days")
    tier: Tier = setting(Tier.HOT, description="Tier.")
    note: str | None = setting(None, description="Note.", max_length=5)


class Bucket(Strict):
    rules: list[Rule] = setting(description="Rules.", default_factory=list)
    main: Rule = setting(Rule(days=7), description="The main one.")
    size: float = setting(description="Needed.", gt=0)
    extra: Rule | None = setting(None, description="Another.")


Name = Annotated[str, Field(pattern="^[a-z]+$")]


class Inputs(AreaInputs):
    text: str = setting(description="Text.", min_length=1)
    choice: Literal["a", "b"] = setting("a", description="Choice.")
    flag: bool = setting(True, description="Flag.")
    names: list[Name] = setting(description="Names.", default_factory=list, max_length=3)
    maybe: int | None = setting(None, description="Maybe.", ge=3)
    buckets: dict[Name, Bucket] = setting(description="Buckets.", default_factory=dict)
    rule: Rule = setting(Rule(), description="Rule.")
    key: str | None = setting(None, description="Key.", secret=True)
    zones: int | list[str] = setting(3, description="Zones.", resolve="zones", terraform_type="list(string)")
    vpc_id: str = wired("network.vpc_id", "VPC.")
    keys: dict[str, str] | None = wired("encryption.keys", "Keys.", optional=True)
    anything: Any = setting(None, description="Anything.")


def of(name: str) -> Variable:
    return variable(name, Inputs.model_fields[name])


@pytest.mark.parametrize(
    ("name", "kind", "default", "nullable"),
    [
        ("text", "string", None, False),
        ("choice", "string", '"a"', False),
        ("flag", "bool", "true", False),
        ("names", "list(string)", "[]", False),
        ("maybe", "number", "null", True),
        (
            "rule",
            'object({ days = optional(number, 30), tier = optional(string, "hot"), note = optional(string) })',
            "{}",
            False,
        ),
        ("key", "string", "null", True),
        ("zones", "list(string)", None, False),
        ("vpc_id", "string", None, False),
        ("keys", "map(string)", "null", True),
        ("anything", "any", "null", True),
    ],
)
def test_types_and_defaults(name: str, kind: str, default: str | None, nullable: bool) -> None:
    found = of(name)
    assert (one_line(found.type), found.default, found.nullable) == (kind, default, nullable)


def test_a_nested_default_says_only_what_differs() -> None:
    rule = one_line(of("rule").type)
    main = f"optional({rule}, {{ days = 7 }})"
    rest = f"main = {main}, size = number, extra = optional({rule})"
    expected = f"map(object({{ rules = optional(list({rule}), []), {rest} }}))"
    assert one_line(of("buckets").type) == expected


def test_secrets_are_sensitive() -> None:
    assert of("key").sensitive
    assert not of("text").sensitive


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("text", "length(var.text) >= 1"),
        ("choice", 'contains(["a", "b"], var.choice)'),
        ("maybe", "var.maybe == null ? true : var.maybe >= 3 && floor(var.maybe) == var.maybe"),
        ("names", "length(var.names) <= 3"),
        ("names", 'alltrue([for name in var.names : can(regex("^[a-z]+$", name))])'),
        ("buckets", 'alltrue([for name in keys(var.buckets) : can(regex("^[a-z]+$", name))])'),
        ("buckets", "alltrue([for size in values(var.buckets)[*].size : size > 0])"),
        (
            "buckets",
            (
                "alltrue([for rules in values(var.buckets)[*].rules : alltrue([for tier in rules[*].tier :"
                ' contains(["hot", "cold"], tier)])])'
            ),
        ),
        ("buckets", "alltrue([for note in values(var.buckets)[*].main.note : length(note) <= 5 if note != null])"),
        (
            "buckets",
            (
                "alltrue([for bucket in var.buckets : bucket.extra == null ? true : bucket.extra.note == null ? true :"
                " length(bucket.extra.note) <= 5])"
            ),
        ),
        ("rule", "var.rule.note == null ? true : length(var.rule.note) <= 5"),
    ],
)
def test_bounds_become_validations(name: str, condition: str) -> None:
    assert condition in [it.condition for it in of(name).validations]


def test_messages_name_the_field_the_bound_and_the_unit() -> None:
    messages = [it.message for it in of("rule").validations]
    assert "rule.days must be a whole number, at least 1 and at most 365 (days)." in messages
    assert "rule.tier must be one of: hot, cold." in messages


@pytest.mark.parametrize("annotation", [int | str, list[int | str], tuple[int, str], object, Literal["a", 1]])
def test_what_terraform_cannot_say_is_refused_by_name(annotation: Any) -> None:
    with pytest.raises(UnsupportedType, match=r"^odd"):
        variable("odd", FieldInfo.from_annotation(annotation))


TYPE = 'map(object({ a = optional(list(string), ["x)"]), b = number, c = optional(object({ d = bool }), {}) }))'


def test_types_are_read_back() -> None:
    found = parse(TYPE)
    assert found.name == "map"
    attributes = found.elements[0].attributes
    assert {name: optional for name, (_, optional) in attributes.items()} == {"a": True, "b": False, "c": True}


@pytest.mark.parametrize(
    ("old", "new", "fits"),
    [
        ("string", "string", True),
        ("string", "number", False),
        ("string", "any", True),
        ("list(string)", "set(string)", False),
        ("object({ a = string })", "object({ a = string, b = optional(number) })", True),
        ("object({ a = string })", "object({ a = string, b = number })", False),
        ("object({ a = string })", "object({ a = optional(string) })", True),
        ("object({ a = optional(string) })", "object({ a = string })", False),
        ("object({ a = string, b = bool })", "object({ a = string })", False),
        ("map(object({ a = string }))", 'map(object({ a = string, b = optional(string, "}") }))', True),
        ("tuple([string, number])", "tuple([string, number])", True),
        ("nonsense(", "nonsense(", True),
        ("nonsense(", "nonsense[", False),
    ],
)
def test_compatibility(old: str, new: str, fits: bool) -> None:
    assert compatible(old, new) is fits


@pytest.mark.parametrize("name", list(Inputs.model_fields))
def test_every_type_that_is_written_can_be_read_back(name: str) -> None:
    kind = of(name).type
    assert compatible(kind, one_line(kind))
    assert compatible(one_line(kind), kind)
