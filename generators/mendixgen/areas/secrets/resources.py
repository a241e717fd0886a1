"""The secrets, the function that renews their values, and what happens when it fails.

No value is in Terraform: the first one is made while Terraform applies, goes to AWS in a write-only argument, and
stands neither in the plan nor in the state; all later ones are made by the function, or put by a person.

Sources: Secrets Manager user guide, "Rotate AWS Secrets Manager secrets", "Resource-based policies", "Match events
with Amazon EventBridge"; API reference, PutSecretValue (a version with a label of its own is never removed).
"""

from __future__ import annotations

from mendixgen.authoring.constructs.alarm import alarm
from mendixgen.authoring.constructs.function import function
from mendixgen.authoring.constructs.policy import allow, deny, policy
from mendixgen.authoring.constructs.rotation import RENEW, SECRETS_MANAGER, USE_KEY
from mendixgen.authoring.constructs.topic import topic
from mendixgen.authoring.expression import Expr, dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

FUNCTION = "rotate_secret"


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    var = module.var
    function = module.local(
        "function_name", f"{var.environment}-rotate-secret", "Name of the function and of its role."
    )
    secret, first = _secrets(module)
    topic = _topic(module)
    _function(module, function, topic)
    _policies(module, secret, first)
    _rotation(module, secret)
    _alarms(module, topic)


def _secrets(module: ModuleBuilder) -> tuple[Expr, Expr]:
    var = module.var
    module.section("Secrets")
    secret = module.resource(
        "aws_secretsmanager_secret.this",
        "What is secret, by its name. A deleted one can be brought back until its recovery window ends.",
        for_each=var.entries,
        name=f"{var.environment}/{each.key}",
        description=each.value.description,
        kms_key_id=var.kms_key_arn,
        recovery_window_in_days=expr(f"{var.teardown} ? 0 : {var.recovery_days}"),
        replica=dynamic(
            for_each=var.replicas,
            content={"region": expr("replica.value.region"), "kms_key_id": expr("replica.value.key_arn")},
        ),
        tags={
            "Name": f"{var.environment}/{each.key}",
            "value-length": each.value.length,
            "value-characters": each.value.characters,
        },
    )
    first = module.resource(
        "aws_secretsmanager_secret_version.first",
        "The first value: random, made while it is applied, and never in a plan or a state. Its own label keeps this"
        " version when newer ones come: were it removed, the next apply would put it again. Secrets Manager makes it"
        " the current version only where there is none: a secret that was deleted and brought back keeps its value.",
        for_each=secret,
        secret_id=each.value.id,
        secret_string_wo=expr("sha256(uuid())"),
        secret_string_wo_version=1,
        version_stages=["FIRST"],
        lifecycle={"ignore_changes": [expr("version_stages")]},
    )
    return secret, first


def _topic(module: ModuleBuilder) -> Expr:
    var = module.var
    module.section("Notifications")
    services = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}
    own = {"StringEquals": {"aws:SourceAccount": var.account}}
    made, _ = topic(
        module,
        "rotation",
        "Where failed rotations are told.",
        topic_name=f"{var.environment}-secret-rotation",
        publishers=lambda arn: [allow("PublishAlarms", ["sns:Publish"], arn, principal=services, condition=own)],
        publishers_comment="Alarms and events of this account publish, and only over TLS.",
        addresses=var.notify,
    )
    return made


def _function(module: ModuleBuilder, name: Expr, topic: Expr) -> None:
    var = module.var
    module.section("Rotation function")
    here = f"{var.region}:{var.account}"
    itself = f"arn:{var.partition}:lambda:{here}:function:{name}"
    function(
        module,
        "rotation",
        "Renews a value in the four steps of Secrets Manager.",
        source=FUNCTION,
        function_name=name,
        description=f"Renews the values of the secrets of {var.environment}",
        role_description=f"Renews the values of the secrets of {var.environment}.",
        log_comment="What the function did; never a value.",
        log_retention_days=var.log_retention_days,
        permissions=[
            allow(
                "RenewSecrets",
                RENEW,
                f"arn:{var.partition}:secretsmanager:{here}:secret:{var.environment}/*",
                # Only what is rotated by this very function: no other secret of the environment.
                condition={"ArnEquals": {"secretsmanager:resource/AllowRotationLambdaArn": itself}},
            ),
            allow("MakeRandomValues", ["secretsmanager:GetRandomPassword"], "*"),
            allow("UseTheKey", USE_KEY, var.kms_key_arn, condition=module.via("secretsmanager")),
        ],
        permissions_comment=(
            "The environment's secrets, their key, its log, and the topic for what failed. Nothing else."
        ),
        topic_arn=topic.arn,
        timeout=60,
        caller=SECRETS_MANAGER,
        tags={"Name": name},
        log_tags={"Name": f"/aws/lambda/{name}"},
    )


