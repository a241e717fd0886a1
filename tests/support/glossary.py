"""The words of docs/glossary.md, read from its tables."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).resolve().parents[2] / "docs" / "glossary.md"


class Term(NamedTuple):
    """A line of the glossary: a term, its Chinese, the words that are not used for it, and where it is from."""

    english: str
    chinese: str
    instead_of: tuple[str, ...]
    source: str


def _terms() -> tuple[Term, ...]:
    rows = [re.split(r"\s*\|\s*", line.strip().strip("|").strip()) for line in _lines()]
    return tuple(
        Term(english, chinese, tuple(filter(None, others.split("、"))), source)
        for english, chinese, others, source in rows
        if english != "English" and not english.startswith("---")
    )


def _lines() -> list[str]:
    return [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("|")]


TERMS = _terms()


def ruled_out() -> frozenset[str]:
    """The words that no Chinese text has."""
    return frozenset(word for term in TERMS for word in term.instead_of)
