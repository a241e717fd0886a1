"""A standby through plan, apply and rollback while its primary's file changes."""

from __future__ import annotations

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.released import data
from mendixctl.engine.repository.render import render
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.status import status
from mendixctl.ledger.local import LocalLedger
from mendixgen.diagnostics import MendixError, Refused
from tests.support.small_repository import SPEC
from tests.unit.engine.conftest import Bench

PROD = SPEC.format(name="prod", target="emulator").replace("hello ", "good morning ")
STANDBY = """\
name: dev
standby_of: prod        # all but this is prod's
region: eu-west-1
account: "123456789012"
target: emulator
domain: dr.apps.example.com
"""


@pytest.fixture
def standby(bench: Bench) -> Bench:
    """A standby, applied twice: as prod was first, and as it was after an edit of prod's file."""
    bench.repository.spec("prod").write_text(PROD)
    bench.spec.write_text(STANDBY)
    bench.apply()
    edit_of_prod(bench, "good morning", "good day")
    bench.apply()
    return bench


def edit_of_prod(bench: Bench, old: str, new: str) -> None:
    path = bench.repository.spec("prod")
    path.write_text(path.read_text().replace(old, new))


def first(bench: Bench, number: int) -> object:
    return data(LocalLedger("dev", bench.root / "releases").read(number))["notes"]["texts"]["first"]


def test_a_release_holds_what_was_taken(standby: Bench) -> None:
    assert [first(standby, number) for number in (1, 2)] == ["good morning", "good day"]
    assert standby.spec.read_text() == STANDBY


def test_the_root_is_told_to_be_another_once_the_primary_is(standby: Bench) -> None:
    assert render(standby.session, "dev", check=True).diff == ""
    edit_of_prod(standby, "good day", "good evening")
    assert "good evening" in render(standby.session, "dev", check=True).diff
    assert standby.spec.read_text() == STANDBY


def test_a_plan_does_not_outlive_an_edit_of_the_primary(standby: Bench) -> None:
    edit_of_prod(standby, "good day", "good evening")
    plan_run.plan(standby.session, "dev")
    edit_of_prod(standby, "good evening", "good night")
    with pytest.raises(Refused) as error:
        apply_run.prepare(standby.session, "dev")
    assert "what the YAML takes from other environments' files was changed" in error.value.diagnostics[0].summary


def test_a_rollback_goes_to_what_was_and_says_in_the_file_what_is_not_the_primarys_any_more(standby: Bench) -> None:
    prepared = rollback_run.prepare(standby.session, "dev", 1)
    assert [(one.path, one.before, one.after) for one in prepared.spec] == [
        ("notes.texts.first", "good day", "good morning")
    ]
    result = rollback_run.execute(standby.session, prepared, message="it was better")
    assert (result.proven, first(standby, 3)) == (True, "good morning")
    text = standby.spec.read_text()
    assert text.startswith(STANDBY)
    assert "first: good morning" in text
    assert plan_run.plan(standby.session, "dev").has_changes is False
    assert status(standby.session, "dev").base == 3


def test_a_mistake_in_the_primary_is_told_in_its_file(standby: Bench) -> None:
    edit_of_prod(standby, "texts:", "text:")
    with pytest.raises(MendixError) as error:
        plan_run.plan(standby.session, "dev")
    assert str(error.value.diagnostics[0].location).startswith("environments/prod.yaml:9:")
