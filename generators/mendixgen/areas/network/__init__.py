"""The network area: what may be said of it, and what it offers to the others.

The division of addresses is in `mendixgen.areas.network.addresses`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Move, Strict, context, setting, wired
from mendixgen.areas.fields import Cidr, Port, RetentionDays, ZoneLetter
from mendixgen.areas.network.outputs import OUTPUTS

VpcId = Annotated[str, Field(pattern=r"^vpc-([0-9a-f]{8}|[0-9a-f]{17})$")]
SubnetId = Annotated[str, Field(pattern=r"^subnet-([0-9a-f]{8}|[0-9a-f]{17})$")]
EndpointName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", max_length=128)]


PLACED = (
    "Blocks of the subnets of {}, by zone letter; none, or one of every zone. The network ACLs then let the VPC in."
)
IN_THEM = "the subnets and all that is in them"


class FlowLogs(Strict):
    """The record of every connection in the VPC, accepted or not."""

    retention_days: RetentionDays = setting(
        365, description="How long flow logs are kept; shorter deletes older ones.", unit="days"
    )
    aggregation_seconds: Literal[60, 600] = setting(
        600,
        description="Over how long packets are gathered into one record; 60 tells more and costs more.",
        unit="seconds",
        create_only="the flow log (not its records); what passes in the minute between is not recorded",
    )


class Subnets(Strict):
    """Blocks of subnets that stand where the platform would not put them: in an adopted VPC, every zone's of a tier."""

    private: dict[ZoneLetter, Cidr] = setting({}, description=PLACED.format("nodes and pods"), create_only=IN_THEM)
    public: dict[ZoneLetter, Cidr] = setting({}, description=PLACED.format("load balancers"), create_only=IN_THEM)
    database: dict[ZoneLetter, Cidr] = setting({}, description=PLACED.format("databases"), create_only=IN_THEM)


class ExistingSubnets(Strict):
    """Subnets of somebody else's VPC by zone letter, one of every zone of a tier."""

    private: dict[ZoneLetter, SubnetId] = setting(
        description="Subnets of nodes and pods, with a way to AWS: NAT, a transit gateway or endpoints.",
        min_length=2,
        create_only=IN_THEM,
    )
    public: dict[ZoneLetter, SubnetId] = setting(
        {}, description="Subnets of an internet-facing load balancer; none if there is none.", create_only=IN_THEM
    )
    database: dict[ZoneLetter, SubnetId] = setting(
        {}, description="Subnets of databases; the private ones if none are given.", create_only=IN_THEM
    )


class Existing(Strict):
    """A VPC that somebody else makes and keeps: the platform works in it, and changes nothing of it."""

    vpc_id: VpcId = setting(description="ID of the VPC.", create_only="all that is in the VPC")
    subnets: ExistingSubnets = setting(description="Its subnets by tier and zone letter.")


class Network(Area):
    """VPC with public, private and database subnets in 2 to 6 zones, NAT, network ACLs, security groups, endpoints."""

    name = "network"
    version = "1.6.0"

    class Inputs(AreaInputs):
        """What an environment may say of its network."""

        cidr: Cidr = setting(
            "10.10.0.0/16",
            description="IPv4 block of the VPC, /16 to /22, of a private range; half of it is for private subnets.",
            create_only="the VPC and all that is in it",
        )
        zones: Annotated[int, Field(ge=2, le=6)] | Annotated[list[ZoneLetter], Field(min_length=2, max_length=6)] = (
            setting(
                3,
                description=(
                    "Letters of the availability zones, 2 to 6; in the YAML a number does too."
                    " A further zone moves no subnet."
                ),
                resolve="zones",
                terraform_type="list(string)",
            )
        )
        subnets: Subnets = setting(
            Subnets(),
            description=(
                "Blocks of subnets that were there before: of each tier none, which leaves them to the platform, or one"
                " of every zone."
            ),
        )
        existing: Existing | None = setting(
            None,
            description=(
                "A VPC and subnets that exist, in the place of ours: the platform makes security groups and flow logs"
                " in it and leaves the rest alone. cidr is its block then, and zones are those of its subnets."
            ),
            create_only="the VPC and all that is in it",
        )
        nat: Literal["per-zone", "single", "none"] = setting(
            "per-zone",
            description=(
                "NAT gateways: one in each zone, a single one in the first zone (cheaper, and all of the nodes"
                " lose the internet with that zone), or none (nodes reach AWS through endpoints only)."
            ),
        )
        endpoints: list[EndpointName] = setting(
            ["s3", "ec2"],
            description=(
                "AWS services that the nodes reach without the internet: s3 and dynamodb by gateway (free),"
                " others by an interface in each zone (billed by the hour). A short name (ecr.api) or a full"
                " service name (com.amazonaws.<region>.ecr.api, or an endpoint service of a partner)."
            ),
            max_length=40,
        )
        flow_logs: FlowLogs = setting(FlowLogs(), description="Flow logs of the VPC, encrypted.")
        allow_from: list[Cidr] = setting(
            [],
            description=(
                "IPv4 blocks that may reach the load balancer on ports 80 and 443. None by default: nobody"
                " outside of the VPC reaches the platform before it is said here."
            ),
            max_length=30,
        )
        egress_ports: list[Port] = setting(
            [80, 443, 587],
            description="TCP ports on the internet that the nodes may reach (587 is mail submission).",
            max_length=8,
        )
        secondary_cidrs: list[Cidr] = setting(
            [],
            description=(
                "Further IPv4 blocks of the VPC, /16 to /25; each gives a pod subnet in every zone. Add at the end:"
                " removing one renews the network ACL rules of those after it."
            ),
            max_length=4,
        )
        region: str = context("region", "Region of the VPC.")
        account: str = context("account", "Account of the VPC.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the KMS key that encrypts the flow logs.")
        behind_cloudfront: bool | None = wired(
            "edge.exclusive", "Whether clients come through CloudFront alone, which the edge lets in.", optional=True
        )
        boundary_arn: str | None = wired(
            "identity.boundary_arn", "ARN of the permissions boundary of the roles, if there is one.", optional=True
        )

    outputs = OUTPUTS
    # The only ones of their types are called "this" since 1.1.0, as everywhere else.
    moves = (
        Move("aws_cloudwatch_log_group.flow_logs", "aws_cloudwatch_log_group.this", since="1.1.0"),
        Move("aws_iam_role.flow_logs", "aws_iam_role.this", since="1.1.0"),
        Move("aws_iam_role_policy.flow_logs", "aws_iam_role_policy.this", since="1.1.0"),
        Move("aws_flow_log.vpc", "aws_flow_log.this", since="1.1.0"),
    )
