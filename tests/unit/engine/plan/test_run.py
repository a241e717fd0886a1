"""``plan``: what it writes, what it keeps, what it refuses, and what it leaves behind when it is stopped."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan import saved_plan
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.support.small_repository import write_module
from tests.unit.engine.conftest import Bench


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def slot(bench: Bench) -> PlanFiles:
    return PlanFiles(bench.repository.workspace("dev") / "plans")


def test_a_first_plan_makes_the_lock_the_root_and_a_private_plan(bench: Bench) -> None:
    result = plan_run.plan(bench.session, "dev")
    assert (result.has_changes, result.exit_code, result.base) == (True, 2, 0)
    assert [judged.change.action for judged in result.changes] == [Action.CREATE]
    assert result.counts.add == 1
    assert set(result.written) >= {"environments/dev/main.tf", "environments/dev/terraform.tf"}
    assert "version: 1.0.0" in bench.lock.read_text()
    assert result.plan_file == slot(bench).plan
    for path in (slot(bench).plan, slot(bench).manifest):
        assert path.stat().st_mode & 0o777 == 0o600
    assert bench.listener.scopes[0].environment == "dev"
    assert bench.listener.stages == ["render", "init", "plan", "show"]


def test_the_manifest_gives_back_what_was_planned(bench: Bench) -> None:
    result = plan_run.plan(bench.session, "dev")
    saved = saved_plan.load(slot(bench))
    assert saved is not None
    assert saved.plan.changes == result.changes
    assert saved.plan.outputs == result.outputs
    assert saved.expires_at == result.expires_at


def test_an_unchanged_environment_is_planned_without_init_or_show_and_keeps_no_plan(bench: Bench) -> None:
    bench.apply()
    bench.play.calls.clear()
    before = bench.snapshot()
    result = plan_run.plan(bench.session, "dev")
    assert (result.has_changes, result.exit_code, result.plan_file) == (False, 0, None)
    assert bench.play.calls == ["plan"]
    assert list(slot(bench).folder.iterdir()) == []
    assert bench.snapshot() == before


@pytest.mark.parametrize("what", ["module", "provider lock", "terraform", "data"])
def test_what_init_depends_on_makes_it_run_again(bench: Bench, what: str) -> None:
    bench.apply()
    if what == "module":
        path = bench.repository.modules / "notes" / "1.0.0" / "module.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "provider": ">= 5.98, < 6"}))
    elif what == "provider lock":
        (bench.root / ".terraform.lock.hcl").write_text("# others\n")
    elif what == "terraform":
        bench.play.version = "1.12.0"
    else:
        (bench.repository.workspace("dev") / "terraform" / "modules" / "modules.json").unlink()
    plan_run.plan(bench.session, "dev")
    assert bench.play.count("init") == 2


def test_ctrl_c_leaves_neither_a_plan_nor_a_lock(bench: Bench) -> None:
    bench.play.during_plan = _interrupt
    with pytest.raises(KeyboardInterrupt):
        plan_run.plan(bench.session, "dev")
    assert list(slot(bench).folder.iterdir()) == []
    bench.play.during_plan = lambda: None
    assert plan_run.plan(bench.session, "dev").has_changes


def test_a_new_plan_replaces_the_old_one_even_if_it_fails(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    bench.play.during_plan = _interrupt
    with pytest.raises(KeyboardInterrupt):
        plan_run.plan(bench.session, "dev")
    with pytest.raises(MendixError) as error:
        apply_run.prepare(bench.session)
    assert codes(error) == ["MXP130"]


def test_a_checkout_behind_the_ledger_is_refused_and_named(bench: Bench) -> None:
    bench.apply()
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 0"))
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXP120"]
    assert "v1 of dev, an apply by" in error.value.diagnostics[0].summary
    assert "mendixctl sync dev" in error.value.diagnostics[0].hint


def test_a_checkout_ahead_of_the_ledger_is_refused(bench: Bench) -> None:
    bench.apply()
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 7"))
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXP121"]


@pytest.mark.parametrize(
    ("old", "new"), [('"123456789012"', '"210987654321"'), ("region: eu-central-1", "region: eu-west-1")]
)
def test_account_and_region_never_change(bench: Bench, old: str, new: str) -> None:
    bench.apply()
    bench.edit(old, new)
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXP122"]
    location = error.value.diagnostics[0].location
    assert location is not None
    assert location.line in {3, 4}


def test_a_lost_local_state_is_told(bench: Bench) -> None:
    bench.apply()
    (bench.repository.workspace("dev") / "state" / "terraform.tfstate").unlink()
    result = plan_run.plan(bench.session, "dev")
    assert [warning.code for warning in result.warnings] == ["MXP125"]
    assert [notice.code for notice in bench.listener.notices] == ["MXP125"]


def test_a_state_that_could_not_be_saved_is_put_back_first(bench: Bench) -> None:
    bench.apply()
    state = bench.repository.workspace("dev") / "state" / "terraform.tfstate"
    state.rename(bench.root / "errored.tfstate")
    assert plan_run.plan(bench.session, "dev").has_changes is False
    assert bench.play.count("push") == 1
    assert not (bench.root / "errored.tfstate").exists()


def test_two_commands_at_once_on_one_environment_are_one_too_many(bench: Bench) -> None:
    with lease(bench.repository.workspace("dev"), "dev", "apply"), pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXP110"]
    assert "apply by " in error.value.diagnostics[0].summary


def test_an_unknown_environment_gets_a_suggestion(bench: Bench) -> None:
    with pytest.raises(MendixError) as error:
        plan_run.plan(bench.session, "dve")
    assert codes(error) == ["MXP101"]
    assert error.value.diagnostics[0].hint == "did you mean dev?"


def test_a_changed_released_module_stops_the_plan(bench: Bench) -> None:
    main = bench.repository.modules / "notes" / "1.0.0" / "main.tf"
    main.write_text(main.read_text() + "\n# changed\n")
    with pytest.raises(MendixError) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXR104"]
    assert bench.play.calls == []


def test_a_rehearsal_touches_nothing_of_the_real_environment(
    tmp_path: Path, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    bench.edit("target: emulator", "target: aws")
    before = bench.snapshot()
    rehearsing = replace(bench.session, rehearse=True)
    result = plan_run.plan(rehearsing, "dev")
    assert (result.scope.target, result.scope.rehearsal, result.scope.protected) == ("emulator", True, False)
    prepared = apply_run.prepare(rehearsing)
    assert apply_run.execute(rehearsing, prepared).number == 1
    assert bench.snapshot() == before
    copy = Repository(bench.repository.workspace("dev") / "rehearsal")
    assert 'backend "local"' in (copy.terraform_root("dev") / "terraform.tf").read_text()
    assert (copy.terraform_root("dev") / "releases" / "0001" / "outcome.json").is_file()
    assert plan_run.plan(rehearsing, "dev").has_changes is False
    # the real one still has everything before it
    assert saved_plan.load(PlanFiles(bench.repository.workspace("dev") / "plans")) is None


def test_a_rehearsal_follows_the_real_files(bench: Bench) -> None:
    from dataclasses import replace

    bench.edit("target: emulator", "target: aws")
    write_module(bench.repository.modules, "1.1.0")
    rehearsing = replace(bench.session, rehearse=True)
    plan_run.plan(rehearsing, "dev")
    apply_run.execute(rehearsing, apply_run.prepare(rehearsing))
    bench.edit("hello", "good day")
    assert plan_run.plan(rehearsing, "dev").has_changes


def _interrupt() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("left", ["", '{"version": 4, "serial'])
def test_what_a_full_disk_left_of_a_state_stops_nothing(bench: Bench, left: str) -> None:
    bench.apply()
    (bench.root / "errored.tfstate").write_text(left)
    assert plan_run.plan(bench.session, "dev").has_changes is False
    assert [notice.code for notice in bench.listener.notices] == ["MXP114"]
    assert bench.play.count("push") == 0
    assert not (bench.root / "errored.tfstate").exists()
    kept = bench.repository.workspace("dev") / "errored.tfstate.damaged"
    assert (kept.read_text() if kept.exists() else "") == left


def test_a_state_that_a_full_disk_emptied_is_not_taken_for_none(bench: Bench) -> None:
    bench.apply()
    state = bench.repository.workspace("dev") / "state" / "terraform.tfstate"
    state.rename(state.with_name("terraform.tfstate.backup"))
    state.touch()
    with pytest.raises(MendixError) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXP113"]
    assert "mendixctl recover dev" in error.value.diagnostics[0].hint
