"""``show`` and ``diff`` say that a secret changed, and never what it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mendixctl.engine.diff import SpecChange
from mendixctl.engine.history.run import diff, show
from mendixctl.engine.session import Session
from mendixctl.terraform.plan import SENSITIVE
from tests.support.fabricated_ledger import Fabricated, change
from tests.support.small_repository import small_repository

NOTE = 'module.notes.terraform_data.note["first"]'
SECRETS = ("hello", 'good "day"', "second word")


@pytest.fixture
def made(tmp_path: Path) -> Fabricated:
    """Two releases whose notes are secret, though an older mendixctl did not know that."""
    repository = small_repository(tmp_path / "platform")
    found = Fabricated(repository)
    found.release(change(NOTE, "create"))
    found.edit("first: hello", "first: 'good \"day\"'\n    second: second word\n    third: 7")
    found.edit("domain: dev", "domain: next")
    found.release(change(NOTE, "update", "input"))
    path = repository.modules / "notes" / "1.0.0" / "module.json"
    manifest = json.loads(path.read_text())
    manifest["section"]["properties"]["texts"]["additionalProperties"] = {"type": "string", "x-secret": True}
    path.write_text(json.dumps(manifest))
    return found


def test_the_values_of_secret_fields_are_masked(made: Fabricated) -> None:
    result = show(Session(made.repository), "dev", 2)
    assert result.spec == (
        SpecChange("domain", "dev.apps.example.com", "next.apps.example.com"),
        SpecChange("notes.texts.first", SENSITIVE, SENSITIVE),
        SpecChange("notes.texts.second", None, SENSITIVE),
        SpecChange("notes.texts.third", None, SENSITIVE),
    )
    assert not any(secret in repr(show(Session(made.repository), "dev", 1).spec) for secret in SECRETS)


def test_no_text_of_a_diff_holds_them(made: Fabricated, monkeypatch: pytest.MonkeyPatch) -> None:
    hcl = [f'note = "{secret}"\n'.replace('"day"', '\\"day\\"') for secret in SECRETS]
    monkeypatch.setattr(
        "mendixctl.engine.history.run._files", lambda store, record: {"main.tf": hcl[record.number].encode()}
    )
    result = diff(Session(made.repository), "dev", 1, 2)
    shown = repr((result.spec, result.spec_diff, result.files))
    assert not any(secret in shown for secret in SECRETS)
    assert "second word" in made.spec
    assert f'+note = "{SENSITIVE}"' in result.files
    assert "+domain: next.apps.example.com" in result.spec_diff


def test_of_an_area_whose_module_is_gone_nothing_is_shown(made: Fabricated) -> None:
    (made.repository.modules / "notes" / "1.0.0" / "module.json").write_text("{}")
    result = show(Session(made.repository), "dev", 2)
    assert result.spec[0] == SpecChange("domain", "dev.apps.example.com", "next.apps.example.com")
    assert not any(secret in repr(result.spec) for secret in SECRETS)
