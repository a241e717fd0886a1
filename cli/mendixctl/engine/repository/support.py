"""``support``: which versions an environment uses, and how long each of them is supported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Location, Severity

if TYPE_CHECKING:
    from mendixgen.spec.support import Operator, Status


@dataclass(frozen=True, slots=True)
class SupportedVersion:
    """One version in use. ``component`` is its name in the table of support, ``path`` and ``location`` its place.

    ``standard`` and ``extended`` are last days, None where there is none or none known; ``days_left`` counts to the
    end of the kind of support that it is in. ``is_default``: not in the file, but the module's own.
    """

    component: str
    title: str
    path: str
    location: Location
    is_default: bool
    version: str
    label: str
    status: Status
    standard: date | None
    extended: date | None
    planned: bool
    days_left: int | None


@dataclass(frozen=True, slots=True)
class SupportResult:
    """Everything in use, on ``today``, by what was known at ``as_of``; ``diagnostics`` is what the gate says."""

    environment: str
    today: date
    as_of: date
    warn_days: int
    rows: tuple[SupportedVersion, ...]
    operator: Operator
    sources: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def exit_code(self) -> int:
        return int(any(one.severity is Severity.ERROR for one in self.diagnostics))


def support(session: Session, environment: str | None = None, on: date | None = None) -> SupportResult:
    """How an environment stands on a day, by default today. Versions that are refused are shown, not raised.

    Raises:
        MendixError: MXP101 there is no such environment, MXP102 which one; what else is wrong with its specification.
    """
    from mendixgen.spec import compatibility, lifecycle
    from mendixgen.spec.support import facts
    from mendixgen.spec.wording import dotted

    name = choose(session.repository, environment)
    specification = open_workplace(session, name, refresh=False).specification
    source, settings, table = specification.source, specification.settings, facts()
    today, emulated = on or session.today, specification.header.target == "emulator"
    rows = []
    for one in lifecycle.standings(settings, table, today):
        life = one.support.lifetime
        rows.append(
            SupportedVersion(
                component=one.component.name,
                title=one.component.title,
                path=dotted(one.use.path),
                location=source.locate(one.use.path),
                is_default=one.use.path not in source.values,
                version=one.use.version,
                label=life.label if life else "",
                status=one.support.status,
                standard=life.standard if life else None,
                extended=life.extended if life else None,
                planned=life.planned if life else False,
                days_left=one.support.days_left,
            )
        )
    return SupportResult(
        environment=name,
        today=today,
        as_of=table.as_of,
        warn_days=lifecycle.WARN_DAYS,
        rows=tuple(rows),
        operator=table.operator,
        sources=table.sources,
        diagnostics=tuple(compatibility.diagnostics(settings, source, table, today, emulated=emulated)),
    )
