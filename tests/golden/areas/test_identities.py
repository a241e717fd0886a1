"""Identity's and workloads' modules: the committed HCL is what the Python says, and what is promised for ever stands.

The modules themselves, in ``modules/<area>/<version>/``, are the golden HCL.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mendixgen.areas.contract import Area
from mendixgen.areas.identity import Identity
from mendixgen.areas.workloads import Workloads

MODULES = Path(__file__).parents[3] / "modules"
AREAS = (Identity, Workloads)
QUOTE = '"'
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


def versions() -> list[tuple[str, str]]:
    return [(area.name, path.name) for area in AREAS for path in sorted((MODULES / area.name).iterdir())]


def resources(area: str, version: str) -> dict[str, dict[str, Any]]:
    """The resources of a committed module by address, as python-hcl2 reads them."""
    parsed = hcl2.loads((MODULES / area / version / "main.tf").read_text("utf-8"))
    return {
        f"{kind.strip(QUOTE)}.{name.strip(QUOTE)}": body
        for block in parsed["resource"]
        for kind, named in block.items()
        for name, body in named.items()
    }


@pytest.mark.parametrize(("area", "version"), versions())
def test_the_manifest_lists_the_resources(area: str, version: str) -> None:
    manifest = json.loads((MODULES / area / version / "module.json").read_text("utf-8"))
    assert manifest["addresses"] == sorted(resources(area, version))


@pytest.mark.parametrize(("area", "version"), versions())
def test_no_role_has_ever_had_another_name(area: str, version: str) -> None:
    found = resources(area, version)
    assert {address: found[address]["name"].strip(QUOTE) for address in NAMES[area]} == NAMES[area]


@pytest.mark.parametrize(("area", "version"), versions())
def test_every_role_is_bounded_and_described(area: str, version: str) -> None:
    roles = {address: body for address, body in resources(area, version).items() if "aws_iam_role." in address}
    assert len(roles) == 4
    assert not [address for address, body in roles.items() if not body.get("permissions_boundary")]
    assert not [address for address, body in roles.items() if not body.get("description")]


@pytest.mark.parametrize(("area", "version"), versions())
def test_no_data_source_and_no_star_as_action(area: str, version: str) -> None:
    text = (MODULES / area / version / "main.tf").read_text("utf-8")
    assert "\ndata " not in text
    assert 'Action   = "*"' not in text
    assert "prevent_destroy" not in text


@pytest.mark.authoring
@pytest.mark.xdist_group("authoring")
@pytest.mark.parametrize("area", AREAS, ids=lambda it: it.name)
def test_the_committed_module_is_what_the_python_says(area: type[Area]) -> None:
    from mendixgen.authoring import provider
    from mendixgen.authoring.build import module_files

    committed = MODULES / area.name / area.version
    released = json.loads((committed / "module.json").read_text("utf-8"))["released"]
    files = module_files(area, provider.load(), released)
    assert dict(files) == {path.name: path.read_text("utf-8") for path in committed.iterdir()}
