"""What is wrong with a filter pattern of CloudWatch Logs, as far as its form alone tells.

Source: Amazon CloudWatch Logs user guide, "Filter pattern syntax for metric filters, subscription filters, filter log
events, and Live Tail".
"""

from __future__ import annotations

import re

_PAIRS = {"{": "}", "[": "]", "(": ")"}
_CONDITION = re.compile(r"(=|!=|<|>|<=|>=|\bIS\b|\bNOT EXISTS\b|\bEXISTS\b)", re.IGNORECASE)


def flaw(pattern: str) -> str:
    """What is wrong, as the end of a sentence; empty where nothing is seen. AWS has the last word."""
    text = pattern.strip()
    if not text:
        return "is empty"
    bare, open_quote = _without_quoted(text)
    if open_quote:
        return "opens a quote and does not close it"
    if text[0] in "{[":
        unpaired = _unpaired(bare)
        if unpaired:
            return unpaired
        if not bare.endswith(_PAIRS[text[0]]):
            return f"begins with {text[0]} and does not end with {_PAIRS[text[0]]}"
    return _json_flaw(bare) if text[0] == "{" else ""


def _json_flaw(bare: str) -> str:
    body = bare[1:-1].strip()
    if not body.lstrip("( !").startswith("$"):
        return "is a JSON condition, whose selectors begin with $"
    return "" if _CONDITION.search(body) else "is a JSON condition that compares nothing"


def _unpaired(bare: str) -> str:
    waiting: list[str] = []
    for character in bare:
        if character in _PAIRS:
            waiting.append(_PAIRS[character])
        elif character in _PAIRS.values() and (not waiting or waiting.pop() != character):
            return f"closes {character} and never opened it"
    return f"lacks {waiting[-1]}" if waiting else ""


def _without_quoted(text: str) -> tuple[str, bool]:
    """The text with what is between quotes (or percent signs, a regular expression) left out; whether one is open."""
    kept: list[str] = []
    quote = ""
    for index, character in enumerate(text):
        escaped = index > 0 and text[index - 1] == "\\"
        if quote:
            if character == quote and not escaped:
                quote = ""
        elif character in '"%':
            quote = character
        else:
            kept.append(character)
    return "".join(kept).strip(), quote == '"'
