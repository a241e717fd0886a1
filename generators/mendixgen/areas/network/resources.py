"""The resources of the network module, chapter by chapter."""

from __future__ import annotations

from collections.abc import Mapping

from mendixgen.areas.network import addresses
from mendixgen.areas.network.acls import OURS, network_acls
from mendixgen.areas.network.groups import security_groups, traffic
from mendixgen.areas.network.services import GATEWAY
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

ANYWHERE = "0.0.0.0/0"
FLOW_LOG_FIELDS = (
    "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status"
    " vpc-id subnet-id az-id instance-id pkt-srcaddr pkt-dstaddr flow-direction tcp-flags"
)
"""AWS's default fields and those that tell a connection through a NAT gateway or a pod apart."""


def build(module: ModuleBuilder) -> None:
    """Add all of the network's resources."""
    vpc_id = _vpc(module)
    subnets = _subnets(module, vpc_id)
    internet = _internet(module, vpc_id, subnets["public"])
    private_tables = _routes(module, vpc_id, internet, subnets)
    network_acls(module, vpc_id, subnets)
    groups = security_groups(module, vpc_id)
    gateways = _endpoints(module, vpc_id, groups.endpoints, private_tables, subnets["private"])
    traffic(module, groups, gateways)
    _flow_logs(module, vpc_id)


