"""Pipelines to render, and a runner of what their jobs do: bash, with programs that only write down their calls."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mendixgen.pipelines.delivery import DeliveredApp, Delivery
from mendixgen.pipelines.platform import Platform, PlatformEnvironment

ACCOUNT = "arn:aws:iam::123456789012:role"
DELIVERY = Delivery(
    environment="prod",
    region="eu-central-1",
    role=f"{ACCOUNT}/prod-delivery",
    apps=(DeliveredApp("crm", "crm"), DeliveredApp("erp-bridge", "apps/erp")),
    branch="main",
    platform="example/mendix-platform",
    platform_branch="main",
    approval=True,
    rollback_on=("deployment_failure", "alarm"),
    audience="sts.amazonaws.com",
    package="mendixctl[aws]==1.0.0",
    minutes=60,
)
SMALL_DELIVERY = Delivery(
    environment="test",
    region="eu-central-1",
    role=f"{ACCOUNT}/test-delivery",
    apps=(DeliveredApp("crm", "."),),
    branch="release/11.6",
    platform="",
    platform_branch="main",
    approval=False,
    rollback_on=(),
    audience="sts.amazonaws.com",
    package="mendixctl[aws]==1.0.0",
    minutes=30,
)


def environment(name: str, *, protected: bool = True, region: str = "eu-central-1") -> PlatformEnvironment:
    return PlatformEnvironment(
        name=name,
        region=region,
        role=f"{ACCOUNT}/foundation-deployer",
        plan_role=f"{ACCOUNT}/foundation-planner",
        protected=protected,
        paths=(f"environments/{name}.yaml", f"environments/{name}.lock", f"environments/{name}/*"),
    )


PLATFORM = Platform(
    (
        (environment("foundation"),),
        (environment("test", protected=False),),
        (environment("prod-dr", region="eu-west-1"), environment("prod")),
    ),
    package="mendixctl[aws,embedded]==1.0.0",
)
SMALL_PLATFORM = Platform(((environment("prod"),),), branch="trunk", package="mendixctl[aws,embedded]==1.0.0")

FAKE = """\
#!/bin/bash
printf '%s\\n' "$(basename "$0") $*" >> "$CALLS"
case "$*" in
{answers}
esac
"""


@dataclass
class Runner:
    """Runs scripts in a folder. ``answers``: what a program does for a command line that matches (a pattern of bash's
    ``case``), such as ``{"*release deploy*": "exit 1"}``.
    """

    folder: Path
    answers: dict[str, str] = field(default_factory=dict)
    programs: Sequence[str] = ("mendixctl", "python", "python3", "aws", "git")

    def run(self, script: Sequence[str], **variables: str) -> int:
        """The exit code of the lines, in one shell that ends at the first that fails, as all tools run them."""
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        answers = "".join(f"  {pattern}) {does} ;;\n" for pattern, does in self.answers.items())
        for name in self.programs:
            (programs / name).write_text(FAKE.format(answers=answers or "  none) ;;\n"))
            (programs / name).chmod(0o755)
        done = subprocess.run(
            ["bash", "-eo", "pipefail", "-c", "\n".join(script)],
            cwd=self.folder,
            env={"PATH": f"{programs}:{os.environ['PATH']}", "CALLS": str(self.folder / "calls"), **variables},
            check=False,
            capture_output=True,
            text=True,
        )
        self.said = done.stdout + done.stderr
        return done.returncode

    def calls(self, program: str = "mendixctl") -> list[str]:
        """How a program was called so far, without its name."""
        path = self.folder / "calls"
        lines = path.read_text().splitlines() if path.is_file() else []
        return [line.removeprefix(f"{program} ") for line in lines if line.startswith(f"{program} ")]


def commands(buildspec: Mapping[str, object]) -> list[str]:
    """All commands of a build specification, phase by phase."""
    phases = buildspec["phases"]
    assert isinstance(phases, dict)
    return [
        line
        for name in ("install", "pre_build", "build", "post_build")
        for line in phases.get(name, {}).get("commands", [])
    ]
