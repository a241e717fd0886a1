"""Master passwords: RDS manages them, but for instances with read replicas, whose own secret a function renews.

RDS refuses to make a replica of an instance whose master password it manages (every engine but SQL Server). Such an
instance is made with a password that nobody knows, in a write-only argument; the function's first rotation sets one
that stands in the secret, and nowhere else.

Sources: RDS user guide, "Password management with Amazon RDS and AWS Secrets Manager" (limitations); API reference,
CreateDBInstance (MasterUserPassword: Oracle takes 30 characters), RotateSecret.
"""

from __future__ import annotations

from mendixgen.authoring.constructs.alarm import alarm
from mendixgen.authoring.constructs.function import function
from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.constructs.rotation import RENEW, SECRETS_MANAGER, USE_KEY
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

MASTER = "mendix_admin"
FUNCTION = "rotate_master"
LENGTH = 30
"""Characters of a password: as many as Oracle takes, and fewer than the 41 of MySQL."""
UNKNOWN = f"substr(sha256(uuid()), 0, {LENGTH})"
"""A password that is made while Terraform applies and kept nowhere."""


def own_masters(module: ModuleBuilder, instances: Expr) -> Expr:
    """The instances whose master password RDS cannot manage."""
    return module.local(
        "own_masters",
        expr(f"{{ for name, it in {instances} : name => it if it.replicas > 0 }}"),
        "The instances whose master password RDS does not manage: it makes no replica of one where it does.",
    )


def passwords(module: ModuleBuilder, instances: Expr, made: Expr, own: Expr) -> Expr:
    """Add what keeps and renews the passwords; gives the ARNs of their secrets by the name of the instance."""
    module.section("Master passwords")
    module.resource(
        "aws_secretsmanager_secret_rotation.master",
        "RDS makes the password, keeps it in a secret of its own and renews it; it stands in no state. This says how"
        " often.",
        for_each=expr(f"{{ for name, it in {instances} : name => it if it.replicas == 0 }}"),
        secret_id=_managed(made, "each.key"),
        rotate_immediately=False,
        rotation_rules={"automatically_after_days": each.value.password_rotation_days},
    )
    secret, first = _secrets(module, made, own)
    some = module.local(
        "rotation_count", expr(f"length({own}) > 0 ? 1 : 0"), "Whether there is a function: one for all of them."
    )
    _function(module, some, secret, made)
    module.resource(
        "aws_secretsmanager_secret_rotation.source",
        "When such a password is renewed: at once, so that the first one is never in use for long, and then regularly."
        " Not while replicas are being made, since RDS changes nothing of their source then.",
        for_each=own,
        secret_id=secret[each.key].id,
        rotation_lambda_arn=expr("aws_lambda_function.rotation[0].arn"),
        rotate_immediately=True,
        rotation_rules={"automatically_after_days": each.value.password_rotation_days},
        depends_on=[
            first,
            expr("aws_lambda_permission.rotation"),
            expr("aws_secretsmanager_secret_policy.master"),
            expr("aws_db_instance.replica"),
        ],
    )
    return module.local(
        "master_secret_arns",
        expr(
            f"""{{
              for name, it in {instances} :
              name => it.replicas > 0 ? {secret}[name].arn : {_managed(made, "name")}
            }}"""
        ),
        "The secret of each master, whoever keeps it.",
    )


def _managed(made: Expr, key: str) -> Expr:
    """The ARN of the secret that RDS keeps.

    Where RDS takes over from a function (the last replica goes), the provider's plan still has no secret: ``uuid()``
    is not known before the apply, and by then there is one.
    """
    return expr(f"try({made}[{key}].master_user_secret[0].secret_arn, uuid())")


def _secrets(module: ModuleBuilder, made: Expr, own: Expr) -> tuple[Expr, Expr]:
    var = module.var
    secret = module.resource(
        "aws_secretsmanager_secret.master",
        "The masters of instances with replicas. The prefix makes each name unique: a deleted one is taken for a week.",
        for_each=own,
        name_prefix=f"{var.environment}/database/{each.key}-",
        description=f"Master user of {each.value.identifier}",
        kms_key_id=var.secrets_key_arn,
        recovery_window_in_days=expr(f"{var.teardown} ? 0 : 7"),
        tags={
            "Name": f"{var.environment}/database/{each.key}",
            "instance": each.value.identifier,
            "value-length": LENGTH,
        },
    )
    first = module.resource(
        "aws_secretsmanager_secret_version.first",
        "The first value, which never was a password: the function's first rotation sets that. Its own label keeps"
        " this version when newer ones come: were it removed, the next apply would put it again.",
        for_each=secret,
        secret_id=each.value.id,
        secret_string_wo=expr(f'jsonencode({{ username = "{MASTER}", password = {UNKNOWN} }})'),
        secret_string_wo_version=1,
        version_stages=["FIRST"],
        lifecycle={"ignore_changes": [expr("version_stages")]},
    )
    module.resource(
        "aws_secretsmanager_secret_policy.master",
        "Who deploys reads the first value, as Terraform does at every plan, and no password.",
        for_each=secret,
        secret_arn=each.value.arn,
        block_public_policy=True,
        policy=policy(
            [
                deny(
                    "DeployersReadNoPassword",
                    ["secretsmanager:GetSecretValue"],
                    "*",
                    principal="*",
                    condition={
                        "ArnLike": {"aws:PrincipalArn": f"arn:{var.partition}:iam::{var.account}:role/*-deployer"},
                        "StringNotEquals": {"secretsmanager:VersionId": first[each.key].version_id},
                    },
                )
            ]
        ),
    )
    return secret, first


def _function(module: ModuleBuilder, some: Expr, secret: Expr, made: Expr) -> None:
    var = module.var
    topic_arn = expr("aws_sns_topic.this.arn")
    rotating = function(
        module,
        "rotation",
        "Renews a password in the four steps of Secrets Manager, by RDS's own interface.",
        source=FUNCTION,
        function_name=f"{var.environment}-rotate-database-master",
        description=f"Renews master passwords of databases of {var.environment}",
        role_description=f"Renews the master passwords of databases of {var.environment} that have replicas.",
        log_comment="What the function did; never a password.",
        log_retention_days=365,
        permissions=[
            allow("RenewSecrets", RENEW, expr(f"values({secret})[*].arn")),
            allow("MakeRandomPasswords", ["secretsmanager:GetRandomPassword"], "*"),
            allow(
                "SetPasswords",
                ["rds:DescribeDBInstances", "rds:ModifyDBInstance"],
                expr(f"[for name in keys({secret}) : {made}[name].arn]"),
            ),
            allow("UseTheKey", USE_KEY, var.secrets_key_arn, condition=module.via("secretsmanager")),
        ],
        permissions_comment=(
            "These secrets and their key, the passwords of these instances, its log, and the topic for what failed."
        ),
        topic_arn=topic_arn,
        timeout=300,
        caller=SECRETS_MANAGER,
        count=some,
    )
    alarm(
        module,
        "rotation",
        "A step of a rotation failed: the master has its former password, or is given the new one by the next try.",
        alarm_name=f"{var.environment}-database-rotation-errors",
        description="The master password of a database with replicas was not renewed.",
        metric=("AWS/Lambda", "Errors"),
        dimensions={"FunctionName": rotating.function_name},
        topic_arn=topic_arn,
        count=some,
    )
