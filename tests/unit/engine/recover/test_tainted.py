"""What is tainted and stays, and what is made anew."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.engine.unfinished.tainted import kept, would_be_kept
from mendixctl.terraform.plan import Action, ResourceChange
from mendixctl.terraform.state import Instance

HELD = ["aws_db_instance", "aws_kms_key", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_opensearch_domain"]
NOT_HELD = ["aws_eks_node_group", "aws_cloudwatch_event_rule", "aws_iam_role", "aws_something_new"]


def instance(kind: str, *, tainted: bool = True, **attributes: Any) -> Instance:
    return Instance(f"{kind}.this", kind, tainted=tainted, attributes=attributes)


@pytest.mark.parametrize("kind", HELD)
def test_what_holds_data_is_kept(kind: str) -> None:
    assert kept([instance(kind)]) == (f"{kind}.this",)
    assert kept([instance(kind, status="available")]) == (f"{kind}.this",)
    assert kept([instance(kind, tainted=False)]) == ()


@pytest.mark.parametrize("kind", NOT_HELD)
def test_what_holds_nothing_is_made_anew(kind: str) -> None:
    assert kept([instance(kind)]) == ()


@pytest.mark.parametrize("status", ["failed", "CREATE_FAILED", "incompatible-network", "DELETING"])
def test_what_aws_calls_failed_is_made_anew(status: str) -> None:
    assert kept([instance("aws_db_instance", status=status), instance("aws_kms_key")]) == ("aws_kms_key.this",)


@pytest.mark.parametrize(
    ("reason", "before", "expected"),
    [
        ("replace_because_tainted", {"id": "a"}, True),
        ("replace_because_cannot_update", {"id": "a"}, False),
        ("replace_because_tainted", {"status": "FAILED"}, False),
    ],
)
def test_a_plan_knows_what_a_recovery_would_keep(reason: str, before: dict[str, str], expected: bool) -> None:
    change = ResourceChange(
        "aws_eks_cluster.this", "", "aws_eks_cluster", Action.REPLACE, reason=reason, raw={"change": {"before": before}}
    )
    assert would_be_kept(change) is expected
