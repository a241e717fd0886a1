"""The registry area: what may be said of the container repositories, and what it offers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    AppFacts,
    Area,
    AreaInputs,
    Output,
    Strict,
    context,
    setting,
    wired,
)
from mendixgen.areas.fields import AccountOrPrincipalArn, RegionName, RetentionDays, arn

_PART = r"[a-z0-9]+([._-][a-z0-9]+)*"
ImageName = Annotated[str, Field(pattern=rf"^{_PART}(/{_PART})*$", max_length=200)]
CacheName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=13)]
# With the environment's name (16) and a slash it fits into the 30 characters of a cache rule's prefix.
EnvironmentName = Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9]){1,15}$")]
REGISTRIES = (
    r"^(public\.ecr\.aws|registry\.k8s\.io|quay\.io|registry-1\.docker\.io|ghcr\.io|registry\.gitlab\.com"
    r"|[a-z0-9]{5,50}\.azurecr\.io)$"
)


class Cache(Strict):
    """A registry on the internet whose images are kept here once they were asked for."""

    upstream: Annotated[str, Field(pattern=REGISTRIES)] = setting(
        description="Host of the registry: public.ecr.aws, registry.k8s.io, quay.io, registry-1.docker.io, ghcr.io ...",
        create_only="the rule, not the images that it has kept",
    )
    credential_arn: (
        Annotated[str, Field(pattern=arn("secretsmanager", "secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+"))] | None
    ) = setting(
        None,
        description="Secret with user name and access token for the registry, called ecr-pullthroughcache/<name>.",
    )


DEFAULT_CACHES = {
    "ecr-public": Cache(upstream="public.ecr.aws"),
    "kubernetes": Cache(upstream="registry.k8s.io"),
    "quay": Cache(upstream="quay.io"),
}


class Registry(Area):
    """Container repositories for applications and platform images: immutable, encrypted, scanned, cleaned up."""

    name = "registry"
    version = "1.0.2"

    class Inputs(AreaInputs):
        """What an environment may say of its container images."""

        images: list[ImageName] = setting(
            ["image-builder", "mendix-agent", "mendix-operator", "runtime-base"],
            description=(
                "Repositories beside those of the apps, for images of the platform that were copied or built; each app"
                " has one of its own name. In AWS <environment>/<name>."
            ),
            max_length=200,
        )
        keep_images: int = setting(
            50,
            description=(
                "Images kept in each repository beside those that were deployed, the newest ones; fewer deletes older"
                " ones."
            ),
            unit="images",
            create_only="the lifecycle policies, not the images that they keep",
            ge=2,
            le=10000,
        )
        keep_untagged_days: int = setting(
            7,
            description="How long images without a tag are kept; shorter deletes older ones.",
            unit="days",
            create_only="the lifecycle policies, not the images that they keep",
            ge=1,
            le=3650,
        )
        scan: Literal["basic", "enhanced"] = setting(
            "basic",
            description=(
                "basic: ECR scans an image when it is pushed. enhanced: Amazon Inspector scans it again whenever a"
                " vulnerability becomes known, its libraries too; account and region have one scanner, which the"
                " foundation turns on. The findings of the one that is named are logged."
            ),
        )
        findings_days: RetentionDays = setting(
            365, description="How long the findings of scans are kept; shorter deletes older ones.", unit="days"
        )
        readers: list[AccountOrPrincipalArn] = setting(
            [],
            description=(
                "Who else may pull, of this account and others: ARNs of roles, users or whole accounts (:root), which"
                " must exist. The cluster's nodes may anyway."
            ),
            max_length=100,
        )
        caches: dict[CacheName, Cache] = setting(
            DEFAULT_CACHES,
            description=(
                "Registries on the internet whose images are pulled as <environment>/<name>/<image> and kept here, so"
                " that nodes need no way to them; who writes this lists all of them."
            ),
            max_length=50,
        )
        replicate_to: list[RegionName] = setting(
            [],
            description=(
                "Regions that every image pushed from now on is copied to. Account and region have one list: only one"
                " of the environments in them may say this."
            ),
            max_length=25,
        )
        replica_of: EnvironmentName | None = setting(
            None,
            description=(
                "Environment of another region that replicates its images to this one: the repositories that ECR makes"
                " for them are encrypted, immutable and cleaned up as the others are."
            ),
        )
        account: str = context("account", "Account of the repositories.")
        region: str = context("region", "Region of the repositories.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        apps: dict[str, AppFacts] = context("apps", "The applications; each has a repository.")
        kms_key_arn: str = wired("encryption.storage_key_arn", "ARN of the KMS key that encrypts the images.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the KMS key that encrypts the findings.")
        boundary_arn: str = wired("identity.boundary_arn", "Permissions boundary of every role.")
        node_role_name: str = wired("identity.node_role_name", "Role of the nodes, which fill the caches by pulling.")

    outputs = {
        "repository_urls": Output(
            "{ for name, repository in aws_ecr_repository.this : name => repository.repository_url }",
            "Where images are pushed to and pulled from, by app or image.",
        ),
        "repository_arns": Output(
            "{ for name, repository in aws_ecr_repository.this : name => repository.arn }",
            "Repository ARNs by app or image.",
        ),
        "repository_names": Output(
            "{ for name, repository in aws_ecr_repository.this : name => repository.name }",
            "Names in AWS by app or image.",
        ),
        "registry_host": Output("local.host", "Host of the registry, which clients log in to."),
        "cache_urls": Output(
            "{ for name, cache in aws_ecr_pull_through_cache_rule.this :"
            ' name => "${local.host}/${cache.ecr_repository_prefix}" }',
            "What stands before an image's name to pull it through a cache, by cache.",
        ),
        "findings_log_group_name": Output("aws_cloudwatch_log_group.this.name", "Log group of the findings of scans."),
        "findings_log_group_arn": Output("aws_cloudwatch_log_group.this.arn", "ARN of the log group of the findings."),
    }
