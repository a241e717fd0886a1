"""The verdict of a change, as far as Terraform's action says it."""

from __future__ import annotations

import pytest

from mendixctl.guard.judge import judge
from mendixctl.guard.verdict import Verdict
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange


@pytest.mark.parametrize(
    ("kind", "action", "expected"),
    [
        ("aws_s3_bucket", Action.DELETE, Verdict.IRREVERSIBLE),
        ("aws_kms_key", Action.REPLACE, Verdict.IRREVERSIBLE),
        ("aws_s3_bucket", Action.UPDATE, Verdict.REVERSIBLE),
        ("aws_s3_bucket", Action.CREATE, Verdict.REVERSIBLE),
        ("aws_route", Action.DELETE, Verdict.REVERSIBLE),
        ("aws_db_instance", Action.FORGET, Verdict.REVERSIBLE),
    ],
)
def test_only_losing_data_is_irreversible(kind: str, action: Action, expected: Verdict) -> None:
    change = ResourceChange(f"module.a.{kind}.this", "a", kind, action)
    (ruling,) = judge(PlanDocument("1.11.4", (change,)))
    assert (ruling.change, ruling.judgement.verdict) == (change, expected)
