"""Many environments: a line each, what went wrong below, and one sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mendixctl.language import mark, translated
from mendixctl.views.human import results
from mendixctl.views.human.screen import Piece
from mendixctl.views.human.symbols import STYLES
from mendixctl.views.text import duration, moment, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.many.results import ManyAppliesResult, ManyPlansResult, PreparedMany, Row
    from mendixctl.views.human.view import HumanView

PROGRESS = {
    "unchanged": "dim",
    "due": "cyan",
    "planned": "",
    "waiting": "cyan",
    "applied": "bold green",
    "failed": "bold red",
    "not started": "yellow",
}
SAID = {
    "unchanged": word("unchanged"),
    "due": word("due"),
    "planned": word("planned"),
    "waiting": word("waiting"),
    "applied": word("applied"),
    "failed": word("failed"),
    "not started": word("not started"),
    "refused": word("refused"),
}
HEADINGS = ["environment", "", "add", "change", "replace", "destroy", "gravest", "time", ""]


def planned(view: HumanView, result: ManyPlansResult, *, details: bool) -> None:
    _problems(view, result.rows)
    view.screen.table(HEADINGS, [_cells(row) for row in result.rows])
    view.screen.blank()
    compared = msg(
        "{amount} compared in {count} ms",
        amount=plural(len(result.rows), "environment"),
        count=f"{result.compared * 1000:,.0f}",
    )
    view.screen.line(
        (_sum(result.rows), "bold"),
        (msg("  {compared}, {duration} in all", compared=compared, duration=duration(result.seconds)), "dim"),
    )
    if any(row.exit_code == 2 and "MXP290" not in {one.code for one in row.diagnostics} for row in result.rows):
        place = f" --on {result.place}" if result.place else ""
        results.next_command(view.screen, f"mendixctl apply --all{_flag(result.rehearsal)}{place}")


def about_to_apply(view: HumanView, prepared: PreparedMany, *, details: bool) -> None:
    for wave in prepared.waves:
        view.screen.line((msg("Wave {number}", number=wave.number), "bold"))
        view.screen.table(HEADINGS, [_cells(row) for row in wave.rows])
        view.screen.blank()
    if prepared.without:
        view.screen.line((msg("No plan waits for {names}.", names=", ".join(prepared.without)), "dim"))
    if prepared.expires_at is not None:
        view.screen.line((msg("They can be applied until {moment}.", moment=moment(prepared.expires_at)), "dim"))


def applied(view: HumanView, result: ManyAppliesResult, *, details: bool) -> None:
    rows = [row for wave in result.waves for row in wave.rows]
    _problems(view, rows)
    view.screen.table(
        ["wave", *HEADINGS],
        [[str(wave.number), *_cells(row)] for wave in result.waves for row in wave.rows],
    )
    view.screen.blank()
    view.screen.line((_sum(rows), "bold"), (f"  {duration(result.seconds)}", "dim"))
    failed = [row.environment for row in rows if row.progress == "failed"]
    if failed:
        view.screen.line("It ended at the first that failed; once that is planned again, the same command goes on.")
        results.next_command(view.screen, f"mendixctl status {failed[0]}{_flag(result.rehearsal)}")


def _problems(view: HumanView, rows: Iterable[Row]) -> None:
    """What each was told, under its name; its own process has shown nothing."""
    for row in rows:
        if row.diagnostics:
            view.screen.err.print()
            view.screen.error((row.environment, "bold"))
            view.problems(row.diagnostics)
    view.screen.out.file.flush()


def _cells(row: Row) -> list[Piece]:
    counts = row.counts
    release = f"v{row.release}" if row.release else ""
    seen = row.progress not in ("unchanged", "due", "failed") or counts.total
    numbers: list[Piece] = [
        (f"{number:,}", style if number else "dim") if seen else ""
        for number, style in (
            (counts.add, "green"),
            (counts.change, "yellow"),
            (counts.replace, "magenta"),
            (counts.remove, "red"),
        )
    ]
    shown = SAID[row.progress] if row.progress != "planned" or row.exit_code else word("no changes")
    return [
        (row.environment, "bold"),
        (msg("applied {release}", release=release) if row.progress == "applied" and release else shown, _style(row)),
        *numbers,
        (word(row.gravest.value), STYLES[row.gravest]) if counts.total else "",
        duration(row.seconds) if row.seconds else "",
        (row.why, "dim"),
    ]


def _style(row: Row) -> str:
    return "bold red" if row.exit_code == 3 else PROGRESS[row.progress]


def _sum(rows: Sequence[Row]) -> str:
    counted = Counter("refused" if row.exit_code == 3 else str(row.progress) for row in rows)
    each = [msg("{count} {status}", count=f"{number:,}", status=SAID[name]) for name, number in counted.most_common()]
    return mark(", ").join(translated(one) for one in each or [word("nothing to do")])


def _flag(rehearsal: bool) -> str:
    return " --emulator" if rehearsal else ""
