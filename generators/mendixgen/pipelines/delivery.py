"""The pipeline that delivers an environment's apps: build, push, approve, deploy, verify, and rollback where one fails.

``render`` writes it beside the environment where ``delivery.tool`` is one whose pipeline is a file (CodePipeline's is
made of resources, by the area). The file is the apps' repository's: it is copied to where the tool looks for it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.documents import Source
from mendixgen.pipelines.text import PACKAGE, fill
from mendixgen.spec.loader import Specification

FILES: dict[str, str] = {
    "jenkins": "Jenkinsfile",
    "gitlab": "gitlab-ci.yml",
    "github": "github.yml",
    "codebuild": "buildspec.yml",
}
"""The file of each tool, below ``environments/<env>/delivery/``."""

HOMES: dict[str, str] = {
    "jenkins": "Jenkinsfile",
    "gitlab": ".gitlab-ci.yml",
    "github": ".github/workflows/deliver-{environment}.yml",
    "codebuild": "buildspec.yml",
}
"""Where it has to be in the repository of the applications."""

IMAGE = "python:3.13.9-bookworm"
"""What GitLab's jobs run in: Python and git."""


@dataclass(frozen=True, slots=True)
class DeliveredApp:
    """One app. ``folder``: where its source is in the repository, ``.`` for the whole of it."""

    name: str
    folder: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a pipeline is rendered from. ``platform``: the repository that has ``environments/``, where it is another
    than that of the apps. ``rollback_on``: ``deployment_failure``, ``alarm``.
    """

    environment: str
    region: str
    role: str
    apps: tuple[DeliveredApp, ...]
    branch: str
    platform: str
    platform_branch: str
    approval: bool
    rollback_on: tuple[str, ...]
    audience: str
    package: str
    minutes: int

    @property
    def rolls_back(self) -> bool:
        """Whether what was deployed and is not well is taken back. A deployment that fails takes itself back: after it
        a rollback would go one release too far."""
        return "alarm" in self.rollback_on

    @classmethod
    def of(cls, spec: Specification, tool: str) -> Delivery:
        """What the specification says, and what holds where it says nothing: ``delivery`` may be off or unknown."""
        header, said = spec.header, spec.settings.get("delivery") or {}
        source, platform = _map(said, "source"), _map(said, "platform")
        folders = _map(source, "folders")
        oidc = _map(said, "oidc")
        issuer = oidc.get("issuer") or "gitlab.com"
        return cls(
            environment=header.name,
            region=header.region,
            role=f"arn:{header.partition}:iam::{header.account}:role/{header.name}-delivery",
            apps=tuple(DeliveredApp(name, folders.get(name, name) or ".") for name in sorted(header.apps)),
            branch=source.get("branch", "main"),
            platform=platform.get("repository", ""),
            platform_branch=platform.get("branch", "main"),
            approval=said.get("approval", header.protected),
            rollback_on=tuple(said.get("rollback_on", ("deployment_failure", "alarm"))),
            audience=oidc.get("audience") or (f"https://{issuer}" if tool == "gitlab" else "sts.amazonaws.com"),
            package=PACKAGE.replace(",embedded", ""),  # nothing of a delivery asks Terraform
            minutes=said.get("build_minutes", 60),
        )


def render(source: Source) -> dict[str, str]:
    """The files below ``delivery/``: one, or none where the tool is not one of files or no app is there."""
    tool = (source.spec.settings.get("delivery") or {}).get("tool")
    if tool not in FILES or tool == "codebuild" or not source.spec.header.apps:
        return {}
    return {FILES[tool]: text(tool, Delivery.of(source.spec, tool))}


def text(tool: str, delivery: Delivery) -> str:
    """The pipeline of a tool. The same delivery always gives the same text."""
    home = HOMES[tool].format(environment=delivery.environment)
    return fill(f"delivery/{FILES[tool]}.j2", it=delivery, home=home, image=IMAGE)


def _map(values: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = values.get(name)
    return found if isinstance(found, Mapping) else {}
