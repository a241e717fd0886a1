"""The key of support, its topics and its incidents."""

from __future__ import annotations

from mendixgen.areas.support import incidents, topics
from mendixgen.areas.support.senders import key_statements
from mendixgen.authoring.constructs.policy import policy
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    key = _key(module)
    by_priority, letters = topics.build(module, key)
    incidents.build(module, key, by_priority, letters)


def _key(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("Key")
    key = module.resource(
        "aws_kms_key.this",
        "Encrypts topics, dead letters and incidents. Of the area's own, because its policy names all who send.",
        description=f"{var.environment}: topics and incidents of support",
        enable_key_rotation=True,
        deletion_window_in_days=var.key_deletion_days,
        multi_region=True,
        policy=policy(key_statements(module)),
        tags={"Name": f"{var.environment}-support"},
    )
    module.resource(
        "aws_kms_alias.this",
        "The name by which people and tools find the key.",
        name=f"alias/{var.environment}-support",
        target_key_id=key.key_id,
    )
    return key
