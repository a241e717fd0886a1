"""The encryption area: the keys of everything that rests, one a purpose, so that losing or leaking one is not all."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Output, Strict, context, setting, wired
from mendixgen.areas.fields import KeyArn

PURPOSES = {
    "storage": "Buckets, volumes and container images",
    "database": "Databases, their snapshots and performance data",
    "cluster": "Kubernetes secrets and the nodes' volumes",
    "logs": "Log groups, trails and the topics of alarms",
    "secrets": "Secrets and parameters",
    "backup": "Backup vaults",
}
"""What each key is for. A purpose never goes away: a key that is gone takes all that it encrypted with it."""


Purpose = Literal["storage", "database", "cluster", "logs", "secrets", "backup"]


class Key(Strict):
    """What differs of a key of ours that was there before the environment and was adopted."""

    alias: Annotated[str, Field(pattern=r"^[A-Za-z0-9/_-]+$", max_length=250)] | None = setting(
        None,
        description="Its alias, without alias/; <environment>-<purpose> if not given.",
        create_only="the alias; the key stays",
    )
    multi_region: bool = setting(
        True,
        description="Whether it can have replicas in other regions. A key of one region stays one: write false for it.",
        create_only="the key, and what only it can decrypt",
    )


class Encryption(Area):
    """Customer-managed KMS keys, one a purpose: rotated, multi-region, each with a least-privilege key policy."""

    name = "encryption"
    version = "1.3.0"

    class Inputs(AreaInputs):
        """What an environment may say of its keys."""

        rotation_days: int = setting(
            365,
            description="How often KMS makes new key material; what older material encrypted stays readable.",
            unit="days",
            ge=90,
            le=2560,
        )
        deletion_window_days: int = setting(
            30,
            description="How long a deleted key can be brought back. It cannot be used meanwhile.",
            unit="days",
            ge=7,
            le=30,
        )
        existing: dict[Purpose, KeyArn] = setting(
            {},
            description=(
                "Keys that exist, by purpose, in the place of ours: storage, database, cluster, logs, secrets, backup."
                " Whoever keeps a key keeps its policy too; the preflight says what it lacks."
            ),
            create_only="our key of the purpose, and what only it can decrypt",
        )
        keys: dict[Purpose, Key] = setting(
            {},
            description=(
                "What differs of keys that were adopted, by purpose: storage, database, cluster, logs, secrets, backup."
            ),
        )
        named_bucket_arns: list[str] | None = wired(
            "storage.named_bucket_arns",
            "ARNs of buckets that have names of their own, which write inventories too.",
            optional=True,
        )
        region: str = context("region", "Region of the keys.")
        account: str = context("account", "Account whose IAM policies decide who may use the keys.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")

    outputs = {
        **{
            f"{purpose}_key_arn": Output(f'local.key_arns["{purpose}"]', f"ARN of the key for {purpose}.")
            for purpose in PURPOSES
        },
        "key_arns": Output("local.key_arns", "Key ARNs by purpose."),
        "key_ids": Output(
            "merge({ for purpose, key in aws_kms_key.this : purpose => key.key_id },"
            ' { for purpose, arn in var.existing : purpose => element(split("/", arn), 1) })',
            "Key IDs by purpose.",
        ),
        "alias_names": Output(
            "{ for purpose, alias in aws_kms_alias.this : purpose => alias.name }",
            "Alias names by purpose, of the keys that are ours.",
        ),
    }
