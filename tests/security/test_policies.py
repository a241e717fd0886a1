"""What parliament, a linter of IAM policies, says of every policy whose text is known in a plan.

It knows each action, its resources and its conditions, so that a misspelt one is found here and not in AWS.
Trust policies it cannot read (they have no resource), and bucket policies hold ARNs that are known after apply.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.offline_plans import plan_of_environment, resources, tool

pytestmark = pytest.mark.security

COMPLETE = Path(__file__).parent / "environments" / "complete.yaml"
KINDS = {"aws_iam_policy", "aws_iam_role_policy", "aws_kms_key"}
KNOWN = {
    # CreateSnapshot is allowed in two statements, for the volume (which must be marked) and for the snapshot
    # (which is not there yet, so that no condition can speak of its tags); parliament looks at one at a time.
    ("module.storage.aws_iam_role_policy.snapshots[0]", "RESOURCE_MISMATCH"),
    # kms:EncryptionContext:<key> is a condition with a name that the caller chooses; parliament has a list of names.
    # CloudWatch Logs' guide has it, with ArnLike, as it stands here.
    ('module.encryption.aws_kms_key.this["logs"]', "UNKNOWN_CONDITION_FOR_ACTION"),
    ('module.encryption.aws_kms_key.this["logs"]', "MISMATCHED_TYPE"),
}


def lint(policy: str) -> list[dict[str, Any]]:
    """Parliament's findings."""
    program = tool("scanners").ensure() / "parliament"
    done = subprocess.run(
        [str(program), "--json", "--string", policy], capture_output=True, text=True, timeout=120, check=False
    )
    assert not done.stderr, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if line.strip()]


def test_every_policy_that_a_plan_knows_is_right(tmp_path: Path) -> None:
    policies = {
        it["address"]: it["values"]["policy"]
        for it in resources(plan_of_environment(COMPLETE, tmp_path))
        if it["type"] in KINDS and it["values"].get("policy")
    }
    found = {(address, it["issue"]) for address, policy in policies.items() for it in lint(policy)}
    # The resource of a key policy is the key that it is on; KMS takes nothing but the star.
    stars = {(address, "RESOURCE_STAR") for address in policies if ".aws_kms_key." in address}

    assert found - stars - KNOWN == set()
    assert found >= KNOWN
    assert {f'module.encryption.aws_kms_key.this["{it}"]' for it in ("storage", "logs", "cluster")} <= set(policies)


def test_a_misspelt_action_is_found() -> None:
    statement = {"Effect": "Allow", "Action": "kms:GenerateDatakeys", "Resource": "*"}

    assert [it["issue"] for it in lint(json.dumps({"Version": "2012-10-17", "Statement": [statement]}))] == [
        "UNKNOWN_ACTION"
    ]
