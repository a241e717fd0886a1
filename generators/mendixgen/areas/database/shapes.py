"""What the engines differ in, as locals of the database module, and the parameter and option groups made of it."""

from __future__ import annotations

from mendixgen.areas.database import catalogue
from mendixgen.areas.database.checks import LOGS
from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

NOT_BY_DEFAULT = ("general", "trace", "oemagent")
"""Logs that hold every statement, or that nobody reads before support asks for them."""

TLS_PORT, CLEAR_PORT = 1521, 1522


def shapes(module: ModuleBuilder) -> tuple[Expr, Expr]:
    """Add what the engines differ in; gives the instances and the replicas."""
    var = module.var
    module.section("Instances and their engines")
    module.local(
        "engines",
        {
            "postgres": {
                "port": 5432,
                "client_port": 5432,
                "striped_from": catalogue.storage("postgres").striped_from_gb,
                "database_name": "mendix",
                "logs": _logs("postgres"),
                "parameters": {
                    "log_disconnections": _parameter("1"),
                    "log_lock_waits": _parameter("1"),
                    "log_min_duration_statement": _parameter("1000"),
                    "log_statement": _parameter("ddl"),
                },
                "forced": {"rds.force_ssl": _parameter("1")},
            },
            "mysql": {
                "port": 3306,
                "client_port": 3306,
                "striped_from": catalogue.storage("mysql").striped_from_gb,
                "database_name": "mendix",
                "logs": _logs("mysql"),
                "parameters": {
                    "log_output": _parameter("FILE"),
                    "long_query_time": _parameter("1"),
                    "slow_query_log": _parameter("1"),
                },
                "forced": {
                    "require_secure_transport": _parameter("1"),
                    "tls_version": _parameter("TLSv1.2,TLSv1.3", "pending-reboot"),
                },
            },
            "oracle": {
                "port": CLEAR_PORT,
                "client_port": TLS_PORT,
                "striped_from": catalogue.storage("oracle").striped_from_gb,
                "database_name": "ORCL",
                "logs": _logs("oracle"),
                "parameters": {"audit_trail": _parameter("OS", "pending-reboot")},
                "forced": {},
            },
        },
        "What the engines differ in: what they log, and what forces TLS. Oracle listens in clear text on a port that"
        " no security group opens, and speaks TLS on the one that is open (see the option groups).",
    )
    module.local(
        "kinds",
        expr(f'{{ for name, it in {var.instances} : name => split("-", it.engine)[0] }}'),
        "Which of these each instance is.",
    )
    module.local(
        "defaults",
        expr("{ for name, kind in local.kinds : name => local.engines[kind] }"),
        "What its engine gives each instance.",
    )
    module.local(
        "majors",
        expr(
            f"""{{
              for name, it in {var.instances} :
              name => it.engine == "mysql" ? regex("^[0-9]+[.][0-9]+", it.version) : split(".", it.version)[0]
            }}"""
        ),
        "The part of the version that AWS never changes by itself: 17 of 17.6, 8.4 of 8.4.9.",
    )
    module.local(
        "families",
        expr(
            f"""{{
              for name, it in {var.instances} :
              name => "${{it.engine}}${{local.kinds[name] == "oracle" ? "-" : ""}}${{local.majors[name]}}"
            }}"""
        ),
        "What RDS calls that: postgres17, mysql8.4, oracle-se2-19.",
    )
    module.local(
        "licenses",
        {
            "oracle-se2": "license-included",
            "oracle-se2-cdb": "license-included",
            "oracle-ee": "bring-your-own-license",
            "oracle-ee-cdb": "bring-your-own-license",
        },
        "Whose licence it is where nothing is said; the other engines are free.",
    )
    gp3 = catalogue.storage("postgres")
    iops, throughput = gp3.gp3_iops[0], gp3.gp3_throughput[0]
    module.local(
        "striped",
        expr(
            f"""{{
              for name, it in {var.instances} :
              name => it.storage_type == "gp3" && it.storage_gb >= local.defaults[name].striped_from
            }}"""
        ),
        "Whether storage is so large that gp3 is striped over several volumes. It has more IOPS and throughput then,"
        " which must be said: whoever grows storage into that size would ask for the former numbers otherwise, and RDS"
        " refuses them.",
    )
    instances = module.local(
        "instances",
        expr(
            f"""{{
              for name, it in {var.instances} : name => merge(it, {{
                identifier       = coalesce(it.name, "{var.environment}-${{name}}")
                kind             = local.kinds[name]
                major            = local.majors[name]
                family           = local.families[name]
                port             = local.defaults[name][it.oracle_encryption == "tls" ? "port" : "client_port"]
                client_port      = local.defaults[name].client_port
                parameter_group  = "{var.environment}-${{name}}-${{replace(local.families[name], ".", "-")}}"
                iops             = it.iops == null && local.striped[name] ? {iops} : it.iops
                throughput       = it.throughput == null && local.striped[name] ? {throughput} : it.throughput
                license          = it.license == null ? lookup(local.licenses, it.engine, null) : it.license
                database_name    = coalesce(it.database_name, local.defaults[name].database_name)
                max_storage_gb   = coalesce(it.max_storage_gb, min(2 * it.storage_gb, 65536))
                minor_upgrades = coalesce(
                  it.minor_upgrades,
                  it.version == local.majors[name] ? "automatic" : "manual",
                )
                iam              = coalesce(it.iam_authentication, local.kinds[name] != "oracle")
                logs             = coalesce(it.logs, local.defaults[name].logs)
                insights_key_arn = it.performance_insights.enabled ? {var.kms_key_arn} : null
                insights_days    = it.performance_insights.enabled ? it.performance_insights.retention_days : null
                monitoring_role  = it.monitoring_interval == 0 ? null : aws_iam_role.monitoring.arn
              }})
            }}"""
        ),
        "The instances, and what follows from their settings.",
    )
    replicas = module.local(
        "replicas",
        expr(
            f"""merge([
              for name, it in {instances} : {{
                for number in range(1, it.replicas + 1) : "${{name}}-${{number}}" => merge(it, {{
                  source     = name
                  identifier = "${{it.identifier}}-replica-${{number}}"
                }})
              }}
            ]...)"""
        ),
        "The read replicas by the name of their source and a number; what is not said of them is as in the source.",
    )
    return instances, replicas


