"""Arguments against the provider's schema: the error names the address and the argument."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.authoring.expression import Expr, dynamic
from mendixgen.authoring.module import AuthoringError
from mendixgen.authoring.provider import PROVIDER, ProviderSchema, check, distil

BODY = {
    "attributes": {
        "arn": {"type": "string", "computed": True},
        "bucket": {"type": "string", "required": True},
        "size": {"type": "number", "optional": True},
    },
    "block_types": {
        "rule": {
            "nesting_mode": "list",
            "min_items": 1,
            "max_items": 2,
            "block": {"attributes": {"days": {"type": "number", "required": True}}},
        }
    },
}
DUMP = {"provider_schemas": {PROVIDER: {"resource_schemas": {"aws_thing": {"block": BODY}}}}}
SCHEMA = ProviderSchema("5.100.0", distil(DUMP))
GOOD = {"bucket": "x", "rule": {"days": 1}}


@pytest.mark.parametrize(
    "arguments",
    [
        GOOD,
        GOOD | {"rule": [{"days": 1}, {"days": Expr("var.x")}]},
        GOOD | {"rule": dynamic(Expr("var.x"), {"days": 1})},
        GOOD | {"size": Expr("var.x")},
    ],
)
def test_good_arguments_pass(arguments: dict[str, Any]) -> None:
    assert set(check("area: aws_thing.this", SCHEMA, "aws_thing", arguments).blocks) == {"rule"}


@pytest.mark.parametrize(
    ("arguments", "code", "where"),
    [
        (GOOD | {"bukcet": 1}, "MXM122", "bukcet"),
        (GOOD | {"arn": "x"}, "MXM123", "arn"),
        ({"rule": {"days": 1}}, "MXM124", "bucket"),
        ({"bucket": "x"}, "MXM124", "rule"),
        (GOOD | {"rule": {}}, "MXM124", "rule"),
        (GOOD | {"rule": Expr("var.x")}, "MXM125", "rule"),
        (GOOD | {"rule": "x"}, "MXM125", "rule"),
        (GOOD | {"rule": ["x"]}, "MXM125", "rule"),
        (GOOD | {"size": dynamic(Expr("var.x"), {})}, "MXM125", "size"),
        (GOOD | {"rule": [{"days": 1}] * 3}, "MXM126", "rule"),
        (GOOD | {"rule": []}, "MXM126", "rule"),
        (GOOD | {"rule": [{"days": 1}, {"day": 1, "days": 1}]}, "MXM122", r"rule\[1\]\.day"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], code: str, where: str) -> None:
    with pytest.raises(AuthoringError, match=f"{code}.*area: aws_thing.this.*{where}"):
        check("area: aws_thing.this", SCHEMA, "aws_thing", arguments)


def test_an_unknown_type_gets_a_suggestion() -> None:
    with pytest.raises(AuthoringError) as caught:
        check("area: aws_think.this", SCHEMA, "aws_think", {})
    assert caught.value.diagnostics[0].code == "MXM121"
    assert "aws_thing" in caught.value.diagnostics[0].hint
