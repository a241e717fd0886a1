"""What nodes without a launch template need: they stand in the security group that EKS made, not in the platform's.

Source: Amazon EKS user guide, "View Amazon EKS security group requirements": nodes of a group without a launch template
are in the cluster's own group, which lets its members reach each other and anything outside.
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.fields import DATABASE_PORTS, TARGET_PORTS
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder


def let_through(module: ModuleBuilder, cluster: Expr) -> None:
    """Let such nodes reach what the platform's reach, and be reached by what reaches those; no rule where every group
    has a template. What the cluster's own group sends, EKS has let out already.
    """
    var = module.var
    module.section("Nodes that were adopted without a launch template")
    theirs = cluster.vpc_config[0].cluster_security_group_id
    nodes, balancer = var.nodes_security_group_id, var.load_balancer_security_group_id
    called = {
        "load-balancer-to-adopted": ("tcp", *TARGET_PORTS),
        "load-balancer-to-adopted-udp": ("udp", *TARGET_PORTS),
    }
    rows = {
        "adopted-to-nodes": _row(nodes, theirs, "-1"),
        "nodes-to-adopted": _row(theirs, nodes, "-1"),
        **{name: _row(theirs, balancer, *ports) for name, ports in called.items()},
        "adopted-to-endpoints": _row(var.endpoints_security_group_id, theirs, "tcp", 443, 443),
        **{
            f"adopted-to-{name}": _row(var.database_security_group_id, theirs, "tcp", port, port)
            for name, port in DATABASE_PORTS.items()
        },
    }
    out = {
        "nodes-to-adopted": _row(nodes, theirs, "-1"),
        **{name: _row(balancer, theirs, *ports) for name, ports in called.items()},
    }
    on = module.local(
        "some_without_template",
        expr(
            f"anytrue([for group in values({var.node_groups}) :"
            " group.adopted != null && try(group.adopted.launch_template, null) == null])"
        ),
        "Whether there are such nodes.",
    )
    inbound = module.local("adopted_inbound", rows, "Who reaches whom, by the group that lets in.")
    outbound = module.local("adopted_outbound", out, "The same, by the groups that let nothing out by themselves.")
    for direction, given, comment in (
        ("ingress", inbound, "Inbound: adopted nodes and the platform's reach each other."),
        ("egress", outbound, "Outbound: the same."),
    ):
        module.resource(
            f"aws_vpc_security_group_{direction}_rule.adopted",
            comment,
            for_each=expr(f"{{ for name, rule in {given} : name => rule if {on} }}"),
            security_group_id=each.value.group,
            description="Nodes that were adopted without a launch template",
            referenced_security_group_id=each.value.peer,
            ip_protocol=each.value.protocol,
            from_port=each.value.first,
            to_port=each.value.last,
        )


def _row(group: Any, peer: Any, protocol: str, first: int | None = None, last: int | None = None) -> dict[str, Any]:
    return {"group": group, "peer": peer, "protocol": protocol, "first": first, "last": last}
