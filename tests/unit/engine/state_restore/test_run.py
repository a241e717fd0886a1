"""Copies of the state: kept before and after each apply, put back only where nothing can be lost unseen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.history import run as history_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.engine.state_restore import run as state_restore_run
from mendixctl.engine.state_restore.checks import addresses, next_serial, raised, without_resources
from mendixctl.engine.state_restore.run import StateListResult
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.state_copies import StateFacts
from mendixctl.ledger.state_copies_local import LocalStateCopies
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from tests.unit.cli import samples
from tests.unit.engine.conftest import Bench

RESOURCE = {"mode": "managed", "type": "terraform_data", "name": "note", "module": "module.notes", "instances": [{}]}


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def state(bench: Bench) -> Path:
    return bench.repository.workspace("dev") / "state" / "terraform.tfstate"


def folder(bench: Bench) -> Path:
    return bench.repository.workspace("dev") / "state-copies"


def listed(bench: Bench) -> StateListResult:
    return state_restore_run.list_copies(bench.session, None)


def change_state(bench: Bench, **parts: object) -> None:
    state(bench).write_text(json.dumps({**json.loads(state(bench).read_text()), **parts}))


@pytest.fixture
def second(bench: Bench) -> Bench:
    """Two releases, and the copies of what each left."""
    bench.apply()
    bench.edit("hello", "good day")
    bench.apply()
    return bench


def test_what_each_release_left_has_a_copy(second: Bench) -> None:
    found = listed(second)
    assert [(copy.release, copy.serial) for copy in found.copies] == [(1, 1), (2, 2)]
    assert [found.is_current(copy) for copy in found.copies] == [False, True]
    assert found.keep == 30
    assert second.listener.stages.index("copy") < second.listener.stages.index("apply")


def test_a_first_apply_has_nothing_to_copy_before(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    assert listed(bench).copies == ()
    assert listed(bench).current is None


def test_a_state_that_was_changed_since_is_copied_before_the_next_apply(second: Bench) -> None:
    change_state(second, serial=7)
    second.edit("good day", "bye")
    second.apply()
    assert [(copy.release, copy.serial) for copy in listed(second).copies] == [(1, 1), (2, 2), (2, 7), (3, 8)]


def test_a_failed_apply_leaves_a_copy_too(second: Bench) -> None:
    second.play.fail = Diagnostic("MXT190", "no")
    second.edit("good day", "bye")
    with pytest.raises(ApplyError):
        second.apply()
    assert [copy.release for copy in listed(second).copies] == [1, 2, 3]


def test_no_copy_no_apply(second: Bench) -> None:
    for path in folder(second).iterdir():
        path.unlink()
    folder(second).rmdir()
    folder(second).write_text("in the way")
    second.edit("good day", "bye")
    before = state(second).read_bytes()
    with pytest.raises(Refused) as error:
        second.apply()
    assert codes(error) == ["MXB110"]
    assert (second.play.count("apply"), state(second).read_bytes()) == (2, before)
    assert LocalLedger("dev", second.root / "releases").head() == 2


def test_older_copies_go_once_the_new_one_is_safe(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.spec.write_text(bench.spec.read_text() + "\nstate: {keep_copies: 2}\n")
    bench.apply()
    for number in range(3):
        bench.edit("first: ", f"more{number}: x\n    first: ")
        bench.apply()
    assert [copy.release for copy in listed(bench).copies] == [3, 4]
    bench.edit("first: ", "last: x\n    first: ")
    with monkeypatch.context() as patch:
        patch.setattr(LocalStateCopies, "_remove", _fail)
        bench.apply()
    assert [copy.release for copy in listed(bench).copies] == [3, 4, 5]
    assert "MXB112" in [notice.code for notice in bench.listener.notices]


def test_a_copy_after_that_cannot_be_kept_is_a_warning(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LocalStateCopies, "_write", _fail)
    result = bench.apply()
    assert (result.status, [warning.code for warning in result.warnings]) == (Status.SUCCEEDED, ["MXB111"])


def _fail(*_: object) -> None:
    raise MendixError(Diagnostic("MXB103", "no"))


@pytest.mark.parametrize("content", [None, "", '{"lineage": "one", "ser'])
def test_a_state_that_is_gone_or_damaged_comes_back(second: Bench, content: str | None) -> None:
    was = json.loads(state(second).read_text())
    if content is None:
        state(second).unlink()
    else:
        state(second).write_text(content)
    found = listed(second)
    assert found.current is None
    assert [warning.code for warning in found.warnings] == (["MXB113"] if content else [])
    prepared = state_restore_run.prepare(second.session, None, 2)
    result = state_restore_run.execute(second.session, prepared, message="it was gone")
    now = json.loads(state(second).read_text())
    assert now == {**was, "serial": 3}
    assert (result.number, result.serial) == (3, 3)
    release = result.record.release
    assert (release.kind, release.restored_release, release.restored_serial) == (Kind.RESTORE, 2, 2)
    assert (release.message, release.changes) == ("it was gone", ())
    assert release.spec == second.spec.read_text()
    outcome = result.record.outcome
    assert outcome is not None
    assert (outcome.lineage, outcome.serial) == ("one", 3)
    assert "base: 3" in second.lock.read_text()
    assert [record.number for record in history_run.history(second.session).records] == [1, 2, 3]
    assert plan_run.plan(second.session, "dev").has_changes is False
    if content:
        assert state(second).with_name("terraform.tfstate.damaged").read_text() == content


def test_a_saved_plan_is_stale_after_a_restore(second: Bench) -> None:
    second.edit("good day", "bye")
    plan_run.plan(second.session, "dev")
    plan = second.repository.workspace("dev") / "plans"
    kept = {path.name: path.read_bytes() for path in plan.iterdir()}
    state(second).unlink()
    state_restore_run.execute(second.session, state_restore_run.prepare(second.session, None, 2))
    with pytest.raises(MendixError) as error:
        apply_run.prepare(second.session)
    assert codes(error) == ["MXP130"]
    # and one that another checkout has kept does not fit the serial any more
    for name, content in kept.items():
        (plan / name).write_bytes(content)
        (plan / name).chmod(0o600)
    with pytest.raises(Refused) as error:
        apply_run.prepare(second.session)
    assert "serial 2 and is at 3" in " ".join(found.summary for found in error.value.diagnostics)


def test_the_line_of_releases_goes_on_over_a_restore(second: Bench) -> None:
    state(second).unlink()
    state_restore_run.execute(second.session, state_restore_run.prepare(second.session, None, 1))
    with pytest.raises(MendixError) as error:
        rollback_run.prepare(second.session, None, 3)
    assert codes(error) == ["MXP150"]
    result = rollback_run.execute(second.session, rollback_run.prepare(second.session, None, 1))
    assert (result.apply.number, result.proven) == (4, True)
    second.edit("hello", "bye")
    assert second.apply().number == 5


def test_edits_of_the_yaml_are_in_no_release_after_a_restore_either(second: Bench) -> None:
    second.edit("good day", "precious")
    state(second).unlink()
    state_restore_run.execute(second.session, state_restore_run.prepare(second.session, None, 2))
    with pytest.raises(Refused) as error:
        rollback_run.prepare(second.session, None, 1)
    assert codes(error) == ["MXP153"]


def test_a_newer_state_is_only_replaced_when_that_is_said(second: Bench) -> None:
    change_state(second, resources=[RESOURCE], serial=5)
    with pytest.raises(Refused) as error:
        state_restore_run.prepare(second.session, None, 2)
    assert codes(error) == ["MXB117"]
    assert "--over-newer" in error.value.diagnostics[0].hint
    prepared = state_restore_run.prepare(second.session, None, 2, over_newer=True)
    assert prepared.forgotten == ("module.notes.terraform_data.note",)
    result = state_restore_run.execute(second.session, prepared)
    assert (result.serial, json.loads(state(second).read_text())["serial"]) == (6, 6)
    # what was in place has a copy, from before it was replaced
    assert (2, 5) in [(copy.release, copy.serial) for copy in listed(second).copies]


def test_another_lineage_is_only_put_over_a_state_without_resources(second: Bench) -> None:
    change_state(second, lineage="two", resources=[RESOURCE])
    with pytest.raises(Refused) as error:
        state_restore_run.prepare(second.session, None, 2, over_newer=True)
    assert codes(error) == ["MXB116"]
    change_state(second, resources=[], serial=40)
    result = state_restore_run.execute(second.session, state_restore_run.prepare(second.session, None, 2))
    assert (json.loads(state(second).read_text())["lineage"], result.serial) == ("one", 41)
    assert second.play.calls[-1] == "push --force"


def test_what_is_in_place_needs_no_restore(second: Bench) -> None:
    with pytest.raises(MendixError) as error:
        state_restore_run.prepare(second.session, None, 2)
    assert codes(error) == ["MXB115"]


@pytest.mark.parametrize(("version", "serial"), [(9, None), (2, 7)])
def test_a_copy_that_there_is_not(second: Bench, version: int, serial: int | None) -> None:
    with pytest.raises(MendixError) as error:
        state_restore_run.prepare(second.session, None, version, serial=serial)
    assert codes(error) == ["MXB114"]
    assert "v1, v2" in error.value.diagnostics[0].summary


def test_of_several_copies_of_a_release_the_newest_or_the_one_that_is_named(second: Bench) -> None:
    change_state(second, serial=7)
    second.edit("good day", "bye")
    second.apply()
    state(second).unlink()
    assert state_restore_run.prepare(second.session, None, 2).copy.serial == 7
    assert state_restore_run.prepare(second.session, None, 2, serial=2).copy.serial == 2


def test_a_state_that_changes_while_the_person_is_asked_is_not_replaced(second: Bench) -> None:
    prepared = state_restore_run.prepare(second.session, None, 1, over_newer=True)
    change_state(second, serial=9)
    with pytest.raises(Refused) as error:
        state_restore_run.execute(second.session, prepared)
    assert codes(error) == ["MXB118"]
    assert "push" not in second.play.calls


def test_a_damaged_copy_is_not_put_back(second: Bench) -> None:
    for path in folder(second).iterdir():
        path.write_bytes(path.read_bytes().replace(b"one", b"two"))
    with pytest.raises(MendixError) as error:
        state_restore_run.prepare(second.session, None, 1)
    assert codes(error) == ["MXB102"]


def test_a_restore_that_fails_is_recorded_and_the_missing_state_stays_known(
    second: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    state(second).unlink()
    prepared = state_restore_run.prepare(second.session, None, 2)

    def locked(*_: object, **__: object) -> None:
        raise MendixError(Diagnostic("MXT111", "locked"))

    monkeypatch.setattr("tests.support.play_terraform.PlayTerraform.state_push", locked)
    with pytest.raises(MendixError) as error:
        state_restore_run.execute(second.session, prepared)
    assert codes(error) == ["MXT111", "MXB119"]
    record = LocalLedger("dev", second.root / "releases").read(3)
    assert record.outcome is not None
    assert (record.status, record.outcome.errors, record.outcome.lineage) == (
        Status.FAILED,
        ("MXT111: locked",),
        "one",
    )
    assert "MXP125" in [warning.code for warning in plan_run.plan(second.session, "dev").warnings]
    assert not list(second.repository.workspace("dev").glob("restoring*"))


def test_ctrl_c_in_a_restore_is_recorded(second: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    state(second).unlink()
    prepared = state_restore_run.prepare(second.session, None, 2)

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tests.support.play_terraform.PlayTerraform.state_push", interrupt)
    with pytest.raises(KeyboardInterrupt):
        state_restore_run.execute(second.session, prepared)
    assert LocalLedger("dev", second.root / "releases").read(3).status is Status.INTERRUPTED


def test_another_state_than_the_copy_is_an_error(second: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    state(second).unlink()
    prepared = state_restore_run.prepare(second.session, None, 2)

    def other(*_: object, **__: object) -> None:
        state(second).write_text('{"lineage": "new", "serial": 1}')

    monkeypatch.setattr("tests.support.play_terraform.PlayTerraform.state_push", other)
    with pytest.raises(MendixError) as error:
        state_restore_run.execute(second.session, prepared)
    assert codes(error) == ["MXB120", "MXB119"]


def test_a_protected_environment_has_to_be_named(second: Bench) -> None:
    second.edit("target: emulator", "target: emulator\nprotected: true")
    with pytest.raises(Refused) as error:
        state_restore_run.prepare(second.session, None, 1)
    assert codes(error) == ["MXP134"]
    state(second).unlink()
    assert state_restore_run.prepare(second.session, "dev", 1).confirmation == "dev"


def test_a_rehearsal_has_copies_of_its_own(second: Bench) -> None:
    second.edit("target: emulator", "target: aws")
    session = replace(second.session, rehearse=True)
    assert state_restore_run.list_copies(session, "dev").copies == ()


NUMBERS = st.integers(0, 10**6)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_the_serial_is_above_every_one_that_was_seen(kept: int, present: int, recorded: int) -> None:
    outcome = replace(samples.record(2).outcome, serial=recorded)  # type: ignore[type-var]
    head = Record(samples.record(2).release, outcome, "")
    serial = next_serial(replace(samples.COPY, serial=kept), StateFacts("x", present, 1, ""), head)
    assert serial > max(kept, present, recorded)
    assert next_serial(replace(samples.COPY, serial=kept), StateFacts("x", present, 1, ""), None) > max(kept, present)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5), NUMBERS)
def test_nothing_but_the_serial_is_changed(content: dict[str, object], serial: int) -> None:
    assert json.loads(raised(json.dumps(content).encode(), serial)) == {**content, "serial": serial}


@pytest.mark.parametrize(
    ("instance", "expected"),
    [
        ({}, "module.a.aws_x.y"),
        ({"index_key": 0}, "module.a.aws_x.y[0]"),
        ({"index_key": 'b"c'}, 'module.a.aws_x.y["b\\"c"]'),
    ],
)
def test_addresses_are_as_terraform_writes_them(instance: dict[str, object], expected: str) -> None:
    resource = {"mode": "managed", "module": "module.a", "type": "aws_x", "name": "y", "instances": [instance]}
    content = {"lineage": "l", "serial": 1, "resources": [resource, {**resource, "mode": "data"}]}
    data = json.dumps(content).encode()
    assert addresses(data) == {expected}
    assert addresses(without_resources(data)) == set()
    assert addresses(b"") == set()
