"""``plan`` of many: those whose inputs are as in their last release are named, the others planned side by side."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from mendixctl.engine.environment.files import require
from mendixctl.engine.many import changed, processes
from mendixctl.engine.many.changed import Compared, Comparison
from mendixctl.engine.many.processes import Ran, Run
from mendixctl.engine.many.results import ManyPlansResult, Progress, Row
from mendixctl.engine.plan.results import Counts
from mendixctl.engine.session import Session
from mendixctl.guard.verdict import Verdict, gravest
from mendixgen.diagnostics import Diagnostic, MendixError


def plan(
    session: Session,
    environments: Sequence[str] = (),
    *,
    since: str = "",
    unchanged: bool = False,
    only_list: bool = False,
    options: Sequence[str] = (),
    most: int = 0,
    at_most: int = 0,
    run: Run | None = None,
) -> ManyPlansResult:
    """Plan many environments, all of them where none is named, and keep each plan for its apply.

    ``since``: only those with files that differ from that revision of git, whatever was applied. ``unchanged``: plan
    those too whose inputs are as in their last release. ``only_list``: say which would be planned, and plan none.
    ``options``: handed to each plan. ``most``: how many run side by side at most, 0 for as many as there is memory for.
    ``run``: what runs each, elsewhere than in a process here, and ``at_most`` of them whatever memory there is.

    Raises:
        MendixError: MXP101, a named one does not exist; MXP102, there is none at all; MXP221, no such revision.
    """
    started = time.monotonic()
    for name in environments:
        require(session.repository, name)
    names = list(dict.fromkeys(environments)) or session.repository.names()
    if not names:
        raise MendixError(Diagnostic("MXP102", "there is no environment yet", hint="write environments/NAME.yaml"))
    if since:
        compared = changed.since(session, names, since)
    else:
        comparison = Comparison(session)
        compared = [comparison.compare(name) for name in names]
    took = round(time.monotonic() - started, 3)
    due = {one.environment: one for one in compared if one.changed or unchanged}
    run = run or processes.runner(session.repository)
    rehearse = ["--emulator"] if session.rehearse else []
    wanted = min(len(due), most) if most else len(due)
    at_once = max(min(wanted, at_most), 1) if at_most else processes.parallel(wanted)
    rows = {one.environment: Row(one.environment, Progress.UNCHANGED, one.why, release=one.release) for one in compared}

    def work(name: str) -> Ran:
        return run(["plan", name, *rehearse, *options])

    if only_list:
        rows |= {name: Row(name, Progress.DUE, one.why, release=one.release) for name, one in due.items()}
        due = {}
    if due:
        session.reporter.stage("plan", f"{len(due)} of {len(names)} environments, {at_once} side by side")
    for number, (name, ran) in enumerate(processes.side_by_side(list(due), work, most=at_once), 1):
        rows[name] = _row(due[name], ran)
        session.reporter.stage("plan", f"{number} of {len(due)}: {name}, {ran.seconds:.0f} s")
    seconds = round(time.monotonic() - started, 3)
    return ManyPlansResult(tuple(rows[name] for name in names), at_once, took, seconds, session.rehearse)


def _row(compared: Compared, ran: Ran) -> Row:
    counts = ran.result.get("counts")
    base = ran.result.get("base")
    return Row(
        compared.environment,
        Progress.PLANNED if ran.result else Progress.FAILED,
        compared.why,
        ran.exit_code,
        base if isinstance(base, int) else compared.release,
        counts_of(counts) if isinstance(counts, dict) else Counts(),
        gravest_of(ran.result.get("changes", ())),
        ran.seconds,
        ran.diagnostics,
    )


def counts_of(said: Mapping[str, Any]) -> Counts:
    """The counts of a plan, from its document."""
    names = ("add", "change", "replace", "remove", "move", "imported")
    return Counts(**{name: int(said.get(name, 0)) for name in names})


def gravest_of(changes: Sequence[Mapping[str, Any]]) -> Verdict:
    """The gravest verdict; what merely cannot be taken back, and loses nothing, does not count."""
    return gravest(Verdict(one["verdict"]) for one in changes if not (one.get("judgement") or {}).get("one_way", False))
