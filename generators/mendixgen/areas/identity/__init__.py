"""The identity area: who the cluster and its nodes work as, who operates and audits it all, and how far anybody gets.

Roles of what runs on the cluster need the cluster's issuer; they are the workloads area's.
"""

from __future__ import annotations

from typing import Annotated

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
from mendixgen.areas.fields import RegionName

PRINCIPAL_PATTERN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$"
POLICY_PATTERN = r"^arn:aws(-[a-z]+)*:iam::(aws|[0-9]{12}):policy/[A-Za-z0-9_+=,.@/-]+$"

PrincipalArn = Annotated[str, Field(pattern=PRINCIPAL_PATTERN, max_length=640)]
PolicyArn = Annotated[str, Field(pattern=POLICY_PATTERN, max_length=640)]


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
    version = "1.1.0"

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
        boundary_policy_arn: PolicyArn | None = setting(
            None,
            description=(
                "A managed policy that exists, as permissions boundary of every role in the place of ours. It has to"
                " let the platform's roles do what they do; the foundation's ci.boundaries names it for the deployer."
            ),
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
            "local.boundary_arn", "ARN of the permissions boundary that every role of the platform carries."
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
