"""The JSON Schema for editors: valid, whole, and current."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from mendixctl.language.spacing import HAN
from mendixctl.language.speaker import Speaker
from mendixgen.spec.schema import dump, environment_schema, translated
from mendixgen.versions.store import ModuleStore
from tests.unit.spec.samples import MINIMAL, sample_store

ROOT = Path(__file__).resolve().parents[3]


def test_the_schema_accepts_and_refuses(tmp_path: Path) -> None:
    schema = environment_schema(sample_store(tmp_path))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = yaml.safe_load(MINIMAL + "garden: {zones: 3, plants: {a: {water: 3}}}\nhouse:\n")
    assert validator.is_valid(good)
    assert not validator.is_valid({**good, "gardn": {}})
    assert not validator.is_valid({**good, "garden": {"plants": {"a": {"water": 0}}}})
    assert not validator.is_valid({**good, "name": None})


def test_definitions_of_two_areas_do_not_collide(tmp_path: Path) -> None:
    schema = environment_schema(sample_store(tmp_path))
    assert "garden_Plant" in schema["$defs"]
    assert "#/$defs/Plant" not in json.dumps(schema)


def test_the_committed_schema_is_current() -> None:
    committed = (ROOT / "schema" / "environment.json").read_text("utf-8")
    assert committed == dump(environment_schema(ModuleStore(ROOT / "modules"))), "run: mendixctl schema --write"


def test_the_committed_chinese_schema_is_current_and_says_everything_in_chinese() -> None:
    english = (ROOT / "schema" / "environment.json").read_text("utf-8")
    text = (ROOT / "schema" / "environment.zh.json").read_text("utf-8")
    wanted = translated(json.loads(english), Speaker.of("zh").say)
    assert text == dump(wanted), "run: mendixctl schema --write"
    descriptions = list(_descriptions(json.loads(text)))
    assert len(descriptions) == len(list(_descriptions(json.loads(english))))
    assert [one for one in descriptions if not re.search(f"[{HAN}]", one)] == []


def test_another_language_changes_nothing_but_words(tmp_path: Path) -> None:
    schema = environment_schema(sample_store(tmp_path))
    turned = translated(schema, lambda text: f"<{text}>")
    assert _without_words(turned) == _without_words(schema)
    assert all(one.startswith("<") for one in _descriptions(turned))


def _descriptions(schema: Any) -> Iterator[str]:
    parts = schema.items() if isinstance(schema, dict) else enumerate(schema) if isinstance(schema, list) else ()
    for key, part in parts:
        if key == "description" and isinstance(part, str):
            yield part
        else:
            yield from _descriptions(part)


def _without_words(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_words(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _without_words(part)
        for key, part in schema.items()
        if not (key in ("description", "title") and isinstance(part, str))
    }
