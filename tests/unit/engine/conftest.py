"""A small repository, and a session in it whose Terraform is a play."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mendixctl.cluster.api import Api
from mendixctl.emulator.kubernetes import controllers
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyResult
from mendixctl.engine.deployment import connection
from mendixctl.engine.environment import tools
from mendixctl.engine.environment.site import Site
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.terraform.events import Event
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.repository import Repository
from tests.support.fake_aws import FakeClients
from tests.support.in_process_cluster import InProcess
from tests.support.play_terraform import Play, stage
from tests.support.small_repository import small_repository


@dataclass
class Listener:
    """A reporter that remembers."""

    stages: list[str] = field(default_factory=list)
    notices: list[Diagnostic] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    lines: list[tuple[str, str]] = field(default_factory=list)

    def begin(self, scope: Scope) -> None:
        self.scopes.append(scope)

    def stage(self, name: str, detail: str = "") -> None:
        self.stages.append(name)

    def line(self, environment: str, text: str) -> None:
        self.lines.append((environment, text))

    def event(self, event: Event) -> None: ...

    def notice(self, diagnostic: Diagnostic) -> None:
        self.notices.append(diagnostic)


@dataclass
class Clock:
    """Time that goes on by a second each time it is asked."""

    moment: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment


@dataclass
class Bench:
    """What a test works with: the repository, the session, and short ways to do things."""

    repository: Repository
    session: Session
    listener: Listener
    play: Play
    clock: Clock
    environment: str = "dev"

    @property
    def spec(self) -> Path:
        return self.repository.spec(self.environment)

    @property
    def lock(self) -> Path:
        return self.repository.lock(self.environment)

    @property
    def root(self) -> Path:
        return self.repository.terraform_root(self.environment)

    def edit(self, old: str, new: str) -> None:
        text = self.spec.read_text()
        assert old in text
        self.spec.write_text(text.replace(old, new))

    def apply(self, message: str = "") -> ApplyResult:
        """Plan and apply what the YAML says now."""
        plan_run.plan(self.session, self.environment)
        prepared = apply_run.prepare(self.session, self.environment)
        return apply_run.execute(self.session, prepared, message=message)

    def snapshot(self) -> dict[str, bytes]:
        """Every file of the repository but the private ones."""
        root = self.repository.root
        return {
            path.relative_to(root).as_posix(): path.read_bytes()
            for path in sorted(root.rglob("*"))
            if path.is_file() and not {".mendixctl", ".git"} & set(path.relative_to(root).parts)
        }

    def git(self, *arguments: str) -> None:
        subprocess.run(
            ["git", "-C", str(self.repository.root), "-c", "user.name=A", "-c", "user.email=a@example.com", *arguments],
            check=True,
            capture_output=True,
        )

    def commit(self) -> None:
        """Make it a git repository where it is none, and commit everything."""
        if not (self.repository.root / ".git").exists():
            self.git("init", "-q")
            (self.repository.root / ".gitignore").write_text(".mendixctl/\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "all")


@pytest.fixture(autouse=True)
def cluster(monkeypatch: pytest.MonkeyPatch) -> InProcess:
    """The cluster of whatever environment is opened; AWS has it, and it has nothing yet."""
    made = InProcess()

    def of(site: Site) -> Api:
        if not made.there:
            raise MendixError(Diagnostic("MXK110", "there is no cluster"))
        return made.api(site.environment)

    monkeypatch.setattr(connection, "_of", of)
    monkeypatch.setattr(
        connection, "reading", lambda workplace: made.api(workplace.environment) if made.there else None
    )
    said = controllers._seconds
    monkeypatch.setattr(
        controllers, "_seconds", lambda value: said(value) if value["metadata"].get("annotations") else 0.0
    )
    return made


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """An environment ``dev`` that was never planned."""
    # a repository around the temporary folder must not answer for the one in it
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    repository = small_repository(tmp_path / "platform")
    listener, clock = Listener(), Clock()
    session = Session(repository, listener, clock=clock, sleep=lambda seconds: time.sleep(min(seconds, 0.01)))
    return Bench(repository, session, listener, stage(monkeypatch), clock)


@pytest.fixture
def aws(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> FakeClients:
    """Makes ``dev`` of the bench an unprotected environment on AWS, its state and ledger in a bucket in memory."""
    bench.edit("target: emulator", "target: aws\nprotected: false")
    made = FakeClients("123456789012")
    monkeypatch.setattr(tools, "clients", lambda workplace, _: made)
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(variable, raising=False)
    return made
