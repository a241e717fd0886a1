"""Lines of Chinese and Latin on a terminal: the rule of spaces between pieces, and where a line is broken."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from mendixctl.language.spacing import MARKS, seam
from mendixctl.language.wrapping import breaks, has_wide


def seams(parts: Sequence[Text]) -> list[Text]:
    """Pieces of a line with what belongs between them where Chinese and Latin meet; each keeps its style."""
    joined: list[Text] = []
    for index, piece in enumerate(parts):
        before = joined[-1].plain if joined else ""
        part = _punctuated(piece, before, parts[index + 1].plain if index + 1 < len(parts) else "")
        if not part.plain:
            continue
        if joined:
            kept, gap, dropped = seam(joined[-1].plain, part.plain)
            joined[-1] = joined[-1][:kept] if kept else Text("")
            joined[-1].append(gap)
            part = part[dropped:] if dropped else part
        joined.append(part.copy())
    return joined


def _punctuated(part: Text, before: str, following: str) -> Text:
    """A piece that leads with a half-width mark, behind Chinese or before it, with the mark of Chinese."""
    mark = MARKS.get(part.plain[:2])
    after = part.plain[2:3] or following[:1]
    if mark is None or not after or not (has_wide(after) or has_wide(before[-1:])):
        return part
    changed = Text(mark, style=part.style)
    return changed.append_text(part[2:]) if len(part.plain) > 2 else changed


def folded(line: Text, width: int) -> list[Text]:
    """The lines that ``line`` takes in so many columns; the spaces at which it is broken are gone."""
    parts = list(line.divide(breaks(line.plain, max(width, 1))))
    for part in parts[:-1]:
        part.rstrip()
    return parts
