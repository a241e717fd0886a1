"""What parliament, a linter of IAM policies, says of every policy whose text is known in a plan.

It knows each action, its resources and its conditions, so that a misspelt one is found here and not in AWS.
Trust policies it cannot read (they have no resource), and bucket policies hold ARNs that are known after apply.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from mendixgen.areas.foundation.grants import MANAGED
from tests.support.offline_plans import plan_of_environment, resources, tool

pytestmark = pytest.mark.security

ENVIRONMENTS = Path(__file__).parent / "environments"
COMPLETE = ENVIRONMENTS / "complete.yaml"
FOUNDATION = ENVIRONMENTS / "foundation.yaml"
KINDS = {"aws_iam_policy", "aws_iam_role_policy", "aws_kms_key"}
KNOWN = {
    # CreateSnapshot is allowed in two statements, for the volume (which must be marked) and for the snapshot
    # (which is not there yet, so that no condition can speak of its tags); parliament looks at one at a time.
    ("module.storage.aws_iam_role_policy.snapshots[0]", "RESOURCE_MISMATCH"),
    # kms:EncryptionContext:<key> is a condition with a name that the caller chooses; parliament has a list of names.
    # CloudWatch Logs' guide has it, with ArnLike, as it stands here.
    ('module.encryption.aws_kms_key.this["logs"]', "UNKNOWN_CONDITION_FOR_ACTION"),
    ('module.encryption.aws_kms_key.this["logs"]', "MISMATCHED_TYPE"),
    # A boundary gives nothing, so its star is no grant; and what NotAction leaves out, parliament takes for given.
    ("module.identity.aws_iam_policy.boundary[0]", "RESOURCE_STAR"),
    # parliament's copy of the actions has BatchImportUpstreamImage without resources; the ECR user guide's own policies
    # for pull through caches limit it to repositories (Service Authorization Reference, "Amazon ECR").
    ("module.registry.aws_iam_role_policy.nodes[0]", "RESOURCE_MISMATCH"),
    # The key of the firewall's log is CloudWatch Logs' as well, in us-east-1.
    ("module.edge.aws_kms_key.this[0]", "UNKNOWN_CONDITION_FOR_ACTION"),
    ("module.edge.aws_kms_key.this[0]", "MISMATCHED_TYPE"),
    # The star at the end of its log groups stands for their streams too, as in CloudWatch's own policy for the agent.
    ("module.monitoring.aws_iam_role_policy.agent[0]", "RESOURCE_MISMATCH"),
}


KNOWN_OF_FOUNDATION = {
    # What the deployer makes has no ARN before it is made, or an ARN that AWS chooses: these statements are limited by
    # region and by action instead, which parliament does not count. The boundary only says what is left at most.
    *(
        (f"module.foundation.aws_iam_policy.deployer_{name}[0]", "RESOURCE_STAR")
        for name in MANAGED
        if name != "operations"
    ),
    ("module.foundation.aws_iam_policy.deployer_boundary[0]", "RESOURCE_STAR"),
    # iam:* on roles, policies, profiles and issuers leaves out users and groups on purpose.
    ("module.foundation.aws_iam_policy.deployer_boundary[0]", "RESOURCE_MISMATCH"),
    # The key of the trail: conditions with names that the caller chooses, as of encryption's key for logs.
    ("module.foundation.aws_kms_key.trail[0]", "UNKNOWN_CONDITION_FOR_ACTION"),
    ("module.foundation.aws_kms_key.trail[0]", "MISMATCHED_TYPE"),
    # Questions about the account's costs and certificates take no resource.
    ("module.foundation.aws_iam_policy.deployer_global[0]", "RESOURCE_STAR"),
    # parliament's copy of the actions is older than the mute rules of CloudWatch; it looks no further then.
    ("module.foundation.aws_iam_policy.deployer_operations[0]", "UNKNOWN_ACTION"),
    # The account of AWS's own managed policies is called aws.
    ("module.foundation.aws_iam_policy.deployer_identity[0]", "INVALID_ARN"),
    # Whoever writes policies of buckets can let itself in; the boundary denies every object but the states'.
    *(
        (f"module.foundation.aws_iam_policy.deployer_{name}[0]", "RESOURCE_POLICY_PRIVILEGE_ESCALATION")
        for name in ("boundary", "data")
    ),
}


PARLIAMENT = """\
import json, sys
from parliament import analyze_policy_string, enhance_finding
from parliament.cli import is_finding_filtered

found = {name: map(enhance_finding, analyze_policy_string(it).findings) for name, it in json.load(sys.stdin).items()}
json.dump([(name, it.issue) for name, all in found.items() for it in all if not is_finding_filtered(it)], sys.stdout)
"""
"""Its own program takes one policy a run; of several in a folder it names the wrong one with findings that have no
place in the policy."""


def found_in(policies: Mapping[str, str]) -> set[tuple[str, str]]:
    """Parliament's findings, (address, issue), in one run: it takes longer to start than to look."""
    python = tool("scanners").ensure() / "python"
    done = subprocess.run(
        [str(python), "-c", PARLIAMENT],
        input=json.dumps(policies),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.stderr, done.stderr
    return {(address, issue) for address, issue in json.loads(done.stdout)}


def test_every_policy_that_a_plan_knows_is_right(tmp_path: Path) -> None:
    policies = {
        it["address"]: it["values"]["policy"]
        for it in resources(plan_of_environment(COMPLETE, tmp_path))
        if it["type"] in KINDS and it["values"].get("policy")
    }
    found = found_in(policies)
    # The resource of a key policy is the key that it is on; KMS takes nothing but the star.
    stars = {(address, "RESOURCE_STAR") for address in policies if ".aws_kms_key." in address}

    assert found - stars - KNOWN == set()
    assert found >= KNOWN
    assert {f'module.encryption.aws_kms_key.this["{it}"]' for it in ("storage", "logs", "cluster")} <= set(policies)


def test_the_deployer_s_policies_are_right_and_fit(tmp_path: Path) -> None:
    policies = {
        it["address"]: it["values"]["policy"]
        for it in resources(plan_of_environment(FOUNDATION, tmp_path))
        if it["type"] in KINDS and it["values"].get("policy")
    }
    found = found_in(policies)
    stars = {(address, "RESOURCE_STAR") for address in policies if ".aws_kms_key." in address}

    assert found - stars - KNOWN_OF_FOUNDATION == set()
    assert found >= KNOWN_OF_FOUNDATION
    assert len([it for it in policies if "deployer" in it]) == len(MANAGED) + 4
    # IAM counts what is not white space.
    assert all(len("".join(policy.split())) <= 6144 for policy in policies.values())


def test_a_misspelt_action_is_found() -> None:
    policies = {
        name: json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": name, "Resource": "*"}]})
        for name in ("kms:GenerateDatakeys", "kms:ListAliases")
    }

    assert found_in(policies) == {("kms:GenerateDatakeys", "UNKNOWN_ACTION")}
