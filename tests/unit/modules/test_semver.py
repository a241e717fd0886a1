"""Which step of the version each kind of change asks for."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from mendixgen.versions.store import _parse
from mendixgen.versions.semver import Bump, compare, next_version

BASE: dict[str, Any] = {
    "area": "sample",
    "version": "1.2.3",
    "released": "2026-01-01",
    "description": "A sample.",
    "terraform": ">= 1.11",
    "provider": ">= 5.99, < 6",
    "section": {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "size": {"type": "integer", "minimum": 1, "maximum": 9, "default": 3, "description": "Size."},
            "mode": {"enum": ["a", "b"], "default": "a", "description": "Mode."},
            "things": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Thing"}, "default": {}},
        },
        "$defs": {
            "Thing": {
                "type": "object",
                "properties": {
                    "days": {"type": "integer"},
                    "next": {"anyOf": [{"$ref": "#/$defs/Thing"}, {"type": "null"}]},
                },
                "required": ["days"],
            }
        },
    },
    "inputs": {
        "size": {"from": "yaml", "required": False, "type": "number"},
        "vpc_id": {"from": "wired", "required": True, "type": "string", "reference": "network.vpc_id"},
    },
    "outputs": {"id": {"description": "ID.", "sensitive": False}},
    "moves": [],
    "addresses": ["aws_vpc.this"],
    "files": {"main.tf": "sha256:1"},
    "digest": "sha256:2",
}


def put(path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        *parents, last = path.split("/")
        for name in parents:
            data = data[name]
        data[last] = value

    return change


def drop(path: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        *parents, last = path.split("/")
        for name in parents:
            data = data[name]
        del data[last]

    return change


MOVE = [{"from": "aws_vpc.this", "to": "aws_vpc.main", "since": "1.3.0"}]
NEW = {"from": "yaml", "required": False, "type": "string"}


@pytest.mark.parametrize(
    ("bump", "changes"),
    [
        (Bump.PATCH, []),
        (Bump.PATCH, [put("files/main.tf", "sha256:9")]),
        (Bump.PATCH, [put("section/properties/size/description", "The size.")]),
        (Bump.MINOR, [put("inputs/new", NEW)]),
        (Bump.MINOR, [put("inputs/new", NEW | {"from": "wired", "required": True, "reference": "a.b"})]),
        (Bump.MINOR, [put("inputs/vpc_id/required", False)]),
        (Bump.MINOR, [put("outputs/new", {})]),
        (Bump.MINOR, [put("addresses", ["aws_vpc.this", "aws_eip.nat"])]),
        (Bump.MINOR, [put("addresses", ["aws_vpc.main"]), put("moves", MOVE)]),
        (Bump.MINOR, [put("section/properties/new", {"type": "string"})]),
        (Bump.MINOR, [put("section/properties/size/maximum", 99)]),
        (Bump.MINOR, [put("section/properties/size/default", 4)]),
        (Bump.MINOR, [put("section/properties/mode/enum", ["a", "b", "c"])]),
        (Bump.MINOR, [put("section/$defs/Thing/properties/more", {"type": "string"})]),
        (Bump.MAJOR, [drop("inputs/size")]),
        (Bump.MAJOR, [put("inputs/size/type", "string")]),
        (Bump.MAJOR, [put("inputs/size/required", True)]),
        (Bump.MAJOR, [put("inputs/new", NEW | {"required": True})]),
        (Bump.MAJOR, [drop("outputs/id")]),
        (Bump.MAJOR, [put("addresses", [])]),
        (Bump.MAJOR, [put("addresses", ["aws_vpc.main"])]),
        (Bump.MAJOR, [drop("section/properties/size")]),
        (Bump.MAJOR, [put("section/properties/size/maximum", 5)]),
        (Bump.MAJOR, [put("section/properties/size/minimum", 2)]),
        (Bump.MAJOR, [put("section/properties/size/type", "string")]),
        (Bump.MAJOR, [put("section/properties/mode/enum", ["a"])]),
        (Bump.MAJOR, [drop("section/$defs/Thing/properties/days")]),
        (Bump.MAJOR, [put("section/$defs/Thing/properties/more", {}), put("section/$defs/Thing/required", ["more"])]),
    ],
)
def test_the_step_that_is_asked_for(bump: Bump, changes: list[Any]) -> None:
    after = copy.deepcopy(BASE)
    for change in changes:
        change(after)
    found = compare(_parse(BASE), _parse(after | {"version": "1.3.0"}))
    assert found.bump is bump, found.changes


@pytest.mark.parametrize(
    ("bump", "version", "enough"),
    [
        (Bump.PATCH, "1.2.4", True),
        (Bump.MINOR, "1.2.4", False),
        (Bump.MINOR, "1.3.0", True),
        (Bump.MINOR, "2.0.0", True),
        (Bump.MAJOR, "1.9.0", False),
        (Bump.MAJOR, "2.0.0", True),
    ],
)
def test_whether_a_number_is_high_enough(bump: Bump, version: str, enough: bool) -> None:
    after = copy.deepcopy(BASE) | {"version": version}
    if bump is not Bump.PATCH:
        after["outputs"] = {} if bump is Bump.MAJOR else {"id": {}, "new": {}}
    assert compare(_parse(BASE), _parse(after)).enough is enough


def test_next_versions() -> None:
    assert [next_version("1.2.3", bump) for bump in Bump] == ["1.2.4", "1.3.0", "2.0.0"]


def test_a_change_says_what_it_is() -> None:
    after = copy.deepcopy(BASE) | {"version": "2.0.0"}
    after["inputs"]["size"]["type"] = "string"
    (change,) = compare(_parse(BASE), _parse(after)).changes
    assert (change.kind, change.name, change.what, change.detail) == ("input", "size", "changed", "number -> string")
