"""RDS, for aws_db_instance, _parameter_group, _option_group, _proxy, _event_subscription and aws_rds_cluster.

moto 5.2.5 gives every instance of a region the same resource identifier (a second instance "couldn't be found"),
forgets Performance Insights, knows no MySQL 8.4 and no recent Oracle for option groups, forgets the ports and
security groups of options, answers changed parameters without their source (DescribeDBParameters with ``Source=user``
is empty), lets a read replica share its source's password (so that deleting the one deletes the other's), cannot
delete a replica whose source is gone, and answers an empty scaling configuration for clusters that have none; it loses
a subnet group that is modified. A major version alone (17) stays what it is, where RDS picks the newest minor one. The
certificate authority of what says none is rds-ca-default, which RDS does not know: the provider would modify every new
instance at once, and wait for that.
Proxies and event subscriptions are in `rds_proxies`, what storage does in `rds_storage`, and backups in another
region in `rds_backups`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mendixctl.emulator.extensions import rds_backups, rds_proxies, rds_storage
from mendixctl.emulator.extensions.operations import identifier
from mendixgen.areas.database import catalogue

RESOURCE_ID_DIGITS = 26
DEFAULT_AUTHORITY = "rds-ca-rsa2048-g1"
"""Who signs an instance's certificate where nothing is said (Amazon RDS User Guide, Using SSL/TLS: certificate
authorities)."""

ORACLE_MINOR = "0.0.0.ru-2026-07.rur-2026-07.r1"
INSIGHTS = {
    "performance_insights_enabled": False,
    "performance_insights_kms_key_id": None,
    "performance_insights_retention_period": None,
    "database_insights_mode": "standard",
}
"""What an instance knows of Performance Insights, and what it is where nothing was said."""

RENAMED = {"enable_performance_insights": "performance_insights_enabled", "db_port_number": "port"}
"""Parameters of ModifyDBInstance that are called otherwise in answers."""

NOT_RESTORED = {"dbi_resource_id", "is_replica", "master_user_secret", "replicas", "source_db_instance_identifier"}
"""Attributes of an instance that one which is restored from it does not have."""


def install(account: str) -> None:
    """Mend moto's RDS."""
    from moto.rds.models import DBCluster, DBInstance, DBParameterGroup, OptionGroup, RDSBackend
    from moto.rds.responses import RDSResponse

    _mend_instances(DBInstance)
    _mend_replicas(RDSBackend)
    _mend_restores(RDSBackend)
    _mend_parameters(DBParameterGroup)
    _mend_options(OptionGroup, RDSBackend)
    _mend_scaling(DBCluster)
    _mend_subnet_groups(RDSBackend)
    rds_proxies.install(RDSBackend, RDSResponse)
    rds_storage.install(RDSBackend)
    rds_backups.install(RDSBackend, RDSResponse)


def _mend_subnet_groups(backend: Any) -> None:
    modify = backend.modify_db_subnet_group

    def kept(self: Any, subnet_name: str, description: str | None, subnets: list[Any]) -> Any:
        group = modify(self, subnet_name, description, subnets)
        self.subnet_groups[subnet_name] = group
        return group

    backend.modify_db_subnet_group = kept


def whole_version(engine: str, version: str) -> str:
    """The version that RDS makes of one that may be a major version only."""
    if engine.startswith("oracle"):
        return f"{version}.{ORACLE_MINOR}" if version.isdigit() else version
    if engine in ("postgres", "mysql") and version in catalogue.majors(engine):
        return catalogue.minors(engine, version)[-1]
    return version


def _mend_instances(instances: Any) -> None:
    initialise, update = instances.__init__, instances.update

    def instance(self: Any, *arguments: Any, **named: Any) -> None:
        if named.get("engine_version"):
            named["engine_version"] = whole_version(named["engine"], named["engine_version"])
        named["ca_certificate_identifier"] = named.get("ca_certificate_identifier") or DEFAULT_AUTHORITY
        initialise(self, *arguments, **named)
        self.dbi_resource_id = _resource_id()
        _set_insights(self, {name: named.get(name) for name in (*INSIGHTS, "enable_performance_insights")})

    def changed(self: Any, **named: Any) -> None:
        if named.get("engine_version"):
            named["engine_version"] = whole_version(self.engine, named["engine_version"])
        update(self, **{RENAMED.get(name, name): value for name, value in named.items()})
        if not self.performance_insights_enabled:
            self.performance_insights_kms_key_id = self.performance_insights_retention_period = None

    instances.__init__ = instance
    instances.update = changed


