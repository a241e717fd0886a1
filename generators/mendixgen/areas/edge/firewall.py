"""The web application firewall, its address lists and its log, all of it in us-east-1: CloudFront looks there alone."""

from __future__ import annotations

from mendixgen.authoring.constructs.key import DATA_KEYS, USE, key_statement, own_statements
from mendixgen.authoring.constructs.policy import policy
from mendixgen.authoring.expression import Expr, dynamic, expr
from mendixgen.authoring.module import ModuleBuilder
from mendixgen.global_provider import REGION

SECRET_HEADERS = ("authorization", "cookie")
"""Headers that are never logged."""


def firewall(module: ModuleBuilder, made: Expr) -> tuple[Expr, Expr]:
    """Add the web ACL with its IP sets and its log; returns it, and the key in us-east-1."""
    var = module.var
    module.section("Firewall")
    sets = {version: _ip_set(module, made, version, addresses) for version, addresses in _addresses(module).items()}
    name = f"{var.environment}-edge"
    acl = module.resource(
        "aws_wafv2_web_acl.this",
        "Who may use the platform, always; what managed rules find is counted or blocked as the mode says.",
        count=made,
        provider="global",
        name=name,
        description=f"Applications of {var.environment}",
        scope="CLOUDFRONT",
        default_action={"allow": {}},
        rule=[_clients(sets), _rate(module), _groups(module)],
        visibility_config=_metric(name),
        tags={"Name": name},
    )
    return acl, _log(module, made, acl)


def _addresses(module: ModuleBuilder) -> dict[str, Expr]:
    var = module.var
    # WAF takes every block but /0: where everybody may come, no rule asks the sets.
    # What calls the applications' addresses is let in beside their users.
    checks = f"coalesce({var.checked_from}, [])"
    ipv4 = expr(f'[for block in distinct(concat({var.allow_from}, {checks})) : block if block != "0.0.0.0/0"]')
    return {"IPV4": ipv4, "IPV6": var.allow_from_ipv6}


def _ip_set(module: ModuleBuilder, made: Expr, version: str, addresses: Expr) -> Expr:
    var = module.var
    return module.resource(
        f"aws_wafv2_ip_set.{version.lower()}",
        f"Clients that may use the platform, by {'IPv4' if version == 'IPV4' else 'IPv6'}.",
        count=made,
        provider="global",
        name=f"{var.environment}-clients-{version.lower()}",
        description=f"Clients of {var.environment}",
        scope="CLOUDFRONT",
        ip_address_version=version,
        addresses=addresses,
        tags={"Name": f"{var.environment}-clients-{version.lower()}"},
    )


def _clients(sets: dict[str, Expr]) -> object:
    others = [{"ip_set_reference_statement": {"arn": one[0].arn}} for one in sets.values()]
    return dynamic(
        for_each=expr('local.open ? [] : ["clients"]'),
        content={
            "name": expr("rule.value"),
            "priority": 0,
            "action": {"block": {}},
            "statement": {"not_statement": {"statement": {"or_statement": {"statement": others}}}},
            "visibility_config": _metric(expr("rule.value")),
        },
    )


def _rate(module: ModuleBuilder) -> object:
    var = module.var
    return {
        "name": "rate",
        "priority": 1,
        "action": {
            "block": dynamic(for_each=expr(f'{var.waf.mode} == "block" ? [1] : []'), content={}),
            "count": dynamic(for_each=expr(f'{var.waf.mode} == "count" ? [1] : []'), content={}),
        },
        "statement": {"rate_based_statement": {"limit": var.waf.rate, "aggregate_key_type": "IP"}},
        "visibility_config": _metric("rate"),
    }


def _groups(module: ModuleBuilder) -> object:
    var = module.var
    mode = var.waf.mode
    return dynamic(
        for_each=var.waf.groups,
        content={
            "name": expr("rule.value"),
            "priority": expr("10 + rule.key"),
            "override_action": {
                "none": dynamic(for_each=expr(f'{mode} == "block" ? [1] : []'), content={}),
                "count": dynamic(for_each=expr(f'{mode} == "count" ? [1] : []'), content={}),
            },
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": expr("rule.value"),
                    "rule_action_override": dynamic(
                        for_each=expr(f"lookup({var.waf.counted_rules}, rule.value, [])"),
                        content={"name": expr("rule_action_override.value"), "action_to_use": {"count": {}}},
                    ),
                }
            },
            "visibility_config": _metric(expr("rule.value")),
        },
    )


def _metric(name: str | Expr) -> dict[str, object]:
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True, "metric_name": name}


def _log(module: ModuleBuilder, made: Expr, acl: Expr) -> Expr:
    var = module.var
    module.section("Log of the firewall")
    root = f"arn:{var.partition}:iam::{var.account}:root"
    log = f"arn:{var.partition}:logs:{REGION}:{var.account}:log-group:aws-waf-logs-{var.environment}"
    key = module.resource(
        "aws_kms_key.this",
        "Encrypts the firewall's log and the topic of alarms: both need a key of their own region.",
        count=made,
        provider="global",
        description=f"{var.environment}: logs of the edge",
        enable_key_rotation=True,
        deletion_window_in_days=30,
        multi_region=True,
        policy=policy(
            [
                *own_statements(
                    expr(f'"{root}"'), var.account, [f"{service}.{REGION}.amazonaws.com" for service in ("logs", "sns")]
                ),
                key_statement(
                    "EncryptTheLog",
                    USE,
                    {"Service": f"logs.{REGION}.amazonaws.com"},
                    {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": log}},
                ),
                key_statement(
                    "PublishAlarms",
                    DATA_KEYS,
                    {"Service": "cloudwatch.amazonaws.com"},
                    {"StringEquals": {"aws:SourceAccount": var.account}},
                ),
            ]
        ),
        tags={"Name": f"{var.environment}-edge"},
    )
    module.resource(
        "aws_kms_alias.this",
        "The name by which people find the key.",
        count=made,
        provider="global",
        name=f"alias/{var.environment}-edge",
        target_key_id=key[0].key_id,
    )
    group = module.resource(
        "aws_cloudwatch_log_group.waf",
        "What the firewall found; AWS WAF writes only to groups whose names begin with aws-waf-logs-.",
        count=made,
        provider="global",
        name=f"aws-waf-logs-{var.environment}",
        retention_in_days=var.waf.log_days,
        kms_key_id=key[0].arn,
        tags={"Name": f"aws-waf-logs-{var.environment}"},
    )
    module.resource(
        "aws_wafv2_web_acl_logging_configuration.this",
        "Every request that a rule found, without what is secret in it.",
        count=made,
        provider="global",
        resource_arn=acl[0].arn,
        log_destination_configs=[group[0].arn],
        redacted_fields=[{"single_header": {"name": name}} for name in SECRET_HEADERS],
        logging_filter={
            "default_behavior": "DROP",
            "filter": [
                {
                    "behavior": "KEEP",
                    "requirement": "MEETS_ANY",
                    "condition": [
                        {"action_condition": {"action": action}} for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
                    ],
                }
            ],
        },
    )
    return key
