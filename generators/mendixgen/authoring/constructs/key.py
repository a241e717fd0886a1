"""Who may do what with a KMS key: the statements that every key policy of the platform begins with.

A key policy names no role: one that does breaks when the role is made anew, because KMS keeps the role's internal
id. It says through which services the key may be used, and lets the account's IAM policies say by whom. Sources: KMS
developer guide, "Default key policy", "kms:ViaService" (its names end in amazonaws.com in every partition),
"kms:GrantIsForAWSResource"; Amazon EKS user guide, "Encrypt Kubernetes secrets with KMS" (CreateCluster sets no
``kms:GrantIsForAWSResource``); Amazon ECR user guide, "Encryption at rest".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mendixgen.authoring.constructs.policy import allow
from mendixgen.authoring.expression import Expr

ADMINISTRATION = [
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListKeyRotations",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:RotateKeyOnDemand",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
]
"""All that manages a key, and nothing that encrypts, decrypts or grants."""

USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
DATA_KEYS = ["kms:Decrypt", "kms:GenerateDataKey*"]


def key_statement(name: str, actions: Sequence[str], principal: Any, condition: Any = None) -> dict[str, Any]:
    """A statement of a key policy; the resource is always the key that the policy is on."""
    return allow(name, actions, "*", principal=principal, condition=condition)


def via(region: Expr, services: Sequence[str]) -> list[str]:
    """The names that ``kms:ViaService`` has for services (s3, eks, ...) of a region."""
    return [f"{service}.{region}.amazonaws.com" for service in services]


def own_statements(root: Expr, account: Expr, services: Any) -> list[dict[str, Any]]:
    """The account manages the key, uses it and has it granted through ``services`` (names of `via`)."""
    through: Mapping[str, Any] = {"StringEquals": {"kms:CallerAccount": account, "kms:ViaService": services}}
    return [
        key_statement("ManageTheKey", ADMINISTRATION, {"AWS": root}),
        key_statement("UseTheKeyThroughServices", USE, {"AWS": root}, through),
        key_statement("GrantTheKeyThroughServices", ["kms:CreateGrant"], {"AWS": root}, through),
    ]


def keep_using(root: Expr, account: Expr) -> dict[str, Any]:
    """Any service of AWS may be granted the key for a resource of the account's: RDS for the secret of a master.

    Not for a key that EKS encrypts secrets with: CreateCluster fails where its caller is asked for this condition.
    """
    condition = {"StringEquals": {"kms:CallerAccount": account}, "Bool": {"kms:GrantIsForAWSResource": "true"}}
    return key_statement("LetServicesKeepUsingTheKey", ["kms:CreateGrant"], {"AWS": root}, condition)
