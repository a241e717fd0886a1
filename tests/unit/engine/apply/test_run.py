"""``apply``: only the reviewed plan, always recorded, whatever happens."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError, ApplyInterrupted
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.history import run as history_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.saved_plan import Fingerprint
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Status
from mendixctl.terraform.plan import Action
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.lock import Lock, Pin
from mendixgen.spec.composer import Composer
from tests.support.small_repository import SPEC, write_module
from tests.unit.engine.conftest import Bench

BROKEN = Diagnostic("MXT190", "AWS said no")
STOPPED = Diagnostic("MXT130", "stopped")


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def ledger(bench: Bench) -> LocalLedger:
    return LocalLedger("dev", bench.root / "releases")


def test_an_apply_records_everything(bench: Bench) -> None:
    result = bench.apply("the first")
    assert (result.number, result.status, result.counts.add) == (1, Status.SUCCEEDED, 1)
    record = ledger(bench).read(1)
    release, outcome = record.release, record.outcome
    assert (release.message, release.spec, release.predecessor) == ("the first", bench.spec.read_text(), "")
    assert release.lock == bench.lock.read_text()
    assert "base: 1" in release.lock
    assert [change.action for change in release.changes] == [Action.CREATE.value]
    assert release.changes[0].attributes == ("input",)
    assert outcome is not None
    assert (outcome.done, outcome.lineage, outcome.serial) == ((release.changes[0].address,), "one", 1)
    assert release.author.user


def test_the_plan_is_gone_once_it_is_applied(bench: Bench) -> None:
    bench.apply()
    assert list((bench.repository.workspace("dev") / "plans").iterdir()) == []
    with pytest.raises(MendixError) as error:
        apply_run.prepare(bench.session)
    assert codes(error) == ["MXP130"]


def test_no_attribute_value_reaches_the_ledger(bench: Bench) -> None:
    bench.apply()
    release = json.loads((bench.root / "releases" / "0001" / "release.json").read_text())
    del release["spec"], release["lock"]
    assert "hello" not in json.dumps(release)


def _change_state(bench: Bench, **content: object) -> None:
    path = bench.repository.workspace("dev") / "state" / "terraform.tfstate"
    path.write_text(json.dumps({**json.loads(path.read_text()), **content}))


def _raise_pin(bench: Bench) -> None:
    write_module(bench.repository.modules, "1.1.0")
    lock = locks.parse(bench.lock.read_text(), "dev.lock")
    bench.lock.write_text(locks.dump(locks.upgrade(lock, "notes", "1.1.0"), "dev"))


def _change_base(bench: Bench) -> None:
    """The manifest says v1: as if the plan were of another checkout's time."""
    shutil.rmtree(bench.root / "releases")
    bench.lock.write_text(bench.lock.read_text().replace("base: 1", "base: 0"))


def moves() -> dict[str, Callable[[Bench], None]]:
    return {
        "the YAML was edited": lambda bench: bench.edit("good day", "bye"),
        "the YAML was broken": lambda bench: bench.edit("first: good day", "first: 7"),
        "the rendered root was changed": lambda bench: _append(bench.root / "main.tf"),
        "a file was put into the root": lambda bench: _append(bench.root / "more.tf"),
        "values were put into the root": lambda bench: _append(bench.root / "x.auto.tfvars.json"),
        "the module versions in the lock were changed": _raise_pin,
        "the state is another one": lambda bench: _change_state(bench, lineage="two"),
        "this checkout was at v1 and is at v0": _change_base,
        "the provider lock": lambda bench: _append(bench.root / ".terraform.lock.hcl"),
        "Terraform was 1.11.4 and is 1.12.0": lambda bench: setattr(bench.play, "version", "1.12.0"),
        "something else was applied": lambda bench: _change_state(bench, serial=41),
        "the plan file is not": lambda bench: _append(bench.repository.workspace("dev") / "plans" / "terraform.plan"),
    }


@pytest.mark.parametrize("what", moves())
def test_what_moved_since_the_plan_is_named(bench: Bench, what: str) -> None:
    bench.apply()
    bench.edit("hello", "good day")
    plan_run.plan(bench.session, "dev")
    moves()[what](bench)
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session)
    assert set(codes(error)) == {"MXP133"}
    words = {
        "the YAML was broken": "the YAML was edited",
        "a file was put into the root": "the rendered root",
        "values were put into the root": "the rendered root",
    }
    assert words.get(what, what) in " ".join(diagnostic.summary for diagnostic in error.value.diagnostics)
    assert bench.play.count("apply") == 1
    assert ledger(bench).head() == (0 if "at v0" in what else 1)


MADE_FROM = Fingerprint(
    account="123456789012",
    region="eu-central-1",
    target="aws",
    spec="sha256:1",
    taken="sha256:0",
    lock="sha256:2",
    hcl="sha256:3",
    documents="sha256:7",
    provider_lock="sha256:4",
    modules={"notes": "sha256:5"},
    terraform="1.11.4",
    lineage="one",
    serial=3,
)


