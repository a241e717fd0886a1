"""The domain of OpenSearch Service: in the VPC, encrypted, with a role as its master, and its own logs in CloudWatch.

Sources: OpenSearch Service developer guide, "Launching your domains within a VPC", "Fine-grained access control",
"Configuring a multi-AZ domain", "Monitoring OpenSearch logs with CloudWatch Logs" (the resource policy; CloudWatch Logs
takes 5,120 characters and ten policies a region), "Auto-Tune" (not with t2 and t3), "Off-peak windows", "Using
service-linked roles"; API reference, EBSOptions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mendixgen.areas.logging.scope import Owner, Scope
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, policy
from mendixgen.authoring.constructs.traffic import allow as allow_traffic
from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

LOGS = {
    "INDEX_SLOW_LOGS": "index-slow",
    "SEARCH_SLOW_LOGS": "search-slow",
    "ES_APPLICATION_LOGS": "application",
    "AUDIT_LOGS": "audit",
}
"""The logs of a domain, and what their log groups' names end in."""

SERVICE_ROLE = "opensearchservice.amazonaws.com"
LEAST_IOPS, LEAST_THROUGHPUT = 3000, 125
IOPS_A_GIB = 3
"""What gp3 includes, and how both grow with the volume: 250 MiB/s from 170 GiB on, 3 IOPS a GiB."""
FASTER_FROM_GIB, FASTER_THROUGHPUT = 170, 250


@dataclass(frozen=True, slots=True)
class Groups:
    """The security groups, as resources."""

    domain: Expr
    installer: Expr


def security_groups(module: ModuleBuilder, scope: Scope) -> Groups:
    """Add the groups of the domain and of what installs into it, and what passes between them."""
    var = module.var
    module.section("Traffic")
    made = {
        name: module.resource(
            f"aws_security_group.{name}",
            f"{description}.",
            count=scope.managed,
            name_prefix=f"{var.environment}-logging-{name}-",
            description=description,
            vpc_id=var.vpc_id,
            revoke_rules_on_delete=True,
            tags={"Name": f"{var.environment}-logging-{name}"},
            lifecycle={"create_before_destroy": True},
        )[0]
        for name, description in {
            "domain": "OpenSearch domain: nodes and installer in, nothing out",
            "installer": "Installer of the OpenSearch domain: nothing in, domain out",
        }.items()
    }
    groups = Groups(**made)
    ports = module.local(
        "domain_ports", expr(f"{scope.managed} == 1 ? {{ https = 443 }} : {{}}"), "What the domain listens on."
    )
    for name, description, source in (
        ("nodes_to_domain", "Log delivery and dashboards to the domain", Owner(var.nodes_security_group_id)),
        ("installer_to_domain", "Installer to the domain", Owner(groups.installer.id)),
    ):
        allow_traffic(
            module,
            name,
            description,
            source=source,
            target=Owner(groups.domain.id),
            ports=each.value,
            for_each=ports,
        )
    return groups


def domain(module: ModuleBuilder, scope: Scope, key: Expr, groups: Groups) -> Expr:
    """Add the domain with its logs and, where it is asked for, the service-linked role; returns the domain."""
    var = module.var
    published = _logs(module, scope)
    linked = _service_linked_role(module, scope)
    module.section("Domain")
    nodes = var.nodes
    zones = module.local(
        "zone_count",
        expr(f"coalesce({nodes.zones}, {nodes.data} % 3 == 0 ? 3 : {nodes.data} % 2 == 0 ? 2 : 1)"),
        "Zones of the data nodes: each has as many of them.",
    )
    masters = expr(f"{nodes.master} > 0")
    warm = expr(f"{var.warm} != null")
    return module.resource(
        "aws_opensearch_domain.this",
        "Where logs are searched. Deleting it deletes its automated snapshots as well.",
        count=scope.managed,
        domain_name=scope.domain_name,
        engine_version=f"OpenSearch_{var.engine_version}",
        # IAM says who may ask at all, and fine-grained access control what of: nothing is open to the world.
        access_policies=policy(
            [
                allow(
                    "LetIamDecide",
                    ["es:ESHttp*"],
                    f"{scope.domain_arn}/*",
                    principal={"AWS": f"arn:{var.partition}:iam::{var.account}:root"},
                )
            ]
        ),
        cluster_config={
            "instance_type": nodes.instance_type,
            "instance_count": nodes.data,
            "dedicated_master_enabled": masters,
            "dedicated_master_type": expr(f"{masters} ? {nodes.master_type} : null"),
            "dedicated_master_count": expr(f"{masters} ? {nodes.master} : null"),
            "zone_awareness_enabled": expr(f"{zones} > 1"),
            "zone_awareness_config": dynamic(
                for_each=expr(f"{zones} > 1 ? [{zones}] : []"),
                content={"availability_zone_count": expr("zone_awareness_config.value")},
            ),
            "warm_enabled": warm,
            "warm_type": expr("try(var.warm.instance_type, null)"),
            "warm_count": expr("try(var.warm.nodes, null)"),
            "cold_storage_options": {"enabled": expr("local.cold")},
        },
        ebs_options=_volumes(nodes),
        encrypt_at_rest={"enabled": True, "kms_key_id": key.arn},
        node_to_node_encryption={"enabled": True},
        domain_endpoint_options={"enforce_https": True, "tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"},
        advanced_security_options={
            "enabled": True,
            "anonymous_auth_enabled": False,
            "internal_user_database_enabled": False,
            "master_user_options": {"master_user_arn": expr("aws_iam_role.installer[0].arn")},
        },
        log_publishing_options=dynamic(
            for_each=expr("aws_cloudwatch_log_group.this"),
            content={
                # OpenSearch Service goes on with a log that is only no longer named.
                "enabled": expr(f'{var.audit} || log_publishing_options.key != "AUDIT_LOGS"'),
                "log_type": expr("log_publishing_options.key"),
                "cloudwatch_log_group_arn": expr("log_publishing_options.value.arn"),
            },
        ),
        auto_tune_options={
            "desired_state": expr(f'startswith({nodes.instance_type}, "t3.") ? "DISABLED" : "ENABLED"'),
            "rollback_on_disable": "NO_ROLLBACK",
            "use_off_peak_window": expr(f'!startswith({nodes.instance_type}, "t3.")'),
        },
        off_peak_window_options={
            "enabled": True,
            "off_peak_window": {
                "window_start_time": {"hours": var.off_peak.hour, "minutes": var.off_peak.minute},
            },
        },
        software_update_options={"auto_software_update_enabled": var.software_updates},
        vpc_options={
            "subnet_ids": expr(f"slice({var.private_subnet_ids}, 0, {zones})"),
            "security_group_ids": [groups.domain.id],
        },
        tags={"Name": scope.domain_name},
        lifecycle={"precondition": _preconditions(module, zones)},
        depends_on=[published, linked],
    )[0]


