"""Every setting, command and runbook that docs/proposal.md names is there."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest

from mendixctl.app import cli
from tests.support.twin_pages import CODE, sections

TOP = Path(__file__).resolve().parents[3]
CHAPTERS = sections((TOP / "docs" / "proposal.md").read_text(encoding="utf-8"))[2:]
ROWS = [row for chapter in CHAPTERS for row in chapter.rows if row[0] != "subject" and set(row[0]) != {"-"}]
COLUMNS = {"settings": 1, "commands": 2, "runbooks": 3}
NAMED = {column: sorted({name for row in ROWS for name in CODE.findall(row[at])}) for column, at in COLUMNS.items()}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((TOP / "schema" / "environment.json").read_text(encoding="utf-8"))
    return found


def _keys(schema: Mapping[str, Any], part: Any) -> Iterator[tuple[str, Any]]:
    """What may stand below a part of the schema; names that a person chooses are ``*``."""
    if isinstance(part, dict):
        reference = part.get("$ref", "")
        if reference:
            target: Any = schema
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]
            yield from _keys(schema, target)
        for combined in ("anyOf", "oneOf", "allOf"):
            for one in part.get(combined, ()):
                yield from _keys(schema, one)
        yield from part.get("properties", {}).items()
        named = [part.get("additionalProperties"), *part.get("patternProperties", {}).values()]
        yield from (("*", one) for one in named if isinstance(one, dict))


def test_there_are_twelve_chapters() -> None:
    assert [chapter.title.partition(".")[0] for chapter in CHAPTERS] == [str(number) for number in range(1, 13)]
    assert len(ROWS) > 20


@pytest.mark.parametrize("path", NAMED["settings"])
def test_every_setting_is_there(path: str, schema: dict[str, Any]) -> None:
    parts: list[Any] = [schema]
    for step in path.split("."):
        parts = [below for part in parts for name, below in _keys(schema, part) if name in (step, "*")]
        assert parts, f"{step} of {path}"


@pytest.mark.parametrize("words", NAMED["commands"])
def test_every_command_is_there(words: str) -> None:
    command: click.Command = cli
    context = click.Context(cli)
    for word in words.split():
        if word.startswith("--"):
            assert word in {option for parameter in command.params for option in parameter.opts}
            continue
        assert isinstance(command, click.Group)
        found = command.get_command(context, word)
        assert found is not None
        command = found


@pytest.mark.parametrize("name", NAMED["runbooks"])
def test_every_runbook_is_there(name: str) -> None:
    assert list((TOP / "templates" / "runbooks").rglob(f"{name}.md.j2")), name


def test_every_link_leads_to_a_page() -> None:
    for folder in ("docs", "docs/zh"):
        text = (TOP / folder / "proposal.md").read_text(encoding="utf-8")
        assert [link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not (TOP / folder / link).is_file()] == []
