"""What work on many environments gives back: a row each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from mendixctl.engine.plan.results import Counts
from mendixctl.guard.verdict import Verdict
from mendixgen.diagnostics import Diagnostic


class Progress(StrEnum):
    """What became of one environment."""

    UNCHANGED = "unchanged"
    """Nothing that it is planned from is other than in its last release, so it was not planned."""
    DUE = "due"
    """It would be planned; that was only asked."""
    PLANNED = "planned"
    WAITING = "waiting"
    """A plan of it waits to be applied."""
    APPLIED = "applied"
    FAILED = "failed"
    NOT_STARTED = "not started"
    """Something before it failed."""


@dataclass(frozen=True, slots=True)
class Row:
    """One environment. ``why``: in a few words, what it was left alone or looked at for. ``release``: the last one, or
    the one that an apply made. ``exit_code``: of its own process, 0 where there was none.
    """

    environment: str
    progress: Progress
    why: str = ""
    exit_code: int = 0
    release: int = 0
    counts: Counts = field(default_factory=Counts)
    gravest: Verdict = Verdict.REVERSIBLE
    seconds: float = 0.0
    diagnostics: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class ManyPlansResult:
    """The plans of many. ``parallel``: how many ran side by side; ``compared``: seconds that finding the changed ones
    took. ``place``: where they were made, empty for here.
    """

    rows: tuple[Row, ...]
    parallel: int
    compared: float
    seconds: float
    rehearsal: bool = False
    place: str = ""

    @property
    def exit_code(self) -> int:
        """As of one plan: that of the environment for which there is most to do."""
        return together(row.exit_code for row in self.rows)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return told(self.rows)


@dataclass(frozen=True, slots=True)
class Wave:
    """Environments that are applied side by side; the next wave begins when all of them are well."""

    number: int
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class PreparedMany:
    """The plans that wait, in the waves in which they will be applied. ``without``: environments that have none."""

    waves: tuple[Wave, ...]
    without: tuple[str, ...]
    confirmation: str
    """What a person has to type: ``yes``, or the names of the protected environments among them."""
    expires_at: datetime | None = None
    rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class ManyAppliesResult:
    """What applies of many did, wave by wave."""

    waves: tuple[Wave, ...]
    seconds: float
    rehearsal: bool = False

    @property
    def exit_code(self) -> int:
        return together(row.exit_code for wave in self.waves for row in wave.rows)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        return told([row for wave in self.waves for row in wave.rows])


GRAVER = (0, 2, 3, 1, 130)
"""Exit codes from harmless to grave: nothing, changes, refused, failed, interrupted."""


def together(codes: Iterable[int]) -> int:
    """One exit code of many: the gravest."""
    found = [code if code in GRAVER else 1 for code in codes]
    return max(found, key=GRAVER.index, default=0)


def told(rows: Sequence[Row]) -> tuple[Diagnostic, ...]:
    """What all of them were told, each once."""
    return tuple(dict.fromkeys(one for row in rows for one in row.diagnostics))
