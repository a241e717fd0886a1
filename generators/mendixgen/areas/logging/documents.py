"""What is installed into a domain: its index policy and template, roles, who has them, and what dashboards show.

As expressions, because ages and ARNs are the environment's; `mendixgen.areas.logging.dashboards` is always the same.
What the installer compares with what is there is written as OpenSearch answers it: settings as texts below ``index``.

Sources: OpenSearch Service developer guide, "Index State Management" (warm_migration, cold_migration, cold_delete),
"UltraWarm storage" (role ultrawarm_manager), "Cold storage" (role cold_manager); OpenSearch documentation, "Security
plugin: default action groups", "Index templates", "ISM policies".
"""

from __future__ import annotations

from typing import Any

from mendixgen.areas.logging.scope import INDICES, POLICY, READER, WRITER, Scope
from mendixgen.authoring.expression import Expr, expr, render
from mendixgen.authoring.module import ModuleBuilder

MIGRATION = {"timeout": "24h", "retry": {"count": 5, "backoff": "exponential", "delay": "1h"}}
"""A migration waits for its turn: OpenSearch Service moves few indices at a time."""


def retention(module: ModuleBuilder) -> None:
    """Add the locals that say which states an index goes through."""
    var = module.var
    module.section("Retention")
    module.local("warm", expr(f"{var.warm} != null"), "Whether logs move to warm nodes.")
    module.local(
        "cold",
        expr(f"{var.warm} != null && {var.index.warm_days} != null"),
        "Whether they move on to cold storage, which is a part of UltraWarm.",
    )
    module.local("deleted", expr(f"{var.index.delete_after_days} != null"), "Whether they are ever deleted.")


def policy(module: ModuleBuilder) -> Expr:
    """The index policy: hot, warm, cold and deleted, as far as the environment has them."""
    index = module.var.index
    steps = [
        {"name": "hot", "days": 0, "on": True},
        {"name": "warm", "days": index.hot_days, "on": expr("local.warm")},
        {"name": "cold", "days": index.warm_days, "on": expr("local.cold")},
        {"name": "delete", "days": index.delete_after_days, "on": expr("local.deleted")},
    ]
    module.local(
        "index_steps",
        expr(f"[for step in {render(steps)} : step if step.on]"),
        "What an index goes through, and from what age on. Ages count from its making: an index is a day's.",
    )
    module.local(
        "index_actions",
        {
            "hot": [],
            "warm": [{"warm_migration": {}, **MIGRATION}],
            "cold": [{"cold_migration": {"timestamp_field": "@timestamp"}, **MIGRATION}],
            # What is in cold storage is deleted there: it is no index any more.
            "delete": [{expr('local.cold ? "cold_delete" : "delete"'): {}}],
        },
        "What is done at the beginning of each step.",
    )
    return module.local(
        "index_policy",
        {
            "policy": {
                "description": "How long logs are kept, and where",
                "default_state": "hot",
                "states": expr(
                    "[for place, step in local.index_steps : {\n"
                    "name = step.name\n"
                    "actions = local.index_actions[step.name]\n"
                    "transitions = [\n"
                    "for next in slice(local.index_steps, place + 1, min(place + 2, length(local.index_steps))) :\n"
                    '{ state_name = next.name, conditions = { min_index_age = "${next.days}d" } }\n'
                    "]\n"
                    "}]"
                ),
                "ism_template": [{"index_patterns": [INDICES], "priority": 100}],
            }
        },
        "The index policy of logs.",
    )


def template(module: ModuleBuilder) -> Expr:
    """The index template: what a new index of logs is like, before its first line comes."""
    var = module.var
    return module.local(
        "index_template",
        {
            "index_patterns": [INDICES],
            "priority": 100,
            "template": {
                "settings": {
                    "index": {
                        "number_of_shards": "1",
                        "number_of_replicas": expr(f"tostring({var.index.replicas})"),
                        "refresh_interval": "10s",
                    }
                },
                "mappings": {
                    "properties": {
                        "@timestamp": {"type": "date"},
                        "app": {"type": "keyword"},
                        "level": {"type": "keyword"},
                        "node": {"type": "keyword"},
                        "message": {"type": "text"},
                    }
                },
            },
        },
        "What an index of logs is made as: the fields of a line of the Mendix runtime.",
    )


def roles() -> list[dict[str, Any]]:
    """The domain's own roles: who writes cannot read, and who reads cannot write."""
    return [
        {
            "kind": "role",
            "name": WRITER,
            "body": {
                "cluster_permissions": ["cluster_composite_ops", "cluster:monitor/main", "indices:admin/template/get"],
                "index_permissions": [
                    {
                        "index_patterns": [INDICES],
                        "allowed_actions": ["create_index", "index", "indices:data/write/bulk*"],
                    }
                ],
            },
        },
        {
            "kind": "role",
            "name": READER,
            "body": {
                "cluster_permissions": ["cluster_composite_ops_ro"],
                "index_permissions": [{"index_patterns": [INDICES], "allowed_actions": ["read", "search", "get"]}],
                "tenant_permissions": [{"tenant_patterns": ["global_tenant"], "allowed_actions": ["kibana_all_read"]}],
            },
        },
    ]


def members(module: ModuleBuilder, scope: Scope) -> list[dict[str, Any]]:
    """Who has which role. ``mapping`` is all who have it; ``members`` are added to those of a role of the domain."""
    var = module.var
    installer = expr("aws_iam_role.installer[0].arn")
    return [
        {"kind": "mapping", "name": WRITER, "body": {"backend_roles": [expr("aws_iam_role.delivery[0].arn")]}},
        {"kind": "mapping", "name": READER, "body": {"backend_roles": var.readers}},
        {"kind": "members", "name": "kibana_user", "body": {"backend_roles": var.readers}},
        {"kind": "members", "name": "all_access", "body": {"backend_roles": var.admins}},
        # A policy works as who installed it.
        {"kind": "members", "name": "ultrawarm_manager", "body": {"backend_roles": [installer]}},
        {"kind": "members", "name": "cold_manager", "body": {"backend_roles": [installer]}},
    ]


def documents(module: ModuleBuilder, scope: Scope, objects: Expr) -> list[dict[str, Any]]:
    """All that is installed, in its order: a role before who has it, the template before the policy."""
    return [
        *roles(),
        *members(module, scope),
        {"kind": "template", "name": POLICY, "body": template(module)},
        {"kind": "policy", "name": POLICY, "indices": INDICES, "body": policy(module)},
        {"kind": "objects", "name": "dashboards", "body": expr(f"file({objects})")},
    ]
