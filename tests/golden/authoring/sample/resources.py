"""The resources of the sample: every kind of argument and block."""

from __future__ import annotations

from mendixgen.authoring.expression import dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add all of it."""
    var = module.var
    module.section("Network")
    zones = module.local("zones", expr("toset(var.zones)"), "Zone letters.")
    module.local(
        "pairs",
        expr(
            "{ for pair in setproduct(keys(var.buckets), var.zones) :"
            ' "${pair[0]} in ${pair[1]}" => { bucket = pair[0], zone = pair[1] } if pair[1] != "f" }'
        ),
        "Every bucket in every zone.",
    )
    subnet = module.resource(
        "aws_subnet.public",
        "Public subnets. This comment is so long that it has to be wrapped, which is done between words, so that no"
        " line of it is wider than the others are allowed to be.",
        for_each=zones,
        vpc_id=var.vpc_id,
        availability_zone=f"{var.region}{each.key}",
        cidr_block=expr(f'cidrsubnet("10.0.0.0/16", 8, index({var.zones}, {each.key}))'),
        map_public_ip_on_launch=False,
        tags={
            "Name": f"{var.environment}-{each.key}",
            "kubernetes.io/role/elb": "1",
            f"owner/{var.environment}": "x",
        },
        lifecycle={
            "create_before_destroy": True,
            "ignore_changes": ["tags"],
            "precondition": [
                {
                    "condition": expr(f"length({var.zones}) > 1"),
                    "error_message": 'Needs "zones": ${length(var.zones)}.',
                }
            ],
        },
    )
    module.resource("aws_default_security_group.this", "Locked.", vpc_id=var.vpc_id, ingress=[], egress=[])

    module.section("Storage")
    bucket = module.resource(
        "aws_s3_bucket.this",
        "The buckets.",
        for_each=var.buckets,
        bucket=f"{var.environment}-{each.key}",
        force_destroy=var.teardown,
        depends_on=[subnet],
    )
    module.resource(
        "aws_s3_bucket_policy.this",
        "Only over TLS.",
        for_each=bucket,
        bucket=each.value.id,
        policy=jsonencode(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "OnlyOverTls",
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": [each.value.arn, f"{each.value.arn}/*"],
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    },
                ],
            }
        ),
    )
    module.resource(
        "aws_s3_bucket_lifecycle_configuration.this",
        "Static, dynamic and nested dynamic blocks; an empty one too.",
        for_each=var.buckets,
        bucket=bucket[each.key].id,
        rule=[
            {
                "id": "abort",
                "status": "Enabled",
                "filter": {},
                "abort_incomplete_multipart_upload": {"days_after_initiation": 7},
            },
            dynamic(
                each.value.rules,
                {
                    "id": expr('"rule-${rule.key}"'),
                    "status": "Enabled",
                    "filter": {},
                    "transition": dynamic(
                        expr("[rule.value]"),
                        {"days": expr("step.value.days"), "storage_class": expr("step.value.to")},
                        iterator="step",
                    ),
                },
            ),
        ],
    )
    role = module.resource(
        "aws_iam_role.snapshots",
        "A count, and code in a file of its own.",
        count=expr(f"{var.teardown} ? 0 : 1"),
        name=f"{var.environment}-snapshots",
        description="Literal $${text}, and %%{this} too.",
        assume_role_policy=expr(f"file({module.file('code/trust.json', '{}')})"),
    )
    module.resource(
        "aws_dlm_lifecycle_policy.this",
        "A number from a variable.",
        count=expr("length(local.pairs) > 0 ? 1 : 0"),
        description="Snapshots",
        execution_role_arn=role[0].arn,
        state="ENABLED",
        policy_details={
            "resource_types": ["VOLUME"],
            "target_tags": {"snapshots": var.environment},
            "schedule": {
                "name": "daily",
                "create_rule": {"interval": 12, "interval_unit": "HOURS", "times": ["03:00"]},
                "retain_rule": {"count": var.first.days},
            },
        },
    )
