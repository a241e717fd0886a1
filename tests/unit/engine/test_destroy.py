"""``destroy``: two releases, and a root that is afterwards as it was."""

from __future__ import annotations

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.history import run as history_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.release import Kind, Status
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError
from tests.support.small_repository import write_module
from tests.unit.engine.conftest import Bench


def test_protection_is_taken_off_in_a_release_of_its_own(bench: Bench) -> None:
    bench.apply()
    before = bench.snapshot()
    prepared = destroy.prepare(bench.session, "dev")
    assert prepared.confirmation == "dev"
    assert [judged.change.action for judged in prepared.destroy.changes] == [Action.DELETE]
    assert "teardown = true" in (bench.root / "main.tf").read_text()
    result = destroy.execute(bench.session, prepared, message="no longer needed")
    assert result.teardown is not None
    assert result.destroy is not None
    records = history_run.history(bench.session).records
    assert [record.release.kind for record in records] == [Kind.APPLY, Kind.TEARDOWN, Kind.DESTROY]
    assert {record.status for record in records} == {Status.SUCCEEDED}
    after = bench.snapshot()
    assert {name: after[name] for name in before if name.endswith(".tf")} == {
        name: content for name, content in before.items() if name.endswith(".tf")
    }
    assert plan_run.plan(bench.session, "dev").counts.add == 1


def test_who_declines_finds_everything_exactly_as_it_was(bench: Bench) -> None:
    bench.apply()
    before = bench.snapshot()
    destroy.abandon(bench.session, destroy.prepare(bench.session, "dev"))
    assert bench.snapshot() == before


def test_edits_that_nobody_applied_are_named_and_not_made(bench: Bench) -> None:
    bench.apply()
    write_module(bench.repository.modules, "1.1.0")
    bench.edit("    first: hello", "    first: hello\n    second: never applied")
    edited = bench.lock.read_text().replace("version: 1.0.0", "version: 1.1.0")
    bench.lock.write_text(edited)
    files = bench.snapshot()
    prepared = destroy.prepare(bench.session, "dev")
    assert "never applied" not in (bench.root / "main.tf").read_text()
    (notice,) = [one for one in bench.listener.notices if one.code == "MXP162"]
    assert notice.summary.endswith("destroy: notes.texts.second, notes 1.0.0 -> 1.1.0")
    destroy.abandon(bench.session, prepared)
    assert bench.snapshot() == files
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    records = history_run.history(bench.session).records
    assert len({record.release.spec for record in records}) == 1
    assert all("version: 1.0.0" in record.release.lock for record in records)
    # the edits are as they were, on top of the newest release
    assert "never applied" in bench.spec.read_text()
    assert bench.lock.read_text() == edited.replace("base: 1", "base: 3")
    assert plan_run.plan(bench.session, "dev").counts.add == 1


def _change(address: str, action: Action) -> ResourceChange:
    return ResourceChange(address, "notes", "terraform_data", action)


def test_disarming_makes_nothing_that_is_not_there(bench: Bench) -> None:
    bench.apply()
    bench.play.changes = (_change("there", Action.UPDATE), _change("never_made", Action.CREATE))
    prepared = destroy.prepare(bench.session, "dev")
    assert bench.play.targets == ("there",)
    assert [judged.change.address for judged in prepared.teardown.changes] == ["there"]
    destroy.abandon(bench.session, prepared)
    bench.play.changes = (_change("never_made", Action.CREATE),)
    prepared = destroy.prepare(bench.session, "dev")
    assert (prepared.teardown.has_changes, prepared.teardown.changes) == (False, ())
    result = destroy.execute(bench.session, prepared)
    assert result.teardown is None
    assert [record.release.kind for record in history_run.history(bench.session).records] == [Kind.APPLY, Kind.DESTROY]


@pytest.mark.parametrize("where", ["make", "gate.judge"])
def test_a_destroy_that_cannot_be_planned_leaves_the_lock_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    bench.apply()
    write_module(bench.repository.modules, "1.1.0")
    bench.lock.write_text(bench.lock.read_text().replace("version: 1.0.0", "version: 1.1.0"))
    files = bench.snapshot()
    monkeypatch.setattr(f"mendixctl.engine.destroy.{where}", _stopped)
    with pytest.raises(KeyboardInterrupt):
        destroy.prepare(bench.session, "dev")
    assert bench.snapshot() == files


def test_nothing_to_destroy(bench: Bench) -> None:
    with pytest.raises(MendixError) as error:
        destroy.prepare(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXP160"


def test_a_destroy_that_fails_is_recorded_and_goes_on_later(bench: Bench) -> None:
    bench.apply()
    before = {name: content for name, content in bench.snapshot().items() if name.endswith(".tf")}
    prepared = destroy.prepare(bench.session, "dev")
    bench.play.fail = Diagnostic("MXT190", "no")
    with pytest.raises(ApplyError):
        destroy.execute(bench.session, prepared)
    assert {name: content for name, content in bench.snapshot().items() if name.endswith(".tf")} == before
    result = destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert result.destroy is not None
    assert [record.status for record in history_run.history(bench.session).records][-1] is Status.SUCCEEDED


def test_a_destroyed_environment_comes_back_by_a_rollback(bench: Bench) -> None:
    bench.apply()
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    for version in (2, 3):
        with pytest.raises(MendixError) as error:
            rollback_run.prepare(bench.session, None, version)
        assert error.value.diagnostics[0].code == "MXP150"
    result = rollback_run.execute(bench.session, rollback_run.prepare(bench.session, None, 1))
    assert (result.proven, result.apply.number) == (True, 4)


def _stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "where", ["operation.Tools.start", "operation.lease", "operation.check_ledger", "destroy.carry_out"]
)
def test_what_did_not_begin_leaves_the_root_as_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    bench.apply()
    before = bench.snapshot()
    prepared = destroy.prepare(bench.session, "dev")
    with monkeypatch.context() as patch:
        patch.setattr(f"mendixctl.engine.{where}", _stopped)
        with pytest.raises(KeyboardInterrupt):
            destroy.execute(bench.session, prepared)
    assert bench.snapshot() == before
