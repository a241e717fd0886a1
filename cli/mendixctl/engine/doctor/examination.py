"""Runs the checks side by side, each by itself: one that breaks or hangs is a line of its own and stops no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.engine.doctor.results import Examined, Line
from mendixctl.engine.session import Session
from mendixctl.preflight.findings import Grade
from mendixgen.diagnostics import MendixError, Severity
from mendixgen.repository import Repository

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.engine.environment.workplace import Workplace

SECONDS = 20.0
"""How long all checks may take together; what is not done by then is told as that."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. ``session`` and ``workplace`` are None outside a repository and where no environment is named.

    ``variables``: of the shell. ``clients`` are made when a check asks for them.
    """

    folder: Path
    variables: Mapping[str, str]
    session: Session | None = None
    workplace: Workplace | None = None
    clients: Callable[[], Clients] | None = None

    @property
    def repository(self) -> Repository | None:
        return self.session.repository if self.session is not None else None

    @property
    def on_aws(self) -> bool:
        """Whether the environment is one of AWS, so that AWS has to be asked about it at all."""
        return self.workplace is not None and self.workplace.scope.target == "aws"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at: a short name, a title for people, and what looks."""

    name: str
    title: str
    look: Callable[[Patient], Iterable[Line]]


def examine(checks: Sequence[Check], patient: Patient, *, seconds: float = SECONDS) -> tuple[Examined, ...]:
    """What each check found, in their order; within ``seconds``, whatever any of them does."""
    found: dict[str, Examined] = {}

    def work(check: Check) -> None:
        found[check.name] = _one(check, patient)

    threads = [threading.Thread(target=work, args=(check,), daemon=True) for check in checks]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(deadline - time.monotonic(), 0))
    late = Line(Grade.WARNING, f"did not answer within {seconds:.0f} s")
    return tuple(found.get(check.name) or Examined(check.name, check.title, (late,), seconds) for check in checks)


def _one(check: Check, patient: Patient) -> Examined:
    started = time.monotonic()
    try:
        lines = tuple(check.look(patient))
    except MendixError as error:
        lines = of_error(error)
    except Exception as error:  # noqa: BLE001 -- a check that breaks is no reason to tell nothing of all others
        lines = (Line(Grade.WARNING, f"cannot be looked at: {type(error).__name__}: {error}"),)
    return Examined(check.name, check.title, lines, round(time.monotonic() - started, 3))


def of_error(error: MendixError) -> tuple[Line, ...]:
    """The diagnostics of an error as lines: what they advise is what mends it."""
    return tuple(
        Line(
            Grade.ERROR if one.severity is Severity.ERROR else Grade.WARNING,
            f"{one.code}: {one.summary}" + (f" ({one.location})" if one.location else ""),
            one.hint,
        )
        for one in error.diagnostics
    )
