"""EC2 subnets, for aws_subnet: one that is in use is not deleted.

moto 5.2.5 deletes any (DeleteSubnet), where AWS answers DependencyViolation as long as a network interface stands in
the subnet. Most services make theirs out of sight, so what they know of subnets is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def install() -> None:
    """Mend moto's subnets."""
    from moto.ec2.exceptions import DependencyViolationError
    from moto.ec2.models.subnets import SubnetBackend

    backends: Any = SubnetBackend
    delete = backends.delete_subnet

    def delete_subnet(self: Any, subnet_id: str) -> Any:
        if subnet_id in set(_in_use(self)):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return delete(self, subnet_id)

    backends.delete_subnet = delete_subnet


def _in_use(ec2: Any) -> Iterator[str]:
    """The subnets in which network interfaces stand."""
    from moto.autoscaling.models import autoscaling_backends
    from moto.eks.models import eks_backends
    from moto.elbv2.models import elbv2_backends
    from moto.rds.models import rds_backends

    account, region = ec2.account_id, ec2.region_name
    gateways, endpoints = ec2.nat_gateways.values(), ec2.vpc_end_points.values()
    # moto leaves the interfaces of what is gone, so these are asked themselves.
    theirs = {it._eni.id for it in gateways}.union(*(it.network_interface_ids or () for it in endpoints))
    yield from (eni.subnet.id for eni in ec2.enis.values() if eni.id not in theirs)
    yield from (it.subnet_id for it in gateways if it.state != "deleted")
    for endpoint in endpoints:
        if endpoint.state != "deleted":
            yield from endpoint.subnet_ids or ()
    backends: Any = eks_backends
    for cluster in backends[account][region].clusters.values():
        yield from cluster.resources_vpc_config["subnetIds"]
    backends = elbv2_backends
    for balancer in backends[account][region].load_balancers.values():
        yield from (subnet.id for subnet in balancer.subnets)
    backends = rds_backends
    for instance in backends[account][region].databases.values():
        known = getattr(getattr(instance, "db_subnet_group", None), "subnets", ())
        yield from (subnet["SubnetIdentifier"] for subnet in known)
    backends = autoscaling_backends
    for group in backends[account][region].autoscaling_groups.values():
        if group.desired_capacity:
            yield from (group.vpc_zone_identifier or "").split(",")
