"""Words of reports in the person's language: one line each, and safe to show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mendixctl.language import current, mark, recognised, translated
from mendixctl.views.text import clean_line
from mendixgen.messages import msg

CODES = {"en": "en", "zh": "zh-Hans"}
"""Language -> its tag for HTML. Source: BCP 47, the script in it because fonts are chosen by it."""


def said(text: str) -> str:
    """A text of this tool."""
    return clean_line(translated(text))


def known(text: str) -> str:
    """A text that may be somebody's data."""
    return clean_line(recognised(text))


def worded(template: str, **arguments: Any) -> str:
    """A text of a template, its places filled."""
    return said(msg(template, **arguments))


def pair(name: str, what: str) -> str:
    """``name: what``, of texts that are said already."""
    return f"{name}{mark(': ')}{what}"


def run(parts: Iterable[str]) -> str:
    """``a, b, c``, of texts that are said already."""
    return mark(", ").join(parts)


def tag() -> str:
    """The language of a page."""
    return CODES[current()]
