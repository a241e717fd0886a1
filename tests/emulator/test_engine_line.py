"""The line from YAML to a state and back, on real Terraform: local state, S3 state, two checkouts, a rehearsal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.engine import bootstrap, destroy, outputs
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.history import run as history_run
from mendixctl.engine.history import sync
from mendixctl.engine.plan import carried
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.emulator.engine_bench import EngineBench
from tests.support.hostile_variables import HOSTILE
from tests.support.small_repository import small_repository

pytestmark = pytest.mark.emulator


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineBench]:
    """An environment whose resources live in Terraform alone, in a shell that means AWS proper by all it can say."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    made = EngineBench(small_repository(tmp_path / "platform"))
    yield made
    made.stop()


def test_there_and_back_and_away(bench: EngineBench) -> None:
    assert bench.apply("the first").number == 1
    assert bench.plan().has_changes is False
    bench.edit("    first: hello", '    second: "${path.module} %{ if true }"\n    first: hello')
    bench.edit("  texts:", "  edition: 2\n  texts:")
    changed = bench.plan()
    assert (changed.counts.add, changed.counts.change) == (1, 1)
    apply_run.execute(bench.session, apply_run.prepare(bench.session))
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert [held.path for held in prepared.held_forward] == ["notes.edition"]
    assert prepared.plan.counts.remove == 1
    result = rollback_run.execute(bench.session, prepared)
    assert (result.proven, result.apply.number) == (True, 3)
    found = {output.name: output.value for output in outputs.outputs(bench.session, "dev").outputs}
    assert list(found["notes"]["ids"]) == ["first"]
    assert found["environment"]["domain"] == "dev.apps.example.com"
    bench.edit("    first: hello", "    never: applied\n    first: hello")
    destroyed = destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert destroyed.teardown is not None
    assert [change.address for change in destroyed.teardown.record.release.changes] == [
        "module.notes.terraform_data.guard"
    ]
    assert destroyed.destroy is not None
    records = history_run.history(bench.session).records
    assert [record.release.kind for record in records] == [
        Kind.APPLY,
        Kind.APPLY,
        Kind.ROLLBACK,
        Kind.TEARDOWN,
        Kind.DESTROY,
    ]
    assert {record.status for record in records} == {Status.SUCCEEDED}


def _checkout(bench: EngineBench, folder: Path) -> EngineBench:
    """Another checkout of the same environment, on the same emulator."""
    shutil.copytree(bench.repository.root, folder, ignore=shutil.ignore_patterns(".mendixctl", ".terraform"))
    (folder / ".mendixctl").mkdir()
    (folder / ".mendixctl" / "emulator").symlink_to(bench.repository.private / "emulator")
    return EngineBench(Repository(folder))


def test_state_and_ledger_in_s3_and_several_checkouts(
    bench: EngineBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.spec.write_text(bench.spec.read_text() + "\nstate: {backend: s3}\n")
    with pytest.raises(MendixError) as error:
        bench.plan()
    assert error.value.diagnostics[0].code == "MXA104"
    first = bootstrap.bootstrap(bench.session, "dev")
    assert {step.status for step in first.steps} >= {"created"}
    assert {step.status for step in bootstrap.bootstrap(bench.session, "dev").steps} == {"unchanged"}
    bench.apply("here")
    assert not bench.state.exists()
    other = _checkout(bench, tmp_path / "second")
    assert other.plan().has_changes is False
    bench.edit("hello", "good day")
    bench.plan()
    other.edit("hello", "good evening")
    bench_prepared = apply_run.prepare(bench.session)
    # planned in the second and applied in a third one, as the jobs of a pipeline do it
    monkeypatch.setenv(carried.PASSPHRASE, "correct horse battery staple")
    carried.keep(other.session, other.plan(), tmp_path / "dev.plan")
    third = _checkout(other, tmp_path / "third")
    assert carried.take(third.session, tmp_path / "dev.plan", None) == "dev"
    apply_run.execute(third.session, apply_run.prepare(third.session), message="there")
    assert third.plan().has_changes is False
    with pytest.raises(Refused) as refused:
        apply_run.execute(bench.session, bench_prepared)
    assert refused.value.diagnostics[0].code == "MXP120"
    with pytest.raises(Refused) as refused:
        sync.sync(bench.session, "dev")
    assert refused.value.diagnostics[0].code == "MXP190"
    bench.edit("good day", "hello")
    synced = sync.sync(bench.session, "dev")
    assert (synced.base_before, synced.base_after) == (1, 2)
    assert LocalLedger("dev", bench.root / "releases").records() == list(history_run.history(other.session).records)
    assert "good evening" in bench.spec.read_text()
    assert bench.plan().has_changes is False
    result = rollback_run.execute(bench.session, rollback_run.prepare(bench.session, None, 1))
    assert (result.proven, result.apply.number) == (True, 3)
    with pytest.raises(Refused):
        other.plan()
    assert [record.number for record in history_run.history(other.session).records] == [1, 2, 3]


def test_a_rehearsal_of_production_stays_in_its_folder(tmp_path: Path) -> None:
    bench = EngineBench(small_repository(tmp_path / "platform", name="prod", target="aws"))
    try:
        before = _files(bench.repository.root)
        session = bench.rehearsing()
        planned = plan_run.plan(session, "prod")
        assert (planned.scope.target, planned.scope.rehearsal) == ("emulator", True)
        apply_run.execute(session, apply_run.prepare(session))
        assert plan_run.plan(session, "prod").has_changes is False
        assert _files(bench.repository.root) == before
    finally:
        bench.stop()


def _files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".mendixctl" not in path.parts
    }
