"""The instances and replicas of the database module, and the order of its chapters.

What the engines differ in is in `database_shapes`, their passwords in `database_masters`, what is seen of them in
`database_observation`, their proxies in `database_proxy`.
"""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.areas.database.masters import MASTER, UNKNOWN, own_masters, passwords
from mendixgen.areas.database.observation import events, observation
from mendixgen.areas.database.proxy import proxies
from mendixgen.areas.database.shapes import option_groups, parameter_groups, shapes
from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

BIRTH = 'formatdate("YYYYMMDDhhmmss", plantimestamp())'


@dataclass(frozen=True, slots=True)
class Parts:
    """What instances and replicas share."""

    instances: Expr
    replicas: Expr
    groups: Expr
    parameters: Expr
    options: Expr
    role: Expr
    permissions: Expr
    logs: Expr


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    instances, replicas = shapes(module)
    parts = _shared(module, instances, replicas)
    own = own_masters(module, instances)
    made = _instances(module, parts)
    _replicas(module, parts, made)
    secrets = passwords(module, instances, made, own)
    proxies(module, instances, made, secrets)
    events(module, instances, replicas, parts.parameters)


def _shared(module: ModuleBuilder, instances: Expr, replicas: Expr) -> Parts:
    var = module.var
    groups = module.resource(
        "aws_db_subnet_group.this",
        "Where the instances are: the subnets that have no way to the internet.",
        name=expr(f'coalesce({var.subnet_group}, "${{var.environment}}-database")'),
        description=f"Databases of {var.environment}",
        subnet_ids=var.database_subnet_ids,
        tags={"Name": f"{var.environment}-database"},
    )
    module.section("Parameters and options")
    return Parts(
        instances=instances,
        replicas=replicas,
        groups=groups,
        parameters=parameter_groups(module, instances),
        options=option_groups(module, instances),
        **observation(module, instances, replicas),
    )


def _instances(module: ModuleBuilder, parts: Parts) -> Expr:
    var = module.var
    module.section("Instances")
    it = each.value
    managed = "each.value.replicas == 0"
    return module.resource(
        "aws_db_instance.this",
        "The instances. Nothing that is said only once (where the data came from, names inside) ever replaces one; the"
        " final snapshot has the time of the instance's birth in its name, so that the next life has another.",
        for_each=parts.instances,
        identifier=it.identifier,
        engine=it.engine,
        engine_version=it.version,
        instance_class=expr("each.value.class"),
        license_model=it.license,
        # A restore brings its databases with it, and RDS refuses one that names them.
        db_name=expr("each.value.restore_from == null ? each.value.database_name : null"),
        username=MASTER,
        manage_master_user_password=expr(f"{managed} ? true : null"),
        master_user_secret_kms_key_id=expr(f"{managed} ? {var.secrets_key_arn} : null"),
        password_wo=expr(f"{managed} ? null : {UNKNOWN}"),
        password_wo_version=expr(f"{managed} ? null : 1"),
        iam_database_authentication_enabled=it.iam,
        allocated_storage=it.storage_gb,
        max_allocated_storage=it.max_storage_gb,
        storage_type=it.storage_type,
        iops=it.iops,
        storage_throughput=it.throughput,
        storage_encrypted=True,
        kms_key_id=var.kms_key_arn,
        multi_az=it.multi_az,
        db_subnet_group_name=parts.groups.name,
        vpc_security_group_ids=[var.database_security_group_id],
        publicly_accessible=False,
        port=it.port,
        ca_cert_identifier=it.certificate_authority,
        parameter_group_name=parts.parameters[each.key].name,
        option_group_name=expr(f'each.value.kind == "postgres" ? null : {parts.options[each.key].name}'),
        backup_retention_period=it.backup_retention_days,
        backup_window=it.backup_window,
        copy_tags_to_snapshot=True,
        delete_automated_backups=False,
        skip_final_snapshot=expr("!each.value.final_snapshot"),
        final_snapshot_identifier=f"{it.identifier}-final-{expr(BIRTH)}",
        deletion_protection=expr(f"each.value.deletion_protection && !{var.teardown}"),
        maintenance_window=it.maintenance_window,
        apply_immediately=expr('each.value.apply == "immediately"'),
        auto_minor_version_upgrade=expr('each.value.minor_upgrades == "automatic"'),
        allow_major_version_upgrade=True,
        enabled_cloudwatch_logs_exports=it.logs,
        monitoring_interval=it.monitoring_interval,
        monitoring_role_arn=it.monitoring_role,
        performance_insights_enabled=it.performance_insights.enabled,
        performance_insights_kms_key_id=it.insights_key_arn,
        performance_insights_retention_period=it.insights_days,
        database_insights_mode=expr(f'{it.performance_insights.advanced} ? "advanced" : "standard"'),
        snapshot_identifier=expr("try(each.value.restore_from.snapshot, null)"),
        restore_to_point_in_time=dynamic(
            for_each=expr("[for source in each.value.restore_from[*] : source if source.snapshot == null]"),
            content={
                "source_db_instance_identifier": expr(
                    "restore_to_point_in_time.value.instance == null ? null :"
                    " local.instances[restore_to_point_in_time.value.instance].identifier"
                ),
                "source_dbi_resource_id": expr("restore_to_point_in_time.value.resource_id"),
                "source_db_instance_automated_backups_arn": expr("restore_to_point_in_time.value.backup_arn"),
                "restore_time": expr("restore_to_point_in_time.value.time"),
                "use_latest_restorable_time": expr("restore_to_point_in_time.value.time == null ? true : null"),
            },
        ),
        timeouts={"create": "3h", "update": "3h", "delete": "2h"},
        tags={"Name": it.identifier},
        lifecycle={
            "ignore_changes": [
                expr("db_name"),
                expr("final_snapshot_identifier"),
                expr("kms_key_id"),
                expr("restore_to_point_in_time"),
                expr("snapshot_identifier"),
                expr("username"),
            ]
        },
        depends_on=[parts.logs, parts.permissions],
    )


