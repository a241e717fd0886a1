"""Run one command of one environment in a build: send the commit, start, follow, bring back.

Ctrl-C asks the build to end its command as Ctrl-C does here, so that Terraform saves its state; twice, and CodeBuild is
told to end the build whatever runs in it.
"""

from __future__ import annotations

import contextlib
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FrameType

from mendixctl.aws import Clients
from mendixctl.engine.elsewhere import answer as answers
from mendixctl.engine.elsewhere import kept
from mendixctl.engine.elsewhere.builds import WAITING, Build, Runner
from mendixctl.engine.elsewhere.request import PLAN, Request
from mendixctl.engine.elsewhere.results import ElsewhereResult, PreparedElsewhere
from mendixctl.engine.elsewhere.settings import STEPS, Place, place
from mendixctl.engine.elsewhere.source import committed, packed
from mendixctl.engine.environment import git
from mendixctl.engine.environment.files import require
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.many import changed, processes
from mendixctl.engine.many import plan as many_plan
from mendixctl.engine.plan.results import Counts
from mendixctl.engine.repository.render import render
from mendixctl.engine.session import Session
from mendixgen import __version__
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError, Refused, Severity
from mendixgen.messages import msg
from mendixgen.spec.header import Header

POLL = 3.0
"""Seconds between two looks at a build."""


@dataclass
class Stop:
    """Whether to end: asked once, or told twice."""

    asked: threading.Event = field(default_factory=threading.Event)
    told: threading.Event = field(default_factory=threading.Event)

    def again(self) -> None:
        (self.told if self.asked.is_set() else self.asked).set()


