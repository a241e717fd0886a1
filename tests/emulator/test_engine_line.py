"""The line from YAML to a state and back, on real Terraform: local state, S3 state, two checkouts, a rehearsal."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.engine import applying, bootstrapping, destroying, history, outputs, planning, rolling_back, syncing
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.emulator.engine_bench import EngineBench
from tests.support.small_repository import small_repository

pytestmark = pytest.mark.emulator


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EngineBench]:
    """An environment whose resources live in Terraform alone."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
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
    applying.execute(bench.session, applying.prepare(bench.session))
    prepared = rolling_back.prepare(bench.session, None, 1)
    assert [held.path for held in prepared.held_forward] == ["notes.edition"]
    assert prepared.plan.counts.remove == 1
    result = rolling_back.execute(bench.session, prepared)
    assert (result.proven, result.apply.number) == (True, 3)
    found = {output.name: output.value for output in outputs.outputs(bench.session, "dev").outputs}
    assert list(found["notes"]["ids"]) == ["first"]
    assert found["environment"]["domain"] == "dev.apps.example.com"
    destroyed = destroying.execute(bench.session, destroying.prepare(bench.session, "dev"))
    assert destroyed.destroy is not None
    records = history.history(bench.session).records
    assert [record.release.kind for record in records] == [
        Kind.APPLY,
        Kind.APPLY,
        Kind.ROLLBACK,
        Kind.TEARDOWN,
        Kind.DESTROY,
    ]
    assert {record.status for record in records} == {Status.SUCCEEDED}


def test_state_and_ledger_in_s3_and_two_checkouts(bench: EngineBench, tmp_path: Path) -> None:
    bench.spec.write_text(bench.spec.read_text() + "\nstate: {backend: s3}\n")
    with pytest.raises(MendixError) as error:
        bench.plan()
    assert error.value.diagnostics[0].code == "MXA104"
    first = bootstrapping.bootstrap(bench.session, "dev")
    assert {step.status for step in first.steps} >= {"created"}
    assert {step.status for step in bootstrapping.bootstrap(bench.session, "dev").steps} == {"unchanged"}
    bench.apply("here")
    assert not bench.state.exists()
    # a second checkout of the same environment, on the same emulator
    folder = tmp_path / "second"
    shutil.copytree(bench.repository.root, folder, ignore=shutil.ignore_patterns(".mendixctl"))
    (folder / ".mendixctl").mkdir()
    (folder / ".mendixctl" / "emulator").symlink_to(bench.repository.private / "emulator")
    other = EngineBench(Repository(folder))
    assert other.plan().has_changes is False
    bench.edit("hello", "good day")
    bench.plan()
    other.edit("hello", "good evening")
    other.plan()
    bench_prepared = applying.prepare(bench.session)
    applying.execute(other.session, applying.prepare(other.session), message="there")
    with pytest.raises(Refused) as refused:
        applying.execute(bench.session, bench_prepared)
    assert refused.value.diagnostics[0].code == "MXP120"
    with pytest.raises(Refused) as refused:
        syncing.sync(bench.session, "dev")
    assert refused.value.diagnostics[0].code == "MXP190"
    bench.edit("good day", "hello")
    synced = syncing.sync(bench.session, "dev")
    assert (synced.base_before, synced.base_after) == (1, 2)
    assert LocalLedger("dev", bench.root / "releases").records() == list(history.history(other.session).records)
    assert "good evening" in bench.spec.read_text()
    assert bench.plan().has_changes is False
    result = rolling_back.execute(bench.session, rolling_back.prepare(bench.session, None, 1))
    assert (result.proven, result.apply.number) == (True, 3)
    with pytest.raises(Refused):
        other.plan()
    assert [record.number for record in history.history(other.session).records] == [1, 2, 3]


def test_a_rehearsal_of_production_stays_in_its_folder(tmp_path: Path) -> None:
    bench = EngineBench(small_repository(tmp_path / "platform", name="prod", target="aws"))
    try:
        before = _files(bench.repository.root)
        session = bench.rehearsing()
        planned = planning.plan(session, "prod")
        assert (planned.scope.target, planned.scope.rehearsal) == ("emulator", True)
        applying.execute(session, applying.prepare(session))
        assert planning.plan(session, "prod").has_changes is False
        assert _files(bench.repository.root) == before
    finally:
        bench.stop()


def _files(root: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".mendixctl" not in path.parts
    }
