"""Where a line of Chinese, Latin or both may be broken, counted in columns of a terminal.

A line breaks at a space, and between two wide characters, but never before what closes or behind what opens.
Source: Unicode Standard Annex 14 (classes CL, OP, ID) and Annex 11 for the widths.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

CLOSING = "、。〉》」』】〕，．：；？！）”’…·%"
CUT_BEFORE_NONE = frozenset(f"{CLOSING}),.;:!? ")
"""What begins no line even where a word has to be cut."""

OPENING = "〈《「『【〔（“‘"

_WIDE = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]")


def has_wide(text: str) -> bool:
    """Whether a text has a character of two columns."""
    return _WIDE.search(text) is not None


def columns(text: str) -> int:
    """How many columns a text takes."""
    if text.isascii():
        return len(text)
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def breaks(text: str, width: int) -> list[int]:
    """Where the lines after the first begin, so that none is wider than ``width`` columns where that can be.

    A space at which a line is broken stays at the end of the line before; what has no place to break stays whole
    if it fits into a line of its own, and is cut where it does not.
    """
    starts: list[int] = []
    begin = used = 0
    for start, end in _units(text):
        wide = columns(text[start:end].rstrip(" "))
        if used and used + wide > width:
            starts.append(start)
            begin, used = start, 0
        if not used and wide > width:
            for cut in _cuts(text, start, end, width):
                starts.append(cut)
                begin = cut
            used = columns(text[begin:end])
            continue
        used += columns(text[start:end])
    return starts


def _cuts(text: str, start: int, end: int, width: int) -> Iterator[int]:
    """Where a stretch that is wider than a line is cut: as late as can be, and not before what closes."""
    begin, used = start, 0
    for index in range(start, end):
        one = _columns(text[index])
        if used + one > width and index > begin:
            cut = index
            while cut > begin + 1 and text[cut] in CUT_BEFORE_NONE:
                cut -= 1
            begin = cut if text[cut] not in CUT_BEFORE_NONE else index
            yield begin
            used = columns(text[begin:index])
        used += one


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a paragraph."""
    edges = [0, *breaks(text, width), len(text)]
    return [text[start:end].rstrip(" ") for start, end in pairwise(edges)]


def _units(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that are never broken: a word with the spaces behind it, a wide character."""
    start = 0
    for index in range(1, len(text)):
        before, here = text[index - 1], text[index]
        if here == " " or here in CLOSING or before in OPENING:
            continue
        if before == " " or _columns(before) == 2 or _columns(here) == 2:
            yield start, index
            start = index
    if text:
        yield start, len(text)
