"""The network ACLs of the tiers: stateless, so both directions of every conversation are written down.

They are the coarse net below the security groups: they hold for whatever gets into a subnet, and do not
know who is who. What must pass (source: AWS, Amazon VPC User Guide, "Custom network ACLs", "Ephemeral
ports" and "Path MTU Discovery"):

* public: clients to the load balancer on 80 and 443 and on listeners from 1024 up, TCP and UDP; the load
  balancer to its targets; whatever the private subnets send through the NAT gateways, and the answers.
* private: everything among nodes, pods and interface endpoints; from the public subnets; answers from
  the internet, and clients whose address the load balancer keeps (UDP always does).
* database: the databases' ports, from the private subnets and the further blocks; nothing else.

Answers come back to ports 1024 to 65535. From anywhere that range leaves out 3389 (remote desktop), which
would be open otherwise. Amazon's own DNS and time servers in the VPC are not filtered by network ACLs.
A network ACL has at most 20 rules in each direction (AWS's quota); with everything set there are 19.
Rule numbers: from 100 fixed rules, from 500 the blocks inside, 1000 and the port number for single ports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mendixgen.areas.fields import DATABASE_PORTS
from mendixgen.authoring.expression import Expr, code, each, expr
from mendixgen.authoring.module import ModuleBuilder

ANYWHERE = expr('"0.0.0.0/0"')
OURS = expr("var.existing == null ? 1 : 0")
"""One of what belongs to a VPC, where the VPC is ours."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: ``protocol`` by AWS's name, ``cidr`` an expression, ports from ``first`` to ``last``."""

    key: str
    protocol: str
    cidr: Expr
    first: int
    last: int


_FROM_ANYWHERE = tuple(
    Rule(f"{protocol}_{half}_ports", protocol, ANYWHERE, first, last)
    for protocol in ("tcp", "udp")
    for half, first, last in (("lower", 1024, 3388), ("upper", 3390, 65535))
)
_TO_ANYWHERE = (
    Rule("tcp_upper_ports", "tcp", ANYWHERE, 1024, 65535),
    Rule("udp_upper_ports", "udp", ANYWHERE, 1024, 65535),
    Rule("dns_tcp", "tcp", ANYWHERE, 53, 53),
    Rule("dns_udp", "udp", ANYWHERE, 53, 53),
    Rule("time", "udp", ANYWHERE, 123, 123),
)
_REPLICAS = (Rule("replicas", "tcp", expr("local.tiers.database"), 1024, 65535),)

INBOUND: Mapping[str, tuple[Rule, ...]] = {
    "public": (Rule("https", "tcp", ANYWHERE, 443, 443), Rule("http", "tcp", ANYWHERE, 80, 80), *_FROM_ANYWHERE),
    "private": (
        Rule("load_balancer_tcp", "tcp", expr("local.tiers.public"), 1, 65535),
        Rule("load_balancer_udp", "udp", expr("local.tiers.public"), 1, 65535),
        *_FROM_ANYWHERE,
    ),
    "database": _REPLICAS,
}
OUTBOUND: Mapping[str, tuple[Rule, ...]] = {"public": _TO_ANYWHERE, "private": _TO_ANYWHERE, "database": _REPLICAS}


def network_acls(module: ModuleBuilder, vpc_id: Expr, subnets: Mapping[str, Expr]) -> None:
    """Add the network ACL of each tier, and its rules."""
    module.section("Network ACLs")
    module.local("database_ports", dict(DATABASE_PORTS), "Ports on which databases listen.")
    module.local(
        "inside",
        expr(
            """{
              for key, cidr in merge(
                { private = local.tiers.private },
                { for index, cidr in var.secondary_cidrs : "secondary_${index}" => cidr },
              ) : key => cidr if var.existing == null
            }"""
        ),
        "The blocks of nodes and pods; whoever keeps an existing VPC keeps its network ACLs.",
    )
    module.local(
        "inside_rules",
        expr(
            """{
              for pair in setproduct(["tcp", "udp"], keys(local.inside)) : join("_", pair) => {
                number   = index(["tcp", "udp"], pair[0]) * 10 + index(keys(local.inside), pair[1]) + 500
                protocol = pair[0]
                cidr     = local.inside[pair[1]]
              }
            }"""
        ),
        "Each of these blocks, with each protocol.",
    )
    module.local(
        "low_egress_ports",
        expr("toset([for port in var.egress_ports : tostring(port) if port < 1024 && var.existing == null])"),
        "Ports that the rules for answers do not open already.",
    )
    for tier in ("public", "private", "database"):
        own = f"values({subnets[tier]})[*].id"
        acl = module.resource(
            f"aws_network_acl.{tier}",
            f"The {tier} subnets' network ACL."
            if tier != "private"
            else "The private and the pod subnets' network ACL.",
            count=OURS,
            vpc_id=vpc_id,
            subnet_ids=expr(own if tier != "private" else f"concat({own}, values({subnets['pod']})[*].id)"),
            tags={"Name": f"{module.var.environment}-{tier}"},
        )
        for direction, rules in (("inbound", INBOUND), ("outbound", OUTBOUND)):
            _rules(module, f"{tier}_{direction}", acl, direction == "outbound", rules[tier])
            if tier == "database":
                continue
            module.resource(
                f"aws_network_acl_rule.{tier}_{direction}_unreachable",
                "Path MTU discovery: fragmentation needed.",
                count=OURS,
                network_acl_id=acl[0].id,
                egress=direction == "outbound",
                rule_number=190,
                rule_action="allow",
                protocol="icmp",
                cidr_block=ANYWHERE,
                icmp_type=3,
                icmp_code=4,
            )
            if direction == "inbound":
                _inside(module, f"{tier}_inbound_inside", acl)
            else:
                _outside(module, f"{tier}_outbound", acl)
    _database_clients(module)


