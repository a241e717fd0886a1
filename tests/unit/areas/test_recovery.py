"""What the recovery's section may say on either side."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.areas import parts
from mendixgen.areas.contract import Header, Neighbour
from mendixgen.areas.recovery import Recovery

HEADER = Header(
    "prod",
    "eu-central-1",
    "123456789012",
    "aws",
    "apps.example.com",
    neighbours={"prod-dr": Neighbour(region="eu-west-1", account="123456789012")},
)


def found(**said: Any) -> list[tuple[str, str, bool]]:
    checks = parts.check(Recovery, Recovery.Inputs.model_validate(said), HEADER)
    return [(str(one.path[0]), one.code, one.warns) for one in checks]


def test_a_primarys_first_apply_is_let_be_and_reminded_of() -> None:
    assert found(standby="prod-dr", replicate_buckets=False) == [("replicate_buckets", "MXS617", True)]
    assert found(standby="prod-dr") == []


@pytest.mark.parametrize("said", [{}, {"primary": "prod-dr"}])
def test_buckets_are_replicated_by_a_primary_alone(said: dict[str, Any]) -> None:
    assert ("replicate_buckets", "MXS613", False) in found(replicate_buckets=False, **said)
