"""What changes on the cluster: objects with their verdicts, and what becomes of each application."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.human.symbols import MARKS
from mendixctl.views.human.verdicts import note, tell
from mendixctl.views.text import clean_line, duration, plural, shorten_pair, value
from mendixgen.kubernetes.diff import Does, FieldChange
from mendixgen.kubernetes.effects import AppEffect, Effect
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.guard.manifests import JudgedObject, ManifestChanges

FEW = 12
"""Up to so many new objects are told by name."""

ROOM = 60
"""Characters of a value."""

_STYLES = {
    Effect.NONE: "dim",
    Effect.SCALE: "",
    Effect.ROLL: "yellow",
    Effect.RESTART: "bold yellow",
    Effect.START: "green",
    Effect.STOP: "bold red",
}


def show(screen: Screen, found: ManifestChanges, *, details: bool = False) -> None:
    """The objects, what is taken away last; then the apps. Nothing where no manifest changes."""
    if not found:
        return
    screen.blank()
    screen.line(("kubernetes", "bold"), (f"  {plural(len(found.objects), 'object')}", "dim"))
    new = [one for one in found.objects if one.change.does is Does.CREATE]
    if len(new) > FEW and not details:
        counted = Counter(one.change.key.kind for one in new)
        kinds = ", ".join(f"{count} {clean_line(kind)}" for kind, count in sorted(counted.items()))
        screen.line(("  + ", "green"), kinds, indent=1)
        new = []
    for does, ordered in ((Does.CREATE, new), (Does.UPDATE, found.objects), (Does.DELETE, found.objects)):
        for one in ordered:
            if one.change.does is does:
                _object(screen, one, details=details)
    for app in found.apps:
        _app(screen, app)
    screen.blank()


def _object(screen: Screen, one: JudgedObject, *, details: bool) -> None:
    mark, style = MARKS[one.change.does.value]
    again: Piece = ("  an earlier release did not get it there", "yellow") if one.change.unfinished else ""
    screen.line((f"{mark:>3} ", style), clean_line(one.change.key.address), note(one.judgement), again, indent=1)
    tell(screen, one.judgement, details=details)
    for field in one.change.fields:
        before, after = _values(field, details=details)
        screen.line(f"{clean_line(field.path)}  {before}", (" -> ", "dim"), after, indent=9)


def _values(field: FieldChange, *, details: bool) -> tuple[str, str]:
    before, after = value(field.before), value(field.after)
    return (before, after) if details else shorten_pair(before, after, ROOM)


def _app(screen: Screen, app: AppEffect) -> None:
    word = msg("{value} with downtime", value=app.effect.value) if app.effect is Effect.RESTART else app.effect.value
    reason = msg(": {reason}", reason=app.reason) if app.reason else ""
    about = msg(", about {duration}", duration=duration(app.seconds)) if app.seconds else ""
    screen.line(msg("app {name}  ", name=app.app), (word, _STYLES[app.effect]), reason, about, indent=2)
