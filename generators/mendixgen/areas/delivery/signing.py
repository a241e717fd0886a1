"""The key that signs images, and who may sign.

Sources: KMS developer guide, "Key spec reference" (ECC_NIST_P256, which cosign takes), "Asymmetric keys" (KMS rotates
none of them).
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.delivery.scope import Scope
from mendixgen.authoring.constructs.key import ADMINISTRATION, key_statement
from mendixgen.authoring.constructs.policy import allow, policy
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder

SIGN = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Sign"]
VERIFY = ["kms:DescribeKey", "kms:GetPublicKey", "kms:Verify"]


def key(module: ModuleBuilder, scope: Scope) -> Expr:
    """Add the key and the name that ``mendixctl release push`` finds it by; returns it."""
    var = module.var
    module.section("The key of signatures")
    root = {"AWS": f"arn:{var.partition}:iam::{var.account}:root"}
    made = module.resource(
        "aws_kms_key.release",
        "Signs an image by its digest, once its scan is clean. Whoever has the public half can verify that.",
        count=scope.delivered,
        description=f"{var.environment}: signatures of images",
        key_usage="SIGN_VERIFY",
        customer_master_key_spec="ECC_NIST_P256",
        deletion_window_in_days=30,
        multi_region=True,
        policy=policy(
            [
                key_statement("ManageTheKey", ADMINISTRATION, root),
                key_statement("UseByPolicy", sorted({*SIGN, *VERIFY}), root),
            ]
        ),
        tags={"Name": f"{var.environment}-release"},
    )
    module.resource(
        "aws_kms_alias.release",
        "The name by which it is found.",
        count=scope.delivered,
        name=f"alias/{var.environment}-release",
        target_key_id=made[0].key_id,
    )
    return made


def signing(made: Expr) -> dict[str, Any]:
    """What signing asks for."""
    return allow("SignImages", SIGN, made[0].arn)


def verifying(made: Expr) -> dict[str, Any]:
    """What verifying a signature asks for."""
    return allow("VerifySignatures", VERIFY, made[0].arn)
