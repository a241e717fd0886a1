"""The secrets area: what may be said of an environment's secrets, what it offers, and what must hold.

Its resources are in `mendixgen.areas.secrets_resources`, the code of its function in `mendixgen.functions`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    Area,
    AreaInputs,
    Check,
    Header,
    Output,
    Strict,
    context,
    independent,
    setting,
    wired,
)

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder

LONGEST_NAME = 64
ROLE = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"
ADDRESS = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"
REGION = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"
RETENTION = Literal[365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
"""What CloudWatch Logs can keep (PutRetentionPolicy), from a year up."""

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

    region: str = setting(description="Region of the copies.", pattern=REGION)
    key_arn: str | None = setting(
        None,
        description="ARN of the KMS key of that region that encrypts them; Secrets Manager's own if not given.",
        pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$",
    )


class Secrets(Area):
    """Secrets with their own key and readers, renewed by a function; a failed renewal raises an alarm."""

    name = "secrets"
    version = "1.0.0"

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
        notify: list[Annotated[str, Field(pattern=ADDRESS, max_length=320)]] = setting(
            description="Who gets a mail when a rotation fails; each address confirms once.",
            default_factory=list,
            max_length=20,
        )
        log_retention_days: RETENTION = setting(
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

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        """Readers exist and have a role, replicas are elsewhere, and what is not rotated says nothing of it."""
        return independent(
            lambda: _check_readers(section.entries, header),
            lambda: _check_rotation(section.entries),
            lambda: _check_replicas(section.replicas, header.region),
        )

    @classmethod
    def resources(cls, module: ModuleBuilder) -> None:
        """Add the secrets, the function that renews them, and its alarms."""
        from mendixgen.areas.secrets_resources import build

        build(module)


def _check_readers(entries: Mapping[str, Any], header: Header) -> Iterator[Check]:
    for name, entry in entries.items():
        for index, reader in enumerate(entry.readers):
            yield from _reader(("entries", name, "readers", index), reader, header)


def _check_rotation(entries: Mapping[str, Any]) -> Iterator[Check]:
    for name, entry in entries.items():
        if not entry.rotate and entry.rotation_days is not None:
            summary = f"{name} is not rotated, so rotation_days means nothing"
            yield Check(("entries", name, "rotation_days"), "MXS401", summary, "remove the line, or rotate: false")


def _check_replicas(replicas: Sequence[Any], region: str) -> Iterator[Check]:
    seen: set[str] = set()
    for index, replica in enumerate(replicas):
        place = ("replicas", index, "region")
        if replica.region == region:
            hint = "name another region; in this one the secrets are already"
            yield Check(place, "MXS402", f"{replica.region} is the environment's own region", hint)
        elif replica.region in seen:
            yield Check(place, "MXS402", f"{replica.region} is named twice", "remove one of the two")
        seen.add(replica.region)
        if replica.key_arn is not None and replica.key_arn.split(":")[3] != replica.region:
            yield Check(
                ("replicas", index, "key_arn"),
                "MXS402",
                f"the key is in {replica.key_arn.split(':')[3]}, and the copies are in {replica.region}",
                "a secret is encrypted with a key of its own region",
            )


def _reader(place: tuple[str | int, ...], reader: str, header: Header) -> list[Check]:
    import re

    if reader.startswith("arn:"):
        if not re.match(ROLE, reader):
            hint = f"arn:{header.partition}:iam::{header.account}:role/NAME"
            return [Check(place, "MXS403", f"{reader} is not the ARN of an IAM role", hint)]
        if reader.split(":")[4] != header.account:
            hint = "readers are applications or roles of this account"
            return [Check(place, "MXS403", f"the role {reader} is in another account", hint)]
        return []
    app = header.apps.get(reader)
    if app is None:
        known = ", ".join(sorted(header.apps)) or "none"
        return [Check(place, "MXS403", f"there is no application {reader}", f"the applications are: {known}")]
    if app.identity == "storage-plan":
        hint = "give the application identity: secret-store, or name the ARN of a role"
        return [
            Check(place, "MXS403", f"the role of {reader} is made by the Mendix Operator, so it cannot be named", hint)
        ]
    return []
