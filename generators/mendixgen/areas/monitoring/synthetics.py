"""A canary for the address of each application: it calls what users call, and its failure is an alarm.

It runs in the private subnets, so that it has addresses of its own (the NAT gateways'), which are let in where
``network.allow_from`` would keep a check from outside out. From there it goes the way of a user: DNS, CloudFront where
that is in front, the load balancer, TLS, the application. A private load balancer it reaches inside of the VPC.

Sources: Amazon CloudWatch user guide, "Running a canary on a VPC", "Required roles and permissions for canaries",
"Runtime versions using Node.js and Puppeteer" (15.0 is the newest in all partitions), "Writing a Node.js canary script
using the Puppeteer runtime" (the folder of the script); Amazon CloudWatch pricing, canaries (0.0012 USD a run).
"""

from __future__ import annotations

from typing import Any

from mendixgen import functions
from mendixgen.areas.monitoring.watched import local_of
from mendixgen.authoring.constructs.bucket import Bucket, expiry, private_bucket
from mendixgen.authoring.constructs.function import function_interfaces
from mendixgen.authoring.constructs.policy import allow, trust_of
from mendixgen.authoring.constructs.service_role import ServiceRole, service_role
from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

RUNTIME = "syn-nodejs-puppeteer-15.0"
SCRIPT = "check_address"
SECONDS = 20
"""How long an address may take to answer; the run as a whole, with its start, three times that."""


def synthetics(module: ModuleBuilder) -> None:
    """Add the canaries, what they run as and from, and what keeps their records."""
    var = module.var
    module.section("Calls of the applications' addresses")
    some = module.local(
        "checked", expr(f"length({local_of('addresses')}) > 0 ? 1 : 0"), "Whether any address is called."
    )
    module.local(
        "checked_from",
        expr(f'{some} > 0 && {var.synthetics}.admit ? [for ip in values({var.nat_public_ips}) : "${{ip}}/32"] : []'),
        "Where from, for who has to let it in.",
    )
    bucket = _bucket(module, some)
    group = _network(module, some)
    _canaries(module, bucket, group, _role(module, some, bucket))


def _bucket(module: ModuleBuilder, some: Expr) -> Bucket:
    var = module.var
    made = private_bucket(
        module,
        "checks",
        "What each call found: its log and its timings.",
        bucket=f"{var.environment}-{var.account}-checks",
        kms_key_arn=var.logs_key_arn,
        count=some,
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.checks",
        "Records of calls go when they have served.",
        count=some,
        bucket=made.bucket[0].id,
        rule=[expiry(expr("var.synthetics.keep_days"))],
        depends_on=[made.versioning],
    )
    module.resource(
        "aws_s3_bucket_logging.checks",
        "Who read them, by the day on which it happened.",
        count=expr(f"{var.bucket_names} == null ? 0 : {some}"),
        bucket=made.bucket[0].id,
        target_bucket=var.access_logs_bucket_name,
        target_prefix="s3/checks/",
        target_object_key_format={"partitioned_prefix": {"partition_date_source": "EventTime"}},
    )
    return made


def _network(module: ModuleBuilder, some: Expr) -> Expr:
    var = module.var
    name = f"{var.environment}-checks"
    group = module.resource(
        "aws_security_group.checks",
        "Canaries: nobody reaches them.",
        count=some,
        name=name,
        description=f"Canaries of {var.environment}",
        vpc_id=var.vpc_id,
        tags={"Name": name},
    )
    https: dict[str, Any] = {"ip_protocol": "tcp", "from_port": 443, "to_port": 443}
    module.resource(
        "aws_vpc_security_group_egress_rule.checks",
        "Outbound: the addresses, and what keeps metrics and records.",
        count=some,
        security_group_id=group[0].id,
        description="Addresses of the applications, and AWS",
        cidr_ipv4="0.0.0.0/0",
        **https,
    )
    admitted = f"{var.synthetics}.admit && {some} > 0"
    private = f'{var.load_balancer_scheme} == "internal"'
    module.resource(
        "aws_vpc_security_group_ingress_rule.checks",
        "Inbound: canaries to a public load balancer come from the NAT gateways, unless CloudFront is in between.",
        for_each=expr(f"{admitted} && !({private}) && {var.edge_exclusive} != true ? {var.nat_public_ips} : {{}}"),
        security_group_id=var.load_balancer_security_group_id,
        description="Canaries, by way of a NAT gateway",
        cidr_ipv4=f"{each.value}/32",
        **https,
    )
    module.resource(
        "aws_vpc_security_group_ingress_rule.checks_within",
        "Inbound: canaries to a private load balancer.",
        count=expr(f"{admitted} && {private} ? 1 : 0"),
        security_group_id=var.load_balancer_security_group_id,
        description="Canaries",
        referenced_security_group_id=group[0].id,
        **https,
    )
    return group


