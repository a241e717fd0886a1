"""The resources of the registry module, chapter by chapter.

Sources: Amazon ECR user guide, "Lifecycle policies", "Private image replication", "Sync an upstream registry",
"Templates to control repositories created during a pull through cache or replication action", "Image scanning";
EventBridge user guide, "Permissions for Amazon EventBridge" (log groups as targets).
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.constructs.log_group import log_group
from mendixgen.authoring.constructs.policy import allow, policy, trust_of
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr, call, dynamic, each, expr, jsonencode
from mendixgen.authoring.module import ModuleBuilder

PULL = [
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:DescribeImages",
    "ecr:GetDownloadUrlForLayer",
    "ecr:ListImages",
]
RELEASED = "released-"
"""How the tags begin that a delivery gives to an image and to what stands beside it. A rule that takes an image keeps
every later rule from it ("Lifecycle policies", evaluation rules), whether or not it expires that itself."""
IMAGES = 100_000
"""More than a repository can have ("Service quotas"): a rule that counts to it expires nothing."""


def build(module: ModuleBuilder) -> None:
    """Add all of the area's resources."""
    lifecycle, readers = _repositories(module)
    _made_by_ecr(module, lifecycle, readers)
    _caches(module)
    _replication(module)
    _findings(module)


def _repositories(module: ModuleBuilder) -> tuple[Expr, Expr]:
    var = module.var
    module.section("Repositories")
    names = module.local(
        "repositories",
        call("toset", call("concat", call("keys", var.apps), var.images)),
        "One for each app and each image of the platform.",
    )
    module.local(
        "host",
        f"{var.account}.dkr.ecr.{var.region}.{module.dns_suffix}",
        "What clients log in to.",
    )
    lifecycle = module.local(
        "lifecycle_policy",
        jsonencode(
            {
                "rules": [
                    _rule(
                        1,
                        f"Images without a tag go after {var.keep_untagged_days} days",
                        {
                            "tagStatus": "untagged",
                            "countType": "sinceImagePushed",
                            "countUnit": "days",
                            "countNumber": var.keep_untagged_days,
                        },
                    ),
                    _rule(
                        2,
                        "What was deployed stays, so that a release can go back to it",
                        {
                            "tagStatus": "tagged",
                            "tagPatternList": [f"{RELEASED}*"],
                            "countType": "imageCountMoreThan",
                            "countNumber": IMAGES,
                        },
                    ),
                    _rule(
                        3,
                        f"Of all others the newest {var.keep_images} stay",
                        {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": var.keep_images},
                    ),
                ]
            }
        ),
        "What becomes of old images, in every repository.",
    )
    readers = module.local(
        "reader_policy",
        policy([allow("Pull", PULL, principal={"AWS": call("sort", var.readers)})]),
        "Who else may pull, from every repository.",
    )
    repositories = module.resource(
        "aws_ecr_repository.this",
        "A tag that was pushed never means another image.",
        for_each=names,
        name=f"{var.environment}/{each.key}",
        image_tag_mutability="IMMUTABLE",
        force_delete=var.teardown,
        encryption_configuration={"encryption_type": "KMS", "kms_key": var.kms_key_arn},
        image_scanning_configuration={"scan_on_push": True},
        tags={"Name": f"{var.environment}/{each.key}"},
    )
    module.resource(
        "aws_ecr_lifecycle_policy.this",
        "Old images go.",
        for_each=names,
        repository=repositories[each.key].name,
        policy=lifecycle,
    )
    module.resource(
        "aws_ecr_repository_policy.this",
        "Named readers, and nobody else by the repository's own policy.",
        for_each=expr(f"length({var.readers}) > 0 ? {names} : []"),
        repository=repositories[each.key].name,
        policy=readers,
    )
    return lifecycle, readers


def _made_by_ecr(module: ModuleBuilder, lifecycle: Expr, readers: Expr) -> None:
    var = module.var
    module.section("Repositories that ECR makes")
    caches = module.local(
        "caches",
        expr('{ for name, cache in var.caches : "${var.environment}/${name}" => cache }'),
        "Caches by the prefix of their repositories.",
    )
    prefixes = module.local(
        "templates",
        expr(
            f"""merge(
              {{ for prefix in keys({caches}) : prefix => "PULL_THROUGH_CACHE" }},
              {{ for environment in {var.replica_of}[*] : environment => "REPLICATION" }},
            )"""
        ),
        "What ECR makes repositories for, by the prefix of their names.",
    )
    some = expr(f"length({prefixes}) > 0 ? 1 : 0")
    here = f"arn:{var.partition}:ecr:{var.region}:{var.account}:repository"
    maker = service_role(
        module,
        "this",
        "What ECR works as when it makes a repository: one with a KMS key needs that.",
        count=some,
        role_name=f"{var.environment}-{var.region}-image-repositories",
        description="ECR makes repositories for cached and for replicated images",
        trust=trust_of("ecr.amazonaws.com"),
        policy_name="make-repositories",
        permissions=[
            allow(
                "MakeRepositories",
                ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
                expr(f'[for prefix in keys({prefixes}) : "{here}/${{prefix}}/*"]'),
            ),
            allow("UseTheKey", ["kms:DescribeKey", "kms:CreateGrant", "kms:RetireGrant"], var.kms_key_arn),
        ],
        permissions_comment="Repositories below these prefixes, encrypted with the one key.",
    )
    module.resource(
        "aws_ecr_repository_creation_template.this",
        "As the area's own repositories are. Tags of a cache move, since it follows those of its upstream.",
        for_each=prefixes,
        prefix=each.key,
        description=f"Images of {each.key}",
        applied_for=[each.value],
        image_tag_mutability=expr(f'{each.value} == "REPLICATION" ? "IMMUTABLE" : "MUTABLE"'),
        custom_role_arn=maker.role.arn,
        encryption_configuration={"encryption_type": "KMS", "kms_key": var.kms_key_arn},
        lifecycle_policy=lifecycle,
        repository_policy=expr(f"length({var.readers}) > 0 ? {readers} : null"),
        resource_tags=expr(f"merge({module.tags}, {{ environment = {var.environment} }})"),
        depends_on=[maker.permissions],
    )


def _caches(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Caches")
    module.resource(
        "aws_ecr_pull_through_cache_rule.this",
        "Images of other registries, kept here once they were asked for.",
        for_each=var.caches,
        ecr_repository_prefix=f"{var.environment}/{each.key}",
        upstream_registry_url=each.value.upstream,
        credential_arn=each.value.credential_arn,
        # The first image may be asked for as soon as there is a rule.
        depends_on=[expr("aws_ecr_repository_creation_template.this")],
    )
    module.resource(
        "aws_iam_role_policy.nodes",
        "The nodes fill the caches by pulling: the first pull makes the repository.",
        count=expr(f"length({var.caches}) > 0 ? 1 : 0"),
        name="registry-caches",
        role=var.node_role_name,
        policy=policy(
            [
                allow(
                    "FillCaches",
                    ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
                    expr(
                        f"[for prefix in keys(local.caches) :"
                        f' "arn:{var.partition}:ecr:{var.region}:{var.account}:repository/${{prefix}}/*"]'
                    ),
                )
            ]
        ),
    )


def _replication(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Replication")
    module.resource(
        "aws_ecr_replication_configuration.this",
        "What is pushed here is pulled there, if this region is lost. Account and region have one configuration.",
        count=expr(f"length({var.replicate_to}) > 0 ? 1 : 0"),
        replication_configuration={
            "rule": {
                "destination": dynamic(
                    for_each=var.replicate_to,
                    content={"region": expr("destination.value"), "registry_id": var.account},
                ),
                "repository_filter": {"filter": f"{var.environment}/", "filter_type": "PREFIX_MATCH"},
            }
        },
    )


def _findings(module: ModuleBuilder) -> None:
    var = module.var
    module.section("Findings")
    group = log_group(
        module,
        "this",
        "What the scans found.",
        path=f"/mendix/{var.environment}/image-findings",
        retention_days=var.findings_days,
    )
    basic: dict[str, Any] = {
        "source": ["aws.ecr"],
        "detail-type": ["ECR Image Scan"],
        "detail": {"repository-name": [{"prefix": f"{var.environment}/"}]},
    }
    repository = f"arn:{var.partition}:ecr:{var.region}:{var.account}:repository/{var.environment}/"
    enhanced: dict[str, Any] = {
        "source": ["aws.inspector2"],
        "detail-type": ["Inspector2 Finding"],
        "resources": [{"prefix": repository}],
    }
    patterns = module.local(
        "findings",
        {"basic": jsonencode(basic), "enhanced": jsonencode(enhanced)},
        "The events in which each scanner says what it found.",
    )
    rule = module.resource(
        "aws_cloudwatch_event_rule.this",
        "A scan of one of the environment's images has found something, or nothing.",
        name=f"{var.environment}-image-findings",
        description=f"Findings of scans of the images of {var.environment}",
        event_pattern=patterns[var.scan],
    )
    services = {"Service": ["delivery.logs.amazonaws.com", "events.amazonaws.com"]}
    writing = module.resource(
        "aws_cloudwatch_log_resource_policy.this",
        "EventBridge writes to that log group, for this rule only.",
        policy_name=f"{var.environment}-image-findings",
        policy_document=policy(
            [
                allow("MakeStreams", ["logs:CreateLogStream"], f"{group.arn}:*", principal=services),
                allow(
                    "WriteFindings",
                    ["logs:PutLogEvents"],
                    f"{group.arn}:*",
                    principal=services,
                    condition={"ArnEquals": {"aws:SourceArn": rule.arn}},
                ),
            ]
        ),
    )
    module.resource(
        "aws_cloudwatch_event_target.this",
        "From the one to the other.",
        rule=rule.name,
        arn=group.arn,
        depends_on=[writing],
    )


def _rule(priority: int, description: str, selection: dict[str, Any]) -> dict[str, Any]:
    return {
        "rulePriority": priority,
        "description": description,
        "selection": selection,
        "action": {"type": "expire"},
    }
