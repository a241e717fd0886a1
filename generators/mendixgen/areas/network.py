"""The network area: what may be said of it, what it offers to the others, and what must hold.

Its resources are in `mendixgen.areas.network_resources`, the division of addresses in
`mendixgen.areas.network_addresses`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mendixgen.areas import network_addresses as addresses
from mendixgen.areas import network_services as services
from mendixgen.areas.contract import Area, AreaInputs, Check, Header, Move, Strict, context, independent, setting, wired
from mendixgen.areas.network_outputs import OUTPUTS

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder

CIDR_PATTERN = r"^[0-9]{1,3}(\.[0-9]{1,3}){3}/[0-9]{1,2}$"
Cidr = Annotated[str, Field(pattern=CIDR_PATTERN)]
ZoneLetter = Annotated[str, Field(pattern="^[a-f]$")]
EndpointName = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$", max_length=128)]
Port = Annotated[int, Field(ge=1, le=65535)]
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # what CloudWatch Logs takes (API reference, PutRetentionPolicy)


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


class Network(Area):
    """VPC with public, private and database subnets in 2 to 6 zones, NAT, network ACLs, security groups, endpoints."""

    name = "network"
    version = "1.2.0"

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

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        """Blocks that overlap or that AWS refuses, zones and services listed twice, services that do not exist."""
        inputs: Network.Inputs = section
        return independent(
            lambda: _check_blocks(inputs),
            lambda: _check_sources(inputs.allow_from),
            lambda: _repeated(("zones",), inputs.zones) if isinstance(inputs.zones, list) else (),
            lambda: _repeated(("egress_ports",), inputs.egress_ports),
            lambda: _check_endpoints(inputs.endpoints, header.region),
        )

    @classmethod
    def resources(cls, module: ModuleBuilder) -> None:
        """Add everything of the VPC."""
        from mendixgen.areas.network_resources import build

        build(module)


def _check_blocks(inputs: Network.Inputs) -> Iterator[Check]:
    vpc = addresses.parse(inputs.cidr)
    if isinstance(vpc, addresses.Problem):
        yield _check(("cidr",), vpc)
        return
    zones = len(inputs.zones) if isinstance(inputs.zones, list) else inputs.zones
    problem = addresses.vpc_problem(vpc, zones)
    if problem:
        yield _check(("cidr",), problem)
        return
    before: list[IPv4Network] = [vpc]
    for index, text in enumerate(inputs.secondary_cidrs):
        path = ("secondary_cidrs", index)
        block = addresses.parse(text)
        if isinstance(block, addresses.Problem):
            yield _check(path, block)
            continue
        other = addresses.overlapping(block, before)
        if other is not None:
            yield Check(path, "MXS305", f"{block} overlaps {other}", "take a block that shares no address with another")
        elif problem := addresses.secondary_problem(block, vpc):
            yield _check(path, problem)
        before.append(block)


def _check_sources(sources: Sequence[str]) -> Iterator[Check]:
    for index, text in enumerate(sources):
        block = addresses.parse(text)
        if isinstance(block, addresses.Problem):
            yield _check(("allow_from", index), block)
    yield from _repeated(("allow_from",), sources)


def _check_endpoints(names: Sequence[str], region: str) -> Iterator[Check]:
    for index, name in enumerate(names):
        found = services.problem(("endpoints", index), name, region)
        if found:
            yield found
    yield from _repeated(("endpoints",), names)


def _repeated(path: tuple[str, ...], values: Sequence[object]) -> Iterator[Check]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Check((*path, index), "MXS306", f"{value} is listed twice", "list it once")


def _check(path: tuple[str | int, ...], problem: addresses.Problem) -> Check:
    return Check(path, problem.code, problem.summary, problem.hint)