def _vpc(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("VPC")
    module.local("slots", dict(addresses.SLOTS), "The place of a zone's subnet in each tier, by its letter, for ever.")
    module.local(
        "tiers",
        {
            tier: expr(f"length(var.subnets.{tier}) > 0 ? var.cidr : cidrsubnet(var.cidr, {bits}, {number})")
            for tier, (bits, number) in addresses.TIERS.items()
        },
        "One block a tier, so that its rules never change with the zones; the last quarter is kept free. All of the VPC"
        " for a tier whose subnets stand elsewhere.",
    )
    module.local(
        "zones",
        expr('{ for letter in var.zones : letter => "${var.region}${letter}" }'),
        "Availability zone names by letter.",
    )
    module.local(
        "made_zones",
        expr("{ for letter, name in local.zones : letter => name if var.existing == null }"),
        "The zones whose subnets, routes and gateways are ours to make.",
    )
    vpc = module.resource(
        "aws_vpc.this",
        "The network of the whole platform.",
        count=OURS,
        cidr_block=var.cidr,
        enable_dns_hostnames=True,
        enable_dns_support=True,
        tags={"Name": var.environment},
        lifecycle={
            "precondition": [
                {
                    "condition": expr("try(cidrsubnet(var.cidr, 0, 0) == var.cidr, false)"),
                    "error_message": "cidr must begin with the first address of its block.",
                },
                {
                    "condition": expr(
                        f"contains(range({addresses.LARGEST_PREFIX}, {addresses.SMALLEST_VPC_PREFIX + 1}),"
                        ' tonumber(split("/", var.cidr)[1]))'
                    ),
                    "error_message": f"cidr must be a /{addresses.LARGEST_PREFIX} to"
                    f" /{addresses.SMALLEST_VPC_PREFIX}: every zone needs three subnets.",
                },
                {
                    "condition": expr(
                        "length(var.zones) >= 2 && length(setintersection(var.zones, keys(local.slots)))"
                        " == length(var.zones)"
                    ),
                    "error_message": "zones must be at least two different letters from a to f.",
                },
                {
                    "condition": expr(
                        "alltrue([for blocks in values(var.subnets) : length(blocks) == 0 ||"
                        " length(setsubtract(var.zones, keys(blocks))) == 0])"
                    ),
                    "error_message": "subnets must have a block of every zone, or none, in each tier.",
                },
            ]
        },
    )
    vpc_id = module.local(
        "vpc_id",
        expr("var.existing == null ? one(aws_vpc.this[*].id) : var.existing.vpc_id"),
        "The VPC: ours, or the one that exists.",
    )
    module.resource(
        "aws_vpc_ipv4_cidr_block_association.this",
        "Further blocks of the VPC.",
        for_each=expr("toset(var.existing == null ? var.secondary_cidrs : [])"),
        vpc_id=vpc_id,
        cidr_block=each.key,
    )
    locked = {"Name": f"{var.environment}-locked"}
    module.resource(
        "aws_default_security_group.this",
        "The VPC's default security group lets nothing pass.",
        count=OURS,
        vpc_id=vpc_id,
        tags=locked,
    )
    module.resource(
        "aws_default_network_acl.this",
        "The VPC's default network ACL lets nothing pass; a subnet that nobody placed gets it.",
        count=OURS,
        default_network_acl_id=vpc[0].default_network_acl_id,
        tags=locked,
        lifecycle={"ignore_changes": [expr("subnet_ids")]},
    )
    module.resource(
        "aws_default_route_table.this",
        "The VPC's main route table leads nowhere.",
        count=OURS,
        default_route_table_id=vpc[0].default_route_table_id,
        route=[],
        tags=locked,
    )
    return vpc_id


def _subnets(module: ModuleBuilder, vpc_id: Expr) -> dict[str, Expr]:
    var = module.var
    module.section("Subnets")
    cluster = {f"kubernetes.io/cluster/{var.environment}": "shared"}
    purposes = {
        "public": ("load balancers and NAT gateways", {"kubernetes.io/role/elb": "1", **cluster}),
        "private": ("nodes, pods and interface endpoints", {"kubernetes.io/role/internal-elb": "1", **cluster}),
        "database": ("databases, without a way out", {}),
    }
    subnets = {}
    for tier, (purpose, tags) in purposes.items():
        subnets[tier] = module.resource(
            f"aws_subnet.{tier}",
            f"{tier.capitalize()}: {purpose}.",
            for_each=expr("local.made_zones"),
            vpc_id=vpc_id,
            availability_zone=each.value,
            cidr_block=expr(
                f"lookup(var.subnets.{tier}, each.key,"
                f" cidrsubnet(local.tiers.{tier}, {addresses.SLOT_BITS}, local.slots[each.key]))"
            ),
            map_public_ip_on_launch=False,
            tags={"Name": f"{var.environment}-{tier}-{each.key}", "tier": tier, **tags},
        )
    module.local(
        "pod_subnets",
        expr(
            """{
              for pair in setproduct(var.secondary_cidrs, keys(local.made_zones)) : "${pair[1]}-${pair[0]}" => {
                cidr = pair[0]
                zone = pair[1]
              }
            }"""
        ),
        "One for each zone and further block, keyed by both, so that neither order matters.",
    )
    subnets["pod"] = module.resource(
        "aws_subnet.pod",
        "Pod: addresses for pods from the further blocks.",
        for_each=expr("local.pod_subnets"),
        vpc_id=expr("aws_vpc_ipv4_cidr_block_association.this[each.value.cidr].vpc_id"),
        availability_zone=expr("local.zones[each.value.zone]"),
        cidr_block=expr(f"cidrsubnet(each.value.cidr, {addresses.SLOT_BITS}, local.slots[each.value.zone])"),
        map_public_ip_on_launch=False,
        tags={"Name": f"{var.environment}-pod-{each.key}", "tier": "pod", **cluster},
    )
    module.local(
        "subnets",
        {tier: _either(tier) for tier in ("public", "private", "database")},
        "Subnets by tier and zone letter: ours, or those that exist; databases without any stand beside nodes.",
    )
    return subnets


def _either(tier: str) -> Expr:
    given = f"var.existing.subnets.{tier}"
    if tier == "database":
        given = f"length({given}) > 0 ? {given} : var.existing.subnets.private"
    return expr(f"var.existing == null ? {{ for zone, subnet in aws_subnet.{tier} : zone => subnet.id }} : {given}")


def _internet(module: ModuleBuilder, vpc_id: Expr, public: Expr) -> tuple[Expr, Expr]:
    var = module.var
    module.section("Internet")
    gateway = module.resource(
        "aws_internet_gateway.this",
        "The way in to the load balancer and out for the NAT gateways.",
        count=OURS,
        vpc_id=vpc_id,
        tags={"Name": var.environment},
    )
    module.local(
        "nat_zones",
        expr(
            'toset(var.existing != null || var.nat == "none" ? [] : var.nat == "single" ? [var.zones[0]] : var.zones)'
        ),
        "The zones that have a NAT gateway.",
    )
    address = module.resource(
        "aws_eip.nat",
        "The addresses that others see when the platform calls them.",
        for_each=expr("local.nat_zones"),
        domain="vpc",
        tags={"Name": f"{var.environment}-nat-{each.key}"},
        depends_on=[gateway],
    )
    nat = module.resource(
        "aws_nat_gateway.this",
        "The nodes' way out.",
        for_each=expr("local.nat_zones"),
        allocation_id=address[each.key].id,
        subnet_id=public[each.key].id,
        tags={"Name": f"{var.environment}-{each.key}"},
        depends_on=[gateway],
    )
    return gateway, nat


def _routes(module: ModuleBuilder, vpc_id: Expr, internet: tuple[Expr, Expr], subnets: Mapping[str, Expr]) -> Expr:
    var = module.var
    gateway, nat = internet
    module.section("Routes")
    public = module.resource(
        "aws_route_table.public",
        "Public subnets: to the internet gateway.",
        count=OURS,
        vpc_id=vpc_id,
        tags={"Name": f"{var.environment}-public"},
    )
    module.resource(
        "aws_route.internet",
        "Everything outside of the VPC.",
        count=OURS,
        route_table_id=public[0].id,
        destination_cidr_block=ANYWHERE,
        gateway_id=gateway[0].id,
    )
    private = module.resource(
        "aws_route_table.private",
        "Private subnets: one table a zone whatever nat says, so that changing it changes a route in place.",
        for_each=expr("local.made_zones"),
        vpc_id=vpc_id,
        tags={"Name": f"{var.environment}-private-{each.key}"},
    )
    module.resource(
        "aws_route.nat",
        "Everything outside of the VPC, through the zone's NAT gateway or the single one.",
        for_each=expr('{ for letter, name in local.made_zones : letter => name if var.nat != "none" }'),
        route_table_id=private[each.key].id,
        destination_cidr_block=ANYWHERE,
        nat_gateway_id=nat[expr('var.nat == "single" ? var.zones[0] : each.key')].id,
    )
    database = module.resource(
        "aws_route_table.database",
        "Database subnets: nothing outside of the VPC.",
        count=OURS,
        vpc_id=vpc_id,
        tags={"Name": f"{var.environment}-database"},
    )
    tables = {
        "public": public[0].id,
        "private": private[each.key].id,
        "database": database[0].id,
        "pod": private[expr("local.pod_subnets[each.key].zone")].id,
    }
    for tier, table in tables.items():
        module.resource(
            f"aws_route_table_association.{tier}",
            f"The {tier} subnets' table.",
            for_each=expr("local.pod_subnets" if tier == "pod" else "local.made_zones"),
            route_table_id=table,
            subnet_id=subnets[tier][each.key].id,
        )
    return private


def _endpoints(module: ModuleBuilder, vpc_id: Expr, group: Expr, tables: Expr, private: Expr) -> Expr:
    var = module.var
    gateway_names = ", ".join(f'"{name}"' for name in GATEWAY)
    module.section("Endpoints")
    module.local(
        "endpoint_services",
        expr(
            """{
              for service in local.endpoints : service =>
              strcontains(service, "amazonaws.") ? service : "com.amazonaws.${var.region}.${service}"
            }"""
        ),
        "Full service names; one that is given in full is kept.",
    )
    module.local(
        "endpoints",
        expr("toset(var.existing == null ? var.endpoints : [])"),
        "Those that are ours to make: whoever keeps the VPC keeps its endpoints.",
    )
    module.local("gateway_endpoints", expr(f"setintersection(local.endpoints, [{gateway_names}])"), "Free of charge.")
    gateways = module.resource(
        "aws_vpc_endpoint.gateway",
        "Services that a route leads to.",
        for_each=expr("local.gateway_endpoints"),
        vpc_id=vpc_id,
        service_name=expr("local.endpoint_services[each.key]"),
        vpc_endpoint_type="Gateway",
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    module.resource(
        "aws_vpc_endpoint_route_table_association.private",
        "The routes of the private subnets to these services.",
        for_each=expr(
            """{
              for pair in setproduct(local.gateway_endpoints, keys(local.made_zones)) : join("-", pair) => {
                service = pair[0]
                zone    = pair[1]
              }
            }"""
        ),
        vpc_endpoint_id=gateways[expr("each.value.service")].id,
        route_table_id=tables[expr("each.value.zone")].id,
    )
    module.resource(
        "aws_vpc_endpoint.interface",
        "Services that have an address in every zone, found under their usual names.",
        for_each=expr("setsubtract(local.endpoints, local.gateway_endpoints)"),
        vpc_id=vpc_id,
        service_name=expr("local.endpoint_services[each.key]"),
        vpc_endpoint_type="Interface",
        private_dns_enabled=expr('!strcontains(each.key, "vpce-svc-")'),
        security_group_ids=[group.id],
        subnet_ids=expr(f"values({private})[*].id"),
        tags={"Name": f"{var.environment}-{each.key}"},
    )
    return gateways


def _flow_logs(module: ModuleBuilder, vpc_id: Expr) -> None:
    var = module.var
    module.section("Flow logs")
    module.local("flow_log_fields", FLOW_LOG_FIELDS.split(), "AWS's own, then those that see through NAT and pods.")
    group = log_group(
        module,
        "this",
        "Every connection in the VPC, let through or not.",
        path=f"/mendix/{var.environment}/flow-logs",
        retention_days=var.flow_logs.retention_days,
    )
    here = f"{var.region}:{var.account}"
    writing = service_role(
        module,
        "this",
        "Taken on by the flow logs of this account and region only.",
        role_name=f"{var.environment}-{var.region}-flow-logs",
        description="Lets VPC flow logs write to their log group",
        trust=trust_of_service(
            "vpc-flow-logs.amazonaws.com", var.account, f"arn:{var.partition}:ec2:{here}:vpc-flow-log/*"
        ),
        policy_name="write",
        permissions=[
            allow(
                "WriteRecords",
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                f"{group.arn}:*",
            ),
            allow("FindTheGroup", ["logs:DescribeLogGroups"], f"arn:{var.partition}:logs:{here}:log-group:*"),
        ],
        permissions_comment="Writes to the one log group; it may not create one, which would not be encrypted.",
    )
    module.resource(
        "aws_flow_log.this",
        "All traffic of the VPC.",
        vpc_id=vpc_id,
        traffic_type="ALL",
        log_destination_type="cloud-watch-logs",
        log_destination=group.arn,
        log_format=expr('join(" ", [for field in local.flow_log_fields : "$${${field}}"])'),
        iam_role_arn=writing.role.arn,
        max_aggregation_interval=var.flow_logs.aggregation_seconds,
        tags={"Name": var.environment},
        depends_on=[writing.permissions],
    )
