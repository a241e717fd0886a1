"""Identity's and workloads' modules: no role has ever had another name, and each is bounded."""

from __future__ import annotations

import re

import pytest

from tests.golden.areas.committed import QUOTE, STORE, resources, text

NAMES = {
    "identity": {
        "aws_iam_policy.boundary": "${var.environment}-boundary",
        # Another name of the cluster's role would replace the cluster.
        "aws_iam_role.cluster": "${var.environment}-cluster",
        "aws_iam_role.node": "${var.environment}-node",
        "aws_iam_role.admin": "${var.environment}-platform-admin",
        "aws_iam_role.auditor": "${var.environment}-auditor",
    },
    "workloads": {
        "aws_iam_policy.environment": "${var.environment}-mendix-environment",
        "aws_iam_role.controller": "${var.environment}-${each.key}",
        "aws_iam_role.storage_provisioner": "${var.environment}-mendix-storage-provisioner",
        "aws_iam_role.builder": "${var.environment}-mendix-builder",
        "aws_iam_role.app": "${var.environment}-app-${each.key}",
    },
}


every_version = pytest.mark.parametrize(
    ("area", "version"), [(area, version) for area in NAMES for version in STORE.versions(area)]
)


@every_version
def test_no_role_has_ever_had_another_name(area: str, version: str) -> None:
    found = resources(area, version)
    assert {address: found[address]["name"].strip(QUOTE) for address in NAMES[area]} == NAMES[area]


@every_version
def test_every_role_is_bounded_and_described(area: str, version: str) -> None:
    roles = {address: body for address, body in resources(area, version).items() if "aws_iam_role." in address}
    assert len(roles) == 4
    assert not [address for address, body in roles.items() if not body.get("permissions_boundary")]
    assert not [address for address, body in roles.items() if not body.get("description")]


@every_version
def test_no_action_is_a_star(area: str, version: str) -> None:
    assert not re.search(r'Action\s*= "\*"', text(area, version))
