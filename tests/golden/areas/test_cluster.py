"""The cluster's module: what can never change is what it was, and groups are renewed beside the old ones."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.golden.areas.committed import STORE, resources, text

VERSIONS = STORE.versions("cluster")
REPLACED_IS_LOST = {"name", "role_arn", "bootstrap_self_managed_addons", "access_config", "encryption_config"}
"""Changing one of these makes the cluster anew, or cannot be done: what they were given at first stays for ever."""


@pytest.mark.parametrize("version", VERSIONS)
def test_what_can_never_change_is_what_it_was(version: str) -> None:
    cluster = resources("cluster", version)["aws_eks_cluster.this"]
    assert {name: cluster[name] for name in sorted(REPLACED_IS_LOST)} == {
        "access_config": [
            {
                "authentication_mode": '"API"',
                "bootstrap_cluster_creator_admin_permissions": False,
                **block_mark(cluster["access_config"]),
            }
        ],
        "bootstrap_self_managed_addons": False,
        "encryption_config": [
            {
                "resources": ['"secrets"'],
                "provider": [
                    {"key_arn": "${var.cluster_key_arn}", **block_mark(cluster["encryption_config"][0]["provider"])}
                ],
                **block_mark(cluster["encryption_config"]),
            }
        ],
        "name": "${var.environment}",
        "role_arn": "${var.cluster_role_arn}",
    }


def block_mark(blocks: list[dict[str, Any]]) -> dict[str, Any]:
    """The mark by which python-hcl2 tells a block from an object, if its version has one."""
    return {name: value for name, value in blocks[0].items() if name.startswith("__")}


@pytest.mark.parametrize(
    ("name", "ignored"),
    [
        ("this", ["scaling_config[0].desired_size"]),
        ("scheduled", ["scaling_config[0].desired_size", "scaling_config[0].min_size"]),
    ],
)
@pytest.mark.parametrize("version", VERSIONS)
def test_groups_are_renewed_beside_the_old_ones_and_sized_by_their_scaler(
    version: str, name: str, ignored: list[str]
) -> None:
    hcl = text("cluster", version)
    group = hcl[hcl.index(f'resource "aws_eks_node_group" "{name}"') :].split("\n}\n", 1)[0]
    assert "create_before_destroy = true" in group
    assert re.findall(r"scaling_config\[0\]\.[a-z_]+", group) == ignored
    assert "node_group_name_prefix" in group
