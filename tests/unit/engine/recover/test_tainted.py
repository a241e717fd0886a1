"""What is tainted and stays, and what is made anew."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.engine.unfinished.tainted import divided, would_be_kept
from mendixctl.terraform.plan import Action, ResourceChange
from mendixctl.terraform.state import Instance

HELD = ["aws_db_instance", "aws_kms_key", "aws_s3_bucket", "aws_secretsmanager_secret", "aws_opensearch_domain"]
NOT_HELD = ["aws_eks_node_group", "aws_cloudwatch_event_rule", "aws_iam_role", "aws_something_new"]


def instance(kind: str, *, tainted: bool = True, **attributes: Any) -> Instance:
    return Instance(f"{kind}.this", kind, tainted=tainted, attributes=attributes)


@pytest.mark.parametrize("kind", HELD)
def test_what_holds_data_is_kept(kind: str) -> None:
    address = f"{kind}.this"
    assert divided([instance(kind)]) == ((address,), ())
    assert divided([instance(kind, status="available")]) == ((address,), ())
    assert divided([instance(kind)], [address]) == ((), (address,))
    assert divided([instance(kind, tainted=False)]) == ((), ())


@pytest.mark.parametrize("kind", NOT_HELD)
def test_what_holds_nothing_is_made_anew(kind: str) -> None:
    assert divided([instance(kind)]) == ((), (f"{kind}.this",))


@pytest.mark.parametrize("status", ["failed", "CREATE_FAILED", "incompatible-network", "DELETING"])
def test_what_aws_calls_failed_is_made_anew(status: str) -> None:
    found = divided([instance("aws_db_instance", status=status), instance("aws_kms_key")])
    assert found == (("aws_kms_key.this",), ("aws_db_instance.this",))


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
