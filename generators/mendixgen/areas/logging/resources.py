"""Where logs are searched: what both engines have, then the domain with its installer, or what Elasticsearch needs.

Sources: KMS developer guide, "Default key policy"; OpenSearch Service developer guide, "Encryption of data at rest"
(the domain's key is used by grants).
"""

from __future__ import annotations

from mendixgen.areas.logging import delivery, domain, elastic, installer
from mendixgen.areas.logging.scope import Scope
from mendixgen.authoring.constructs.key import keep_using, own_statements, via
from mendixgen.authoring.constructs.policy import policy
from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    scope = _scope(module)
    key = _key(module, scope)
    groups = domain.security_groups(module, scope)
    made = domain.domain(module, scope, key, groups)
    delivery.role(module, scope)
    installer.installer(module, scope, made, groups)
    elastic.support(module, scope, key)


def _scope(module: ModuleBuilder) -> Scope:
    var = module.var
    module.section("What is on")
    some = module.local(
        "some", expr(f'{var.engine} == "none" ? 0 : 1'), "Whether logs are searched at all, as a count."
    )
    managed = module.local(
        "managed", expr(f'{var.engine} == "opensearch" ? 1 : 0'), "Whether there is a domain, as a count."
    )
    hosted = module.local(
        "hosted", expr(f'{var.engine} == "elastic" ? 1 : 0'), "Whether Elasticsearch is on the cluster, as a count."
    )
    name = module.local("domain_name", f"{var.environment}-logs", "Name of the domain; 28 characters at most.")
    arn = f"arn:{var.partition}:es:{var.region}:{var.account}:domain/{name}"
    return Scope(
        some, managed, hosted, name, module.local("domain_arn", arn, "ARN of the domain, before there is one.")
    )


def _key(module: ModuleBuilder, scope: Scope) -> Expr:
    var = module.var
    module.section("Key")
    root = module.local(
        "account_root", f"arn:{var.partition}:iam::{var.account}:root", "The account: its IAM policies decide by whom."
    )
    key = module.resource(
        "aws_kms_key.this",
        "Encrypts what is searched. A key of its own: OpenSearch Service has it granted for as long as the domain is.",
        count=scope.some,
        description=f"{var.environment}: Logs that are searched",
        enable_key_rotation=True,
        multi_region=True,
        deletion_window_in_days=30,
        policy=policy(
            [*own_statements(root, var.account, via(var.region, ["es", "s3"])), keep_using(root, var.account)]
        ),
        tags={"Name": f"{var.environment}-logging"},
    )
    module.resource(
        "aws_kms_alias.this",
        "The name by which people find the key.",
        count=scope.some,
        name=f"alias/{var.environment}-logging",
        target_key_id=key[0].key_id,
    )
    return key[0]
