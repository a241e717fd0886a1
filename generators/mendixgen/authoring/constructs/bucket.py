"""A bucket as every area makes one: versioned, encrypted, private, its owner's alone, over TLS only, with events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mendixgen.authoring.constructs.policy import deny, policy
from mendixgen.authoring.expression import Expr, each
from mendixgen.authoring.module import ModuleBuilder


@dataclass(frozen=True, slots=True)
class Bucket:
    """What other resources of the area refer to."""

    bucket: Expr
    versioning: Expr
    policy: Expr


def expiry(days: Any, *, noncurrent: int = 1, uploads: int = 1) -> dict[str, Any]:
    """The rule of a lifecycle by which objects go after ``days``, and ``noncurrent`` days later for good; what was
    never uploaded whole goes after ``uploads`` days.
    """
    return {
        "id": "expire",
        "status": "Enabled",
        "filter": {},
        "expiration": {"days": days},
        "noncurrent_version_expiration": {"noncurrent_days": noncurrent},
        "abort_incomplete_multipart_upload": {"days_after_initiation": uploads},
    }


def private_bucket(
    module: ModuleBuilder,
    name: str,
    comment: str,
    *,
    bucket: str | Expr,
    kms_key_arn: Expr | None,
    for_each: Expr | None = None,
    count: Expr | None = None,
    statements: Callable[[Expr], Sequence[Any]] = lambda arn: (),
    services_choose: bool = False,
) -> Bucket:
    """Add ``aws_s3_bucket.<name>`` and all that makes it safe; with ``for_each``, one for each of its keys, with
    ``count`` one or none.

    ``bucket`` is its name in AWS, ``comment`` what it is for. Without ``kms_key_arn`` it is encrypted with
    S3's own keys: only for what S3 itself delivers (access logs) and cannot encrypt otherwise.
    ``statements`` gives the statements of the bucket's policy beside the denials, from the bucket's ARN. With
    ``services_choose`` a service of AWS that may write may name another encryption: CloudTrail signs its digests and
    encrypts them with S3's own keys.
    An access log and a lifecycle are the area's to add.
    """
    repeated: dict[str, Any] = {"for_each": for_each, "count": count}
    made = module.resource(
        f"aws_s3_bucket.{name}",
        comment,
        **repeated,
        bucket=bucket,
        force_destroy=module.var.teardown,
        tags={"Name": bucket},
    )
    # Not each.value.id of for_each = aws_s3_bucket.<name>: scanners of plans follow references by name only.
    own = made[each.key] if for_each is not None else made[0] if count is not None else made
    ident, arn = own.id, own.arn
    access = module.resource(
        f"aws_s3_bucket_public_access_block.{name}",
        "Nothing public, whatever an ACL or a policy says.",
        **repeated,
        bucket=ident,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    module.resource(
        f"aws_s3_bucket_ownership_controls.{name}",
        "ACLs are off: policies alone decide, and every object is the account's.",
        **repeated,
        bucket=ident,
        rule={"object_ownership": "BucketOwnerEnforced"},
    )
    versioning = module.resource(
        f"aws_s3_bucket_versioning.{name}",
        "What is overwritten or deleted can be had back.",
        **repeated,
        bucket=ident,
        versioning_configuration={"status": "Enabled"},
    )
    _encryption(module, name, repeated, ident, kms_key_arn)
    policies = module.resource(
        f"aws_s3_bucket_policy.{name}",
        "What nobody may do here, the account's administrators included.",
        **repeated,
        bucket=ident,
        policy=policy([*_denials(arn, kms_key_arn, services_choose=services_choose), *statements(arn)]),
        # S3 answers a conflict when both are put at the same time.
        depends_on=[access],
    )
    module.resource(
        f"aws_s3_bucket_notification.{name}",
        "Every event goes to EventBridge, where any area can subscribe.",
        **repeated,
        bucket=ident,
        eventbridge=True,
    )
    return Bucket(made, versioning, policies)


def _encryption(module: ModuleBuilder, name: str, repeated: dict[str, Any], ident: Expr, key: Expr | None) -> None:
    default: dict[str, Any] = {"sse_algorithm": "AES256"}
    if key is not None:
        default = {"sse_algorithm": "aws:kms", "kms_master_key_id": key}
    module.resource(
        f"aws_s3_bucket_server_side_encryption_configuration.{name}",
        "Encrypted with the platform's key; a bucket key keeps the calls to KMS, and their price, low."
        if key is not None
        else "Encrypted with S3's own keys.",
        **repeated,
        bucket=ident,
        rule={"bucket_key_enabled": key is not None or None, "apply_server_side_encryption_by_default": default},
    )


def _denials(arn: Expr, key: Expr | None, *, services_choose: bool) -> list[dict[str, Any]]:
    whole, objects = [arn, f"{arn}/*"], f"{arn}/*"
    denials = [
        deny("OnlyOverTls", ["s3:*"], whole, principal="*", condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny("OnlyTls12", ["s3:*"], whole, principal="*", condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
    ]
    if key is None:
        return denials
    # A negated condition holds when its key is absent; Null makes it speak of requests that name an encryption.
    people = {"Bool": {"aws:PrincipalIsAWSService": "false"}} if services_choose else {}
    algorithm, chosen = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
    return [
        *denials,
        deny(
            "OnlyKms",
            ["s3:PutObject"],
            objects,
            principal="*",
            condition={"StringNotEquals": {algorithm: "aws:kms"}, "Null": {algorithm: "false"}, **people},
        ),
        deny(
            "OnlyThisKey",
            ["s3:PutObject"],
            objects,
            principal="*",
            condition={"StringNotEquals": {chosen: key}, "Null": {chosen: "false"}, **people},
        ),
    ]
