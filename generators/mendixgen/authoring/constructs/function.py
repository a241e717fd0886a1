"""A Lambda function of this project, with all that it needs: its code, its log, its role, and a topic for failures.

Sources: Lambda developer guide, "Defining Lambda function permissions with an execution role", "Dead-letter queues",
"Visualize Lambda function invocations using AWS X-Ray".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mendixgen import functions
from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, trust_of
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder

RUNTIME = "python3.13"


class Caller(NamedTuple):
    """Who may call a function: the service, the id of the statement that says so, and why, in one line."""

    service: str
    statement: str
    why: str


class Network(NamedTuple):
    """Where a function that runs in a VPC has its interfaces."""

    subnet_ids: Any
    security_group_ids: Any


def function(
    module: ModuleBuilder,
    name: str,
    comment: str,
    *,
    source: str,
    function_name: Any,
    description: str,
    role_description: str,
    log_comment: str,
    log_retention_days: Any,
    permissions: Sequence[Any],
    permissions_comment: str,
    topic_arn: Expr,
    timeout: int,
    caller: Caller | None = None,
    network: Network | None = None,
    key_arn: Expr | None = None,
    count: Expr | None = None,
    tags: Mapping[str, Any] | None = None,
    log_tags: Mapping[str, Any] | None = None,
) -> Expr:
    """Add ``aws_lambda_function.<name>`` and all that it needs, each of the same name; returns the function.

    ``source`` is one of `mendixgen.functions`; its Python and its archive become files of the module. ``permissions``
    are what it may do beside its log, its traces and telling the topic of ``topic_arn`` what failed, which is encrypted
    with ``key_arn``, or else with ``var.logs_key_arn``. ``timeout`` is in seconds. Without a ``caller``, only who may
    by IAM calls it; with a ``network``, it runs in the VPC.
    """
    var = module.var
    log = log_group(
        module,
        name,
        log_comment,
        path=f"/aws/lambda/{function_name}",
        retention_days=log_retention_days,
        count=count,
        tags=log_tags,
    )
    log = log if count is None else log[0]
    role = service_role(
        module,
        name,
        "What the function works as.",
        role_name=function_name,
        description=role_description,
        # Lambda assumes the role for the function itself, and sends no source account with it.
        trust=trust_of("lambda.amazonaws.com"),
        policy_name=name,
        permissions=[
            *permissions,
            *_own(module, log, topic_arn, var.logs_key_arn if key_arn is None else key_arn),
            *([function_interfaces()] if network else ()),
        ],
        permissions_comment=permissions_comment,
        count=count,
        tags=tags,
    )
    module.file(f"{source}.py", functions.source(source))
    package = module.file(f"{source}.zip", functions.archive(source))
    made = module.resource(
        f"aws_lambda_function.{name}",
        f"{comment} Its code, {source}.py, is all that is in the archive.",
        count=count,
        function_name=function_name,
        description=description,
        filename=package,
        source_code_hash=expr(f"filebase64sha256({package})"),
        handler=f"{source}.handler",
        runtime=RUNTIME,
        architectures=["arm64"],
        memory_size=128,
        timeout=timeout,
        role=role.role.arn,
        dead_letter_config={"target_arn": topic_arn},
        logging_config={"log_format": "JSON", "log_group": log.name},
        tracing_config={"mode": "Active"},
        vpc_config=(
            {"subnet_ids": network.subnet_ids, "security_group_ids": network.security_group_ids} if network else None
        ),
        tags=tags,
        depends_on=[role.permissions],
    )
    made = made if count is None else made[0]
    if caller is not None:
        module.resource(
            f"aws_lambda_permission.{name}",
            caller.why,
            count=count,
            statement_id=caller.statement,
            action="lambda:InvokeFunction",
            function_name=made.function_name,
            principal=caller.service,
            source_account=var.account,
        )
    return made


def _own(module: ModuleBuilder, log: Expr, topic_arn: Expr, key_arn: Expr) -> list[dict[str, Any]]:
    """What every function may do."""
    keys = ["kms:Decrypt", "kms:GenerateDataKey"]
    return [
        allow("WriteLogs", ["logs:CreateLogStream", "logs:PutLogEvents"], f"{log.arn}:*"),
        allow("TellFailures", ["sns:Publish"], topic_arn),
        allow("EncryptFailures", keys, key_arn, condition=module.via("sns")),
        allow("Trace", ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], "*"),
    ]


def function_interfaces() -> dict[str, Any]:
    """What Lambda does in the function's name to put it into a VPC; none of it knows the interface before it is made
    (Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC")."""
    actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ]
    return allow("EnterTheNetwork", actions, "*")
