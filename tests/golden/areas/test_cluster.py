"""The cluster's module: what can never change is what it was, and groups are renewed beside the old ones."""

from __future__ import annotations

import re
from typing import Any

import pytest

from mendixgen.versions.store import version_key
from tests.golden.areas.committed import STORE, resources, text

VERSIONS = STORE.versions("cluster")
REPLACED_IS_LOST = {"name", "role_arn", "bootstrap_self_managed_addons", "access_config", "encryption_config"}
"""Changing one of these makes the cluster anew, or cannot be done: what they were given at first stays for ever."""


MADE = {"mode": '"API"', "name": "${var.environment}", "role": "${var.cluster_role_arn}"}
ADOPTED = {
    "mode": '${replace(upper(var.authentication), "-", "_")}',
    "name": "${local.name}",
    "role": "${coalesce(var.role_arn, var.cluster_role_arn)}",
}
"""Since 1.3.0: what a cluster that was adopted has, and without its settings the same as before."""


@pytest.mark.parametrize("version", VERSIONS)
def test_what_can_never_change_is_what_it_was(version: str) -> None:
    cluster = resources("cluster", version)["aws_eks_cluster.this"]
    said = MADE if version_key(version) < (1, 3, 0) else ADOPTED
    assert {name: cluster[name] for name in sorted(REPLACED_IS_LOST)} == {
        "access_config": [
            {
                "authentication_mode": said["mode"],
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
        "name": said["name"],
        "role_arn": said["role"],
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


def test_what_is_not_adopted_is_called_as_before() -> None:
    assert "name = coalesce(var.cluster_name, var.environment)" in re.sub(" +", " ", text("cluster", VERSIONS[-1]))
    section = STORE.manifest("cluster", VERSIONS[-1]).section["properties"]
    given = {name: section[name].get("default") for name in ("name", "role_arn", "authentication")}
    assert given == {"name": None, "role_arn": None, "authentication": "api"}


def test_a_load_balancer_calls_adopted_nodes_as_it_calls_the_platform_s() -> None:
    network = text("network", STORE.newest("network", released_only=False) or "")
    rows = re.findall(r'"load-balancer-to-adopted[a-z-]*" = \{[^}]*protocol += "(\w+)"', text("cluster", VERSIONS[-1]))
    assert set(rows) == set(re.findall(r'"load_balancer_to_nodes_(\w+)"', network)) == {"tcp", "udp"}
    assert len(rows) == 4  # let in by the nodes, let out by the load balancer