def _set_insights(instance: Any, given: Mapping[str, Any]) -> None:
    for name, default in INSIGHTS.items():
        setattr(instance, name, given.get(name) or default)
    if given.get("enable_performance_insights"):
        instance.performance_insights_enabled = True
        instance.performance_insights_retention_period = given.get("performance_insights_retention_period") or 7


def _mend_replicas(backend: Any) -> None:
    replicate = backend.create_db_instance_read_replica

    def read_replica(self: Any, named: Any) -> Any:
        source = self.find_db_from_id(named["source_db_instance_identifier"])
        secret = source.__dict__.pop("master_user_secret", None)
        managed, source.manage_master_user_password = source.manage_master_user_password, False
        try:
            replica = replicate(self, named)
        finally:
            source.manage_master_user_password = managed
            if secret is not None:
                source.master_user_secret = secret
        replica.dbi_resource_id = _resource_id()
        replica.enabled_cloudwatch_logs_exports = list(named.get("enable_cloudwatch_logs_exports") or [])
        _set_insights(replica, {name: named.get(name) for name in (*INSIGHTS, "enable_performance_insights")})
        return replica

    end = backend.delete_db_instance

    def delete(self: Any, db_instance_identifier: str, *given: Any, **named: Any) -> Any:
        source = self.databases.get(db_instance_identifier)
        ended = end(self, db_instance_identifier, *given, **named)
        # Amazon RDS User Guide, "Deleting a DB instance": replicas of a source that goes stand alone from then on.
        for replica in list(self.databases.values()):
            if source is not None and replica.source_db_instance_identifier in (
                source.db_instance_identifier,
                source.db_instance_arn,
            ):
                replica.is_replica = False
                replica.source_db_instance_identifier = None
        return ended

    backend.create_db_instance_read_replica = read_replica
    backend.delete_db_instance = delete


def _mend_restores(backend: Any) -> None:
    """An instance can be named by its resource identifier, and gets its own password and Performance Insights."""
    to_point = backend.restore_db_instance_to_point_in_time
    create = backend.create_db_instance

    def restore(self: Any, source: str | None, target: str, overrides: Any) -> Any:
        wanted = overrides.get("source_dbi_resource_id")
        if source is None and wanted:
            source = next((name for name, it in self.databases.items() if it.dbi_resource_id == wanted), wanted)
        return to_point(self, source, target, overrides)

    def create_instance(self: Any, named: Any) -> Any:
        if "dbi_resource_id" in named:  # the attributes of an instance: moto makes what is restored of its source's
            named = {name: value for name, value in dict(named).items() if name not in NOT_RESTORED}
        return create(self, named)

    backend.restore_db_instance_to_point_in_time = restore
    backend.create_db_instance = create_instance


def _mend_parameters(groups: Any) -> None:
    update = groups.update_parameters

    def update_parameters(self: Any, parameters: Iterable[dict[str, Any]]) -> None:
        changed = list(parameters)
        update(self, changed)
        for each in changed:
            self.parameters[each["ParameterName"]].setdefault("Source", "user")

    groups.update_parameters = update_parameters


def _mend_options(groups: Any, backend: Any) -> None:
    create, add, listed = backend.create_option_group, groups.add_options, groups.options.fget

    def create_option_group(self: Any, named: Any) -> Any:
        known = named["engine_name"] in ("postgres", "mysql") or named["engine_name"].startswith("oracle")
        name = named["option_group_name"]
        offered = known and named["major_engine_version"] in catalogue.majors(named["engine_name"])
        if not offered or name in self.option_groups or not named.get("option_group_description"):
            return create(self, named)
        self.option_groups[name] = groups(self, **named)
        return self.option_groups[name]

    def add_options(self: Any, options: Iterable[dict[str, Any]]) -> None:
        given = list(options)
        add(self, given)
        places = self.__dict__.setdefault("places", {})
        places.update({each["OptionName"]: each for each in given})

    def options(self: Any) -> list[dict[str, Any]]:
        places = self.__dict__.get("places", {})
        answer: list[dict[str, Any]] = listed(self)
        for each in answer:
            given = places.get(each["OptionName"], {})
            each["Port"] = given.get("Port")
            each["VpcSecurityGroupMemberships"] = [
                {"VpcSecurityGroupId": group, "Status": "active"}
                for group in given.get("VpcSecurityGroupMemberships") or []
            ]
        return answer

    backend.create_option_group = create_option_group
    groups.add_options = add_options
    groups.options = property(options)


def _mend_scaling(clusters: Any) -> None:
    scaling = clusters.scaling_configuration_info.fget
    clusters.scaling_configuration_info = property(
        lambda cluster: scaling(cluster) if cluster.scaling_configuration else None
    )


def _resource_id() -> str:
    return identifier("db-", RESOURCE_ID_DIGITS).upper().replace("DB-", "db-", 1)
