"""Errors and warnings: code, what happened, where (with the line itself and a caret), and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len

from mendixctl.language import translated
from mendixctl.views.human.screen import Screen, text
from mendixctl.views.text import clean_line, plural
from mendixgen.diagnostics import Diagnostic, Location, Severity

_TOKEN = re.compile(r"""\"(?:[^"\\]|\\.)*\"|'(?:[^']|'')*'|[\w.\-/]+(?::+[\w.\-/]+)*|\S""")
_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow"}
UNSHOWN = frozenset({"MXS153"})
"""Problems in whose line a secret stands: neither they nor others there show it."""

LARGEST_SOURCE = 1 << 20
"""Bytes; the specification's own limit. Nothing larger is read for an excerpt."""


def show_problems(screen: Screen, diagnostics: Sequence[Diagnostic], root: Path | None) -> None:
    """All of them on standard error, and how many there are where one screen may not hold them."""
    secret = {_line(diagnostic) for diagnostic in diagnostics if diagnostic.code in UNSHOWN}
    for diagnostic in diagnostics:
        _problem(screen, diagnostic, root, quoted=_line(diagnostic) not in secret)
    errors = sum(1 for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR)
    if errors > 1:
        screen.error((plural(errors, "error"), "bold"))


def _line(diagnostic: Diagnostic) -> tuple[str, int] | None:
    place = diagnostic.location
    return (place.file, place.line) if place is not None else None


def _problem(screen: Screen, diagnostic: Diagnostic, root: Path | None, *, quoted: bool) -> None:
    style = _STYLES[diagnostic.severity]
    first, *rest = translated(diagnostic.summary).split("\n")
    screen.error((diagnostic.severity.value, style), (f" {diagnostic.code}", style), f": {first}")
    for line in rest:
        screen.error(line, indent=2)
    if diagnostic.location is not None:
        screen.error((f"--> {diagnostic.location}", "dim"), indent=2)
        if quoted:
            _excerpt(screen, diagnostic.location, style, root)
    for line in translated(diagnostic.detail).split("\n") if diagnostic.detail else []:
        screen.error(line, indent=2)
    if diagnostic.hint:
        head, *more = translated(diagnostic.hint).split("\n")
        screen.error(("hint: ", "bold cyan"), head, indent=2)
        for line in more:
            screen.error(line, indent=8)
    screen.err.print()


def _excerpt(screen: Screen, place: Location, style: str, root: Path | None) -> None:
    line = _source_line(place, root)
    if line is None:
        return
    number = str(place.line)
    start, column = _window(line, place.column, max(screen.err.width - len(number) - 8, 20))
    shown = clean_line(line[start:])
    screen.err.print(text((f"{number} | ", "dim"), shown), no_wrap=True, overflow="ellipsis", crop=True)
    if place.column:
        match = _TOKEN.match(line, start + column)
        marked = clean_line(match.group()) if match else " "
        ahead = cell_len(clean_line(line[start : start + column]))
        bar = f"{' ' * len(number)} | "
        carets = "^" * max(cell_len(marked), 1)
        screen.err.print(text((bar, "dim"), " " * ahead, (carets, style)), no_wrap=True, overflow="crop", crop=True)


def _window(line: str, column: int, room: int) -> tuple[int, int]:
    """Where to start showing a long line so that the marked place is in sight; (start, offset of the mark)."""
    offset = max(column - 1, 0)
    start = max(offset - room // 2, 0) if offset >= room else 0
    return start, offset - start


def _source_line(place: Location, root: Path | None) -> str | None:
    if not place.line:
        return None
    path = Path(place.file)
    if root is not None and not path.is_absolute():
        path = root / path
    try:
        if not path.is_file() or path.stat().st_size > LARGEST_SOURCE:
            return None
        lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    except OSError:
        return None
    return lines[place.line - 1].rstrip("\r") if place.line <= len(lines) else None
