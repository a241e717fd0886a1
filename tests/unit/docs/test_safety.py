"""Every test that docs/safety.md names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[3]
NAMED = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (TOP / "docs" / "safety.md").read_text())


def test_the_table_names_tests() -> None:
    assert len(NAMED) > 30
    rows = [line for line in (TOP / "docs" / "safety.md").read_text().splitlines() if line.startswith("| ")]
    told = [row for row in rows if not row.startswith("| hazard")]
    assert [row for row in told if "`tests/" not in row] == []


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda it: it.rpartition("/")[2] or "whole file")
def test_what_it_names_exists(path: str, name: str) -> None:
    tree = ast.parse((TOP / path).read_text())
    tests = {found.name for found in ast.walk(tree) if isinstance(found, ast.FunctionDef)}
    assert name in tests if name else any(found.startswith("test_") for found in tests)
