"""The pipelines of the platform repository itself: validate, plan under the pull request, wait for a person, and apply
exactly the plan that was looked at.

A plan travels from the job that made it to the one that applies it as a sealed file (``plan --out``, ``apply --plan``).
What an apply leaves in the checkout (the lock, the releases; after a rollback YAML and root too) is committed at the
end, because the next plan is refused where the newest release is not in the checkout.
"""

from __future__ import annotations

from dataclasses import dataclass

from mendixgen.pipelines.text import PACKAGE, fill

FILES: dict[str, str] = {
    "jenkins": "Jenkinsfile",
    "gitlab": ".gitlab-ci.yml",
    "github": ".github/workflows/mendixctl.yml",
    "codebuild": "buildspec.yml",
}
"""The file of each tool, relative to the repository."""

TEMPLATES: dict[str, str] = {
    "jenkins": "Jenkinsfile",
    "gitlab": "gitlab-ci.yml",
    "github": "github.yml",
    "codebuild": "buildspec.yml",
}

IMAGE = "python:3.13.9-bookworm"
"""What GitLab's jobs run in, if nothing else is said: Python and git."""

MOST_PATHS = 50
"""How many patterns a rule of GitLab may have (CI/CD YAML reference, ``rules:changes``)."""

MOST_JOBS = 256
"""How many jobs a matrix of GitHub may have (workflow syntax, ``jobs.<job_id>.strategy.matrix``)."""


@dataclass(frozen=True, slots=True)
class PlatformEnvironment:
    """One environment on AWS. ``paths``: what it is planned again for. ``role``, ``plan_role``: ARNs of the roles that
    apply and plan it.
    """

    name: str
    region: str
    role: str
    plan_role: str
    protected: bool
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """What a pipeline is rendered from. ``waves``: in the order in which they are applied."""

    waves: tuple[tuple[PlatformEnvironment, ...], ...]
    branch: str = "main"
    image: str = IMAGE
    package: str = PACKAGE

    @property
    def environments(self) -> tuple[PlatformEnvironment, ...]:
        return tuple(one for wave in self.waves for one in wave)


def text(tool: str, platform: Platform) -> str:
    """The pipeline of a tool. The same repository always gives the same text."""
    return fill(f"platform/{TEMPLATES[tool]}.j2", it=platform, most=MOST_PATHS)
