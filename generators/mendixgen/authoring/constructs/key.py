"""Who may do what with a KMS key: the statements that every key policy of the platform begins with.

A key policy names no role: one that does breaks when the role is made anew, because KMS keeps the role's internal
id. It says through which services the key may be used, and lets the account's IAM policies say by whom. Sources: KMS
developer guide, "Default key policy", "kms:ViaService", "kms:GrantIsForAWSResource".
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


def own_statements(root: Expr, account: Expr, services: Any) -> list[dict[str, Any]]:
    """The account manages the key, and uses it through ``services`` (names as ``kms:ViaService`` has them)."""
    own_account: Mapping[str, Any] = {"kms:CallerAccount": account}
    return [
        key_statement("ManageTheKey", ADMINISTRATION, {"AWS": root}),
        key_statement(
            "UseTheKeyThroughServices",
            USE,
            {"AWS": root},
            {"StringEquals": {**own_account, "kms:ViaService": services}},
        ),
        key_statement(
            "LetServicesKeepUsingTheKey",
            ["kms:CreateGrant"],
            {"AWS": root},
            {"StringEquals": own_account, "Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
    ]
