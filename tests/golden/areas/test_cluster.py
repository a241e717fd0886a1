"""The cluster's module: the committed HCL is what the Python says, and reads as it should."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mendixgen.areas.cluster import Cluster

MODULES = Path(__file__).parents[3] / "modules" / "cluster"
QUOTE = '"'
VERSIONS = sorted(path.name for path in MODULES.iterdir())
REPLACED_IS_LOST = {"name", "role_arn", "bootstrap_self_managed_addons", "access_config", "encryption_config"}
"""Changing one of these makes the cluster anew, or cannot be done: what they were given at first stays for ever."""


def resources(version: str) -> dict[str, dict[str, Any]]:
    """The resources of a committed module by address, as python-hcl2 reads them."""
    parsed = hcl2.loads((MODULES / version / "main.tf").read_text("utf-8"))
    return {
        f"{kind.strip(QUOTE)}.{name.strip(QUOTE)}": body
        for block in parsed["resource"]
        for kind, named in block.items()
        for name, body in named.items()
    }


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifest_lists_the_resources(version: str) -> None:
    manifest = json.loads((MODULES / version / "module.json").read_text("utf-8"))
    assert manifest["addresses"] == sorted(resources(version))


@pytest.mark.parametrize("version", VERSIONS)
def test_what_can_never_change_is_what_it_was(version: str) -> None:
    cluster = resources(version)["aws_eks_cluster.this"]
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
    text = (MODULES / version / "main.tf").read_text("utf-8")
    group = text[text.index(f'resource "aws_eks_node_group" "{name}"') :].split("\n}\n", 1)[0]
    assert "create_before_destroy = true" in group
    assert re.findall(r"scaling_config\[0\]\.[a-z_]+", group) == ignored
    assert "node_group_name_prefix" in group


@pytest.mark.authoring
@pytest.mark.xdist_group("authoring")
def test_the_committed_module_is_what_the_python_says() -> None:
    from mendixgen.authoring import provider
    from mendixgen.authoring.build import module_files

    committed = MODULES / Cluster.version
    released = json.loads((committed / "module.json").read_text("utf-8"))["released"]
    files = module_files(Cluster, provider.load(), released)
    assert dict(files) == {path.name: path.read_text("utf-8") for path in committed.iterdir()}
