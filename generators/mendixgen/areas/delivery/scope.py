"""What the chapters of the module all ask: what is on, where, and by which names."""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.authoring.expression import Expr, expr
from mendixgen.authoring.module import ModuleBuilder

PROVIDERS = {
    "github": "GitHub",
    "gitlab": "GitLab",
    "bitbucket": "Bitbucket",
    "github-enterprise": "GitHubEnterpriseServer",
    "gitlab-self-managed": "GitLabSelfManaged",
}
"""What CodeConnections calls who hosts a repository."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Expressions: counts (``*ed`` are 0 or 1), maps by app, lists and names."""

    delivered: Expr
    pipelined: Expr
    asks: Expr
    apps: Expr
    watched: Expr
    incidents: Expr
    images: Expr
    pipeline_role_arn: str
    project_arns: str

    @classmethod
    def of(cls, module: ModuleBuilder) -> Scope:
        """Add the locals."""
        var = module.var
        delivered = module.local(
            "delivered_count", expr(f"{var.tool} == null ? 0 : 1"), "Whether anything is delivered at all."
        )
        pipelined = module.local(
            "pipelined_count", expr(f'{var.tool} == "codepipeline" ? 1 : 0'), "Whether the pipelines are here."
        )
        asks = module.local(
            "approvals_count", expr(f"{var.approval} ? {pipelined} : 0"), "Whether a person has to approve."
        )
        apps = module.local(
            "pipelines", expr(f"{{ for app, it in {var.releases} : app => it if {pipelined} > 0 }}"), "One an app."
        )
        watched = module.local(
            "watched",
            expr(
                f"toset([\nfor app in keys({var.releases}) : app\n"
                f'if {delivered} > 0 && contains({var.rollback_on}, "alarm")'
                f" && contains(keys({var.app_log_group_names} == null ? {{}} : {var.app_log_group_names}), app)\n])"
            ),
            "Apps whose alarming lines take a release back: those whose log is counted.",
        )
        incidents = module.local(
            "incident_topic_arns",
            expr(f'{var.support_topic_arns} == null ? [] : [{var.support_topic_arns}["p2"]]'),
            "Where a failed release becomes an incident.",
        )
        images = module.local(
            "image_arns",
            expr(f"[for app in sort(keys({var.releases})) : {var.repository_arns}[app]]"),
            "The repositories of the apps' images.",
        )
        return cls(
            delivered,
            pipelined,
            asks,
            apps,
            watched,
            incidents,
            images,
            f"arn:{var.partition}:iam::{var.account}:role/{var.environment}-delivery-pipeline",
            f"arn:{var.partition}:codebuild:{var.region}:{var.account}:project/{var.environment}-release-*",
        )
