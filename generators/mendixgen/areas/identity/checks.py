"""What no single field of the identity's section can say: principals that could never assume a role."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.identity import Access, Identity
from mendixgen.regions import regions

UNBOUNDED = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
"""AWS's policies that give all or nearly all; a role that needs one is no role of this platform."""
SIGN_ON = ":role/aws-reserved/sso.amazonaws.com/"
"""In the ARN of every role that IAM Identity Center makes. Its sessions carry no aws:MultiFactorAuthPresent."""


def check(inputs: Identity.Inputs, header: Header) -> list[Check]:
    """Principals that could never assume a role, policies without bounds, regions that are not there."""
    return independent(
        lambda: _access("admins", inputs.admins, header),
        lambda: _access("auditors", inputs.auditors, header),
        lambda: _regions(inputs.regions or [], header),
    )


def _access(key: str, access: Access, header: Header) -> Iterator[Check]:
    for index, arn in enumerate(access.principals):
        path = (key, "principals", index)
        if arn.split(":")[1] != header.partition:
            summary = f"the principal is in the partition {arn.split(':')[1]}, the environment in {header.partition}"
            yield Check(path, "MXS330", summary, f"its ARN begins with arn:{header.partition}:iam::")
        elif SIGN_ON in arn and access.require_mfa:
            summary = (
                "sessions of IAM Identity Center carry no sign of a second factor, so this one could never assume it"
            )
            yield Check(
                path, "MXS331", summary, f"write require_mfa: false in {key}; Identity Center asks for it itself"
            )
    for index, arn in enumerate(access.policies):
        name = arn.rpartition("/")[2]
        if name in UNBOUNDED:
            summary = f"{name} gives far more than to operate or to audit"
            yield Check((key, "policies", index), "MXS332", summary, "name a policy of what is needed")
        elif arn.split(":")[1] != header.partition:
            summary = f"the policy is in the partition {arn.split(':')[1]}, the environment in {header.partition}"
            yield Check(
                (key, "policies", index), "MXS330", summary, f"its ARN begins with arn:{header.partition}:iam::"
            )


def _regions(names: list[str], header: Header) -> Iterator[Check]:
    table = regions()
    for index, name in enumerate(names):
        if name not in table:
            yield Check(("regions", index), "MXS333", f"there is no region {name!r}", f"such as {header.region}")
        elif table[name].partition != header.partition:
            summary = f"{name} is in the partition {table[name].partition}, the environment in {header.partition}"
            yield Check(("regions", index), "MXS333", summary, "no role reaches across partitions; remove it")
