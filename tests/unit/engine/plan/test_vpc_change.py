"""MXG113: a plan that leaves its VPC is refused with the way that loses nothing, until the loss is accepted by name."""

from __future__ import annotations

import pytest

from mendixctl.engine.plan.vpc_change import objections
from mendixctl.guard.limits import Planned
from mendixctl.terraform.plan import Action

VPC = Planned("module.network.aws_vpc.this[0]", Action.DELETE)
MADE = Planned("module.network.aws_vpc.this[0]", Action.CREATE)
NODES = Planned("module.network.aws_security_group.nodes", Action.REPLACE)
OTHER = Planned("module.logging.aws_vpc.this", Action.DELETE)


@pytest.mark.parametrize(
    ("changes", "exists", "about"),
    [
        ([VPC, NODES], True, [VPC.address]),
        ([VPC, NODES], False, []),
        ([NODES], True, [NODES.address]),
        ([MADE, NODES], False, [NODES.address]),
        ([NODES], False, []),
        ([OTHER], True, []),
        ([MADE], False, []),
    ],
)
def test_what_leaves_a_vpc(changes: list[Planned], exists: bool, about: list[str]) -> None:
    found = objections(changes, (), exists=exists)
    assert [address for one in found for address in one.accept] == about
    assert objections(changes, about, exists=exists) == []
