"""The committed modules of secrets and foundation: what the Python says, and what a reader must find in them.

The HCL in ``modules/`` is the golden one: ``mendixctl modules build --check`` compares it byte by byte.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from mendixgen import functions
from mendixgen.areas.contract import Area
from mendixgen.areas.registry import area
from mendixgen.authoring.build import collect

MODULES = Path(__file__).parents[3] / "modules"
QUOTE = '"'
ADDRESSES = {
    "secrets": {
        "aws_cloudwatch_event_rule.failed",
        "aws_cloudwatch_event_target.failed",
        "aws_cloudwatch_log_group.rotation",
        "aws_cloudwatch_metric_alarm.errors",
        "aws_cloudwatch_metric_alarm.throttles",
        "aws_iam_role.rotation",
        "aws_iam_role_policy.rotation",
        "aws_lambda_function.rotation",
        "aws_lambda_permission.rotation",
        "aws_secretsmanager_secret.this",
        "aws_secretsmanager_secret_policy.this",
        "aws_secretsmanager_secret_rotation.this",
        "aws_secretsmanager_secret_version.first",
        "aws_sns_topic.rotation",
        "aws_sns_topic_policy.rotation",
        "aws_sns_topic_subscription.mail",
    },
    "foundation": {
        "aws_accessanalyzer_analyzer.this",
        "aws_config_config_rule.this",
        "aws_config_configuration_recorder.this",
        "aws_config_configuration_recorder_status.this",
        "aws_config_delivery_channel.this",
        "aws_ebs_default_kms_key.this",
        "aws_ebs_encryption_by_default.this",
        "aws_ecr_registry_scanning_configuration.this",
        "aws_guardduty_detector.this",
        "aws_guardduty_detector_feature.this",
        "aws_iam_account_password_policy.this",
        "aws_iam_openid_connect_provider.ci",
        "aws_iam_policy.deployer_boundary",
        "aws_iam_role.deployer",
        "aws_iam_service_linked_role.config",
        "aws_inspector2_enabler.this",
        "aws_kms_alias.config",
        "aws_kms_alias.ebs",
        "aws_kms_key.config",
        "aws_kms_key.ebs",
        "aws_s3_bucket.config",
        "aws_s3_bucket_lifecycle_configuration.config",
        "aws_s3_bucket_notification.config",
        "aws_s3_bucket_ownership_controls.config",
        "aws_s3_bucket_policy.config",
        "aws_s3_bucket_public_access_block.config",
        "aws_s3_bucket_server_side_encryption_configuration.config",
        "aws_s3_bucket_versioning.config",
        "aws_securityhub_account.this",
        "aws_securityhub_standards_subscription.this",
        *(
            f"{kind}.deployer_{name}"
            for kind in ("aws_iam_policy", "aws_iam_role_policy_attachment")
            for name in ("data", "global", "identity", "network", "operations", "state", "workloads")
        ),
    },
}
"""The addresses of 1.0.0. A later version of the same major has each of them, or a move for it."""

OUTPUTS = {
    "secrets": {
        "alarm_names",
        "alarm_topic_arn",
        "rotation_function_arn",
        "rotation_role_arn",
        "secret_arns",
        "secret_names",
    },
    "foundation": {
        "analyzer_arns",
        "config_bucket",
        "config_rule_arns",
        "deployer_boundary_arn",
        "deployer_role_arn",
        "detector_id",
        "ebs_key_arn",
        "oidc_provider_arns",
    },
}


def folder(name: str) -> Path:
    return MODULES / name / area(name).version


def text(name: str) -> str:
    return (folder(name) / "main.tf").read_text("utf-8")


def committed(name: str) -> dict[str, dict[str, Any]]:
    return {
        f"{kind.strip(QUOTE)}.{label.strip(QUOTE)}": body
        for block in hcl2.loads(text(name))["resource"]
        for kind, named in block.items()
        for label, body in named.items()
    }


@pytest.mark.parametrize("name", ADDRESSES)
def test_the_module_has_what_the_code_says_and_what_was_promised(name: str) -> None:
    found: type[Area] = area(name)
    assert set(committed(name)) == {it.address for it in collect(found).resources}
    moved = {move.source for move in found.moves}
    assert set(committed(name)) >= ADDRESSES[name] - moved
    assert set(found.outputs) >= OUTPUTS[name]
    manifest = json.loads((folder(name) / "module.json").read_text("utf-8"))
    assert set(manifest["outputs"]) == set(found.outputs)


@pytest.mark.parametrize("name", ADDRESSES)
def test_each_resource_is_explained_and_none_reads_aws_or_is_locked(name: str) -> None:
    lines = text(name).splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("resource ")]
    assert all(lines[index - 1].startswith("#") for index in starts)
    assert not re.search(r'^data "|prevent_destroy|^provider ', text(name), re.MULTILINE)


def test_the_code_of_the_function_is_part_of_the_module_and_of_its_digest() -> None:
    place = folder("secrets")
    assert (place / "rotate_secret.py").read_text("utf-8") == functions.source("rotate_secret")
    assert (place / "rotate_secret.zip").read_bytes() == functions.archive("rotate_secret")
    files = json.loads((place / "module.json").read_text("utf-8"))["files"]
    assert {"rotate_secret.py", "rotate_secret.zip"} <= set(files)


def test_the_module_has_no_value_of_a_secret() -> None:
    version = committed("secrets")["aws_secretsmanager_secret_version.first"]
    assert "secret_string" not in version
    assert "secret_binary" not in version
    assert version["secret_string_wo"] == "${sha256(uuid())}"
