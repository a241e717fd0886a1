"""The JSON Schema for editors: valid, whole, and current."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import yaml

from mendixgen.spec.schema import dump, environment_schema
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
