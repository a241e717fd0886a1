"""The foundation on the emulator: made, changed, torn down; and each of its parts alone turned off."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulator.area_root import AreaRoot, Plan

pytestmark = pytest.mark.emulator

CI: dict[str, Any] = {"github": {"repositories": ["example/mendix-platform"], "branches": ["main"]}}
NETWORK = {
    "vpc_id": "vpc-0123456789abcdef0",
    "subnet_ids": ["subnet-0123456789abcdef0"],
    "security_group_ids": ["sg-0123456789abcdef0"],
}
BUILDS = [
    "aws_kms_alias.builds[0]",
    "aws_kms_key.builds[0]",
    "aws_s3_bucket.builds[0]",
    "aws_s3_bucket_lifecycle_configuration.builds[0]",
    "aws_s3_bucket_notification.builds[0]",
    "aws_s3_bucket_ownership_controls.builds[0]",
    "aws_s3_bucket_policy.builds[0]",
    "aws_s3_bucket_public_access_block.builds[0]",
    "aws_s3_bucket_server_side_encryption_configuration.builds[0]",
    "aws_s3_bucket_versioning.builds[0]",
    *(
        f'{kind}["{step}"]'
        for step in ("plan", "apply")
        for kind in (
            "aws_cloudwatch_log_group.builds",
            "aws_codebuild_project.builds",
            "aws_iam_policy.builds_start",
            "aws_iam_role.builds",
            "aws_iam_role_policy.builds",
        )
    ),
]
"""What ``builds`` adds."""


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("foundation", environment="foundation", settings={"ci": CI})


def test_life_of_the_foundation(root: AreaRoot) -> None:
    def made_it() -> None:
        made = root.outputs()
        assert made["deployer_role_arn"] == "arn:aws:iam::123456789012:role/foundation-deployer"
        assert set(made["oidc_provider_arns"]) == {"github"}
        assert set(made["analyzer_arns"]) == {"external", "unused"}
        assert len(made["config_rule_arns"]) > 15
        role = root.values()["aws_iam_role.deployer[0]"]
        (trust,) = json.loads(role["assume_role_policy"])["Statement"]
        assert trust["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert trust["Principal"]["Federated"] == made["oidc_provider_arns"]["github"]
        assert trust["Condition"]["StringEquals"] == {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": ["repo:example/mendix-platform:ref:refs/heads/main"],
        }
        assert role["permissions_boundary"] == made["deployer_boundary_arn"]

    def planned(changes: Plan) -> None:
        assert changes == {
            "aws_ecr_registry_scanning_configuration.this": ("update",),
            "aws_iam_account_password_policy.this[0]": ("update",),
            'aws_iam_openid_connect_provider.ci["gitlab"]': ("create",),
            **dict.fromkeys(BUILDS, ("create",)),
            "aws_iam_policy.planner[0]": ("create",),
            "aws_iam_role.planner[0]": ("create",),
            "aws_iam_role_policy_attachment.planner[0]": ("create",),
            "aws_iam_role_policy_attachment.planner_reads[0]": ("create",),
            "aws_iam_policy.deployer_boundary[0]": ("update",),
            "aws_iam_policy.deployer_identity[0]": ("update",),
            "aws_iam_policy.deployer_state[0]": ("update",),
            "aws_iam_role.deployer[0]": ("update",),
            "aws_inspector2_enabler.this[0]": ("delete",),
            'aws_securityhub_standards_subscription.this["cis"]': ("delete",),
            'aws_securityhub_standards_subscription.this["nist"]': ("create",),
        }

    then = {
        "ci": {
            **CI,
            "gitlab": {"projects": ["example/platform"]},
            "environments": ["prod"],
            "session_hours": 4,
            "planner": {},
        },
        "password_policy": {"min_length": 20},
        "security_hub": {"standards": ["fsbp", "nist"]},
        "inspector": False,
        "builds": {"network": NETWORK},
    }
    root.live(then, made=made_it, planned=planned)


def test_each_part_can_be_off(root: AreaRoot) -> None:
    root.give(
        ci=None,
        access_analyzer={"external": False, "unused": False},
        security_hub={"standards": []},
        ebs_encryption=False,
        guardduty=False,
        config_rules=False,
        inspector=False,
        global_settings=False,
    )
    assert set(root.planned()) == {"aws_ecr_registry_scanning_configuration.this"}
