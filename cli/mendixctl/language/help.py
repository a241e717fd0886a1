"""The help of commands in the person's language, its lines broken where Chinese may be broken."""

from __future__ import annotations

import re
from collections.abc import Iterable

import click

from mendixctl.language import translated
from mendixctl.language.spacing import joined
from mendixctl.language.wrapping import columns, wrapped

_EXTRA = re.compile(r"  \[(?P<extra>[^\[\]]*)\]$")


class TranslatedHelp(click.HelpFormatter):
    """What click writes in English, said and broken anew."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        said = translated("Usage:") if prefix is None else prefix.strip()
        super().write_usage(prog, args, f"{said}" if said.endswith("：") else f"{said} ")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{joined([translated(heading), '：'])}\n")

    def write_text(self, text: str) -> None:
        self.write("\n".join(self._lines(text, self.width - self.current_indent, self.current_indent)) + "\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        rows = list(rows)
        first_column = min(max((columns(first) for first, _ in rows), default=0), col_max) + col_spacing
        indent = self.current_indent
        for first, second in rows:
            lines = self._lines(with_extra(second), max(self.width - first_column - 2, 10), 0) if second else []
            head = f"{'':>{indent}}{first}"
            if lines and columns(first) <= first_column - col_spacing:
                head += " " * (first_column - columns(first)) + lines.pop(0)
            self.write(f"{head}\n")
            for line in lines:
                self.write(f"{'':>{first_column + indent}}{line}\n")

    def _lines(self, text: str, width: int, indent: int) -> list[str]:
        """Paragraphs, each said as a whole."""
        found: list[str] = []
        for paragraph in re.split(r"\n\s*\n", text.strip("\n")):
            if found:
                found.append("")
            if paragraph.strip().startswith("\b"):
                found += [f"{'':>{indent}}{translated(line)}" for line in paragraph.strip().split("\n")[1:]]
                continue
            said = translated(" ".join(paragraph.split()))
            found += [f"{'':>{indent}}{line}" for line in wrapped(said, width)]
        return found


def with_extra(text: str) -> str:
    """A help text and, in brackets behind it, what click adds: a default, a range, required."""
    match = _EXTRA.search(text)
    if match is None:
        return text
    extra = "; ".join(translated(one) for one in match["extra"].split("; "))
    return f"{translated(text[: match.start()])}  [{extra}]"
