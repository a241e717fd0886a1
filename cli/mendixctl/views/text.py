"""Values as text: safe to print, short enough to read, the same in every view. Plain strings, no rich."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from mendixctl.language import translated
from mendixctl.language.wrapping import columns
from mendixctl.terraform.alignment import common, gaps
from mendixgen.messages import msg

NOT_SET = "(not set)"
SENSITIVE = "(sensitive)"
UNKNOWN = "(known after apply)"

_UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters, ESC and CSI among them; not tab and newline
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the direction of what follows
    "\u00ad\u180e\u200b\u2060-\u2065\u206a-\u206f"  # what is not seen at all; joiners are, by what they join
    "\u2028\u2029\ufeff\ufff9-\ufffb"  # line separators, byte order mark, annotations
    "\ud800-\udfff\U000e0000-\U000e007f]"  # lone surrogates and invisible tags
)


def clean(text: str) -> str:
    """``text`` with everything escaped that a terminal would obey rather than show.

    Tabs become a space; newlines stay. Source of the ranges: Unicode's categories Cc and Cf, and UTS 55 for the
    marks of direction.
    """
    return _UNSAFE.sub(_escaped, text.replace("\t", " "))


def clean_line(text: str) -> str:
    """As `clean`, with newlines shown as ``\\n``: for what has to stay on its line."""
    return clean(text).replace("\n", "\\n")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def value(of: Any) -> str:
    """A value of a plan or a specification on one line, JSON-like; None is ``(not set)``."""
    if of is None:
        return NOT_SET
    if isinstance(of, str):
        return of if of in (SENSITIVE, UNKNOWN) else clean_line(json.dumps(of, ensure_ascii=False))
    return clean_line(json.dumps(of, ensure_ascii=False, default=str))


def shorten(text: str, limit: int) -> str:
    """At most about ``limit`` characters: the beginning, an ellipsis, the end, and how long the whole is.

    Counted in columns: a wide character is two.
    """
    if columns(text) <= limit:
        return text
    note = translated(msg(" ({count} characters)", count=f"{len(text):,}"))
    room = max(limit - columns(note) - 1, 8)
    tail = room // 4
    return f"{_beginning(text, room - tail)}…{_end(text, tail)}{note}"


def _beginning(text: str, room: int) -> str:
    """As much of a text as ``room`` columns take, with the accents of its last letter."""
    used = 0
    for index, character in enumerate(text):
        used += columns(character)
        if used > room:
            return text[:index]
    return text


def _end(text: str, room: int) -> str:
    """As much of a text's end as ``room`` columns take, and no accent whose letter is left out."""
    used = 0
    start = len(text)
    for index in range(len(text) - 1, -1, -1):
        width = columns(text[index])
        used += width
        if used > room:
            break
        if width:
            start = index
    return text[start:]


def shorten_pair(before: str, after: str, limit: int) -> tuple[str, str]:
    """Two texts, each shortened to ``limit`` so that the place where they part stays in sight."""
    if columns(before) <= limit and columns(after) <= limit:
        return before, after
    same = 0
    while same < min(len(before), len(after)) and before[same] == after[same]:
        same += 1
    start = same - 12 if same > limit // 3 else 0
    lead = "…" if start else ""
    return shorten(lead + before[start:], limit), shorten(lead + after[start:], limit)


def as_lines(of: Any) -> list[str] | None:
    """A value that is worth a diff by lines: multi-line text, JSON in a text, lists and maps; None for the rest."""
    if isinstance(of, str):
        if of.lstrip()[:1] in ("{", "["):
            try:
                return pretty(json.loads(of))
            except ValueError:
                pass
        return [clean(line) for line in of.split("\n")] if "\n" in of.strip("\n") else None
    return pretty(of) if isinstance(of, dict | list) and of else None


def pretty(of: Any) -> list[str]:
    """A value as indented JSON, keys sorted."""
    text = json.dumps(of, ensure_ascii=False, indent=2, sort_keys=True, default=str)
    return [clean(line) for line in text.split("\n")]


def line_diff(before: Any, after: Any, *, context: int = 2) -> list[str] | None:
    """A unified diff without its head where both values are worth one; None where one line each says it better.

    Of two lists of plain values it is the entries that went and those that came, and nothing else.
    """
    if _plain(before) and _plain(after) and max(len(before), len(after)) > 1:
        entries = _entries(before, after)
        return entries if len(entries) < len(before) + len(after) else None
    old, new = as_lines(before), as_lines(after)
    if old is None or new is None or max(len(old), len(new)) < 4:
        return None
    if not isinstance(before, str) and not isinstance(after, str):
        # the last entry has no comma: behind another one it would look like a change
        old, new = [line.removesuffix(",") for line in old], [line.removesuffix(",") for line in new]
    return list(difflib.unified_diff(old, new, n=context, lineterm=""))[2:]


def _plain(of: Any) -> bool:
    return isinstance(of, list) and not any(isinstance(entry, list | dict) for entry in of)


def _entries(before: list[Any], after: list[Any]) -> list[str]:
    """``-`` and ``+`` lines of what two lists do not have in common, in their order."""
    old, new = [value(entry) for entry in before], [value(entry) for entry in after]
    lines: list[str] = []
    for gone, come in gaps(common(old, new), len(old), len(new)):
        lines += [f"-{old[index]}" for index in gone] + [f"+{new[index]}" for index in come]
    return lines


def duration(seconds: float) -> str:
    """``0.4 s``, ``45 s``, ``1 m 12 s``, ``1 h 02 m``."""
    if seconds < 10:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} m {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} m"


def moment(when: datetime) -> str:
    """A time in the person's own zone, to the minute."""
    return f"{when.astimezone():%Y-%m-%d %H:%M}"


def plural(count: int, noun: str) -> str:
    """``1 change``, ``2 changes``."""
    return msg(f"{{count}} {noun}" if count == 1 else f"{{count}} {noun}s", count=f"{count:,}")


def listed(items: Iterable[str], *, most: int = 12) -> list[str]:
    """The first ``most`` items, and a last one that says how many more there are."""
    every = list(items)
    return (
        every
        if len(every) <= most
        else [*every[: most - 1], msg("and {count} more", count=f"{len(every) - most + 1:,}")]
    )
