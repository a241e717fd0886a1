"""Whether each use of each key is allowed by its policy: who calls, through which service, and with what.

The policies are those that Terraform planned (``tests/golden/areas/encryption.json``). A use is what AWS's guides say
that a service does with a customer-managed key; the reader of conditions below knows the operators of our policies.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

GOLDEN = json.loads((Path(__file__).parents[2] / "golden" / "areas" / "encryption.json").read_text("utf-8"))
ACCOUNT = "123456789012"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/foundation-deployer"
CLUSTER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/sample-cluster"
AUTO_SCALING = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
FOR_RESOURCE = {"kms:GrantIsForAWSResource": "true"}


def through(service: str, **more: str) -> dict[str, str]:
    return {"kms:ViaService": f"{service}.eu-central-1.amazonaws.com", "kms:CallerAccount": ACCOUNT, **more}


USES: list[tuple[str, str, str, str, dict[str, str]]] = [
    # EKS: CreateCluster asks for the grant as its caller, and not for a resource.
    ("cluster", "CreateCluster asks for a grant", DEPLOYER, "kms:CreateGrant", through("eks")),
    ("cluster", "CreateCluster looks at the key", DEPLOYER, "kms:DescribeKey", through("eks")),
    ("cluster", "the control plane encrypts secrets", CLUSTER_ROLE, "kms:Encrypt", {}),
    ("cluster", "the control plane decrypts secrets", CLUSTER_ROLE, "kms:Decrypt", {}),
    # Nodes: EC2 Auto Scaling starts them as its service-linked role.
    ("cluster", "a node's volume is encrypted", AUTO_SCALING, "kms:GenerateDataKeyWithoutPlaintext", through("ec2")),
    ("cluster", "a node's volume is granted", AUTO_SCALING, "kms:CreateGrant", through("ec2", **FOR_RESOURCE)),
    # EBS, by the CSI driver; ECR, whose CreateRepository grants through ecr; S3.
    ("storage", "a volume is made", DEPLOYER, "kms:GenerateDataKeyWithoutPlaintext", through("ec2")),
    ("storage", "a volume is attached", DEPLOYER, "kms:CreateGrant", through("ec2", **FOR_RESOURCE)),
    ("storage", "CreateRepository asks for a grant", DEPLOYER, "kms:CreateGrant", through("ecr")),
    ("storage", "an object is written", DEPLOYER, "kms:GenerateDataKey", through("s3")),
    # RDS: the instance's own key, and the master's secret that it rotates.
    ("database", "CreateDBInstance asks for a grant", DEPLOYER, "kms:CreateGrant", through("rds", **FOR_RESOURCE)),
    ("secrets", "RDS keeps a master's secret", DEPLOYER, "kms:CreateGrant", through("rds", **FOR_RESOURCE)),
    ("secrets", "a secret is written", DEPLOYER, "kms:GenerateDataKey", through("secretsmanager")),
    ("backup", "CreateBackupVault asks for a grant", DEPLOYER, "kms:CreateGrant", through("backup")),
    # Services that come as themselves.
    (
        "logs",
        "a log group is encrypted",
        "logs.eu-central-1.amazonaws.com",
        "kms:GenerateDataKey",
        {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:log-group:/aws/eks/sample"},
    ),
    ("logs", "an alarm is sent", "cloudwatch.amazonaws.com", "kms:GenerateDataKey", {"aws:SourceAccount": ACCOUNT}),
    (
        "storage",
        "the load balancer's access logs are delivered",
        "delivery.logs.amazonaws.com",
        "kms:GenerateDataKey",
        {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": f"arn:aws:logs:eu-central-1:{ACCOUNT}:delivery-source:nlb"},
    ),
]


def allows(policy: Mapping[str, Any], caller: str, action: str, facts: Mapping[str, str]) -> bool:
    """Whether a statement allows the action to the caller: an ARN of the account, or a service."""
    known = {**facts, "aws:PrincipalArn": caller}
    return any(
        _is_named(statement["Principal"], caller)
        and any(fnmatchcase(action, pattern) for pattern in _listed(statement["Action"]))
        and _holds(statement.get("Condition", {}), known)
        for statement in policy["Statement"]
    )


def _is_named(principal: Mapping[str, Any], caller: str) -> bool:
    if not caller.startswith("arn:"):
        return caller in _listed(principal.get("Service", []))
    return any(it in ("*", f"arn:aws:iam::{ACCOUNT}:root") for it in _listed(principal.get("AWS", [])))


def _holds(condition: Mapping[str, Mapping[str, Any]], known: Mapping[str, str]) -> bool:
    return all(
        any(fnmatchcase(known[key], pattern) for pattern in _listed(wanted)) if key in known else False
        for operator, keys in condition.items()
        for key, wanted in keys.items()
        if operator in ("StringEquals", "StringLike", "ArnLike", "Bool") or pytest.fail(operator)
    )


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def policy_of(purpose: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = GOLDEN[f'module.encryption.aws_kms_key.this["{purpose}"]']["policy"]
    return found


@pytest.mark.parametrize(
    ("purpose", "use", "caller", "action", "facts"), USES, ids=[f"{it[0]}: {it[1]}" for it in USES]
)
def test_a_key_may_be_used_as_aws_uses_it(
    purpose: str, use: str, caller: str, action: str, facts: dict[str, str]
) -> None:
    assert allows(policy_of(purpose), caller, action, facts), use


def test_nobody_is_asked_whether_the_grant_of_a_cluster_is_for_a_resource() -> None:
    """EKS does not support that condition for whoever calls CreateCluster."""
    asked = [
        statement["Sid"]
        for statement in policy_of("cluster")["Statement"]
        if "kms:GrantIsForAWSResource" in statement.get("Condition", {}).get("Bool", {})
    ]
    assert asked == ["GrantNodeVolumes"]


@pytest.mark.parametrize("purpose", ["cluster", "storage", "database", "secrets", "logs", "backup"])
def test_nobody_takes_a_key_along_by_a_grant_of_his_own(purpose: str) -> None:
    assert not allows(policy_of(purpose), DEPLOYER, "kms:CreateGrant", {"kms:CallerAccount": ACCOUNT})