@contextlib.contextmanager
def interruptible() -> Iterator[Stop]:
    """Ctrl-C asks instead of raising, while builds are followed; elsewhere than on the main thread nothing changes."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def asked(_number: int, _frame: FrameType | None) -> None:
        stop.again()

    before = signal.signal(signal.SIGINT, asked)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@dataclass(frozen=True)
class Job:
    """One command for one environment. ``plan``: a sealed plan that goes with it."""

    environment: str
    arguments: tuple[str, ...]
    place: Place
    commit: str
    folder: str
    plan: bytes | None = None

    @property
    def command(self) -> str:
        return self.arguments[0]


def job(
    session: Session,
    environment: str,
    arguments: Sequence[str],
    plan: bytes | None = None,
    *,
    at: tuple[str, str] | None = None,
) -> Job:
    """What will run where. ``at``: what `committed` said before builds of the same command could bring files back.

    Raises:
        MendixError: MXP101, no such environment; MXP281, no commit; MXP282, no project; MXP283, it lives here alone.
        Refused: MXP280, the checkout is not as its commit; MXP288, the root is not as its YAML says.
    """
    require(session.repository, environment)
    header = open_workplace(session, environment, refresh=False).specification.header
    _check_lives_elsewhere(header)
    commit, folder = at or committed(session.repository)
    if render(session, environment, check=True).diff:
        raise Refused(
            Diagnostic(
                "MXP288",
                f"the files that {environment} is planned from are not as its YAML says, and a build takes them as "
                "they are committed",
                hint=f"mendixctl render {environment}, then commit",
            )
        )
    return Job(environment, tuple(arguments), place(session, header, STEPS[arguments[0]]), commit, folder, plan)


def prepare_apply(
    session: Session, environment: str | None, options: Sequence[str], *, file: Path | None = None
) -> tuple[Job, PreparedElsewhere]:
    """The apply of a plan that a build made: the one that waits, or the one in ``file``; `confirmed_by` says what a
    person types.

    Raises:
        MendixError: MXP285, none waits, or several; MXP136, ``file`` is no sealed plan; as `job`.
        Refused: MXP285, what it is made from has changed; MXP132, it has expired.
    """
    found = kept.from_file(file) if file is not None else _the_one(session, environment)
    name = found.environment
    if environment not in (None, name):
        summary = f"it is a plan of {name}, not of {environment}"
        raise MendixError(Diagnostic("MXP136", summary, hint="name the other one"))
    made = job(session, name, ("apply", "--yes", "--env", name, *options), found.plan)
    check_current(session, found, made.commit)
    base = found.result.get("base")
    return made, replace(
        prepared(made, ""),
        counts=counts_of(found),
        base=base if isinstance(base, int) else 0,
        expires_at=found.expires_at,
    )


def prepared(made: Job, confirmation: str) -> PreparedElsewhere:
    """What a person is asked about."""
    return PreparedElsewhere(made.environment, made.command, made.place.project, made.commit, confirmation)


def confirmed_by(about: PreparedElsewhere, confirmation: str) -> PreparedElsewhere:
    """The same, with what has to be typed."""
    return replace(about, confirmation=confirmation)


def check_current(session: Session, found: kept.Kept, commit: str) -> None:
    """Refuse a plan of which it is known that the build would. One of an earlier commit is applied where nothing that
    it is made from has changed since: an apply leaves a lock to commit, which makes no other plan old.

    Raises:
        Refused: MXP285, what it is made from has changed; MXP132, it has expired.
    """
    again = f"plan again: mendixctl plan {found.environment} --on codebuild"
    if found.commit and found.commit != commit and (why := _changed(session, found)):
        summary = (
            f"the plan of {found.environment} is of the commit {found.commit[:12]}, and {commit[:12]} is checked out: "
            f"{why}"
        )
        raise Refused(Diagnostic("MXP285", summary, hint=again))
    if found.expires_at is not None and session.clock() > found.expires_at:
        raise Refused(Diagnostic("MXP132", f"the plan of {found.environment} has expired", hint=again))


def _changed(session: Session, found: kept.Kept) -> str:
    """What is not as in the commit that a plan is of; nothing where all that it is made from is."""
    try:
        (compared,) = changed.since(session, [found.environment], found.commit)
    except MendixError as error:
        return error.diagnostics[0].summary
    return compared.why if compared.changed else ""


def execute(
    session: Session, wanted: Job, *, stop: Stop | None = None, clients: Clients | None = None
) -> ElsewhereResult:
    """Run it, and take over what it leaves.

    Raises:
        MendixError: MXA1xx, AWS does not let us; MXP284, the build ended without an answer.
        Refused: MXP286, what it changed in files does not belong here.
    """
    if stop is None:
        with interruptible() as own:
            return execute(session, wanted, stop=own, clients=clients)
    started = time.monotonic()
    token = f"{session.clock():%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"
    prefix = f"{wanted.place.step.value}/{wanted.environment}/{token}/"
    runner = Runner(clients or Clients(wanted.place.region), wanted.place, prefix)
    session.reporter.stage("build", msg("sending {commit}", commit=wanted.commit[:12]))
    runner.send(packed(session.repository, _request(session, wanted, prefix), wanted.plan))
    build = runner.start(token)
    session.reporter.stage("build", build.id)
    build = _follow(session, wanted, runner, build, stop)
    data = runner.answer()
    if data is None:
        raise _silent(wanted, build, asked=stop.asked.is_set())
    said = answers.unpacked(data)
    ran = processes.understood(said.exit_code, said.raw, 0.0)
    files = answers.take_over(session.repository, wanted.environment, said.patch)
    unfinished = _unfinished(wanted, files)
    return ElsewhereResult(
        wanted.environment,
        wanted.command,
        wanted.place.project,
        build.id,
        said.exit_code,
        round(time.monotonic() - started, 3),
        said.document.get("result") if said.document else None,
        (*ran.diagnostics, *unfinished),
        _plan_file(session, wanted, said) if not unfinished else None,
        files,
        said.raw,
    )


def counts_of(found: kept.Kept) -> Counts | None:
    """What a kept plan would change, as its document says it."""
    said = found.result.get("counts")
    return many_plan.counts_of(said) if isinstance(said, dict) else None


def _request(session: Session, wanted: Job, prefix: str) -> Request:
    name, _, address = git.identity(session.repository.root).partition(" <")
    arguments = wanted.arguments
    if wanted.command == "plan":
        arguments = (*arguments, "--out", PLAN)
    elif wanted.plan is not None:
        arguments = (*arguments, "--plan", PLAN)
    return Request(
        wanted.environment,
        arguments,
        wanted.folder,
        wanted.commit,
        wanted.place.bucket,
        prefix,
        wanted.place.region,
        __version__,
        name,
        address.rstrip(">"),
    )


def _follow(session: Session, wanted: Job, runner: Runner, build: Build, stop: Stop) -> Build:
    asked = told = False
    while not build.complete:
        if stop.asked.is_set() and not asked:
            asked = True
            session.reporter.stage("build", "asked to stop; Ctrl-C once more ends it at once")
            runner.ask_to_stop()
            if build.phase in WAITING:
                runner.stop(build)
        if stop.told.is_set() and not told:
            told = True
            runner.stop(build)
        session.sleep(POLL)
        build = runner.look(build)
        _tell(session, wanted, runner, build)
    # the log reaches CloudWatch a little after the build is over
    session.sleep(POLL)
    _tell(session, wanted, runner, build)
    return build


_ONE_AT_A_TIME = threading.Lock()
"""Builds of many environments are followed side by side, and each line is a line."""


def _tell(session: Session, wanted: Job, runner: Runner, build: Build) -> None:
    for line in runner.lines(build):
        with _ONE_AT_A_TIME:
            session.reporter.line(wanted.environment, line)


def _unfinished(wanted: Job, files: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """A plan that itself wrote what it is checked by (for a new root: the provider lock) fits no commit yet."""
    if wanted.command != "plan" or not files:
        return ()
    return (
        Diagnostic(
            "MXP290",
            f"the plan wrote {', '.join(files)}, so that it is of no commit yet, and is not kept",
            hint=f"commit that, then plan again: mendixctl plan {wanted.environment} --on codebuild",
            severity=Severity.WARNING,
        ),
    )


def _plan_file(session: Session, wanted: Job, said: answers.Answer) -> Path | None:
    if wanted.command == "plan":
        if said.plan is not None:
            return kept.keep(session, wanted.environment, said.plan, said.raw, wanted.commit)
        if said.exit_code == 0:
            kept.forget(session, wanted.environment)
    elif _has_begun(said):
        kept.forget(session, wanted.environment)  # it is not applied twice, nor after a rollback
    return None


def _has_begun(said: answers.Answer) -> bool:
    """Whether a release was begun: an apply is one, a rollback has one."""
    result = (said.document or {}).get("result") or {}
    release = result.get("release")
    return isinstance((release if isinstance(release, dict) else result).get("number"), int)


def _the_one(session: Session, environment: str | None) -> kept.Kept:
    names = [environment] if environment else session.repository.names()
    if environment:
        require(session.repository, environment)
    found = [one for name in names if (one := kept.waiting(session, name)) is not None]
    if len(found) == 1:
        return found[0]
    several = ", ".join(one.environment for one in found)
    raise MendixError(
        Diagnostic(
            "MXP285",
            f"several plans that builds made wait: {several}" if found else "no plan that a build made waits",
            hint="name one: --env ENVIRONMENT" if found else "plan first: mendixctl plan ENVIRONMENT --on codebuild",
        )
    )


def _check_lives_elsewhere(header: Header) -> None:
    if header.target == "aws" and header.backend != "local":
        return
    raise MendixError(
        Diagnostic(
            "MXP283",
            f"{header.name} lives on this machine: a build could reach neither its emulator nor its state",
            hint="run it here, without --on",
        )
    )


def _silent(wanted: Job, build: Build, *, asked: bool) -> MendixError:
    how = f"the build {build.id} ended as {build.status} and left no answer"
    detail = "\n".join(part for part in (build.why, build.link) if part)
    if wanted.command == "plan":
        hint = "look at its log; then run the command again"
    else:
        hint = f"it may have begun: mendixctl status {wanted.environment} says so, and whether the state is locked"
    if asked:
        return Interrupted(Diagnostic("MXP289", how, hint=hint, detail=detail))
    return MendixError(Diagnostic("MXP284", how, hint=hint, detail=detail))
