"""A copy of an environment, and a section that was carried over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import results
from mendixctl.views.text import shorten, value
from mendixgen.copies.clone import dotted
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.copies.results import CloneResult, PromoteResult
    from mendixctl.views.human.view import HumanView

ROOM = 48


def cloned(view: HumanView, result: CloneResult, *, details: bool) -> None:
    view.problems(result.warnings)
    view.screen.line(
        (result.environment, "bold"),
        msg(" is a copy of {source}: {names}", source=result.source, names=", ".join(result.files)),
    )
    view.screen.blank()
    view.screen.table(
        ["setting", "was", "is", "because"],
        [
            [dotted(one.path), shorten(value(one.before), ROOM), shorten(value(one.after), ROOM), (one.why, "dim")]
            for one in result.translations
        ],
    )
    for note in result.notes:
        view.screen.line(("note: ", "bold cyan"), note)
    results.next_command(view.screen, f"mendixctl plan {result.environment} --emulator")


def promoted(view: HumanView, result: PromoteResult, *, details: bool) -> None:
    view.problems(result.warnings)
    if not result.changes:
        view.screen.line(
            msg("{environment} has it as {source} has already.", environment=result.environment, source=result.source)
        )
        return
    view.screen.block(result.diff.splitlines(), diff=True)
    view.screen.blank()
    if result.written:
        results.next_command(view.screen, f"mendixctl plan {result.environment}")
    else:
        view.screen.line(("Nothing was written.", "dim"))
