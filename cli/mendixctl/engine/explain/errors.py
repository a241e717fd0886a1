"""The codes of errors: ``docs/errors.md``, which a wheel carries as it stands, is their only list."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mendixctl.engine.explain.results import ExplainedError
from mendixgen import packaged

CODE = re.compile(r"MX[A-Z][0-9]{3}\Z", re.IGNORECASE)
_PART = re.compile(r"## (.+?)(?: \(MX[A-Z]\))?\Z")
_ROW = re.compile(r"\| (MX[A-Z][0-9]{3}) \| ([^|]*) \| ?([^|]*)\|\Z")
_LINK = re.compile(r"\[([^]]+)\]\([^)]+\)")


def explain(code: str) -> ExplainedError | None:
    """What a code means; None where there is no such code."""
    return every().get(code.upper())


def every() -> Mapping[str, ExplainedError]:
    """Every code that is documented."""
    return parse((packaged.documents() / "errors.md").read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, ExplainedError]:
    """The rows of the tables, by code."""
    found: dict[str, ExplainedError] = {}
    part = ""
    for line in text.splitlines():
        if heading := _PART.match(line):
            part = heading[1]
        elif row := _ROW.match(line):
            found[row[1]] = ExplainedError(row[1], part, _plain(row[2]), _plain(row[3]))
    return found


def _plain(cell: str) -> str:
    """The text of a cell; of a link its words."""
    return _LINK.sub(r"\1", cell.strip())
