"""``audit report``: what an environment is like for whoever audits it: risks and measures, releases, and drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from mendixctl.engine.audit.risks import RISKS, Facts
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError

if TYPE_CHECKING:
    from mendixctl.ledger.release import Record

NEWEST = 5
"""Releases that a report shows."""


class Standing(StrEnum):
    """How far there is something against a risk."""

    COVERED = "covered"
    PARTLY = "partly"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One measure: whether it is there, where that is seen, and what to write where it is not."""

    what: str
    place: str
    there: bool
    remedy: str


@dataclass(frozen=True, slots=True)
class AssessedRisk:
    """A risk and what is against it."""

    id: str
    what: str
    standing: Standing
    measures: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ReportedRelease:
    """One release of the ledger. ``status`` is how it ended."""

    number: int
    kind: str
    status: str
    by: str
    began: datetime
    message: str
    changes: int


@dataclass(frozen=True, slots=True)
class ReportResult:
    """An environment for its auditors. ``areas``: area -> module version; ``off``: areas that there are and it has not.

    ``head`` is the newest release, ``base`` the one that this checkout is at. ``drifted``: addresses that AWS changed,
    None where that was not asked.
    """

    environment: str
    account: str
    region: str
    target: str
    made: datetime
    areas: Mapping[str, str]
    off: tuple[str, ...]
    foundations: tuple[str, ...]
    risks: tuple[AssessedRisk, ...]
    releases: tuple[ReportedRelease, ...]
    head: int
    base: int
    drifted: tuple[str, ...] | None = None

    @property
    def open(self) -> int:
        """Measures that are not there."""
        return sum(not it.there for risk in self.risks for it in risk.measures)


def report(session: Session, environment: str | None = None, *, drift: bool = False) -> ReportResult:
    """The report of an environment; with ``drift`` a plan is made to see what AWS changed.

    Raises:
        MendixError: MXP101, MXP102, what is wrong with the specification or the ledger; of ``drift``, what that raises.
    """
    from mendixgen.areas.catalogue import AREAS, FOUNDATIONS

    name = choose(session.repository, environment)
    workplace = open_workplace(session, name, refresh=False)
    header = workplace.specification.header
    settings = workplace.specification.settings
    foundations, account = _account(session, name, header.account)
    facts = Facts(settings, account, header.protected, header.target)
    head, releases = _releases(workplace)
    on = {area: pin.version for area, pin in workplace.lock.pins.items()}
    return ReportResult(
        environment=name,
        account=header.account,
        region=header.region,
        target=header.target,
        made=session.clock(),
        areas=on,
        off=tuple(area for area in AREAS if area not in on and area not in FOUNDATIONS),
        foundations=foundations,
        risks=assessed(facts),
        releases=releases,
        head=head,
        base=workplace.lock.base,
        drifted=_drifted(session, name) if drift else None,
    )


def assessed(facts: Facts) -> tuple[AssessedRisk, ...]:
    """Every risk, by what of its measures is there."""
    found = []
    for risk in RISKS:
        measures = tuple(Evidence(it.what, it.evidence, it.holds(facts), it.remedy) for it in risk.measures)
        there = sum(it.there for it in measures)
        standing = Standing.COVERED if there == len(measures) else Standing.PARTLY if there else Standing.OPEN
        found.append(AssessedRisk(risk.id, risk.what, standing, measures))
    return tuple(found)


def _account(session: Session, name: str, account: str) -> tuple[tuple[str, ...], dict[str, Any]]:
    """The repository's foundations of the account, and what they set: the first one that sets a key counts."""
    names: list[str] = []
    found: dict[str, Any] = {}
    for other in session.repository.names():
        if other == name:
            continue
        try:
            specification = open_workplace(session, other, refresh=False).specification
        except MendixError:
            continue  # what is wrong with another file is `validate`'s to say
        if specification.header.kind != "foundation" or specification.header.account != account:
            continue
        names.append(other)
        for key, value in specification.settings.get("foundation", {}).items():
            found.setdefault(key, value)
    return tuple(names), found


def _releases(workplace: Workplace) -> tuple[int, tuple[ReportedRelease, ...]]:
    store = ledger(workplace, reading_clients(workplace))
    head = store.head()
    numbers = range(head, max(0, head - NEWEST), -1)
    return head, tuple(_reported(store.read(number)) for number in numbers)


def _reported(record: Record) -> ReportedRelease:
    release = record.release
    author = release.author
    return ReportedRelease(
        number=record.number,
        kind=release.kind.value,
        status=record.status.value,
        by=author.git or f"{author.user}@{author.host}",
        began=release.started_at,
        message=release.message,
        changes=len(release.changes),
    )


def _drifted(session: Session, name: str) -> tuple[str, ...]:
    from mendixctl.engine.drift import run

    return tuple(one.address for one in run.drift(session, name).drifted)
