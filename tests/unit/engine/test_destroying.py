"""``destroy``: two releases, and a root that is afterwards as it was."""

from __future__ import annotations

import pytest

from mendixctl.engine import destroying, history, planning, rolling_back
from mendixctl.engine.results import ApplyError
from mendixctl.ledger.release import Kind, Status
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import Diagnostic, MendixError
from tests.unit.engine.conftest import Bench


def test_protection_is_taken_off_in_a_release_of_its_own(bench: Bench) -> None:
    bench.apply()
    before = bench.snapshot()
    prepared = destroying.prepare(bench.session, "dev")
    assert prepared.confirmation == "dev"
    assert [judged.change.action for judged in prepared.destroy.changes] == [Action.DELETE]
    assert "teardown = true" in (bench.root / "main.tf").read_text()
    result = destroying.execute(bench.session, prepared, message="no longer needed")
    assert result.teardown is not None
    assert result.destroy is not None
    records = history.history(bench.session).records
    assert [record.release.kind for record in records] == [Kind.APPLY, Kind.TEARDOWN, Kind.DESTROY]
    assert {record.status for record in records} == {Status.SUCCEEDED}
    after = bench.snapshot()
    assert {name: after[name] for name in before if name.endswith(".tf")} == {
        name: content for name, content in before.items() if name.endswith(".tf")
    }
    assert planning.plan(bench.session, "dev").counts.add == 1


def test_who_declines_finds_everything_exactly_as_it_was(bench: Bench) -> None:
    bench.apply()
    before = bench.snapshot()
    destroying.abandon(bench.session, destroying.prepare(bench.session, "dev"))
    assert bench.snapshot() == before


def test_nothing_to_destroy(bench: Bench) -> None:
    with pytest.raises(MendixError) as error:
        destroying.prepare(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXP160"


def test_a_destroy_that_fails_is_recorded_and_goes_on_later(bench: Bench) -> None:
    bench.apply()
    before = {name: content for name, content in bench.snapshot().items() if name.endswith(".tf")}
    prepared = destroying.prepare(bench.session, "dev")
    bench.play.fail = Diagnostic("MXT190", "no")
    with pytest.raises(ApplyError):
        destroying.execute(bench.session, prepared)
    assert {name: content for name, content in bench.snapshot().items() if name.endswith(".tf")} == before
    result = destroying.execute(bench.session, destroying.prepare(bench.session, "dev"))
    assert result.destroy is not None
    assert [record.status for record in history.history(bench.session).records][-1] is Status.SUCCEEDED


def test_a_destroyed_environment_comes_back_by_a_rollback(bench: Bench) -> None:
    bench.apply()
    destroying.execute(bench.session, destroying.prepare(bench.session, "dev"))
    for version in (2, 3):
        with pytest.raises(MendixError) as error:
            rolling_back.prepare(bench.session, None, version)
        assert error.value.diagnostics[0].code == "MXP150"
    result = rolling_back.execute(bench.session, rolling_back.prepare(bench.session, None, 1))
    assert (result.proven, result.apply.number) == (True, 4)


def _stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("where", ["Tools.start", "lease", "check_ledger", "carry_out"])
def test_what_did_not_begin_leaves_the_root_as_it_was(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    bench.apply()
    before = bench.snapshot()
    prepared = destroying.prepare(bench.session, "dev")
    with monkeypatch.context() as patch:
        patch.setattr(f"mendixctl.engine.destroying.{where}", _stopped)
        with pytest.raises(KeyboardInterrupt):
            destroying.execute(bench.session, prepared)
    assert bench.snapshot() == before
