"""The identity area: who the cluster and its nodes work as, who operates and audits it all, and how far anybody gets.

Its resources are in `mendixgen.areas.identity_resources`. Roles of what runs on the cluster need the cluster's
issuer; they are the workloads area's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

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

PRINCIPAL_PATTERN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$"
POLICY_PATTERN = r"^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$"
REGION_PATTERN = r"^[a-z]{2}(-[a-z]+)+-[0-9]$"

PrincipalArn = Annotated[str, Field(pattern=PRINCIPAL_PATTERN, max_length=640)]
PolicyArn = Annotated[str, Field(pattern=POLICY_PATTERN, max_length=640)]
RegionName = Annotated[str, Field(pattern=REGION_PATTERN)]

UNBOUNDED = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
"""AWS's policies that give all or nearly all; a role that needs one is no role of this platform."""
SIGN_ON = ":role/aws-reserved/sso.amazonaws.com/"
"""In the ARN of every role that IAM Identity Center makes. Its sessions carry no aws:MultiFactorAuthPresent."""


class Access(Strict):
    """Who may assume a role of people, and for how long."""

    principals: list[PrincipalArn] = setting(
        [],
        description=(
            "ARNs of the roles, users or accounts (arn:aws:iam::<account>:root) that may assume it. By default the"
            " environment's account: whoever its IAM policies allow sts:AssumeRole on the role."
        ),
        max_length=50,
    )
    require_mfa: bool = setting(
        True,
        description=(
            "Whether a sign-in with a second factor is asked for. False for principals of IAM Identity Center, which"
            " asks for it itself and does not say so to AWS."
        ),
    )
    session_hours: int = setting(1, description="The longest session.", unit="hours", ge=1, le=12)
    policies: list[PolicyArn] = setting(
        [],
        description="ARNs of further managed policies of the role; the permissions boundary holds for them too.",
        max_length=5,
    )


class Identity(Area):
    """Roles of the cluster, its nodes, the platform's admins and auditors, and the boundary that every role carries."""

    name = "identity"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """What an environment may say of its identities."""

        admins: Access = setting(
            Access(),
            description=(
                "Who operates the platform: sees all of its set-up and logs, opens sessions on nodes, restarts"
                " databases, sets and rotates secrets. Building is mendixctl's deploy role's."
            ),
        )
        auditors: Access = setting(
            Access(), description="Who sees how everything is set up, and none of the data in it."
        )
        regions: list[RegionName] | None = setting(
            None,
            description=(
                "Further regions that the platform's roles may act in (its standby's, say); set, they may act there and"
                " in the environment's own only. By default in any."
            ),
            max_length=10,
        )
        node_sessions: bool = setting(
            True,
            description="Whether admins may open sessions on nodes by Systems Manager: no SSH, keys or open ports.",
        )
        region: str = context("region", "Region of the environment.")
        account: str = context("account", "Account of the roles.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        cluster_key_arn: str = wired("encryption.cluster_key_arn", "ARN of the key of the cluster's secrets.")
        secrets_key_arn: str = wired("encryption.secrets_key_arn", "ARN of the key of the platform's secrets.")

    outputs = {
        "boundary_arn": Output(
            "aws_iam_policy.boundary.arn", "ARN of the permissions boundary that every role of the platform carries."
        ),
        "cluster_role_arn": Output("aws_iam_role.cluster.arn", "ARN of the role that the cluster works as."),
        "cluster_role_name": Output("aws_iam_role.cluster.name", "Name of the role that the cluster works as."),
        "node_role_arn": Output("aws_iam_role.node.arn", "ARN of the role that the nodes work as."),
        "node_role_name": Output("aws_iam_role.node.name", "Name of the role that the nodes work as."),
        "admin_role_arn": Output("aws_iam_role.admin.arn", "ARN of the role that the platform's admins assume."),
        "admin_role_name": Output("aws_iam_role.admin.name", "Name of the role that the platform's admins assume."),
        "auditor_role_arn": Output("aws_iam_role.auditor.arn", "ARN of the role that auditors assume."),
        "auditor_role_name": Output("aws_iam_role.auditor.name", "Name of the role that auditors assume."),
    }

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        """Principals that could never assume a role, policies without bounds, regions that are not there."""
        inputs: Identity.Inputs = section
        return independent(
            lambda: _check_access("admins", inputs.admins, header),
            lambda: _check_access("auditors", inputs.auditors, header),
            lambda: _check_regions(inputs.regions or [], header),
        )

    @classmethod
    def resources(cls, module: ModuleBuilder) -> None:
        """Add the boundary and the roles."""
        from mendixgen.areas.identity_resources import build

        build(module)


def _check_access(key: str, access: Access, header: Header) -> Iterator[Check]:
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


def _check_regions(names: list[str], header: Header) -> Iterator[Check]:
    from mendixgen.spec.regions import regions

    table = regions()
    for index, name in enumerate(names):
        if name not in table:
            yield Check(("regions", index), "MXS333", f"there is no region {name!r}", f"such as {header.region}")
        elif table[name].partition != header.partition:
            summary = f"{name} is in the partition {table[name].partition}, the environment in {header.partition}"
            yield Check(("regions", index), "MXS333", summary, "no role reaches across partitions; remove it")
