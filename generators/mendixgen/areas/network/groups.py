"""The security groups of the network, and what they let pass between each other and to the outside."""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.areas.fields import TARGET_PORTS
from mendixgen.authoring.constructs.traffic import allow
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

ANYWHERE = "0.0.0.0/0"


# Here, because these groups are made in whoever's VPC.
_PRECONDITIONS = {
    "precondition": [
        {
            "condition": expr(
                "alltrue([for subnets in values(local.subnets) : length(subnets) == 0 ||"
                " toset(keys(subnets)) == toset(var.zones)])"
            ),
            "error_message": "existing.subnets must have a subnet of every zone of zones, and of no other.",
        }
    ]
}


@dataclass(frozen=True, slots=True)
class Groups:
    """The security groups, as resources."""

    load_balancer: Expr
    nodes: Expr
    database: Expr
    endpoints: Expr


def security_groups(module: ModuleBuilder, vpc_id: Expr) -> Groups:
    """Add the groups, without rules."""
    var = module.var
    module.section("Security groups")
    descriptions = {
        "load_balancer": "Load balancer: clients in, nodes out",
        "nodes": "Nodes and pods of the cluster",
        "database": "Databases: nodes in, nothing out",
        "endpoints": "Interface endpoints: nodes in, nothing out",
    }
    return Groups(
        **{
            group: module.resource(
                f"aws_security_group.{group}",
                f"{description}.",
                name_prefix=f"{var.environment}-{group.replace('_', '-')}-",
                description=description,
                vpc_id=vpc_id,
                revoke_rules_on_delete=True,
                tags={"Name": f"{var.environment}-{group.replace('_', '-')}"},
                lifecycle={"create_before_destroy": True, **(_PRECONDITIONS if group == "nodes" else {})},
            )
            for group, description in descriptions.items()
        }
    )


def traffic(module: ModuleBuilder, groups: Groups, gateways: Expr) -> None:
    """Add the rules; each names the group at its other end, or a list of addresses where there is none."""
    module.section("Traffic between security groups")
    module.resource(
        "aws_vpc_security_group_ingress_rule.clients",
        "Inbound: clients to the load balancer, unless they come through CloudFront.",
        for_each=expr(
            """{
              for pair in setproduct(var.behind_cloudfront == true ? [] : [80, 443], var.allow_from) :
              "${pair[0]} from ${pair[1]}" => {
                port = pair[0]
                cidr = pair[1]
              }
            }"""
        ),
        security_group_id=groups.load_balancer.id,
        description="Clients that may use the platform",
        ip_protocol="tcp",
        from_port=expr("each.value.port"),
        to_port=expr("each.value.port"),
        cidr_ipv4=expr("each.value.cidr"),
    )
    for protocol in ("tcp", "udp"):
        allow(
            module,
            f"load_balancer_to_nodes_{protocol}",
            f"Load balancer to targets and their health checks, {protocol.upper()}",
            source=groups.load_balancer,
            target=groups.nodes,
            protocol=protocol,
            ports=TARGET_PORTS,
        )
    allow(
        module,
        "nodes_to_nodes",
        "Nodes and pods to each other",
        source=groups.nodes,
        target=groups.nodes,
        protocol="-1",
    )
    allow(
        module,
        "nodes_to_database",
        "Applications to databases",
        source=groups.nodes,
        target=groups.database,
        ports=each.value,
        for_each=expr("local.database_ports"),
    )
    allow(
        module,
        "nodes_to_endpoints",
        "Nodes to interface endpoints of AWS",
        source=groups.nodes,
        target=groups.endpoints,
        ports=443,
    )
    module.resource(
        "aws_vpc_security_group_egress_rule.nodes_to_gateways",
        "Outbound: nodes to gateway endpoints, by the services' own address lists.",
        for_each=expr("local.gateway_endpoints"),
        security_group_id=groups.nodes.id,
        description="Nodes to gateway endpoints of AWS",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        prefix_list_id=gateways[each.key].prefix_list_id,
    )
    module.resource(
        "aws_vpc_security_group_egress_rule.nodes_to_internet",
        "Outbound: nodes to the internet.",
        for_each=expr("toset([for port in var.egress_ports : tostring(port)])"),
        security_group_id=groups.nodes.id,
        description="Nodes to services on the internet",
        ip_protocol="tcp",
        from_port=each.key,
        to_port=each.key,
        cidr_ipv4=ANYWHERE,
    )
    module.resource(
        "aws_vpc_security_group_egress_rule.nodes_to_time",
        "Outbound: nodes to time servers.",
        security_group_id=groups.nodes.id,
        description="Nodes to time servers (NTP)",
        ip_protocol="udp",
        from_port=123,
        to_port=123,
        cidr_ipv4=ANYWHERE,
    )
