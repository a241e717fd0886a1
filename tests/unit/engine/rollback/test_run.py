"""``rollback``: back in the space of specifications, forward in Terraform, proven, and never a loss."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.history import run as history_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository import upgrade
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from tests.support.small_repository import write_module
from tests.unit.engine.conftest import Bench


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


@pytest.fixture
def second(bench: Bench) -> Bench:
    """Two releases: ``hello`` and ``good day``."""
    bench.apply()
    bench.edit("hello", "good day")
    bench.apply()
    return bench


def test_everything_is_as_it_was_and_the_record_says_so(second: Bench) -> None:
    text = second.spec.read_text()
    main = (second.root / "main.tf").read_bytes()
    prepared = rollback_run.prepare(second.session, None, 1)
    assert prepared.spec == (SpecChange("notes.texts.first", "good day", "hello"),)
    assert (prepared.version, prepared.head, prepared.number) == (1, 2, 3)
    assert "-    first: good day" in prepared.spec_diff
    result = rollback_run.execute(second.session, prepared, message="it was better")
    assert (result.proven, result.apply.number, result.apply.kind) == (True, 3, Kind.ROLLBACK)
    assert second.spec.read_text().split() == text.replace("good day", "hello").split()
    assert "# the oldest" in second.spec.read_text()
    assert (second.root / "main.tf").read_bytes() != main
    record = history_run.history(second.session).records[2]
    assert (record.release.rollback_to, record.release.rollback_from, record.release.message) == (1, 2, "it was better")
    assert record.outcome is not None
    assert record.outcome.proven is True
    assert "base: 3" in second.lock.read_text()
    assert plan_run.plan(second.session, "dev").has_changes is False


def test_who_declines_finds_everything_exactly_as_it_was(second: Bench) -> None:
    before = second.snapshot()
    prepared = rollback_run.prepare(second.session, None, 1)
    assert second.snapshot() != before
    rollback_run.abandon(second.session, prepared)
    assert second.snapshot() == before
    with pytest.raises(MendixError) as error:
        apply_run.prepare(second.session)
    assert codes(error) == ["MXP130"]


@pytest.mark.parametrize("problem", [KeyboardInterrupt(), MendixError(Diagnostic("MXT190", "no"))])
def test_a_plan_that_fails_leaves_everything_as_it_was(second: Bench, problem: BaseException) -> None:
    before = second.snapshot()

    def fail() -> None:
        raise problem

    second.play.during_plan = fail
    with pytest.raises(type(problem)):
        rollback_run.prepare(second.session, None, 1)
    assert second.snapshot() == before


def test_one_way_settings_are_held_forward(bench: Bench) -> None:
    bench.apply()
    bench.edit("  texts:", "  edition: 3\n  texts:")
    bench.edit("hello", "good day")
    bench.apply()
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert [(held.path, held.kept, held.asked) for held in prepared.held_forward] == [("notes.edition", 3, 1)]
    rollback_run.execute(bench.session, prepared)
    assert "edition: 3" in bench.spec.read_text()
    assert "hello" in bench.spec.read_text()
    record = LocalLedger("dev", bench.root / "releases").read(3)
    assert record.release.held_forward == ("notes.edition",)


def test_edits_that_only_this_file_has_are_never_lost(second: Bench) -> None:
    second.edit("good day", "precious")
    before = second.snapshot()
    with pytest.raises(Refused) as error:
        rollback_run.prepare(second.session, None, 1)
    assert codes(error) == ["MXP153"]
    assert "notes.texts.first" in error.value.diagnostics[0].hint
    assert second.snapshot() == before
    second.commit()
    rollback_run.abandon(second.session, rollback_run.prepare(second.session, None, 1))
    assert "precious" in second.spec.read_text()
    second.edit("precious", "more precious")
    with pytest.raises(Refused) as error:
        rollback_run.prepare(second.session, None, 1)
    assert "not committed" in error.value.diagnostics[0].summary


def test_an_edited_comment_is_kept_and_no_obstacle(second: Bench) -> None:
    second.edit("# the oldest", "# the very oldest")
    rollback_run.execute(second.session, rollback_run.prepare(second.session, None, 1))
    assert "# the very oldest" in second.spec.read_text()


def test_a_release_that_does_not_exist(second: Bench) -> None:
    with pytest.raises(MendixError) as error:
        rollback_run.prepare(second.session, None, 9)
    assert codes(error) == ["MXL105"]
    assert "v1 to v2" in error.value.diagnostics[0].summary


def test_a_release_that_never_was(second: Bench) -> None:
    second.edit("good day", "bad day")
    second.play.fail = Diagnostic("MXT190", "no")
    with pytest.raises(ApplyError):
        second.apply()
    with pytest.raises(MendixError) as error:
        rollback_run.prepare(second.session, None, 3)
    assert codes(error) == ["MXP150"]
    assert "rollback v2" in error.value.diagnostics[0].hint


def test_rolling_back_from_a_failed_release(second: Bench) -> None:
    second.edit("good day", "bad day")
    second.play.fail = Diagnostic("MXT190", "no")
    with pytest.raises(ApplyError):
        second.apply()
    result = rollback_run.execute(second.session, rollback_run.prepare(second.session, None, 2))
    assert (result.proven, result.apply.number) == (True, 4)
    assert "good day" in second.spec.read_text()


def test_what_already_is_needs_no_rollback(second: Bench) -> None:
    before = second.snapshot()
    with pytest.raises(MendixError) as error:
        rollback_run.prepare(second.session, None, 2)
    assert codes(error) == ["MXP151"]
    assert second.snapshot() == before


def test_module_versions_go_back_too_and_remember_from_where(bench: Bench) -> None:
    bench.apply()
    write_module(bench.repository.modules, "1.1.0")
    assert upgrade.upgrade(bench.session, "dev").versions == (VersionChange("notes", "1.0.0", "1.1.0"),)
    bench.apply()
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert prepared.versions == (VersionChange("notes", "1.1.0", "1.0.0"),)
    assert "lowered_from: 1.1.0" in bench.lock.read_text()
    moves = (bench.root / "moves.tf").read_text()
    assert "from = module.notes.terraform_data.this" in moves
    assert rollback_run.execute(bench.session, prepared).proven
    upgrade.upgrade(bench.session, "dev", "notes", "1.1.0")
    bench.apply()
    assert "lowered_from" not in bench.lock.read_text()
    assert not (bench.root / "moves.tf").exists()


def test_a_module_version_that_is_gone(bench: Bench) -> None:
    bench.apply()
    write_module(bench.repository.modules, "1.1.0")
    upgrade.upgrade(bench.session, "dev")
    bench.apply()
    (bench.repository.modules / "notes" / "1.0.0").rename(bench.repository.root / "elsewhere")
    before = bench.snapshot()
    with pytest.raises(MendixError) as error:
        rollback_run.prepare(bench.session, None, 1)
    assert codes(error) == ["MXP152"]
    assert bench.snapshot() == before


def test_a_rollback_that_fails_halfway_stays_at_the_target(second: Bench) -> None:
    prepared = rollback_run.prepare(second.session, None, 1)
    second.play.fail = Diagnostic("MXT190", "no")
    with pytest.raises(ApplyError) as error:
        rollback_run.execute(second.session, prepared)
    assert codes(error)[-1] == "MXP141"
    assert "mendixctl plan dev" in error.value.diagnostics[-1].hint
    assert "hello" in second.spec.read_text()
    assert LocalLedger("dev", second.root / "releases").read(3).status is Status.FAILED
    assert second.apply().number == 4


def test_a_rollback_that_is_not_proven_says_so(second: Bench) -> None:
    prepared = rollback_run.prepare(second.session, None, 1)
    second.play.drifted = True
    result = rollback_run.execute(second.session, prepared)
    assert result.proven is False
    assert len(result.remaining) == 1
    assert [warning.code for warning in result.warnings] == ["MXP154"]


def test_what_moves_while_the_person_is_asked_undoes_the_preparation(second: Bench) -> None:
    before = second.snapshot()
    prepared = rollback_run.prepare(second.session, None, 1)
    (second.root / "main.tf").write_text("# somebody else\n")
    with pytest.raises(Refused) as error:
        rollback_run.execute(second.session, prepared)
    assert codes(error) == ["MXP133"]
    assert second.snapshot() == before


def _taken(*_: object, **__: object) -> None:
    raise Refused(Diagnostic("MXL109", "the number was taken"))


def _stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("where", "how", "expected"),
    [
        ("mendixctl.engine.operation.Tools.start", _stopped, KeyboardInterrupt),
        ("mendixctl.engine.rollback.run.check_shown", _stopped, KeyboardInterrupt),
        ("mendixctl.engine.apply.release.settle", _taken, Refused),
        ("mendixctl.ledger.local.LocalLedger.allot", _taken, Refused),
    ],
)
def test_what_did_not_begin_leaves_everything_as_it_was(
    second: Bench, monkeypatch: pytest.MonkeyPatch, where: str, how: object, expected: type[BaseException]
) -> None:
    before = second.snapshot()
    prepared = rollback_run.prepare(second.session, None, 1)
    with monkeypatch.context() as patch:
        patch.setattr(where, how)
        with pytest.raises(expected):
            rollback_run.execute(second.session, prepared)
    assert second.snapshot() == before
    with pytest.raises(MendixError) as error:
        apply_run.prepare(second.session)
    assert codes(error) == ["MXP130"]


def test_who_stops_the_proof_stays_at_the_target(second: Bench) -> None:
    """The apply was done by then: to put the files back would make the YAML lie."""
    prepared = rollback_run.prepare(second.session, None, 1)
    target = second.spec.read_text()
    second.play.during_plan = _stopped
    with pytest.raises(KeyboardInterrupt):
        rollback_run.execute(second.session, prepared)
    assert second.spec.read_text() == target
    record = history_run.history(second.session).records[-1]
    assert (record.number, record.status) == (3, Status.SUCCEEDED)


def _cluster_module(bench: Bench) -> None:
    """An area ``cluster`` with a version that goes up only, made of the small one."""
    folder = bench.repository.modules / "cluster" / "0.9.0"
    shutil.copytree(bench.repository.modules / "notes" / "1.0.0", folder)
    manifest = json.loads((folder / "module.json").read_text())
    version = {"type": "string", "default": "1.34", "x-one-way": "it goes up only"}
    group = {"type": "object", "additionalProperties": False, "properties": {"version": {"type": "string"}}}
    manifest |= {"area": "cluster", "version": "0.9.0"}
    manifest["section"]["properties"] = {
        "version": version,
        "node_groups": {"type": "object", "additionalProperties": group},
    }
    manifest["inputs"] = {
        "version": {"from": "yaml", "type": "string", "required": False},
        "node_groups": {"from": "yaml", "type": "any", "required": False},
        "teardown": manifest["inputs"]["teardown"],
    }
    (folder / "module.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(("days", "until"), [(6, "2026-11-30 12:"), (8, "")])
def test_a_control_plane_goes_back_within_its_window(bench: Bench, days: int, until: str) -> None:
    _cluster_module(bench)
    bench.spec.write_text(
        bench.spec.read_text() + 'cluster:\n  version: "1.34"\n  node_groups:\n    apps: {version: "1.34"}\n'
    )
    bench.apply()
    bench.edit('version: "1.34"\n', 'version: "1.35"\n')
    bench.apply()
    bench.clock.moment += timedelta(days=days)
    if not until:
        with pytest.raises(MendixError, match=r"held forward: cluster\.version"):
            rollback_run.prepare(bench.session, None, 1)
        return
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert prepared.held_forward == ()
    assert [(one.path, one.before, one.after) for one in prepared.spec] == [("cluster.version", "1.35", "1.34")]
    (notice,) = [one for one in bench.listener.notices if one.code == "MXP158"]
    assert f"until {until}" in notice.summary
    rollback_run.execute(bench.session, prepared)
    assert 'version: "1.34"\n' in bench.spec.read_text()
