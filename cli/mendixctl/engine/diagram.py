"""``diagram``: an environment as a picture, as its YAML says, as a release left it, or two releases side by side."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine import released
from mendixctl.engine.environment.header_only import open_ledger
from mendixctl.engine.environment.ledger import ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.diagrams.layout import Picture, layout
from mendixgen.diagrams.svg import Say, compare, draw
from mendixgen.messages import msg
from mendixgen.regions import regions
from mendixgen.spec.loader import Specification, load_text


@dataclass(frozen=True, slots=True)
class DiagramResult:
    """The picture. ``before`` and ``after``: releases, 0 for the YAML as it is; ``before`` None where one is drawn.

    ``svg`` is in English; ``pictures`` are one or two to draw in another language.
    """

    scope: Scope
    before: int | None
    after: int
    svg: str
    file: str = ""
    pictures: tuple[Picture, ...] = ()


def diagram(session: Session, environment: str, *, before: int | None = None, after: int = 0) -> DiagramResult:
    """Draw an environment; with ``before`` two releases side by side, what differs coloured.

    Raises:
        MendixError: MXP101 and what is wrong with the YAML; MXL105, no such release; MXP235, it is a foundation.
    """
    workplace = open_ledger(session, environment) if after else open_workplace(session, environment, refresh=False)
    if workplace.specification.header.kind == "foundation":
        raise MendixError(Diagnostic("MXP235", f"{environment} is a foundation: it has no network to draw"))
    wanted = [number for number in (before, after) if number]
    store = ledger(workplace, reading_clients(workplace)) if wanted else None

    def picture(number: int) -> Picture:
        if not number or store is None:
            return _picture(workplace.specification, msg("{environment} now", environment=environment))
        record = store.read(number)
        text = record.release.spec
        made = load_text(text, f"v{number}", store=workplace.store, lock=released.lock(record), name=environment)
        return _picture(made, f"{environment} v{number}")

    last = picture(after)
    pictures = (last,) if before is None else (picture(before), last)
    return DiagramResult(workplace.scope, before, after, drawn(pictures), pictures=pictures)


def drawn(pictures: tuple[Picture, ...], *, say: Say = str, language: str = "en") -> str:
    """One picture, or two side by side."""
    return (draw if len(pictures) == 1 else compare)(*pictures, say=say, language=language)


def _picture(specification: Specification, name: str) -> Picture:
    zones = specification.settings.get("network", {}).get("zones", 3)
    region = regions()[specification.header.region]
    letters = list(region.zones[:zones]) if isinstance(zones, int) else [str(zone) for zone in zones]
    return layout(name, specification.header.region, specification.settings, letters)
