"""The table of what uses keys, against botocore's models; and how keys are found in a request."""

from __future__ import annotations

import re
from typing import Any

import pytest
from moto.core.utils import get_service_model

from mendixctl.emulator.keys.documentation import CHINESE, ENGLISH, page
from mendixctl.emulator.keys.holders import HOLDERS
from mendixctl.emulator.keys.uses import Use, at, table

ENTRIES = [pytest.param(use, id=f"{use.service}-{use.operation}-{use.use}".replace(" ", "-")) for use in table()]
GENERAL = {"AccessDenied", "AccessDeniedException", "InvalidParameterValue", "ValidationError", "ValidationException"}
"""Errors that no model lists, because every operation of the service can have them."""

REPORTED = {("eks", "InvalidRequestException")}
"""Errors that people were answered with, where the model names others."""


@pytest.mark.parametrize("use", ENTRIES)
def test_a_use_names_an_operation_a_place_in_it_and_an_error_that_exist(use: Use) -> None:
    operation = get_service_model(use.service).operation_model(use.operation)
    for path in use.key:
        shape = operation.input_shape
        for name in re.sub(r"\[[^\]]*\]", "[]", path).split("."):
            shape = shape.members[name.removesuffix("[]")]
            shape = shape.member if name.endswith("[]") else shape
        assert shape.type_name == ("structure" if use.of == "template" else "string")
    known = {it.metadata.get("error", {}).get("code", it.name) for it in operation.error_shapes}
    known |= {it.name for it in operation.error_shapes}
    assert use.code in known | GENERAL or (use.service, use.code) in REPORTED
    assert use.of in HOLDERS
    assert use.aws in ENGLISH.aws
    assert use.grant in ENGLISH.grants
    assert (use.aws in CHINESE.aws, use.grant in CHINESE.grants, use.use in CHINESE.uses) == (True, True, True)
    assert all(action.startswith("kms:") for action in use.actions)
    assert use.source
    assert use.keys


def test_every_use_stands_in_the_page_of_each_of_its_keys() -> None:
    sections = {part.split("\n")[0]: part for part in page().split("\n## The key of ")[1:]}
    for use in table():
        for key in use.keys:
            assert f"| {use.use} | `{use.service}:{use.operation}` |" in sections[key]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a", ["x"]),
        ("b.c", ["y"]),
        ("list[].k", ["1", "2"]),
        ("list[Key=two].k", ["2"]),
        ("list[Key=three].k", []),
        ("names[]", ["n", "m"]),
        ("b.none.d", []),
        ("a.b", []),
        ("empty", []),
    ],
)
def test_paths(path: str, expected: list[str]) -> None:
    parameters: dict[str, Any] = {
        "a": "x",
        "b": {"c": "y", "none": None},
        "list": [{"Key": "one", "k": "1"}, {"Key": "two", "k": "2"}],
        "names": ["n", "m"],
        "empty": "",
    }
    assert list(at(parameters, path)) == expected
