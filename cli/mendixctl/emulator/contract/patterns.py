"""The patterns of botocore's models, which are Java's, as Python's.

Of 10,093 patterns 748 are not Python's as they stand (botocore 1.44): classes of Unicode (``\\p{L}``), surrogate pairs,
hyphens in classes, ``\\z`` and flags in mid-pattern. A pattern that still is none is not judged.
"""

from __future__ import annotations

import re
import sys
import unicodedata
import warnings
from functools import cache, lru_cache

_NAMED = {
    "ASCII": "\\x00-\\x7f",
    "Alnum": "a-zA-Z0-9",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Lower": "a-z",
    "Upper": "A-Z",
    "Print": "\\x20-\\x7e",
    "Graph": "\\x21-\\x7e",
    "Punct": "!-/:-@\\[-`{-~",
    "Space": "\\s",
    "XDigit": "0-9A-Fa-f",
    "Cntrl": "\\x00-\\x1f\\x7f",
}
_ALIASES = {"IsAlphabetic": "L", "IsLetter": "L", "IsDigit": "Nd"}
_ASTRAL = "\\U00010000-\\U0010ffff"
_TOKEN = re.compile(
    r"(?P<surrogates>\\uD800\\uDC00-\\uDBFF\\uDFFF)"
    r"|\\(?P<which>[pP])(?:\{(?P<name>\w+)\}|(?P<letter>\w))"
    r"|\\x\{(?P<code>[0-9A-Fa-f]+)\}"
    r"|(?P<end>\\z)"
    r"|(?P<flags>\(\?[aimsux]+\))"
    r"|(?P<escape>\\.)"
    r"|(?P<open>\[\^?\]?)"
    r"|(?P<close>\])"
    r"|(?P<hyphen>-)",
    re.IGNORECASE | re.DOTALL,
)


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern in Python; nothing if it cannot be said."""
    for say in (str, _translated):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # a set in a set means something else in Java
                return re.compile(say(pattern))
        except (re.error, FutureWarning, OverflowError, LookupError):
            continue
    return None


def _translated(pattern: str) -> str:
    """``pattern`` in Python's words, token by token; a hyphen beside a class (``[\\w-.]``) is a character there."""
    parts: list[str] = []
    flags = ""
    inside = False
    after_class = False
    position = 0
    for found in _TOKEN.finditer(pattern):
        parts.append(pattern[position : found.start()])
        after_class = after_class and found.start() == position
        position = found.end()
        kind, text = found.lastgroup or "", found[0]
        was_class, after_class = after_class, False
        if kind == "surrogates":
            parts.append(_ASTRAL)
        elif kind in {"name", "letter"}:
            ranges = _ranges(found["name"] or found["letter"], negated=found["which"] == "P")
            parts.append(ranges if inside else f"[{ranges}]")
            after_class = inside
        elif kind == "code":
            parts.append(f"\\U{int(found['code'], 16):08x}")
        elif kind == "end":
            parts.append("\\Z")
        elif kind == "flags":
            flags += text
        elif kind == "hyphen":
            before_class = pattern[position : position + 2].lower() in {"\\w", "\\d", "\\s", "\\p"}
            parts.append("\\-" if inside and (was_class or before_class) else "-")
        elif kind == "open" and inside:
            parts.append(f"\\{text}")
        else:
            after_class = inside and text[1:2] in {*"wWdDsS"}
            inside = kind == "open" or (inside and kind != "close")
            parts.append(text)
    return flags + "".join(parts) + pattern[position:]


@cache
def _ranges(name: str, *, negated: bool) -> str:
    """The characters of a class, as what stands between the brackets of a set.

    Raises:
        LookupError: it is not a class that is known here.
    """
    name = _ALIASES.get(name, name)
    if name in _NAMED and not negated:
        return _NAMED[name]
    if name in _NAMED:
        rest = re.sub(f"[{_NAMED[name]}]", "", "".join(map(chr, range(128))))
        return re.escape(rest) + "\\x80-\\U0010ffff"
    runs = _runs()
    if not any(category.startswith(name) for category, _, _ in runs):
        raise LookupError(name)
    ranges: list[tuple[int, int]] = []
    for category, first, last in runs:
        if category.startswith(name) is negated:
            continue
        joined = ranges.pop()[0] if ranges and ranges[-1][1] == first - 1 else first
        ranges.append((joined, last))
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


@cache
def _runs() -> list[tuple[str, int, int]]:
    """Unicode's characters in order, as runs of one general category: its name, first and last code."""
    found = []
    first, before = 0, unicodedata.category("\0")
    for code in range(1, sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        if category != before:
            found.append((before, first, code - 1))
            first, before = code, category
    return [*found, (before, first, sys.maxunicode)]
