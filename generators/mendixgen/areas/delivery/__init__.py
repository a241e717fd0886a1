"""The delivery area: what may be said of how a commit becomes a running app, and what it offers.

With ``codepipeline`` everything is here: the connection to the repository, a pipeline an app, the builds. With the
other tools the pipeline is theirs, and here is what they work as in AWS. All of them call the same five steps of
``mendixctl release``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Output, ReleaseFacts, StatePlace, Strict, context, setting, wired
from mendixgen.areas.fields import MailAddress, PrincipalArn, RetentionDays, arn

GROUP = "mendixctl:delivery"
"""The group of Kubernetes that the deploying role is in; ``mendixgen.kubernetes`` says what it may do."""

Repository = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$", max_length=200)]
Branch = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=200)]
Folder = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*)?$", max_length=200)
]
HostArn = Annotated[str, Field(pattern=arn("code(connections|star-connections)", "host/[A-Za-z0-9_.-]+/[a-z0-9-]+"))]
ConnectionArn = Annotated[str, Field(pattern=arn("code(connections|star-connections)", "connection/[a-z0-9-]+"))]


class Source(Strict):
    """The repository of the applications."""

    provider: Literal["github", "gitlab", "bitbucket", "github-enterprise", "gitlab-self-managed"] = setting(
        "github", description="Who hosts it.", create_only="the connection, which a person has to complete again"
    )
    repository: Repository = setting(description="The repository, as owner/name or group/project.")
    branch: Branch = setting("main", description="The branch whose commits are delivered.")
    folders: dict[str, Folder] = setting(
        {},
        description=(
            "The folder of an app in the repository, where that is not called as the app is; an empty text for a"
            " repository of one app. A commit starts the pipelines of the apps whose folders it touches."
        ),
    )
    connection_arn: ConnectionArn | None = setting(
        None,
        description="Connection of CodeConnections that is there already; else one is made, for a person to complete.",
    )
    host_arn: HostArn | None = setting(
        None,
        description="Host of CodeConnections for an own installation (github-enterprise, gitlab-self-managed).",
        create_only="the connection, which a person has to complete again",
    )


class Platform(Strict):
    """The repository of the platform: environments/ is there."""

    repository: Repository = setting(
        description="The repository, as owner/name or group/project, of the same provider."
    )
    branch: Branch = setting("main", description="The branch whose environments are delivered to.")


class Mxbuild(Strict):
    """The compiler of Mendix projects, which the vendor's site has and a private subnet does not reach."""

    archive: Annotated[str, Field(pattern=r"^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[A-Za-z0-9._/-]+$")] = setting(
        description="Where its archive is: s3://bucket/key, in a bucket of this account."
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = setting(description="SHA-256 of the archive.")


class Oidc(Strict):
    """Whose word about a job of the tool is believed."""

    issuer: (
        Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+(/[A-Za-z0-9._/-]*[A-Za-z0-9_-])?$", max_length=200)]
        | None
    ) = setting(
        None,
        description=(
            "Issuer of the job's token, without https://: the host of an own GitLab, or what Jenkins' plugin OpenID"
            " Connect Provider publishes. AWS must be able to reach it."
        ),
    )
    audience: Annotated[str, Field(pattern=r"^[A-Za-z0-9:/._-]+$", max_length=200)] | None = setting(
        None,
        description="Audience of the token: sts.amazonaws.com for github and jenkins, the issuer's URL for gitlab.",
    )
    subject: Annotated[str, Field(pattern=r"^[^*?$\s]+$", max_length=400)] | None = setting(
        None,
        description=(
            "Subject of the token, letter by letter; by default the repository and branch of source, in the form of the"
            " tool. For jenkins it is the URL of the job."
        ),
    )
    create: bool = setting(
        False,
        description=(
            "Make the identity provider here. An account has one for each issuer, which the foundation has with ci;"
            " only an administrator may apply this."
        ),
    )


class Delivery(Area):
    """From a commit to a running app: pipelines, builds, approval and rollback, or what other tools work as."""

    name = "delivery"
    version = "1.0.0"

    class Inputs(AreaInputs):
        """What an environment may say of how its apps are delivered."""

        tool: Literal["codepipeline", "jenkins", "gitlab", "github"] | None = setting(
            None,
            description=(
                "What delivers: AWS CodePipeline, made here; or Jenkins, GitLab or GitHub Actions, for which a role is"
                " made that their jobs of this repository and branch work as, without a stored key."
            ),
        )
        source: Source | None = setting(None, description="The repository of the applications.", variable="source_code")
        platform: Platform | None = setting(
            None,
            description="The repository of the platform, where environments/ is not in that of the applications.",
        )
        approvers: list[MailAddress] = setting(
            [],
            description="Who gets a mail when a release waits for approval. Who may approve, approver_roles says.",
            max_length=20,
        )
        approver_roles: list[PrincipalArn] = setting(
            [],
            description=(
                "ARNs of IAM roles and users that may approve: they may assume the role <environment>-approver. They"
                " must exist."
            ),
            max_length=20,
        )
        approval: bool = setting(True, description="Whether a release waits for a person, seven days at most.")
        rollback_on: list[Literal["deployment_failure", "alarm"]] = setting(
            ["deployment_failure", "alarm"],
            description=(
                "When the former release of an app comes back by itself: when the new one does not start, or when its"
                " log has alarming lines while it is watched (bake_minutes). The database never goes back by itself."
            ),
            max_length=2,
        )
        errors_above: int = setting(
            20,
            description="Lines of level ERROR in five minutes above which a release is alarming; one CRITICAL line is.",
            unit="lines",
            ge=0,
            le=100000,
        )
        image: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/@-]+$", max_length=300)] = setting(
            "aws/codebuild/amazonlinux-x86_64-standard:5.0",
            description="Image that builds run in: CodeBuild's, or one of this account's ECR.",
        )
        package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._/:@\[\],=<>!~-]*$", max_length=300)] | None = (
            setting(
                "mendixctl[aws]",
                description="What pip installs before each step; null where the image has mendixctl.",
            )
        )
        mxbuild: Mxbuild | None = setting(
            None, description="The compiler, where sources are projects; packages that are built elsewhere need none."
        )
        compute: Literal["small", "medium", "large", "2xlarge"] = setting(
            "medium", description="Machine of a build: 2 CPUs and 4 GB, 4 and 8, 8 and 16, or 72 and 144."
        )
        build_minutes: int = setting(60, description="How long one step may take.", unit="minutes", ge=5, le=480)
        concurrent_builds: int | None = setting(
            None,
            description="How many builds of one step run at the same time; by default one for each app.",
            ge=1,
            le=200,
        )
        artifact_days: int = setting(
            90,
            description="How long sources and packages are kept; shorter deletes older ones.",
            unit="days",
            ge=8,
            le=3650,
        )
        log_days: RetentionDays = setting(
            365, description="How long the logs of builds are kept; shorter deletes older ones.", unit="days"
        )
        oidc: Oidc = setting(
            Oidc(), description="Whose word about a job of the tool is believed; not for codepipeline."
        )
        region: str = context("region", "Region of the delivery.")
        account: str = context("account", "Account of the delivery.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")
        releases: dict[str, ReleaseFacts] = context("releases", "How each application is released.")
        state_place: StatePlace = context("state_place", "Where the ledger is, in S3.")
        boundary_arn: str = wired("identity.boundary_arn", "Permissions boundary of every role.")
        storage_key_arn: str = wired("encryption.storage_key_arn", "ARN of the key of sources, packages and images.")
        logs_key_arn: str = wired("encryption.logs_key_arn", "ARN of the key of logs and notices.")
        vpc_id: str = wired("network.vpc_id", "ID of the VPC that builds run in.")
        private_subnet_ids: list[str] = wired("network.private_subnet_ids", "IDs of the subnets that builds run in.")
        endpoints_security_group_id: str = wired(
            "network.endpoints_security_group_id", "ID of the security group of the interface endpoints."
        )
        cluster_name: str = wired("cluster.name", "Name of the cluster.")
        cluster_arn: str = wired("cluster.arn", "ARN of the cluster.")
        cluster_security_group_id: str = wired(
            "cluster.security_group_id", "ID of the security group of the control plane."
        )
        repository_arns: dict[str, str] = wired("registry.repository_arns", "ARNs of the image repositories by app.")
        access_logs_bucket_name: str = wired("storage.access_logs_bucket_name", "Bucket of access logs.")
        app_log_group_names: dict[str, str] | None = wired(
            "monitoring.app_log_group_names", "Log groups of the applications, whose lines are counted.", optional=True
        )
        support_topic_arns: dict[str, str] | None = wired(
            "support.topic_arns", "ARNs of the topics of incidents, by priority.", optional=True
        )

    outputs = {
        "pipeline_names": Output(
            "{ for app, pipeline in aws_codepipeline.app : app => pipeline.name }",
            "Pipelines by app; empty for other tools.",
        ),
        "rollback_pipeline_name": Output(
            "one(aws_codepipeline.rollback[*].name)", "Pipeline that takes a release back; null for other tools."
        ),
        "connection_arn": Output(
            "local.connection_arn", "ARN of the connection to the repository; null for other tools."
        ),
        "role_arn": Output("one(aws_iam_role.deploy[*].arn)", "ARN of the role that deploys; null where nothing does."),
        "approver_role_arn": Output(
            "one(aws_iam_role.approver[*].arn)", "ARN of the role that approves; null where nobody is named."
        ),
        "artifacts_bucket_name": Output(
            "one(aws_s3_bucket.artifacts[*].id)", "Bucket of sources and packages; null for other tools."
        ),
        "topic_arn": Output(
            "one(aws_sns_topic.approvals[*].arn)", "ARN of the topic of approvals; null where there are none."
        ),
        "signing_key_arn": Output(
            "one(aws_kms_key.release[*].arn)", "ARN of the key that signs images; null where nothing is delivered."
        ),
        "alarm_names": Output(
            "{ for app, alarm in aws_cloudwatch_metric_alarm.app : app => alarm.alarm_name }",
            "Alarms that a release is watched by, by app.",
        ),
    }