def _role(module: ModuleBuilder, some: Expr, bucket: Bucket) -> ServiceRole:
    var = module.var
    arn = bucket.bucket[0].arn
    return service_role(
        module,
        "checks",
        "What the canaries work as. It makes no log group: theirs are here, encrypted and not for ever.",
        count=some,
        role_name=f"{var.environment}-checks",
        description=f"Calls the addresses of the applications of {var.environment}.",
        trust=trust_of("lambda.amazonaws.com"),
        policy_name="check",
        permissions=[
            allow("KeepRecords", ["s3:GetObject", "s3:PutObject"], f"{arn}/*"),
            allow("FindTheBucket", ["s3:GetBucketLocation"], arn),
            allow("FindBuckets", ["s3:ListAllMyBuckets"], "*"),
            allow(
                "EncryptRecords",
                ["kms:Decrypt", "kms:GenerateDataKey"],
                var.logs_key_arn,
                condition=module.via("s3"),
            ),
            allow(
                "Report",
                ["cloudwatch:PutMetricData"],
                "*",
                condition={"StringEquals": {"cloudwatch:namespace": "CloudWatchSynthetics"}},
            ),
            allow(
                "WriteLogs",
                ["logs:CreateLogStream", "logs:PutLogEvents"],
                f"arn:{var.partition}:logs:{var.region}:{var.account}:log-group:/aws/lambda/cwsyn-{var.environment}-*",
            ),
            function_interfaces(),
        ],
        permissions_comment="Their records, their metrics, their logs, and a place in the network.",
        tags={"Name": f"{var.environment}-checks"},
    )


def _canaries(module: ModuleBuilder, bucket: Bucket, group: Expr, role: ServiceRole) -> None:
    var = module.var
    module.file(f"{SCRIPT}.js", functions.script(SCRIPT))
    package = module.file(f"{SCRIPT}.zip", functions.script_archive(SCRIPT))
    name = f"{var.environment}-{each.key}"
    canary = module.resource(
        "aws_synthetics_canary.this",
        f"Calls an application's address again and again. Its code, {SCRIPT}.js, is all that is in the archive.",
        for_each=local_of("addresses"),
        name=name,
        artifact_s3_location=f"s3://{bucket.bucket[0].id}/",
        execution_role_arn=role.role.arn,
        handler=f"{SCRIPT}.handler",
        runtime_version=RUNTIME,
        zip_file=package,
        start_canary=True,
        delete_lambda=True,
        success_retention_period=expr("var.synthetics.keep_days"),
        failure_retention_period=expr("var.synthetics.keep_days"),
        artifact_config={"s3_encryption": {"encryption_mode": "SSE_KMS", "kms_key_arn": var.logs_key_arn}},
        run_config={
            "timeout_in_seconds": 3 * SECONDS - 5,
            "environment_variables": {
                "ADDRESS": expr('"https://${each.value}${var.synthetics.path}"'),
                "SECONDS": str(SECONDS),
            },
        },
        schedule={"expression": expr(f'{var.synthetics}.every_minutes == 1 ? "rate(1 minute)" : "rate(5 minutes)"')},
        vpc_config={"subnet_ids": var.private_subnet_ids, "security_group_ids": [group[0].id]},
        tags={"Name": name},
        depends_on=[role.permissions, bucket.policy],
    )
    module.resource(
        "aws_cloudwatch_log_group.checks",
        "What a canary's function says. Its name is known when the canary is there.",
        for_each=local_of("addresses"),
        name=expr(f'join("", ["/aws/lambda/", split(":", {canary[each.key]}.engine_arn)[6]])'),
        retention_in_days=var.retention_days,
        kms_key_id=var.logs_key_arn,
        tags={"Name": name},
    )