@pytest.mark.parametrize("field", [field.name for field in fields(Fingerprint)])
def test_each_part_of_what_a_plan_is_made_from_is_told_apart(field: str) -> None:
    """Every field: one that is added without being compared would let a plan through that no longer fits."""
    then = getattr(MADE_FROM, field)
    now = {"notes": "sha256:6"} if field == "modules" else then + 1 if field == "serial" else then + "x"
    assert MADE_FROM.moved(MADE_FROM) == []
    assert len(MADE_FROM.moved(replace(MADE_FROM, **{field: now}))) == 1


def test_an_unreleased_module_that_changed_is_named(bench: Bench) -> None:
    manifest = bench.repository.modules / "notes" / "1.0.0" / "module.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "released": None}))
    bench.lock.write_text(locks.dump(Lock("0.1.0", pins={"notes": Pin("1.0.0")}), "dev"))
    plan_run.plan(bench.session, "dev")
    _append(manifest.with_name("main.tf"))
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session)
    assert "the module notes was changed" in error.value.diagnostics[0].summary


def test_what_moves_while_the_person_is_asked_is_seen_too(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    prepared = apply_run.prepare(bench.session)
    bench.edit("hello", "bye")
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, prepared)
    assert codes(error) == ["MXP133"]
    bench.edit("bye", "hi")
    plan_run.plan(bench.session, "dev")
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, prepared)
    assert "another one was made" in error.value.diagnostics[0].summary
    assert bench.play.count("apply") == 0


def test_a_plan_expires_and_is_removed(bench: Bench) -> None:
    plan_run.plan(bench.session, "dev")
    bench.clock.moment += timedelta(hours=24)
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session)
    assert codes(error) == ["MXP132"]
    assert list((bench.repository.workspace("dev") / "plans").iterdir()) == []


def test_of_several_plans_one_has_to_be_named(bench: Bench) -> None:
    (bench.repository.spec("test")).write_text(SPEC.format(name="test", target="emulator"))
    plan_run.plan(bench.session, "dev")
    assert apply_run.prepare(bench.session).scope.environment == "dev"
    plan_run.plan(bench.session, "test")
    with pytest.raises(MendixError) as error:
        apply_run.prepare(bench.session)
    assert codes(error) == ["MXP131"]
    assert "dev, test" in error.value.diagnostics[0].summary
    assert apply_run.prepare(bench.session, "test").scope.environment == "test"


def test_a_failed_apply_keeps_its_number_and_its_record(bench: Bench) -> None:
    bench.play.fail = BROKEN
    with pytest.raises(ApplyError) as error:
        bench.apply()
    assert codes(error) == ["MXT190", "MXP141"]
    result = error.value.result
    assert (result.number, result.status) == (1, Status.FAILED)
    outcome = ledger(bench).read(1).outcome
    assert outcome is not None
    assert (outcome.status, outcome.failed, outcome.errors) == (
        Status.FAILED,
        ("module.notes.terraform_data.note",),
        ("MXT190: AWS said no",),
    )
    assert bench.apply().number == 2


def test_after_a_failure_a_plan_without_changes_is_applied_to_record_that_it_is_reached(bench: Bench) -> None:
    bench.apply()
    bench.edit("hello", "bye")
    bench.play.fail = BROKEN
    with pytest.raises(ApplyError):
        bench.apply()
    bench.edit("bye", "hello")
    result = plan_run.plan(bench.session, "dev")
    assert (result.has_changes, result.exit_code, result.plan_file is None) == (False, 0, False)
    prepared = apply_run.prepare(bench.session)
    assert (prepared.plan.has_changes, prepared.plan.changes) == (False, ())
    assert apply_run.execute(bench.session, prepared).status is Status.SUCCEEDED
    assert ledger(bench).read(3).status is Status.SUCCEEDED
    assert plan_run.plan(bench.session, "dev").plan_file is None


def test_an_interrupted_apply_is_recorded_as_that(bench: Bench) -> None:
    bench.play.stop = STOPPED
    with pytest.raises(ApplyInterrupted) as error:
        bench.apply()
    assert error.value.exit_code == 130
    assert ledger(bench).read(1).status is Status.INTERRUPTED
    assert bench.apply().number == 2


def test_ctrl_c_in_mendixctl_itself_is_recorded(bench: Bench) -> None:
    bench.play.during_apply = _interrupt
    with pytest.raises(ApplyInterrupted):
        bench.apply()
    assert ledger(bench).read(1).status is Status.INTERRUPTED
    bench.play.during_apply = lambda: None
    assert bench.apply().number == 2


def test_a_release_that_was_cut_off_is_closed_by_the_next_apply(bench: Bench) -> None:
    bench.apply()
    (bench.root / "releases" / "0001" / "outcome.json").unlink()
    bench.edit("hello", "bye")
    assert bench.apply().number == 2
    outcome = ledger(bench).read(1).outcome
    assert outcome is not None
    assert outcome.status is Status.INTERRUPTED
    assert "cut off" in outcome.errors[0]
    assert "MXP144" in [notice.code for notice in bench.listener.notices]
    assert [record.number for record in history_run.history(bench.session).records] == [1, 2]


