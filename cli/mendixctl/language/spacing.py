"""One rule for spaces where Chinese and Latin meet, and for what stands beside full-width punctuation.

One space between a Chinese character and a Latin letter, digit or opening sign of code; none beside full-width
punctuation, which carries its own; none between two Chinese characters. Two spaces and more are layout and stay.
Source: AWS China's and HashiCorp's Chinese documents, which write this way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
MARKS = {", ": "，", ": ": "：", "; ": "；"}
"""What stands between parts of a text, in English and in Chinese."""

WIDE_SIGNS = "\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\u201c\u201d\u2026"
_LATIN = "A-Za-z0-9"
_OPENS = _LATIN + r"`$@%<\-"
_CLOSES = _LATIN + r"`%>"

_MISSING = re.compile(f"(?<=[{HAN}])(?=[{_OPENS}])|(?<=[{_CLOSES}])(?=[{HAN}])")
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}]) (?=[{HAN}])")
_HAN, _SIGN = re.compile(f"[{HAN}]"), re.compile(f"[{WIDE_SIGNS}]")
_BESIDE_SIGN = re.compile(f"(?<=[{WIDE_SIGNS}]) (?! )|(?<! ) (?=[{WIDE_SIGNS}])")


def spaced(text: str) -> str:
    """``text`` by the rule."""
    text = _BETWEEN_HAN.sub("", _MISSING.sub(" ", text))
    return _BESIDE_SIGN.sub("", text)


def joined(parts: Iterable[str]) -> str:
    """Parts one behind the other, the rule kept where they meet; what stands within each is not touched."""
    whole = ""
    for part in parts:
        kept, gap, dropped = seam(whole, part)
        whole = whole[:kept] + gap + part[dropped:]
    return whole


def seam(before: str, after: str) -> tuple[int, str, int]:
    """Where two parts meet: how much of the first is kept, what stands between, how much of the second is left out."""
    left, right = before.rstrip(" "), after.lstrip(" ")
    if not left or not right:
        return len(before), "", 0
    gap = len(before) - len(left) + len(after) - len(right)
    if gap > 1:
        return len(before), "", 0
    return len(left), _gap(left[-1], right[0], " " * gap), len(after) - len(right)


def _gap(left: str, right: str, gap: str) -> str:
    """What stands between two characters that meet, where ``gap`` stood."""
    if _SIGN.match(left) or _SIGN.match(right) or (_HAN.match(left) and _HAN.match(right)):
        return ""
    return " " if _MISSING.search(left + right) else gap
