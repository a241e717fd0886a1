"""Secrets in the YAML are refused where something is planned from it, and never said."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mendixctl.views.human.problems import show_problems
from mendixctl.views.human.screen import Screen
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.spec.loader import load_text
from mendixgen.versions.store import ModuleStore
from tests.unit.spec.samples import MINIMAL, add_module

TODAY = date(2026, 11, 25)
SECTION: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "$defs": {
        "User": {"type": "object", "properties": {"password": {"type": "string", "pattern": "^x", "x-secret": True}}}
    },
    "properties": {
        "token": {"anyOf": [{"type": "string"}, {"type": "null"}], "x-secret": True},
        "users": {"type": "object", "additionalProperties": {"$ref": "#/$defs/User"}},
        "keys": {"type": "array", "items": {"type": "string"}, "x-secret": True},
        "open": {"type": "string", "pattern": "^[a-z]+$"},
    },
}


@pytest.fixture
def store(tmp_path: Path) -> ModuleStore:
    inputs = {name: {"from": "yaml", "type": "any"} for name in SECTION["properties"]}
    add_module(tmp_path, "vault", "1.0.0", section=SECTION, inputs=inputs)
    return ModuleStore(tmp_path)


def problems(store: ModuleStore, section: str, today: date | None = TODAY) -> tuple[Any, ...]:
    with pytest.raises(MendixError) as error:
        load_text(MINIMAL + section, "environments/dev.yaml", store=store, lock=LOCK, today=today)
    return error.value.diagnostics


LOCK = Lock("0.1.0", 0, {"vault": Pin("1.0.0")})


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("vault: {token: hunter2}\n", "vault.token"),
        ("vault:\n  users:\n    anna: {password: hunter2}\n", "vault.users.anna.password"),
        ("vault:\n  keys: [hunter2]\n", "vault.keys[0]"),
        ("vault: {token: 12345678}\n", "vault.token"),
    ],
)
def test_a_secret_in_the_yaml_is_refused_without_being_said(
    store: ModuleStore, tmp_path: Path, section: str, place: str
) -> None:
    found = problems(store, section)
    assert [(one.code, one.detail) for one in found] == [("MXS153", place)]
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(MINIMAL + section)
    out = io.StringIO()
    show_problems(Screen(color=False, out=out, err=out), found, tmp_path)
    assert "hunter2" not in out.getvalue() + repr(found)
    assert "12345678" not in out.getvalue() + repr(found)


def test_no_other_mistake_of_the_line_shows_it(store: ModuleStore, tmp_path: Path) -> None:
    found = problems(store, "vault: {token: hunter2, open: UPPER, other: 1}\n")
    assert {one.code for one in found} == {"MXS153", "MXS201", "MXS206"}
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(MINIMAL + "vault: {token: hunter2, open: UPPER, other: 1}\n")
    out = io.StringIO()
    show_problems(Screen(color=False, out=out, err=out), found, tmp_path)
    assert "UPPER" in out.getvalue()
    assert "hunter2" not in out.getvalue()


def test_what_is_read_or_destroyed_is_not_held_up_by_it(store: ModuleStore) -> None:
    load_text(MINIMAL + "vault: {token: hunter2}\n", "environments/dev.yaml", store=store, lock=LOCK)
    # a value of a wrong form is no reason to say it either
    load_text(MINIMAL + "vault: {users: {a: {password: hunter2}}}\n", "environments/dev.yaml", store=store, lock=LOCK)


@pytest.mark.parametrize("section", ["", "vault:\n", "vault: {token: null, users: {anna: {}}, open: yes-it-is}\n"])
def test_a_secret_that_is_left_out_is_no_mistake(store: ModuleStore, section: str) -> None:
    if "open" in section:
        assert {one.code for one in problems(store, section)} == {"MXS206"}
    else:
        load_text(MINIMAL + section, "environments/dev.yaml", store=store, lock=LOCK, today=TODAY)
