"""Where output goes: standard output for results, standard error for progress and errors; no markup, ever.

Data is only printed through `Screen`'s helpers or as `rich.text.Text` made from cleaned strings, so that
neither an escape sequence nor rich's own markup in a YAML file or an AWS answer can take effect.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mendixctl.language import current, recognised, translated
from mendixctl.language.choice import ENGLISH
from mendixctl.views.text import clean, clean_line

PLAIN_WIDTH = 120
"""Columns where nothing tells: a pipe, a file, a build log."""

LEAST_LAST_COLUMN = 24
"""What a table's last column, which holds the words, has at least on a terminal."""

LEAST_COLUMN = 16
"""What every other column keeps, if it needs that."""

Piece = str | Text | tuple[str, str]
"""Text, or (text, style)."""


def text(*pieces: Piece) -> Text:
    """One line of output from cleaned pieces, in the person's language what is certainly this tool's own text."""
    parts = [_said(piece) for piece in pieces]
    if current() != ENGLISH:
        from mendixctl.views.human.chinese import seams

        parts = seams(parts)
    line = Text()
    for part in parts:
        line.append_text(part)
    return line


def _said(piece: Piece) -> Text:
    """A word in a colour is one of this tool's, such as a status; names of people's things are bold at most."""
    if isinstance(piece, Text):
        return piece
    piece, style = piece if isinstance(piece, tuple) else (piece, "")
    word = style not in ("", "bold") and piece.strip().replace("-", "").isalpha()
    return Text(clean_line(translated(piece) if word else recognised(piece)), style=style)


def fitted(natural: list[int], room: int) -> list[int]:
    """Widths of a table's columns in ``room``: the wide ones give way first, the last keeps enough for words.

    Where even that is too much, the widest gives way, whichever it is.
    """
    *widths, last = natural
    least_last = min(last, LEAST_LAST_COLUMN)
    while sum(widths) + least_last > room and widths and max(widths) > LEAST_COLUMN:
        widest = widths.index(max(widths))
        widths[widest] -= 1
    found = [*widths, max(min(last, room - sum(widths)), min(last, least_last))]
    while sum(found) > room and max(found) > 1:
        found[found.index(max(found))] -= 1
    return found


class Screen:
    """The two streams as rich consoles, made to the terminal's abilities."""

    def __init__(self, *, color: bool | None = None, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out = _console(out or sys.stdout, color)
        self.err = _console(err or sys.stderr, color)

    def line(self, *pieces: Piece, indent: int = 0) -> None:
        """One line of a result; what is too long goes on under its own beginning on a terminal."""
        _print(self.out, text(*pieces), indent)

    def error(self, *pieces: Piece, indent: int = 0) -> None:
        """One line on standard error."""
        _print(self.err, text(*pieces), indent)

    def told(self, source: str, line: str) -> None:
        """A line of a log, as it stands, behind where it is from; on standard error, never folded nor translated."""
        self.err.print(Text(f"{clean_line(source)} | ", style="dim").append(clean_line(line)), soft_wrap=True)

    def prompt(self, *pieces: Piece) -> None:
        """A question on standard error; the answer goes on its line."""
        line = text(*pieces)
        if current() != ENGLISH and self.err.is_terminal:
            from mendixctl.views.human.chinese import folded

            *above, line = folded(line, self.err.width - 1)
            for one in above:
                self.err.print(one, soft_wrap=True)
        self.err.print(line, end="", soft_wrap=True)

    def block(self, lines: Iterable[str], *, indent: int = 0, diff: bool = False) -> None:
        """Lines as they are, never wrapped; with ``diff`` coloured by their first character."""
        for one in lines:
            style = _diff_style(one) if diff else ""
            self.out.print(Text(" " * indent + clean(one), style=style), soft_wrap=True)

    def table(self, headings: list[str], rows: Iterable[list[Piece]]) -> None:
        """Columns without a frame; on a terminal the last one is folded into the room that is left.

        Where that is too little for words, the other wide ones are folded too; no column is ever dropped.
        """
        headings = [translated(heading) for heading in headings]
        if not self.out.is_terminal:
            self._plain_table(headings, [[text(cell) for cell in row] for row in rows])
            return
        table = Table(
            box=None,
            pad_edge=False,
            show_edge=False,
            show_header=any(headings),
            header_style="dim",
            padding=(0, 2, 0, 0),
        )
        cells = [[text(cell) for cell in row] for row in rows]
        natural = [
            max(column.cell_len for column in column) for column in zip(map(Text, headings), *cells, strict=True)
        ]
        widths = fitted(natural, self.out.width - 2 * (len(headings) - 1))
        for heading, width in zip(headings, widths, strict=True):
            table.add_column(_within(Text(heading), width), width=width, overflow="fold")
        for row in cells:
            table.add_row(*(_within(cell, width) for cell, width in zip(row, widths, strict=True)))
        self.out.print(table)

    def _plain_table(self, headings: list[str], rows: list[list[Text]]) -> None:
        """For pipes and files: one line a row, whatever its length."""
        lines = [[Text(heading) for heading in headings], *rows]
        widths = [max(line[number].cell_len for line in lines) for number in range(len(headings))]
        for line in lines if any(headings) else rows:
            padded = Text("  ").join(
                cell.copy() if number == len(widths) - 1 else cell + Text(" " * (widths[number] - cell.cell_len))
                for number, cell in enumerate(line)
            )
            padded.rstrip()
            self.out.print(padded, soft_wrap=True)

    def blank(self) -> None:
        self.out.print()

    @property
    def width(self) -> int:
        """Columns of the results' stream."""
        return self.out.width


def _within(cell: Text, width: int) -> Text:
    """A cell on as many lines as it needs; those of Chinese are broken where they may be."""
    if current() == ENGLISH:
        return cell
    from mendixctl.views.human.chinese import folded

    return Text("\n").join(folded(cell, width))


class _Console(Console):
    """A console that falls silent when its reader has gone; rich's own would end the program, in mid-apply too."""

    def on_broken_pipe(self) -> None:
        self.quiet = True


def _console(stream: TextIO, color: bool | None) -> Console:
    terminal = stream.isatty() and os.environ.get("TERM") != "dumb"
    return _Console(
        file=stream,
        force_terminal=terminal,
        color_system="auto" if terminal and color is not False else None,
        no_color=color is False,
        width=None if terminal else _plain_width(),
        markup=False,
        highlight=False,
        emoji=False,
        legacy_windows=False,
    )


def _plain_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isascii() and columns.isdigit() and 20 <= int(columns) <= 1000 else PLAIN_WIDTH


def _print(console: Console, line: Text, indent: int) -> None:
    if not console.is_terminal:
        console.print(Text(" " * indent).append_text(line), soft_wrap=True)
        return
    if current() != ENGLISH:
        from mendixctl.views.human.chinese import folded

        for part in folded(line, console.width - indent):
            console.print(Text(" " * indent).append_text(part), soft_wrap=True)
        return
    from rich.padding import Padding

    console.print(Padding(line, (0, 0, 0, indent), expand=False))


def _diff_style(line: str) -> str:
    if line.startswith(("+++", "---")):
        return "bold"
    return {"+": "green", "-": "red", "@": "cyan"}.get(line[:1], "dim")
