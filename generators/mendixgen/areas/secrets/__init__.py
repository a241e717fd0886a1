"""The secrets area: what may be said of an environment's secrets, and what it offers.

The code of its function is in `mendixgen.functions`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    Area,
    AreaInputs,
    Output,
    Strict,
    context,
    setting,
    wired,
)
from mendixgen.areas.fields import LongRetentionDays, MailAddress, RegionName

LONGEST_NAME = 64
ROLE = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"

SecretName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$", max_length=LONGEST_NAME)]
Reader = Annotated[str, Field(min_length=1, max_length=640)]


class Entry(Strict):
    """A secret: encrypted, and readable by its readers alone. Its first value is random and known to nobody."""

    description: str = setting("", description="What it is for.", max_length=2048)
    readers: list[Reader] = setting(
        [],
        description=(
            "Who may read the value: names of applications (apps), or ARNs of IAM roles of this account. Nobody"
            " else can, administrators included; without readers nobody can."
        ),
        max_length=50,
    )
    rotate: bool = setting(
        True,
        description=(
            "Renew the value by itself. Off for what somebody else gives out, such as a licence: whoever may put"
            " values puts it (aws secretsmanager put-secret-value), and Terraform never sees or changes it."
        ),
    )
    rotation_days: int | None = setting(
        None, description="How often it is renewed; as the section says if not given.", unit="days", ge=1, le=1000
    )
    length: int = setting(40, description="How long a new value is.", unit="characters", ge=24, le=1024)
    characters: Literal["letters-and-digits", "all"] = setting(
        "letters-and-digits", description="What a new value is made of; all adds punctuation."
    )


class Replica(Strict):
    """A region in which every secret can be read too."""

    region: RegionName = setting(description="Region of the copies.")
    key_arn: str | None = setting(
        None,
        description="ARN of the KMS key of that region that encrypts them; Secrets Manager's own if not given.",
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$",
    )


class Secrets(Area):
    """Secrets with their own key and readers, renewed by a function; a failed renewal raises an alarm."""

    name = "secrets"
    version = "1.0.1"

    class Inputs(AreaInputs):
        """What an environment may say of its secrets."""

        entries: dict[SecretName, Entry] = setting(
            description="Secrets by name; in AWS <environment>/<name>.", default_factory=dict, max_length=500
        )
        rotation_days: int = setting(30, description="How often values are renewed.", unit="days", ge=1, le=1000)
        recovery_days: int = setting(
            30, description="How long a deleted secret can be brought back.", unit="days", ge=7, le=30
        )
        replicas: list[Replica] = setting(
            description="Further regions in which every secret can be read.", default_factory=list, max_length=10
        )
        notify: list[MailAddress] = setting(
            description="Who gets a mail when a rotation fails; each address confirms once.",
            default_factory=list,
            max_length=20,
        )
        log_retention_days: LongRetentionDays = setting(
            365, description="How long the log of the rotation function is kept.", unit="days"
        )
        region: str = context("region", "Region of the secrets.")
        account: str = context("account", "Account of the secrets and of their readers.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        kms_key_arn: str = wired("encryption.secrets_key_arn", "ARN of the key that encrypts the values.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the key that encrypts logs and alarms' topic.")
        boundary_arn: str = wired("identity.boundary_arn", "ARN of the permissions boundary of the function's role.")
        app_role_arns: dict[str, str] = wired("workloads.app_role_arns", "ARNs of the applications' roles by name.")

    outputs = {
        "secret_arns": Output("{ for name, it in aws_secretsmanager_secret.this : name => it.arn }", "ARNs by name."),
        "secret_names": Output(
            "{ for name, it in aws_secretsmanager_secret.this : name => it.name }", "Names in AWS by name."
        ),
        "rotation_function_arn": Output("aws_lambda_function.rotation.arn", "ARN of the function that renews values."),
        "rotation_role_arn": Output("aws_iam_role.rotation.arn", "ARN of the function's role."),
        "alarm_topic_arn": Output(
            "aws_sns_topic.rotation.arn", "ARN of the topic that failed rotations are published to."
        ),
        "alarm_names": Output(
            "[aws_cloudwatch_metric_alarm.errors.alarm_name, aws_cloudwatch_metric_alarm.throttles.alarm_name]",
            "Names of the alarms.",
        ),
    }
