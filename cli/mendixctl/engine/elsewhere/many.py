"""Many environments in builds, side by side: what `mendixctl.engine.many` runs as processes here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from mendixctl.aws import Clients
from mendixctl.engine.elsewhere import kept
from mendixctl.engine.elsewhere.run import Stop, check_current, counts_of, execute, job
from mendixctl.engine.elsewhere.settings import read_settings
from mendixctl.engine.elsewhere.source import committed
from mendixctl.engine.many.apply import Waiting
from mendixctl.engine.many.plan import gravest_of
from mendixctl.engine.many.processes import Ran, Run
from mendixctl.engine.many.results import Progress, Row
from mendixctl.engine.plan.results import Counts
from mendixctl.engine.session import Session
from mendixctl.guard.verdict import Verdict
from mendixgen.diagnostics import MendixError


def parallel(session: Session) -> int:
    """How many builds run side by side: no memory of this machine bounds them.

    Raises:
        MendixError: MXP282.
    """
    return read_settings(session).parallel


def runner(session: Session, stop: Stop, *, clients: Clients | None = None) -> Run:
    """What runs a command line of `mendixctl.engine.many` in a build: all of them the commit that is checked out now,
    whatever a build brings back meanwhile.

    Raises:
        MendixError: MXP281; Refused: MXP280.
    """
    at = committed(session.repository)

    def run(arguments: Sequence[str]) -> Ran:
        command = arguments[0]
        name = arguments[1] if command == "plan" else arguments[arguments.index("--env") + 1]
        found = kept.waiting(session, name) if command == "apply" else None
        try:
            made = job(session, name, arguments, found.plan if found is not None else None, at=at)
            result = execute(session, made, stop=stop, clients=clients)
        except MendixError as error:
            return Ran(error.exit_code, 0.0, {}, error.diagnostics)
        return Ran(result.exit_code, result.seconds, result.result or {}, result.diagnostics)

    return run


def waiting(session: Session) -> Callable[[str], Waiting | None]:
    """What finds the plan of an environment that a build made.

    Raises:
        Refused: MXP285, what it is made from has changed; MXP132, it has expired.
    """
    commit, _ = committed(session.repository)

    def find(name: str) -> Waiting | None:
        found = kept.waiting(session, name)
        if found is None:
            return None
        check_current(session, found, commit)
        base, changes = found.result.get("base"), found.result.get("changes")
        row = Row(
            name,
            Progress.WAITING,
            release=base if isinstance(base, int) else 0,
            counts=counts_of(found) or Counts(),
            gravest=gravest_of(changes) if isinstance(changes, list) else Verdict.REVERSIBLE,
        )
        return Waiting(row, found.expires_at or datetime.max.replace(tzinfo=session.clock().tzinfo))

    return find