def _replicas(module: ModuleBuilder, parts: Parts, made: Expr) -> None:
    var = module.var
    it = each.value
    module.resource(
        "aws_db_instance.replica",
        "Read replicas: the source's engine, storage and key. A backup of each day, so that one that is promoted can"
        " be restored from its first hour on. Nothing protects them from deletion (their source has all that they"
        " have), or replicas could not be lowered; RDS makes no final snapshot of one either.",
        for_each=parts.replicas,
        identifier=it.identifier,
        replicate_source_db=made[each.value.source].identifier,
        instance_class=expr("coalesce(each.value.replica_class, each.value.class)"),
        max_allocated_storage=it.max_storage_gb,
        storage_type=it.storage_type,
        iops=it.iops,
        storage_throughput=it.throughput,
        storage_encrypted=True,
        multi_az=it.replica_multi_az,
        iam_database_authentication_enabled=it.iam,
        vpc_security_group_ids=[var.database_security_group_id],
        publicly_accessible=False,
        port=it.port,
        ca_cert_identifier=it.certificate_authority,
        parameter_group_name=parts.parameters[each.value.source].name,
        backup_retention_period=1,
        backup_window=it.backup_window,
        copy_tags_to_snapshot=True,
        delete_automated_backups=False,
        skip_final_snapshot=True,
        deletion_protection=False,
        maintenance_window=it.maintenance_window,
        apply_immediately=expr('each.value.apply == "immediately"'),
        auto_minor_version_upgrade=expr('each.value.minor_upgrades == "automatic"'),
        enabled_cloudwatch_logs_exports=it.logs,
        monitoring_interval=it.monitoring_interval,
        monitoring_role_arn=it.monitoring_role,
        performance_insights_enabled=it.performance_insights.enabled,
        performance_insights_kms_key_id=it.insights_key_arn,
        performance_insights_retention_period=it.insights_days,
        database_insights_mode=expr(f'{it.performance_insights.advanced} ? "advanced" : "standard"'),
        timeouts={"create": "3h", "update": "3h", "delete": "2h"},
        tags={"Name": it.identifier},
        depends_on=[parts.logs, parts.permissions],
    )