def _policies(module: ModuleBuilder, secret: Expr, first: Expr) -> None:
    var = module.var
    module.section("Readers")
    readers = module.local(
        "readers",
        expr(
            "{\nfor name, entry in var.entries : name => concat(\n"
            "[for reader in entry.readers : lookup(var.app_role_arns, reader, reader)],\n"
            "[aws_iam_role.rotation.arn],\n)\n}"
        ),
        "ARNs of the roles that may read, by secret: of its readers (an application stands for its role), and of the"
        " function.",
    )
    of_account = {"StringEquals": {"aws:PrincipalAccount": var.account}}
    module.resource(
        "aws_secretsmanager_secret_policy.this",
        "Readers read, and nobody else: not even an administrator, whose IAM policies allow everything. The exception"
        " is the first value by its version, which Terraform reads at every plan and which is worth nothing once there"
        " is another. Roles are named in conditions, because a principal would stand for the role's internal id and"
        " break when it is made anew.",
        for_each=secret,
        secret_arn=each.value.arn,
        block_public_policy=True,
        policy=policy(
            [
                allow(
                    "ReadersRead",
                    ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
                    "*",
                    principal={"AWS": "*"},
                    condition={**of_account, "ArnEquals": {"aws:PrincipalArn": readers[each.key]}},
                ),
                deny(
                    "NobodyElseReads",
                    ["secretsmanager:GetSecretValue"],
                    "*",
                    principal="*",
                    condition={
                        "ArnNotEquals": {"aws:PrincipalArn": readers[each.key]},
                        "StringNotEquals": {"secretsmanager:VersionId": first[each.key].version_id},
                    },
                ),
            ]
        ),
    )


def _rotation(module: ModuleBuilder, secret: Expr) -> None:
    var = module.var
    module.section("Rotation")
    module.resource(
        "aws_secretsmanager_secret_rotation.this",
        "When values are renewed: at once, so that the first value is never the one in use, and then regularly.",
        for_each=expr(f"{{ for name, entry in {var.entries} : name => entry if entry.rotate }}"),
        secret_id=secret[each.key].id,
        rotation_lambda_arn=expr("aws_lambda_function.rotation.arn"),
        rotate_immediately=True,
        rotation_rules={"automatically_after_days": expr(f"coalesce({each.value.rotation_days}, {var.rotation_days})")},
        depends_on=[
            expr("aws_lambda_permission.rotation"),
            expr("aws_secretsmanager_secret_version.first"),
            expr("aws_secretsmanager_secret_policy.this"),
        ],
    )


def _alarms(module: ModuleBuilder, topic: Expr) -> None:
    var = module.var
    module.section("Alarms")
    for name, metric, what in (
        ("errors", "Errors", "A step of a rotation failed: the secret keeps its old value."),
        ("throttles", "Throttles", "The rotation function could not run: too many secrets at once."),
    ):
        alarm(
            module,
            name,
            what,
            alarm_name=f"{var.environment}-secret-rotation-{name}",
            description=what,
            metric=("AWS/Lambda", metric),
            dimensions={"FunctionName": expr("aws_lambda_function.rotation.function_name")},
            topic_arn=topic.arn,
            tags={"Name": f"{var.environment}-secret-rotation-{name}"},
        )
    rule = module.resource(
        "aws_cloudwatch_event_rule.failed",
        "Secrets Manager's own word that a rotation failed, also where the function was never reached.",
        name=f"{var.environment}-secret-rotation-failed",
        description=f"A rotation of a secret of {var.environment} failed",
        event_pattern=_pattern(module),
        tags={"Name": f"{var.environment}-secret-rotation-failed"},
    )
    module.resource(
        "aws_cloudwatch_event_target.failed",
        "Tell it.",
        rule=rule.name,
        target_id="topic",
        arn=topic.arn,
    )


def _pattern(module: ModuleBuilder) -> Expr:
    var = module.var
    arns = f"arn:{var.partition}:secretsmanager:{var.region}:{var.account}:secret:{var.environment}/"
    return jsonencode(
        {
            "source": ["aws.secretsmanager"],
            "detail-type": ["AWS Service Event via CloudTrail"],
            "detail": {
                "eventName": ["RotationAbandoned", "RotationFailed", "TestRotationFailed"],
                "additionalEventData": {"SecretId": [{"prefix": arns}]},
            },
        }
    )
