"""Two kinds of specification: an environment has areas' sections, a foundation keys of what an account has once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin, create, create_for
from mendixgen.root.render import render
from mendixgen.spec.loader import Specification, load_text
from mendixgen.spec.schema import environment_schema
from mendixgen.versions.store import ModuleStore
from tests.unit.spec.samples import MINIMAL, add_module, sample_store

FOUNDATION = """\
name: base
kind: foundation
region: eu-central-1
account: "123456789012"
target: emulator
"""
SECTION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "$defs": {
        "Policy": {
            "type": "object",
            "additionalProperties": False,
            "properties": {"length": {"type": "integer", "minimum": 8, "default": 16}},
        }
    },
    "properties": {
        "watch": {"type": "boolean", "default": True},
        "policy": {"$ref": "#/$defs/Policy", "default": {}},
    },
}
INPUTS = {
    "environment": {"from": "context", "value": "name", "type": "string", "required": True},
    "watch": {"from": "yaml", "type": "bool"},
    "policy": {"from": "yaml", "type": "object({})"},
    "teardown": {"from": "module", "type": "bool"},
}


@pytest.fixture
def store(tmp_path: Path) -> ModuleStore:
    sample_store(tmp_path)
    add_module(tmp_path, "foundation", "9.0.0", kind="foundation", section=SECTION, inputs=INPUTS, outputs={})
    return ModuleStore(tmp_path)


def load(text: str, store: ModuleStore, lock: Lock | None = None) -> Specification:
    return load_text(text, "environments/base.yaml", store=store, lock=lock, name="base")


def said(text: str, store: ModuleStore, lock: Lock | None = None) -> list[tuple[str, str]]:
    with pytest.raises(MendixError) as refused:
        load(text, store, lock)
    return [(it.code, str(it.location).rsplit("base.yaml:", 1)[-1]) for it in refused.value.diagnostics]


def test_a_new_lock_has_the_areas_of_its_kind(store: ModuleStore) -> None:
    assert set(create(store).pins) == {"garden", "house"}
    assert set(create(store, kind="foundation").pins) == {"foundation"}
    assert set(create_for(store, {"kind": "foundation"}).pins) == {"foundation"}
    assert set(create_for(store, {"kind": "nonsense", "target": "emulator"}).pins) == {"garden", "house"}


def test_the_keys_of_a_foundation_are_its_module_s_settings(store: ModuleStore) -> None:
    spec = load(FOUNDATION + "watch: false\npolicy: {length: 20}\n", store)
    assert spec.arguments == {"foundation": {"watch": False, "policy": {"length": 20}}}
    assert spec.header.domain == ""
    files = render(spec, create(store, kind="foundation"), store)
    assert 'module "foundation"' in files["main.tf"]
    assert "watch = false" in files["main.tf"]


def test_a_foundation_without_settings_has_the_defaults(store: ModuleStore) -> None:
    assert load(FOUNDATION, store).arguments == {"foundation": {}}


def test_mistakes_are_said_at_their_place(store: ModuleStore) -> None:
    assert said(FOUNDATION + "watch: 1\npolicy:\n  length: 3\n", store) == [("MXS203", "6:8"), ("MXS205", "8:11")]
    assert said(FOUNDATION + "wacth: true\n", store) == [("MXS201", "6:1")]


def test_what_is_an_environment_s_is_no_foundation_s(store: ModuleStore) -> None:
    assert said(FOUNDATION + "garden: {}\n", store) == [("MXS144", "6:1")]
    assert said(FOUNDATION + "domain: apps.example.com\n", store) == [("MXS122", "6:9")]
    assert said(FOUNDATION + "standby_of: prod\n", store) == [("MXS122", "6:13")]


def test_what_is_a_foundation_s_is_no_environment_s(store: ModuleStore) -> None:
    text = MINIMAL.replace("name: dev", "name: base")
    assert said(text + "watch: true\n", store) == [("MXS144", "6:1")]


def test_an_environment_needs_a_domain(store: ModuleStore) -> None:
    text = FOUNDATION.replace("kind: foundation\n", "")
    (found,) = said(text, store)
    assert found[0] == "MXS202"


def test_a_lock_with_the_wrong_kind_of_area_is_refused(store: ModuleStore) -> None:
    """Turning the foundation on in an environment would put what the account has once into its state."""
    lock = Lock(generator="0.1.0", pins={"foundation": Pin("9.0.0")})
    text = MINIMAL.replace("name: dev", "name: base")
    assert [code for code, _ in said(text, store, lock)] == ["MXS143"]
    assert [code for code, _ in said(FOUNDATION, store, Lock("0.1.0", pins={"garden": Pin("1.1.0")}))] == ["MXS143"]


def test_the_schema_of_editors_knows_both_kinds(store: ModuleStore) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(environment_schema(store))
    base = {"name": "base", "region": "eu-central-1", "account": "123456789012"}
    foundation = {**base, "kind": "foundation"}
    environment = {**base, "domain": "apps.example.com"}
    assert validator.is_valid({**foundation, "watch": True, "policy": {"length": 20}})
    assert not validator.is_valid({**foundation, "policy": {"length": 3}})
    assert not validator.is_valid({**foundation, "garden": {}})
    assert validator.is_valid({**environment, "garden": {}})
    assert not validator.is_valid({**environment, "watch": True})
    assert not validator.is_valid(base)


def test_a_foundation_that_is_not_released_is_off_on_aws(tmp_path: Path) -> None:
    add_module(
        tmp_path, "foundation", "9.0.0", kind="foundation", released=None, section=SECTION, inputs=INPUTS, outputs={}
    )
    text = FOUNDATION.replace("target: emulator", "target: aws") + "watch: true\n"
    assert said(text, ModuleStore(tmp_path)) == [("MXS142", "6:1")]
