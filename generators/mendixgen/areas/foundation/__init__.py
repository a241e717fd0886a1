"""The foundation: what an account and region have once. Its settings are keys of the YAML itself."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Area, AreaInputs, Output, Strict, context, setting
from mendixgen.areas.fields import PolicyArn, RegionName
from mendixgen.areas.foundation.account import (
    AnomalyMonitor,
    BackupSettings,
    Builds,
    CostExport,
    ManagementTrail,
    TagKey,
)

ENVIRONMENT = r"^[a-z](-?[a-z0-9])*$"
REPOSITORY = r"^[A-Za-z0-9-]+/[A-Za-z0-9._-]+$"
PROJECT = r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)+$"
BRANCH = r"^[A-Za-z0-9][A-Za-z0-9._/-]*$"
BUCKET = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"

Branch = Annotated[str, Field(pattern=BRANCH, max_length=200)]
EnvironmentName = Annotated[str, Field(pattern=ENVIRONMENT, min_length=2, max_length=16)]


class GitHub(Strict):
    """Which workflows of GitHub may deploy."""

    repositories: list[Annotated[str, Field(pattern=REPOSITORY, max_length=140)]] = setting(
        description="Repositories, as owner/name.", min_length=1, max_length=20
    )
    branches: list[Branch] = setting(["main"], description="Branches whose workflows may deploy.", max_length=10)
    environments: list[Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=100)]] = setting(
        [],
        description=(
            "GitHub environments whose jobs may deploy. A job with an environment is known by that and no longer by its"
            " branch, so GitHub's own protection of the environment decides."
        ),
        max_length=10,
    )

    create_provider: bool = setting(
        True,
        description=(
            "Whether the identity provider is made here. An account has one for each issuer: false where it has one"
            " already, which is used as it is."
        ),
    )


class GitLab(Strict):
    """Which pipelines of GitLab may deploy."""

    projects: list[Annotated[str, Field(pattern=PROJECT, max_length=200)]] = setting(
        description="Projects, as group/project.", min_length=1, max_length=20
    )
    branches: list[Branch] = setting(["main"], description="Branches whose pipelines may deploy.", max_length=10)
    host: str = setting(
        "gitlab.com",
        description="Host of GitLab; of an own one, AWS must be able to reach it.",
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$",
        max_length=200,
    )

    create_provider: bool = setting(
        True,
        description=(
            "Whether the identity provider is made here. An account has one for each issuer: false where it has one"
            " already, which is used as it is."
        ),
    )


class Planner(Strict):
    """Who may plan in CI: jobs of the same repositories and projects."""

    requests: bool = setting(
        True,
        description=(
            "Requests too: pull requests of GitHub, every branch of GitLab. Whoever may open one may have anything run"
            " with the rights of this role: it reads how everything is set up and the states, which hold secrets, and"
            " no other content."
        ),
    )


class Ci(Strict):
    """Who may deploy, without stored keys, and what they may do at most."""

    github: GitHub | None = setting(None, description="Workflows of GitHub.")
    gitlab: GitLab | None = setting(None, description="Pipelines of GitLab.")
    environments: list[EnvironmentName] = setting(
        ["dev", "test", "acceptance", "prod"],
        description=(
            "Environments that may be deployed: roles, policies and secrets that the deployer may touch begin with one"
            " of these names (prod stands for prod-dr too)."
        ),
        min_length=1,
        max_length=8,
    )
    regions: list[RegionName] | None = setting(
        None,
        description="Regions that may be deployed to; the foundation's own if not given.",
        min_length=1,
        max_length=8,
    )
    state_buckets: list[Annotated[str, Field(pattern=BUCKET)]] | None = setting(
        None,
        description="Buckets of the environments' states; the one that mendixctl bootstrap makes if not given.",
        min_length=1,
        max_length=8,
    )
    boundary_changes: bool = setting(
        False,
        description=(
            "Let the deployer write permissions boundaries (policies <environment>-boundary). Off, an administrator"
            " applies them, and the deployer can make no role that is more than the boundary lets it be."
        ),
    )
    planner: Planner | None = setting(
        None, description="A role that reads, for the plans of pipelines; none if not written (planner: {} makes it)."
    )
    boundaries: list[PolicyArn] = setting(
        [],
        description=(
            "Permissions boundaries that exist and that roles of the environments may carry in the place of"
            " <environment>-boundary (identity.boundary_policy_arn)."
        ),
        max_length=4,
    )
    session_hours: int = setting(2, description="How long one deployment may take.", unit="hours", ge=1, le=12)


class PasswordPolicy(Strict):
    """What passwords of IAM users must be like."""

    min_length: int = setting(16, description="Characters at least.", unit="characters", ge=8, le=128)
    reuse_prevention: int = setting(
        24, description="How many former passwords cannot be used again.", unit="passwords", ge=1, le=24
    )
    max_age_days: int = setting(90, description="When a password must be changed.", unit="days", ge=1, le=1095)


class AccessAnalyzer(Strict):
    """Who gets access from outside, and which access nobody uses."""

    external: bool = setting(True, description="Find what can be reached from outside of the account.")
    unused: bool = setting(True, description="Find roles, keys and permissions that nobody uses; billed by role.")
    unused_after_days: int = setting(
        90,
        description="From when on access counts as unused.",
        unit="days",
        ge=1,
        le=365,
    )


class SecurityHub(Strict):
    """Which standards the account is held against."""

    standards: list[Literal["cis", "fsbp", "nist", "pci"]] = setting(
        ["cis", "fsbp"],
        description=(
            "Standards: CIS, AWS Foundational Security Best Practices, NIST 800-53, PCI DSS. With an empty list"
            " Security Hub is off."
        ),
        max_length=4,
    )


class Foundation(Area):
    """What an account and region have once: encryption by default, detection, rules, and who may deploy."""

    name = "foundation"
    version = "1.5.1"
    kind = "foundation"

    class Inputs(AreaInputs):
        """The keys of a specification of kind foundation."""

        global_settings: bool = setting(
            True,
            description=(
                "This foundation has what the account has once for all regions: password policy, deployer, Config's"
                " role, the record of IAM. False for the foundation of a further region."
            ),
        )
        ci: Ci | None = setting(None, description="Who may deploy, by OIDC, without stored keys.")
        ebs_encryption: bool = setting(True, description="Encrypt every new volume, with a key of the account's own.")
        password_policy: PasswordPolicy = setting(
            PasswordPolicy(), description="What passwords of IAM users must be like."
        )
        access_analyzer: AccessAnalyzer = setting(
            AccessAnalyzer(), description="Who gets access from outside, and which access nobody uses."
        )
        guardduty: bool = setting(True, description="Detect threats, in S3, EKS, volumes, databases and functions too.")
        security_hub: SecurityHub = setting(SecurityHub(), description="Which standards the account is held against.")
        config_rules: bool = setting(
            True, description="Record every resource's configuration, and hold it against rules."
        )
        inspector: bool = setting(True, description="Scan instances, images and functions for vulnerabilities.")
        registry_scanning: Literal["enhanced", "basic"] | None = setting(
            None,
            description=(
                "Scanning of container images: enhanced (by Inspector, again whenever a vulnerability becomes known) or"
                " basic (on push). By default enhanced where Inspector is on."
            ),
        )
        trail: ManagementTrail | None = setting(
            None,
            description=(
                "The one trail that records who changes what in the account, in all regions; off if not written"
                " (trail: {} has all defaults)."
            ),
        )
        cost_tags: list[TagKey] = setting(
            [],
            description=(
                "Tags that bills know, for budgets and reports: environment, area, and the environments' own. AWS knows"
                " a tag a day after the first resource has it, so that they are written here then; it knows no costs"
                " from before. For the account that pays."
            ),
            max_length=100,
        )
        anomaly_monitor: AnomalyMonitor | None = setting(
            None, description="The one monitor of what is unusual in the costs of services; off if not written."
        )
        cost_export: CostExport | None = setting(
            None,
            description=(
                "The account's bill, line by line, in a bucket; off if not written. AWS exports in us-east-1 alone, so"
                " that the foundation of that region has it."
            ),
        )
        backup_settings: BackupSettings | None = setting(
            None, description="What AWS Backup may protect in this region; left as it is if not written."
        )
        builds: Builds | None = setting(
            None,
            description=(
                "Projects of CodeBuild for plan and apply (--on codebuild); off if not written (builds: {} has all"
                " defaults)."
            ),
        )
        region: str = context("region", "Region of the foundation.")
        account: str = context("account", "Account of the foundation.")
        partition: str = context("partition", "Partition of the region: aws, aws-cn or aws-us-gov.")

    outputs = {
        "ebs_key_arn": Output("one(aws_kms_key.ebs[*].arn)", "ARN of the default key of volumes; null if off."),
        "deployer_role_arn": Output(
            "one(aws_iam_role.deployer[*].arn)", "ARN of the role that CI deploys as; null without ci."
        ),
        "planner_role_arn": Output(
            "one(aws_iam_role.planner[*].arn)", "ARN of the role that CI plans as; null without ci.planner."
        ),
        "deployer_boundary_arn": Output(
            "one(aws_iam_policy.deployer_boundary[*].arn)", "ARN of the deployer's permissions boundary."
        ),
        "oidc_provider_arns": Output(
            "local.ci_provider_arns",
            "ARNs of CI's identity providers.",
        ),
        "analyzer_arns": Output(
            "{ for name, it in aws_accessanalyzer_analyzer.this : name => it.arn }", "ARNs of the analyzers."
        ),
        "detector_id": Output("one(aws_guardduty_detector.this[*].id)", "ID of GuardDuty's detector; null if off."),
        "trail_arn": Output("one(aws_cloudtrail.this[*].arn)", "ARN of the account's trail; null if it is not here."),
        "trail_bucket": Output("one(aws_s3_bucket.trail[*].id)", "Bucket of the trail's records; null as above."),
        "trail_log_group": Output(
            "try(coalesce(var.trail.existing, one(aws_cloudwatch_log_group.trail[*].name)), null)",
            "Log group of the account's trail; null if none is known here.",
        ),
        "anomaly_monitor_arn": Output(
            "try(coalesce(var.anomaly_monitor.existing, one(aws_ce_anomaly_monitor.services[*].arn)), null)",
            "ARN of the monitor of services; null if none is known here.",
        ),
        "cost_bucket": Output("one(aws_s3_bucket.cost[*].id)", "Bucket of the bills; null if they are not exported."),
        "build_projects": Output(
            "{ for step, project in aws_codebuild_project.builds : step => project.name }",
            "Projects in which plan and apply run; empty if off.",
        ),
        "build_start_policy_arns": Output(
            "{ for step, policy in aws_iam_policy.builds_start : step => policy.arn }",
            "ARNs of the policies of those who may start plans and applies; empty if off.",
        ),
        "config_bucket": Output("one(aws_s3_bucket.config[*].id)", "Bucket of Config's records; null if off."),
        "config_rule_arns": Output(
            "{ for name, it in aws_config_config_rule.this : name => it.arn }", "ARNs of Config's rules by name."
        ),
    }
