"""Each result that a command shows is shown by both views, and each entry of their tables is right."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

from mendixctl.views.human import view as human
from mendixctl.views.json import view as for_programs
from mendixctl.views.showers import shower

COMMANDS = Path(__file__).resolve().parents[3] / "cli" / "mendixctl" / "commands"
TABLES = [
    ("mendixctl.views.human.shown", human.SHOWN),
    ("mendixctl.views.json", for_programs.SHOWN),
    ("mendixctl.views.json", {name: where for name, where in for_programs.PREPARED.items() if where}),
]


def test_both_views_show_the_same_results() -> None:
    assert human.SHOWN.keys() == for_programs.SHOWN.keys() | for_programs.PREPARED.keys()
    assert not for_programs.SHOWN.keys() & for_programs.PREPARED.keys()


@pytest.mark.parametrize(
    ("package", "name", "where"), [(package, *entry) for package, table in TABLES for entry in table.items()]
)
def test_an_entry_names_a_function_of_that_result(package: str, name: str, where: str) -> None:
    module, _, function = where.partition(":")
    found = getattr(importlib.import_module(f"{package}.{module}"), function)
    parameters = inspect.signature(found).parameters
    said = [str(one.annotation) for one in parameters.values()]
    assert name in said or "Any" in said
    assert not package.endswith("shown") or "details" in parameters, "a view hands on whether details are wanted"


def test_what_nobody_shows_is_an_error_that_names_it() -> None:
    with pytest.raises(TypeError, match="object"):
        shower({}, "mendixctl.views.json", object())


def test_commands_show_by_one_method() -> None:
    used = {name for path in COMMANDS.glob("*.py") for name in re.findall(r"\.view\.([a-z_]+)\(", path.read_text())}
    assert used == {"ask", "show"}


def test_a_result_of_a_subclass_is_shown_as_its_class() -> None:
    class Planned:
        pass

    class Special(Planned):
        pass

    table: dict[str, Any] = {"Planned": "plain:plain"}
    assert shower(table, "mendixctl.views.json", Special()).__name__ == "plain"