def test_a_journal_says_what_a_cut_off_apply_did(bench: Bench) -> None:
    bench.apply()
    (bench.root / "releases" / "0001" / "outcome.json").unlink()
    run = next((bench.repository.workspace("dev") / "runs").glob("*-v0001-apply"))
    resource = {"addr": "module.notes.terraform_data.note", "resource_type": "terraform_data"}
    hook = {"resource": resource, "action": "create", "elapsed_seconds": 1}
    lines = [{"type": "apply_start", "hook": hook}, {"type": "apply_complete", "hook": hook}]
    (run / "apply.ndjson").write_text("".join(json.dumps({"@message": "", **line}) + "\n" for line in lines))
    bench.edit("hello", "bye")
    bench.apply()
    outcome = ledger(bench).read(1).outcome
    assert outcome is not None
    assert outcome.done == ("module.notes.terraform_data.note",)


def test_a_plan_closes_what_terraform_brought_to_its_end_alone(bench: Bench) -> None:
    """mendixctl was killed, Terraform was not: the plan after it is empty, so no apply would ever close it."""
    bench.apply()
    (bench.root / "releases" / "0001" / "outcome.json").unlink()
    run = next((bench.repository.workspace("dev") / "runs").glob("*-v0001-apply"))
    counts = {"add": 1, "change": 0, "remove": 0, "operation": "apply"}
    (run / "apply.ndjson").write_text(json.dumps({"@message": "", "type": "change_summary", "changes": counts}) + "\n")
    assert plan_run.plan(bench.session, "dev").has_changes is False
    outcome = ledger(bench).read(1).outcome
    assert outcome is not None
    assert (outcome.status, outcome.errors) == (Status.SUCCEEDED, ())
    assert outcome.done == ("module.notes.terraform_data.note",)


def test_a_plan_does_not_mind_an_outcome_that_it_cannot_write(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.apply()
    (bench.root / "releases" / "0001" / "outcome.json").unlink()
    monkeypatch.setattr(LocalLedger, "_finish", _full)
    assert plan_run.plan(bench.session, "dev").has_changes is False
    assert ledger(bench).read(1).outcome is None


def test_an_outcome_that_cannot_be_recorded_is_kept_and_recorded_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(LocalLedger, "_finish", _full)
        result = bench.apply()
    assert [warning.code for warning in result.warnings] == ["MXP140"]
    assert ledger(bench).read(1).status is Status.RUNNING
    bench.edit("hello", "bye")
    bench.apply()
    assert ledger(bench).read(1).status is Status.SUCCEEDED


def test_a_ledger_that_cannot_be_written_stops_the_apply_before_it_begins(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalLedger, "_create", _full)
    with pytest.raises(MendixError) as error:
        bench.apply()
    assert codes(error) == ["MXL113"]
    assert bench.play.count("apply") == 0


def protect(bench: Bench) -> None:
    bench.edit("target: emulator", "target: emulator\nprotected: true")


def test_a_protected_environment_is_named_and_committed(bench: Bench) -> None:
    protect(bench)
    plan_run.plan(bench.session, "dev")
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session)
    assert codes(error) == ["MXP134"]
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session, "dev")
    assert codes(error) == ["MXP135"]
    assert "no git repository" in error.value.diagnostics[0].summary
    bench.commit()
    prepared = apply_run.prepare(bench.session, "dev")
    assert prepared.confirmation == "dev"
    bench.git("rm", "-q", "--cached", "environments/dev/main.tf")
    with pytest.raises(Refused) as error:
        apply_run.prepare(bench.session, "dev")
    assert "environments/dev/main.tf" in error.value.diagnostics[0].summary
    bench.git("add", "-A")
    assert apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev")).number == 1


def test_the_commit_is_recorded(bench: Bench) -> None:
    bench.commit()
    bench.apply()
    assert len(ledger(bench).read(1).release.commit) == 40


def test_a_rehearsal_of_a_protected_environment_asks_for_no_commit(bench: Bench) -> None:
    bench.edit("target: emulator", "target: aws")
    session = replace(bench.session, rehearse=True)
    plan_run.plan(session, "dev")
    assert apply_run.prepare(session).confirmation == "yes"
    assert open_workplace(session, "dev").scope.protected is False


def _append(path: Path) -> None:
    path.write_text((path.read_text() if path.exists() else "") + "\n# changed\n")


def _interrupt() -> None:
    raise KeyboardInterrupt


def _full(*_: object) -> bool:
    raise MendixError(Diagnostic("MXL113", "cannot write the ledger: No space left on device"))


def test_the_yaml_is_read_once_before_a_person_is_asked_and_once_after(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan_run.plan(bench.session, "dev")
    read: list[str] = []
    build = Composer.build

    def counted(composer: Composer) -> None:
        if composer.file.endswith(".yaml"):
            read.append(composer.file)
        build(composer)

    monkeypatch.setattr(Composer, "build", counted)
    prepared = apply_run.prepare(bench.session)
    assert len(read) == 1
    apply_run.execute(bench.session, prepared)
    assert len(read) == 2