def _parameter(value: str, apply: str = "immediate") -> dict[str, str]:
    return {"value": value, "apply": apply}


def _logs(kind: str) -> list[str]:
    return [log for log in LOGS[kind] if log not in NOT_BY_DEFAULT]


def parameter_groups(module: ModuleBuilder, instances: Expr) -> Expr:
    """Add the parameter groups, TLS forced."""
    parameters = module.local(
        "parameters",
        expr(
            f"""{{
              for name, it in {instances} : name => {{
                for key, parameter in merge(
                  local.engines[it.kind].parameters,
                  it.parameters,
                  local.engines[it.kind].forced,
                ) : key => parameter if it.major != "26" || key != "audit_trail"
              }}
            }}"""
        ),
        "The parameters of each instance: the platform's, over them the YAML's, over all what forces TLS. Oracle 26ai"
        " has unified auditing only.",
    )
    return module.resource(
        "aws_db_parameter_group.this",
        "A group for each instance, named after the engine's major version, so that an upgrade brings its own.",
        for_each=instances,
        name=each.value.parameter_group,
        family=each.value.family,
        description=f"Parameters of {each.value.identifier}",
        parameter=dynamic(
            for_each=parameters[each.key],
            content={
                "name": expr("parameter.key"),
                "value": expr("parameter.value.value"),
                "apply_method": expr("parameter.value.apply"),
            },
        ),
        tags={"Name": each.value.identifier},
        lifecycle={"create_before_destroy": True},
    )


def option_groups(module: ModuleBuilder, instances: Expr) -> Expr:
    """Add the option groups of the engines that have options."""
    var = module.var
    options = module.local(
        "options",
        {
            "mysql": {
                "name": "MARIADB_AUDIT_PLUGIN",
                "port": None,
                "security_group_ids": None,
                "settings": {"SERVER_AUDIT_EVENTS": "CONNECT,QUERY_DDL,QUERY_DCL"},
            },
            "oracle-tls": {
                "name": "SSL",
                "port": TLS_PORT,
                "security_group_ids": [var.database_security_group_id],
                "settings": {
                    "SQLNET.SSL_VERSION": "1.2",
                    "SQLNET.CIPHER_SUITE": "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
                },
            },
            "oracle-native": {
                "name": "NATIVE_NETWORK_ENCRYPTION",
                "port": None,
                "security_group_ids": None,
                "settings": {
                    "SQLNET.ENCRYPTION_SERVER": "REQUIRED",
                    "SQLNET.ENCRYPTION_TYPES_SERVER": "AES256",
                    "SQLNET.CRYPTO_CHECKSUM_SERVER": "REQUIRED",
                    "SQLNET.CRYPTO_CHECKSUM_TYPES_SERVER": "SHA512",
                    "SQLNET.ALLOW_WEAK_CRYPTO": "FALSE",
                    "SQLNET.ALLOW_WEAK_CRYPTO_CLIENTS": "FALSE",
                },
            },
        },
        "What an engine needs beside parameters: MySQL an audit log, Oracle the encryption of its connections.",
    )
    return module.resource(
        "aws_db_option_group.this",
        "PostgreSQL has no options. A group stays in AWS when its instance goes (it costs nothing), because RDS does"
        " not delete one that snapshots refer to; hence the prefix, which makes each name unique.",
        for_each=expr(f'{{ for name, it in {instances} : name => it if it.kind != "postgres" }}'),
        name_prefix=f"{each.value.parameter_group}-",
        engine_name=each.value.engine,
        major_engine_version=each.value.major,
        option_group_description=f"Options of {each.value.identifier}",
        skip_destroy=True,
        option=dynamic(
            for_each=expr(
                f'[{options}[each.value.kind == "mysql" ? "mysql" : "oracle-${{each.value.oracle_encryption}}"]]'
            ),
            content={
                "option_name": expr("option.value.name"),
                "port": expr("option.value.port"),
                "vpc_security_group_memberships": expr("option.value.security_group_ids"),
                "option_settings": dynamic(
                    for_each=expr("option.value.settings"),
                    content={"name": expr("option_settings.key"), "value": expr("option_settings.value")},
                ),
            },
        ),
        tags={"Name": each.value.identifier},
        lifecycle={"create_before_destroy": True},
    )
