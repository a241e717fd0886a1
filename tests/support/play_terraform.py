"""A Terraform for tests of the engine: same methods, no process. Its world is the text of the root's files.

A plan has changes where ``main.tf`` or ``outputs.tf`` differ from what was applied last; an apply writes the state
file as the local backend would. What it is told to do wrong, it does: fail, be interrupted, or raise in mid-apply.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.environment import tools
from mendixctl.terraform.binary import Binary
from mendixctl.terraform.events import Event, SummaryEvent
from mendixctl.terraform.outcome import ApplyOutcome, OutputValue, PlanOutcome
from mendixctl.terraform.plan import Action, AttributeChange, PlanDocument, ResourceChange
from mendixctl.terraform.state import State, parse
from mendixgen.diagnostics import Diagnostic

ADDRESS = "module.notes.terraform_data.note"


@dataclass
class Play:
    """What happens, and what happened: ``calls`` in order. ``fail`` and ``stop`` end the next apply."""

    calls: list[str] = field(default_factory=list)
    version: str = "1.11.4"
    fail: Diagnostic | None = None
    stop: Diagnostic | None = None
    during_apply: Callable[[], None] = lambda: None
    during_plan: Callable[[], None] = lambda: None
    drifted: bool = False
    halfway: bool = False
    """Whether an apply that fails has done its work before: something is there to be taken back."""
    targets: tuple[str, ...] = ()
    """What the newest plan was asked to plan alone."""
    changes: tuple[ResourceChange, ...] | None = None
    """What every plan that changes anything shows, instead of the one resource of this world."""

    def count(self, command: str) -> int:
        return self.calls.count(command)


class PlayTerraform:
    """In the place of `mendixctl.terraform.runner.Terraform`."""

    play: Play

    def __init__(
        self,
        binary: Binary,
        root: Path,
        *,
        data_dir: Path,
        environment: Any = None,
        logs: Any = None,
        is_pointless: Any = None,
    ) -> None:
        self.root = root
        self.data = data_dir
        self.state = data_dir.parent / "state" / "terraform.tfstate"

    def _world(self) -> str:
        return "".join((self.root / name).read_text() for name in ("main.tf", "outputs.tf"))

    def _applied(self) -> str:
        return str(json.loads(self.state.read_text())["world"]) if self.state.exists() else ""

    def init(self, *, on_event: Any = None) -> None:
        self.play.calls.append("init")
        (self.data / "providers").mkdir(parents=True, exist_ok=True)
        (self.data / "modules").mkdir(exist_ok=True)
        (self.data / "modules" / "modules.json").write_text("{}")
        (self.data / "terraform.tfstate").write_text("{}")
        (self.root / ".terraform.lock.hcl").write_text("# providers\n")

    def plan(
        self, out: Path, *, destroy: bool = False, targets: Sequence[str] = (), on_event: Callable[[Event], None]
    ) -> PlanOutcome:
        self.play.calls.append("destroy-plan" if destroy else "plan")
        self.play.targets = tuple(targets)
        on_event(Event("version"))
        goal = "" if destroy else self._world()
        out.write_text(json.dumps({"before": self._applied(), "after": goal}))
        self.play.during_plan()
        changed = goal != self._applied() or self.play.drifted
        return PlanOutcome(changed, out, SummaryEvent("change_summary"))

    def show_plan(self, plan_file: Path) -> PlanDocument:
        self.play.calls.append("show")
        plan = json.loads(plan_file.read_text())
        if self.play.changes is not None:
            changes = (one for one in self.play.changes if not self.play.targets or one.address in self.play.targets)
            return PlanDocument(self.play.version, tuple(changes))
        action = Action.CREATE if not plan["before"] else Action.DELETE if not plan["after"] else Action.UPDATE
        attributes = (AttributeChange("input", plan["before"], plan["after"]),)
        return PlanDocument(
            self.play.version, (ResourceChange(ADDRESS, "notes", "terraform_data", action, attributes),)
        )

    def apply(self, plan_file: Path, *, planned: object = (), on_event: Callable[[Event], None]) -> ApplyOutcome:
        self.play.calls.append("apply")
        plan = json.loads(plan_file.read_text())
        self.play.during_apply()
        problem = self.play.stop or self.play.fail
        if problem is not None:
            stopped, self.play.stop, self.play.fail = self.play.stop is not None, None, None
            self._write(plan["after"] if self.play.halfway else plan["before"])
            return ApplyOutcome(failed=(ADDRESS,), errors=(problem,), interrupted=stopped, exit_code=1)
        self._write(plan["after"])
        changes = self.play.changes
        return ApplyOutcome(done=(ADDRESS,) if changes is None else tuple(change.address for change in changes))

    def _write(self, world: str) -> None:
        serial = json.loads(self.state.read_text())["serial"] if self.state.exists() else 0
        self.state.parent.mkdir(parents=True, exist_ok=True)
        resource = {"type": "terraform_data", "name": "world", "instances": [{"attributes": {"id": "1"}}]}
        content = {"lineage": "one", "serial": serial + 1, "resources": [resource] if world else [], "world": world}
        self.state.write_text(json.dumps(content))

    def state_pull(self) -> State:
        if not self.state.exists():
            return State()
        return parse(self.state.read_bytes())

    def state_push(self, file: Path, *, force: bool = False) -> None:
        self.play.calls.append("push --force" if force else "push")
        self.state.write_bytes(file.read_bytes())

    def output(self) -> dict[str, OutputValue]:
        return {"notes": OutputValue({"ids": {}}), "password": OutputValue("secret", sensitive=True)}


def stage(monkeypatch: pytest.MonkeyPatch) -> Play:
    """Put the play in Terraform's place, and no API behind it."""
    play = Play()
    PlayTerraform.play = play
    monkeypatch.setattr(tools, "Terraform", PlayTerraform)
    monkeypatch.setattr(tools, "find", lambda **_: Binary(("terraform",), play.version))
    monkeypatch.setattr(tools, "api", lambda workplace: ({}, None))
    return play
