"""``apply`` of many: the plans that wait, wave by wave. The first that fails, or is not well, is where it ends.

To resume, what failed is planned again: an apply takes its plan away, so the next run finds that plan and those that
are left. Without it the next run would begin the waves behind what failed, and is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from mendixctl.engine.apply.run import files_of
from mendixctl.engine.environment.files import require
from mendixctl.engine.many import processes
from mendixctl.engine.many.processes import Ran, Run
from mendixctl.engine.many.results import ManyAppliesResult, PreparedMany, Progress, Row, Wave
from mendixctl.engine.many.waves import waves
from mendixctl.engine.plan import saved_plan
from mendixctl.engine.session import Session
from mendixctl.guard.verdict import gravest
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Record, Status
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.messages import msg, word
from mendixgen.spec.source import scan


@dataclass(frozen=True, slots=True)
class Waiting:
    """The plan of one environment that waits, as a row, and until when it may be applied."""

    row: Row
    expires_at: datetime


Find = Callable[[str], Waiting | None]
"""Finds the plan of an environment that waits."""


def prepare(
    session: Session, environments: Sequence[str] = (), *, yes: bool = False, find: Find | None = None
) -> PreparedMany:
    """Find the plans that wait, of the named environments or of all, and put them into waves.

    ``yes``: nobody will be asked, so that each protected environment has to be among those that are named. ``find``:
    where plans are that were not made here.

    Raises:
        MendixError: MXP101, a named one does not exist; MXP130, no plan waits; MXP220, the waves are wrong.
        Refused: MXP132, a plan has expired; MXP134, a protected environment was not named; MXP139, nobody named any,
            and one that has failed and has no plan stands in a wave before some that wait.
    """
    for name in environments:
        require(session.repository, name)
    names = list(dict.fromkeys(environments)) or session.repository.names()
    find = find or (lambda name: _saved(session, name))
    plans = {name: saved for name in names if (saved := find(name)) is not None}
    option = " --emulator" if session.rehearse else ""
    if not plans:
        raise MendixError(
            Diagnostic("MXP130", "no plan waits to be applied", hint=f"plan first: mendixctl plan --all{option}")
        )
    late = [name for name, saved in plans.items() if session.clock() >= saved.expires_at]
    if late:
        raise Refused(
            Diagnostic(
                "MXP132",
                f"the plans of {', '.join(late)} have expired",
                hint=f"plan again: mendixctl plan --env {','.join(late)}{option}",
            )
        )
    if not environments and not session.rehearse:
        _refuse_to_overtake(session, list(plans))
    protected = [name for name in plans if not session.rehearse and is_protected(session, name)]
    unnamed = [name for name in protected if name not in environments]
    if yes and unnamed:
        raise Refused(
            Diagnostic(
                "MXP134",
                f"{', '.join(unnamed)}: protected, so to be applied without a question they have to be named",
                hint=f"mendixctl apply --yes --env {','.join(plans)}",
            )
        )
    return PreparedMany(
        tuple(
            Wave(number, tuple(plans[name].row for name in wave))
            for number, wave in enumerate(waves(session.repository, list(plans)), 1)
        ),
        tuple(name for name in names if name not in plans),
        " ".join(protected) or "yes",
        min(saved.expires_at for saved in plans.values()),
        session.rehearse,
    )


def _refuse_to_overtake(session: Session, waiting: Sequence[str]) -> None:
    """Let no wave begin behind an environment that has failed and that nobody has planned again.

    Raises:
        Refused: MXP139.
    """
    failed = {
        name: record
        for name in session.repository.names()
        if name not in waiting and (record := _newest(session, name)) and record.status is not Status.SUCCEEDED
    }
    if not failed:
        return
    order = waves(session.repository, [*failed, *waiting])
    place = {name: number for number, wave in enumerate(order) for name in wave}
    for name, record in failed.items():
        behind = [one for one in waiting if place[one] > place[name]]
        if behind:
            raise Refused(
                Diagnostic(
                    "MXP139",
                    msg(
                        "v{number} of {name} did not succeed ({status}), and these come in waves behind it: {names}",
                        number=record.number,
                        name=name,
                        status=word(record.status.value),
                        names=", ".join(behind),
                    ),
                    hint=f"mend it and plan it again (mendixctl status {name}, mendixctl plan {name}), or name what is"
                    f" to be applied all the same: mendixctl apply --env {','.join(waiting)}",
                )
            )


def _newest(session: Session, name: str) -> Record | None:
    """The newest release that this checkout has; None where there is none, or none that can be read."""
    try:
        return LocalLedger(name, session.repository.terraform_root(name) / "releases").platform()
    except (MendixError, OSError):
        return None


def execute(
    session: Session,
    prepared: PreparedMany,
    *,
    message: str = "",
    options: Sequence[str] = (),
    most: int = 0,
    at_most: int = 0,
    run: Run | None = None,
) -> ManyAppliesResult:
    """Apply what was prepared. ``options``: handed to each apply. ``most``, ``at_most``, ``run``: as of a plan of many.

    What fails is in the result, and so is what was not begun because of it.
    """
    started = time.monotonic()
    run = run or processes.runner(session.repository)
    rehearse = ["--emulator"] if session.rehearse else []
    via = ["--via", session.via] if session.via else []
    why = ["-m", message] if message else []

    def work(name: str) -> Ran:
        return run(["apply", "--yes", "--env", name, *rehearse, *via, *why, *options])

    done: list[Wave] = []
    stopped = False
    for wave in prepared.waves:
        rows = {row.environment: row for row in wave.rows}
        if not stopped:
            wanted = min(len(rows), most) if most else len(rows)
            at_once = max(min(wanted, at_most), 1) if at_most else processes.parallel(wanted)
            session.reporter.stage("apply", f"wave {wave.number} of {len(prepared.waves)}: {', '.join(rows)}")
            for name, ran in processes.side_by_side(list(rows), work, most=at_once, until=_has_failed):
                rows[name] = _row(rows[name], ran)
                session.reporter.stage("apply", f"{name}: {rows[name].progress}, {ran.seconds:.0f} s")
            stopped = any(row.progress is not Progress.APPLIED for row in rows.values())
        done.append(Wave(wave.number, tuple(_left(row) for row in rows.values())))
    return ManyAppliesResult(tuple(done), round(time.monotonic() - started, 3), session.rehearse)


def is_protected(session: Session, environment: str) -> bool:
    """Whether an environment asks for a confirmation by its name; what cannot be read is taken for protected."""
    label = f"environments/{environment}.yaml"
    try:
        data = scan(session.repository.spec(environment).read_bytes(), label).data
    except (MendixError, OSError):
        return True
    said = data.get("protected")
    return said if isinstance(said, bool) else data.get("target") != "emulator"


def _saved(session: Session, name: str) -> Waiting | None:
    saved = saved_plan.load(files_of(session, name))
    if saved is None:
        return None
    judged = [one.judgement for one in saved.plan.changes if not one.judgement.one_way]
    row = Row(
        name,
        Progress.WAITING,
        release=saved.plan.base,
        counts=saved.plan.counts,
        gravest=gravest(one.verdict for one in judged),
    )
    return Waiting(row, saved.expires_at)


def _has_failed(ran: Ran) -> bool:
    return ran.exit_code != 0


def _row(row: Row, ran: Ran) -> Row:
    number = ran.result.get("number")
    return Row(
        row.environment,
        Progress.FAILED if _has_failed(ran) else Progress.APPLIED,
        exit_code=ran.exit_code,
        release=number if isinstance(number, int) else row.release,
        counts=row.counts,
        gravest=row.gravest,
        seconds=ran.seconds,
        diagnostics=ran.diagnostics,
    )


def _left(row: Row) -> Row:
    """What still waits once its wave is over was not begun."""
    if row.progress is not Progress.WAITING:
        return row
    return Row(row.environment, Progress.NOT_STARTED, release=row.release, counts=row.counts, gravest=row.gravest)
