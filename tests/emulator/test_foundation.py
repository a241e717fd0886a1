"""The foundation on the emulator: made, changed, torn down; and each of its parts alone turned off."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mendixctl.emulator.control import Endpoint
from mendixgen.areas.foundation import Foundation
from tests.emulator.module_root import give, module_root, outputs, planned
from tests.emulator.terraform_root import Root

pytestmark = pytest.mark.emulator

FIXED = {
    "environment": '"foundation"',
    "region": '"eu-central-1"',
    "account": '"123456789012"',
    "partition": '"aws"',
}
CI: dict[str, Any] = {"github": {"repositories": ["example/mendix-platform"], "branches": ["main"]}}
SETTINGS: dict[str, Any] = {
    "ci": CI,
    "password_policy": {},
    "access_analyzer": {},
    "security_hub": {},
    "ebs_encryption": True,
    "guardduty": True,
    "config_rules": True,
    "inspector": True,
    "global_settings": True,
    "teardown": False,
}


@pytest.fixture
def root(tmp_path: Path, emulator: Endpoint) -> Root:
    return module_root(tmp_path / "root", emulator, "foundation", Foundation.version, fixed=FIXED, settings=SETTINGS)


def test_life_of_the_foundation(root: Root) -> None:
    root.apply()
    assert planned(root) == {}
    made = outputs(root, "foundation")
    assert made["deployer_role_arn"] == "arn:aws:iam::123456789012:role/foundation-deployer"
    assert set(made["oidc_provider_arns"]) == {"github"}
    assert set(made["analyzer_arns"]) == {"external", "unused"}
    assert len(made["config_rule_arns"]) > 15
    role = values(root, "module.foundation.aws_iam_role.deployer[0]")
    (trust,) = json.loads(role["assume_role_policy"])["Statement"]
    assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert trust["Principal"]["Federated"] == made["oidc_provider_arns"]["github"]
    assert trust["Condition"]["StringEquals"] == {
        "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
        "token.actions.githubusercontent.com:sub": ["repo:example/mendix-platform:ref:refs/heads/main"],
    }
    assert role["permissions_boundary"] == made["deployer_boundary_arn"]

    give(
        root,
        ci={**CI, "gitlab": {"projects": ["example/platform"]}, "environments": ["prod"], "session_hours": 4},
        password_policy={"min_length": 20},
        security_hub={"standards": ["fsbp", "nist"]},
        inspector=False,
    )
    changes = planned(root)
    prefix = "module.foundation."
    assert {address.removeprefix(prefix): actions for address, actions in changes.items()} == {
        "aws_ecr_registry_scanning_configuration.this": ("update",),
        "aws_iam_account_password_policy.this[0]": ("update",),
        'aws_iam_openid_connect_provider.ci["gitlab"]': ("create",),
        "aws_iam_policy.deployer_boundary[0]": ("update",),
        "aws_iam_policy.deployer_identity[0]": ("update",),
        "aws_iam_policy.deployer_state[0]": ("update",),
        "aws_iam_role.deployer[0]": ("update",),
        "aws_inspector2_enabler.this[0]": ("delete",),
        'aws_securityhub_standards_subscription.this["cis"]': ("delete",),
        'aws_securityhub_standards_subscription.this["nist"]': ("create",),
    }
    root.apply()
    assert planned(root) == {}

    give(root, teardown=True)
    root.apply()
    root.destroy()
    assert root.addresses() == set()


def test_each_part_can_be_off(root: Root) -> None:
    give(
        root,
        ci=None,
        access_analyzer={"external": False, "unused": False},
        security_hub={"standards": []},
        ebs_encryption=False,
        guardduty=False,
        config_rules=False,
        inspector=False,
        global_settings=False,
    )
    assert {address.removeprefix("module.foundation.") for address in planned(root)} == {
        "aws_ecr_registry_scanning_configuration.this"
    }


def values(root: Root, address: str) -> dict[str, Any]:
    shown = json.loads(root.run("show", "-json").stdout)
    resources = shown["values"]["root_module"]["child_modules"][0]["resources"]
    found: dict[str, Any] = next(it["values"] for it in resources if it["address"] == address)
    return found
