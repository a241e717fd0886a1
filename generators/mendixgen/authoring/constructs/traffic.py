"""Traffic that security groups let pass: both ends at once, since one end alone lets nothing pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder


def allow(
    module: ModuleBuilder,
    name: str,
    description: str,
    *,
    source: Any,
    target: Any,
    protocol: str = "tcp",
    ports: Any = None,
    for_each: Any = None,
) -> None:
    """Let the security group ``source`` open connections to the security group ``target``.

    ``name`` becomes the name of the egress rule of ``source`` and of the ingress rule of ``target``; they
    refer to each other, so neither knows an address. ``source`` and ``target`` are resources or IDs'
    owners (``.id`` is taken). ``ports`` is a port, a pair (first, last), or None for every port, which
    needs protocol "-1". ``description`` has only what AWS takes: letters, digits, space and ``._-:/()#,@[]+=&;{}!$*``.
    """
    first, last = ports if isinstance(ports, tuple) else (ports, ports)
    shared = {"for_each": for_each, "ip_protocol": protocol, "from_port": first, "to_port": last}
    module.resource(
        f"aws_vpc_security_group_egress_rule.{name}",
        f"Outbound: {description[0].lower()}{description[1:]}.",
        security_group_id=source.id,
        description=description,
        referenced_security_group_id=target.id,
        **shared,
    )
    module.resource(
        f"aws_vpc_security_group_ingress_rule.{name}",
        f"Inbound: {description[0].lower()}{description[1:]}.",
        security_group_id=target.id,
        description=description,
        referenced_security_group_id=source.id,
        **shared,
    )
