"""The keys of the foundation, each with its alias; `mendixgen.areas.foundation.resources` names whom they refer to."""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.key import keep_using, own_statements, via
from mendixgen.authoring.constructs.policy import policy
from mendixgen.authoring.expression import Expr
from mendixgen.authoring.module import ModuleBuilder


def key(module: ModuleBuilder, name: str, comment: str, count: Expr, services: list[str], further: list[Any]) -> Expr:
    """Add a key and its alias; ``services`` are those through which the account may use it."""
    var = module.var
    made = module.resource(
        f"aws_kms_key.{name}",
        comment,
        count=count,
        description=f"{var.environment}: {name}",
        enable_key_rotation=True,
        rotation_period_in_days=365,
        deletion_window_in_days=30,
        multi_region=True,
        policy=policy(
            [
                *own_statements(Expr("local.account_root"), var.account, via(var.region, services)),
                keep_using(Expr("local.account_root"), var.account),
                *further,
            ]
        ),
        tags={"Name": f"{var.environment}-{name}"},
    )
    module.resource(
        f"aws_kms_alias.{name}",
        "The name by which people and tools find the key.",
        count=count,
        name=f"alias/{var.environment}-{name}",
        target_key_id=made[0].key_id,
    )
    return made[0]
