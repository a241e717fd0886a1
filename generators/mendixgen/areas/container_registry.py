"""The registry area: what may be said of the container repositories, what it offers, and what must hold.

Its resources are in `mendixgen.areas.container_registry_resources`; `mendixgen.areas.registry` is the list of areas.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from mendixgen.areas.contract import (
    AppFacts,
    Area,
    AreaInputs,
    Check,
    Header,
    Output,
    Strict,
    context,
    independent,
    setting,
    wired,
)

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder

_PART = r"[a-z0-9]+([._-][a-z0-9]+)*"
ImageName = Annotated[str, Field(pattern=rf"^{_PART}(/{_PART})*$", max_length=200)]
CacheName = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=13)]
# With the environment's name (16) and a slash it fits into the 30 characters of a cache rule's prefix.
EnvironmentName = Annotated[str, Field(pattern=r"^[a-z](-?[a-z0-9]){1,15}$")]
RegionName = Annotated[str, Field(pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$")]
Reader = Annotated[
    str, Field(pattern=r"^arn:aws(-cn|-us-gov)?:iam::[0-9]{12}:(root|(role|user)/[A-Za-z0-9_+=,.@/-]+)$")
]
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653
]  # what CloudWatch Logs takes (API reference, PutRetentionPolicy)

OPEN = frozenset({"public.ecr.aws", "registry.k8s.io", "quay.io"})
"""Registries that ECR reads without credentials; it wants some for all others.
Source: Amazon ECR user guide, "Sync an upstream registry with an Amazon ECR private registry"."""

REGISTRIES = (
    r"^(public\.ecr\.aws|registry\.k8s\.io|quay\.io|registry-1\.docker\.io|ghcr\.io|registry\.gitlab\.com"
    r"|[a-z0-9]{5,50}\.azurecr\.io)$"
)
CREDENTIALS = (
    r"^arn:aws(-cn|-us-gov)?:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]+$"
)


class Cache(Strict):
    """A registry on the internet whose images are kept here once they were asked for."""

    upstream: Annotated[str, Field(pattern=REGISTRIES)] = setting(
        description="Host of the registry: public.ecr.aws, registry.k8s.io, quay.io, registry-1.docker.io, ghcr.io ...",
        create_only="the rule, not the images that it has kept",
    )
    credential_arn: Annotated[str, Field(pattern=CREDENTIALS)] | None = setting(
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
    version = "1.0.0"

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
            description="Images kept in each repository, the newest ones; fewer deletes older ones.",
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
        readers: list[Reader] = setting(
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

    @classmethod
    def check(cls, section: Any, header: Header) -> list[Check]:
        """Images that are apps' already, caches without credentials or in each other's way, replicas of oneself."""
        inputs: Registry.Inputs = section
        return independent(
            lambda: _check_images(inputs, header),
            lambda: _check_caches(inputs),
            lambda: _check_replicas(inputs, header),
            lambda: _repeated("images", inputs.images),
            lambda: _repeated("readers", inputs.readers),
            lambda: _repeated("replicate_to", inputs.replicate_to),
        )

    @classmethod
    def resources(cls, module: ModuleBuilder) -> None:
        """Add the repositories, the caches and what is done with findings."""
        from mendixgen.areas.container_registry_resources import build

        build(module)


def _repeated(key: str, values: Sequence[str]) -> Iterator[Check]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Check((key, index), "MXS391", f"{value} is listed twice", "list it once")


def _check_images(inputs: Registry.Inputs, header: Header) -> Iterator[Check]:
    for index, name in enumerate(inputs.images):
        if name in header.apps:
            summary = f"{name} is an app, and has a repository of that name already"
            yield Check(("images", index), "MXS390", summary, "remove it here, or choose another name")
        elif name.split("/")[0] in inputs.caches:
            summary = f"{name} would stand in the cache {name.split('/')[0]}"
            yield Check(("images", index), "MXS390", summary, "choose another name for one of the two")
    for cache in inputs.caches:
        if cache in header.apps:
            summary = f"{cache} is an app, and has a repository of that name already"
            yield Check(("caches", cache), "MXS390", summary, "choose another name for the cache")


def _check_caches(inputs: Registry.Inputs) -> Iterator[Check]:
    for name, cache in inputs.caches.items():
        if cache.credential_arn is None and cache.upstream not in OPEN:
            summary = f"ECR reads {cache.upstream} with credentials only"
            hint = "make a secret called ecr-pullthroughcache/<name>, and name it as credential_arn"
            yield Check(("caches", name), "MXS392", summary, hint)
        elif cache.credential_arn is not None and cache.upstream in OPEN:
            summary = f"ECR reads {cache.upstream} without credentials"
            yield Check(("caches", name, "credential_arn"), "MXS392", summary, "leave credential_arn out")


def _check_replicas(inputs: Registry.Inputs, header: Header) -> Iterator[Check]:
    if header.region in inputs.replicate_to:
        index = inputs.replicate_to.index(header.region)
        summary = f"{header.region} is the environment's own region"
        yield Check(("replicate_to", index), "MXS393", summary, "name the region of the standby")
    if inputs.replica_of == header.name:
        yield Check(("replica_of",), "MXS393", "an environment cannot be its own replica", "name the other one")
