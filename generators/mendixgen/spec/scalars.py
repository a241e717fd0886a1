"""What a scalar of YAML means, where readers of YAML agree; where they do not, a refusal that says how to write it."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import Any

MAX_COMBINING = 30
"""Unicode's stream-safe limit; beyond it Terraform inserts joiners into the text."""

MAX_DIGITS = 16
"""A number with more digits is no number of things; it is also the edge of what JSON keeps exactly."""

_MARKS = frozenset({"Mn", "Mc", "Me"})
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_OLD_BOOL = {
    w: v
    for low, v in (("yes", True), ("on", True), ("no", False), ("off", False))
    for w in (low, low.title(), low.upper())
}
_NUMBER_START = frozenset("+-.0123456789")
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?(0|[1-9][0-9]*)\.[0-9]+\Z")
_AMBIGUOUS = (
    (re.compile(r"[-+]?0[0-9_]+\Z"), "a number that begins with 0 is octal to some readers and decimal to others"),
    (re.compile(r"[-+]?0[xob][0-9a-fA-F_]+\Z"), "a number in another base than ten is not read here"),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?\Z"),
        "a colon between digits is base sixty to some readers and text to others",
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(\.[0-9_]*)?\Z"),
        "digits with underscores are a number to some readers and text to others",
    ),
    (
        re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+\Z"),
        "a number with an exponent is text to some readers",
    ),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.)\Z"), "a number needs digits on both sides of its point"),
    (re.compile(r"[-+]?\.(inf|Inf|INF|nan|NaN|NAN)\Z"), "infinity and not-a-number are not values here"),
    (
        re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?\Z"),
        "a date is a timestamp to some readers and text to others",
    ),
)


class Unclear(ValueError):
    """A scalar that is refused: the code, what is wrong, how to write it, and a value to go on with."""

    def __init__(self, code: str, summary: str, hint: str, value: Any) -> None:
        super().__init__(summary)
        self.code = code
        self.summary = summary
        self.hint = hint
        self.value = value


def plain(text: str) -> Any:
    """The value of a scalar without quotes: None, a bool, a number, or the text in normal form C.

    Raises:
        Unclear: MXS114, YAML 1.1 and 1.2 read it differently; MXS115, a number out of range; as `quoted`.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text in _OLD_BOOL:
        word = "true" if _OLD_BOOL[text] else "false"
        summary = f"{text} is {word} to some readers of YAML and text to others"
        raise Unclear("MXS114", summary, f'write {word}, or "{text}" in quotes', text)
    if text[0] in _NUMBER_START:
        return _number(text)
    return quoted(text)


def _number(text: str) -> Any:
    if _INTEGER.match(text):
        if len(text) > MAX_DIGITS:
            hint = f'if it is text, quote it: "{text[:20]}"'
            raise Unclear("MXS115", f"{text[:20]} is too large a number", hint, 0)
        return int(text)
    if _FLOAT.match(text):
        value = float(text) if len(text) <= 2 * MAX_DIGITS else math.inf
        if not math.isfinite(value):
            raise Unclear("MXS115", f"{text[:20]} has too many digits", f'if it is text, quote it: "{text[:20]}"', 0)
        return value
    for pattern, why in _AMBIGUOUS:
        if pattern.match(text):
            hint = f'if it is text, quote it: "{text}"; if it is a number, write it in plain digits'
            raise Unclear("MXS114", f"{text} is not clear: {why}", hint, text)
    return quoted(text)


def quoted(text: str) -> str:
    """Text in normal form C, as Terraform keeps it.

    Raises:
        Unclear: MXS117, text that Terraform or UTF-8 cannot keep.
    """
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    if any("\ud800" <= character <= "\udfff" for character in composed):
        raise Unclear("MXS117", "half a surrogate pair is no character", "write the character itself", "")
    if not is_stream_safe(composed):
        summary = f"more than {MAX_COMBINING} combining marks stand on one character"
        raise Unclear("MXS117", summary, "Terraform cannot keep such text; remove some", composed)
    return composed


def is_stream_safe(text: str) -> bool:
    """Whether no character carries more marks than Terraform keeps; Hangul's trailing jamo count as marks.

    Measured with Terraform 1.11: after 30 of them it puts in U+034F. Source: UAX 15, "Stream-Safe Text Format".
    """
    run = 0
    for character in unicodedata.normalize("NFD", text):
        is_mark = unicodedata.category(character) in _MARKS or "\u1160" <= character <= "\u11ff"
        run = run + 1 if is_mark else 0
        if run > MAX_COMBINING:
            return False
    return True
