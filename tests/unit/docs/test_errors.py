"""docs/errors.md lists every code that the program can show, and no other."""

from __future__ import annotations

import re
from pathlib import Path

TOP = Path(__file__).parents[3]
CODE = re.compile(r"MX[A-Z]\d{3}")


def test_every_code_is_documented_once_and_none_that_there_is_not() -> None:
    used: set[str] = set()
    for folder in ("cli", "generators"):
        for path in (TOP / folder).rglob("*.py"):
            used.update(CODE.findall(path.read_text()))
    documented = re.findall(r"^\| (MX[A-Z]\d{3}) \|", (TOP / "docs" / "errors.md").read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(used)
