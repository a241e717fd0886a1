"""The engine on a real Terraform and an emulator, with short ways to do things."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field, replace
from pathlib import Path

from mendixctl.emulator import control
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyResult
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.session import Session
from mendixgen.repository import Repository

MODULES = Path(__file__).parents[2] / "modules"
KEYS = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com

# Nothing but keys: small, and all of it in AWS.
encryption:
  rotation_days: 365    # once a year
"""

NETWORK = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com

network:
  zones: 2
  nat: none
  endpoints: []
"""


@dataclass
class EngineBench:
    """One repository with the environment ``dev``."""

    repository: Repository
    session: Session = field(init=False)

    def __post_init__(self) -> None:
        self.session = Session(self.repository)

    @property
    def spec(self) -> Path:
        return self.repository.spec("dev")

    @property
    def root(self) -> Path:
        return self.repository.terraform_root("dev")

    @property
    def state(self) -> Path:
        return self.repository.workspace("dev") / "state" / "terraform.tfstate"

    def edit(self, old: str, new: str) -> None:
        text = self.spec.read_text()
        assert old in text
        self.spec.write_text(text.replace(old, new))

    def plan(self) -> PlanResult:
        return plan_run.plan(self.session, "dev")

    def apply(self, message: str = "") -> ApplyResult:
        """Plan and apply what the YAML says now."""
        self.plan()
        return apply_run.execute(self.session, apply_run.prepare(self.session, "dev"), message=message)

    def actions(self) -> set[tuple[str, str]]:
        """What a plan would do: (address, action)."""
        return {(judged.change.address, judged.change.action.value) for judged in self.plan().changes}

    def rehearsing(self) -> Session:
        return replace(self.session, rehearse=True)

    def stop(self) -> None:
        """End the emulators of this repository."""
        for status in control.status(self.repository):
            control.stop(self.repository, status.account)


def vendored(folder: Path, *areas: str, text: str) -> Repository:
    """A repository with copies of released and unreleased modules of the given areas, and ``text`` as ``dev.yaml``."""
    (folder / "environments").mkdir(parents=True)
    (folder / "modules").mkdir()
    for area in areas:
        shutil.copytree(MODULES / area, folder / "modules" / area)
    (folder / "environments" / "dev.yaml").write_text(text)
    return Repository(folder)