def _volumes(nodes: Expr) -> dict[str, Any]:
    """IOPS and throughput are always said: what OpenSearch Service adds by itself would be a change at each plan."""
    size = nodes.storage_gb
    return {
        "ebs_enabled": True,
        "volume_type": "gp3",
        "volume_size": size,
        "iops": expr(f"max(coalesce({nodes.iops}, {LEAST_IOPS}), {size} * {IOPS_A_GIB})"),
        "throughput": expr(
            f"coalesce({nodes.throughput}, {size} < {FASTER_FROM_GIB} ? {LEAST_THROUGHPUT} : {FASTER_THROUGHPUT})"
        ),
    }


def _preconditions(module: ModuleBuilder, zones: Expr) -> list[dict[str, Any]]:
    var = module.var
    return [
        {
            "condition": expr(f"{var.nodes.data} % {zones} == 0"),
            "error_message": f"${{var.nodes.data}} data nodes cannot be spread evenly over {zones} zones.",
        },
        {
            "condition": expr(f"length({var.private_subnet_ids}) >= {zones}"),
            "error_message": f"The network has fewer than {zones} zones.",
        },
        {
            "condition": expr(
                f'{var.warm} == null || ({var.nodes.master} > 0 && !startswith({var.nodes.instance_type}, "t3."))'
            ),
            "error_message": "UltraWarm needs dedicated masters, and data nodes that are no t3.",
        },
        {
            "condition": expr(f"{var.index.warm_days} == null || {var.warm} != null"),
            "error_message": "index.warm_days says when logs leave the warm nodes, and there are none.",
        },
    ]


def _logs(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    module.section("The domain's own logs")
    logs = module.local(
        "logs",
        expr(
            "{\nfor log, name in {\n"
            + "".join(f'{log} = "{name}"\n' for log, name in LOGS.items())
            + f"}} : log => name\nif {scope.managed} == 1\n}}"
        ),
        "The logs that the domain writes to CloudWatch, and what their groups' names end in.",
    )
    log_group(
        module,
        "this",
        "What the domain says of itself: slow requests, errors, and who did what.",
        path=f"/aws/opensearch/{scope.domain_name}/{each.value}",
        retention_days=var.log_retention_days,
        for_each=logs,
        tags={"Name": f"/aws/opensearch/{scope.domain_name}/{each.value}"},
    )
    # One statement with a pattern, not one a group: CloudWatch Logs takes 5,120 characters.
    return module.resource(
        "aws_cloudwatch_log_resource_policy.this",
        "This domain, and no other, writes to its groups. A region takes ten such policies.",
        count=scope.managed,
        policy_name=f"{var.environment}-logging",
        policy_document=policy(
            [
                allow(
                    "WriteLogs",
                    ["logs:CreateLogStream", "logs:PutLogEvents"],
                    f"arn:{var.partition}:logs:{var.region}:{var.account}:log-group:/aws/opensearch/{scope.domain_name}/*",
                    principal={"Service": "es.amazonaws.com"},
                    condition={
                        "StringEquals": {"aws:SourceAccount": var.account},
                        "ArnLike": {"aws:SourceArn": scope.domain_arn},
                    },
                )
            ]
        ),
    )


def _service_linked_role(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    module.section("Service-linked role")
    return module.resource(
        "aws_iam_service_linked_role.this",
        "How OpenSearch Service enters a VPC. The account has it once, so that one environment makes it at most.",
        count=expr(f"{var.service_linked_role} ? {scope.managed} : 0"),
        aws_service_name=SERVICE_ROLE,
        description="OpenSearch Service puts domains into VPCs.",
    )