def _rules(module: ModuleBuilder, name: str, acl: Expr, egress: bool, rules: Sequence[Rule]) -> None:
    direction = "Outbound" if egress else "Inbound"
    module.resource(
        f"aws_network_acl_rule.{name}",
        f"{direction}, whatever the environment says.",
        for_each=expr(
            "{\nfor key, rule in {\n"
            + "\n".join(_row(index, rule) for index, rule in enumerate(rules))
            + "\n} : key => rule if var.existing == null\n}"
        ),
        network_acl_id=acl[0].id,
        egress=egress,
        rule_number=each.value.number,
        rule_action="allow",
        protocol=each.value.protocol,
        cidr_block=each.value.cidr,
        from_port=expr("each.value.from"),
        to_port=each.value.to,
    )


def _row(index: int, rule: Rule) -> str:
    number = 100 + 10 * index
    return (
        f'{rule.key} = {{ number = {number}, protocol = "{rule.protocol}", cidr = {code(rule.cidr)},'
        f" from = {rule.first}, to = {rule.last} }}"
    )


def _inside(module: ModuleBuilder, name: str, acl: Expr) -> None:
    module.resource(
        f"aws_network_acl_rule.{name}",
        "Inbound from nodes and pods.",
        for_each=expr("local.inside_rules"),
        network_acl_id=acl[0].id,
        egress=False,
        rule_number=each.value.number,
        rule_action="allow",
        protocol=each.value.protocol,
        cidr_block=each.value.cidr,
        from_port=1,
        to_port=65535,
    )


def _outside(module: ModuleBuilder, name: str, acl: Expr) -> None:
    module.resource(
        f"aws_network_acl_rule.{name}_inside",
        "Outbound to nodes and pods.",
        for_each=expr("local.inside"),
        network_acl_id=acl[0].id,
        egress=True,
        rule_number=expr("500 + index(keys(local.inside), each.key)"),
        rule_action="allow",
        protocol="-1",
        cidr_block=each.value,
    )
    module.resource(
        f"aws_network_acl_rule.{name}_ports",
        "Outbound to the internet; the security group of the nodes says the same.",
        for_each=expr("local.low_egress_ports"),
        network_acl_id=acl[0].id,
        egress=True,
        rule_number=expr("1000 + tonumber(each.key)"),
        rule_action="allow",
        protocol="tcp",
        cidr_block=ANYWHERE,
        from_port=each.key,
        to_port=each.key,
    )


def _database_clients(module: ModuleBuilder) -> None:
    acl = expr("aws_network_acl.database")
    module.local(
        "database_clients",
        expr(
            """{
              for pair in setproduct(keys(local.database_ports), keys(local.inside)) : join("_", pair) => {
                number = index(keys(local.database_ports), pair[0]) * 10 + index(keys(local.inside), pair[1]) + 500
                port   = local.database_ports[pair[0]]
                cidr   = local.inside[pair[1]]
              }
            }"""
        ),
        "Each database port, from each block of nodes and pods.",
    )
    module.resource(
        "aws_network_acl_rule.database_inbound_clients",
        "Inbound: applications to databases.",
        for_each=expr("local.database_clients"),
        network_acl_id=acl[0].id,
        egress=False,
        rule_number=each.value.number,
        rule_action="allow",
        protocol="tcp",
        cidr_block=each.value.cidr,
        from_port=each.value.port,
        to_port=each.value.port,
    )
    module.resource(
        "aws_network_acl_rule.database_outbound_answers",
        "Outbound: answers to applications.",
        for_each=expr("local.inside"),
        network_acl_id=acl[0].id,
        egress=True,
        rule_number=expr("500 + index(keys(local.inside), each.key)"),
        rule_action="allow",
        protocol="tcp",
        cidr_block=each.value,
        from_port=1024,
        to_port=65535,
    )
