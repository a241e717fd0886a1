"""RDS, for aws_db_instance, aws_db_parameter_group and aws_rds_cluster.

moto 5.2.5 gives every instance of a region the same resource identifier (a second instance "couldn't be found"),
answers changed parameters without their source (DescribeDBParameters with ``Source=user`` is empty), and answers an
empty scaling configuration for clusters that have none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mendixctl.emulator.extensions.operations import identifier

RESOURCE_ID_DIGITS = 26


def install(account: str) -> None:
    """Mend moto's RDS."""
    from moto.rds.models import DBCluster, DBInstance, DBParameterGroup, RDSBackend

    _give_resource_ids(DBInstance, RDSBackend)
    _mend_parameters(DBParameterGroup)
    _mend_scaling(DBCluster)


def _give_resource_ids(instances: Any, backend: Any) -> None:
    initialise, replicate = instances.__init__, backend.create_db_instance_read_replica

    def instance(self: Any, *arguments: Any, **named: Any) -> None:
        initialise(self, *arguments, **named)
        self.dbi_resource_id = _resource_id()

    def read_replica(self: Any, *arguments: Any, **named: Any) -> Any:
        replica = replicate(self, *arguments, **named)
        replica.dbi_resource_id = _resource_id()
        return replica

    instances.__init__ = instance
    backend.create_db_instance_read_replica = read_replica


def _mend_parameters(groups: Any) -> None:
    update = groups.update_parameters

    def update_parameters(self: Any, parameters: Iterable[dict[str, Any]]) -> None:
        changed = list(parameters)
        update(self, changed)
        for each in changed:
            self.parameters[each["ParameterName"]].setdefault("Source", "user")

    groups.update_parameters = update_parameters


def _mend_scaling(clusters: Any) -> None:
    scaling = clusters.scaling_configuration_info.fget
    clusters.scaling_configuration_info = property(
        lambda cluster: scaling(cluster) if cluster.scaling_configuration else None
    )


def _resource_id() -> str:
    return identifier("db-", RESOURCE_ID_DIGITS).upper().replace("DB-", "db-", 1)
