"""Logs of applications and nodes, what is counted in logs, and the queries that are kept."""

from __future__ import annotations

from mendixgen.alarms import maintenance
from mendixgen.areas.monitoring.members import MEMBERS
from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

DATABASE_PORTS = (1521, 1522, 3306, 5432)
FLOW_LOG_BEFORE = "version, account, interface, source, target, source_port"
FLOW_LOG_AFTER = 'protocol, packets, bytes, start, end, action = "REJECT", ...'
"""The fields of a flow log around the port, in the order in which the network writes them."""

ERRORS = {"critical": '{ $.level = "CRITICAL" }', "errors": '{ $.level = "ERROR" }'}
"""Mendix writes its log as JSON, a line an event, with its level (Mendix reference guide, "Log levels")."""


def namespace(module: ModuleBuilder) -> str:
    """Where metrics of this environment's own logs are."""
    return maintenance.namespace(str(module.var.environment))


def app_logs(module: ModuleBuilder) -> Expr:
    """Add the log groups of the applications."""
    var = module.var
    module.section("Logs")
    return log_group(
        module,
        "apps",
        "What an application writes; what ships logs finds the names among the outputs.",
        for_each=local_of("apps"),
        path=f"/mendix/{var.environment}/apps/{each.key}",
        retention_days=var.retention_days,
        tags={"Name": f"/mendix/{var.environment}/apps/{each.key}"},
    )


def metric_filters(module: ModuleBuilder, apps: Expr) -> None:
    """Add what is counted in logs, each under the name that its alarm reads."""
    module.section("What is counted in logs")
    ports = " || ".join(f"port = {port}" for port in DATABASE_PORTS)
    _filter(
        module,
        "database_refused",
        "Connections to the ports of databases that the network refused.",
        of="flow-logs",
        metric="DatabaseConnectionsRefused",
        group=module.var.flow_log_group_name,
        pattern=f"[{FLOW_LOG_BEFORE}, {ports}, {FLOW_LOG_AFTER}]",
    )
    _filter(
        module,
        "oracle_errors",
        "Errors in the alert logs of Oracle.",
        of="oracle-alert-logs",
        metric=f"{each.key}-oracle-errors",
        group=each.value,
        pattern='"ORA-"',
    )
    for name, pattern in ERRORS.items():
        _filter(
            module,
            f"app_{name}",
            f"Lines of that level of the applications: {name}.",
            of="apps",
            metric=f"{each.key}-{name}",
            group=apps[each.key].name,
            pattern=pattern,
        )


def custom_alarms(module: ModuleBuilder, apps: Expr) -> None:
    """Add the alarms of the environment's own list."""
    var = module.var
    module.section("Alarms of the environment's own")
    own = module.local("custom_alarms", expr(f"{{ for it in {var.alarms} : it.name => it }}"), "By name.")
    databases = var.database_log_group_names
    made = [
        f'{{ for app, group in {apps} : "apps/${{app}}" => group.name }}',
        f"{{ for name in compact([{var.flow_log_group_name}, {var.cluster_log_group_name}]) : name => name }}",
        f"{{ for name in {databases} == null ? [] : values({databases}) : name => name }}",
    ]
    known = module.local(
        "known_log_groups",
        expr("merge(\n" + ",\n".join(made) + ",\n)"),
        "Log groups that areas make, so that a filter waits for its own; others are there already.",
    )
    filters = module.resource(
        "aws_cloudwatch_log_metric_filter.custom",
        "Counts the lines.",
        for_each=own,
        name=f"{var.environment}-{each.key}",
        log_group_name=expr(f"lookup({known}, each.value.log_group, each.value.log_group)"),
        pattern=each.value.pattern,
        metric_transformation={
            "name": each.key,
            "namespace": namespace(module),
            "value": "1",
            "default_value": "0",
            "unit": "Count",
        },
    )
    name = f"{var.environment}-${{lower(each.value.priority)}}-monitoring-{each.key}"
    counted = (
        "More than ${each.value.above} lines of ${each.value.log_group} match the pattern of this alarm within"
        " ${each.value.period} seconds."
    )
    module.resource(
        "aws_cloudwatch_metric_alarm.custom",
        "An alarm when there are too many.",
        for_each=own,
        alarm_name=name,
        alarm_description=expr(
            f'"${{coalesce(each.value.description, "{counted}")}} Runbook:'
            f' environments/{var.environment}/runbooks/en/monitoring-log.md (zh: runbooks/zh/monitoring-log.md)"'
        ),
        namespace=namespace(module),
        metric_name=filters[each.key].metric_transformation[0].name,
        statistic="Sum",
        period=each.value.period,
        evaluation_periods=1,
        comparison_operator="GreaterThanThreshold",
        threshold=each.value.above,
        treat_missing_data="notBreaching",
        alarm_actions=[expr("local.topic_arns[lower(each.value.priority)]")],
        ok_actions=[expr("local.topic_arns[lower(each.value.priority)]")],
        tags={"Name": name},
    )


def queries(module: ModuleBuilder, apps: Expr) -> None:
    """Add the queries that people find under the environment's name."""
    var = module.var
    module.section("Queries")
    module.resource(
        "aws_cloudwatch_query_definition.this",
        "A query over the applications' logs; the console shows it in a folder of the environment.",
        for_each=var.queries,
        name=f"{var.environment}/{each.key}",
        query_string=each.value,
        log_group_names=expr(f"length({apps}) > 0 ? sort(values({apps})[*].name) : null"),
    )


def _filter(module: ModuleBuilder, name: str, comment: str, *, of: str, metric: str, group: Expr, pattern: str) -> None:
    one = MEMBERS[of].is_one
    module.resource(
        f"aws_cloudwatch_log_metric_filter.{name}",
        comment,
        count=expr(f"{local_of(of)} ? 1 : 0") if one else None,
        for_each=None if one else local_of(of),
        name=f"{module.var.environment}-{name.replace('_', '-')}",
        log_group_name=group,
        pattern=pattern,
        metric_transformation={
            "name": metric,
            "namespace": namespace(module),
            "value": "1",
            "default_value": "0",
            "unit": "Count",
        },
    )
