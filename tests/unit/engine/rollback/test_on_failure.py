"""``--on-failure=rollback``: back to the last good release, only where every step of that is reversible."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError, ApplyInterrupted, ApplyResult
from mendixctl.engine.health import watching
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.results import Judged
from mendixctl.engine.rollback import on_failure
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Health, HealthCheck, Kind, Status
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from tests.support.play_terraform import ADDRESS
from tests.unit.cli import samples
from tests.unit.engine.conftest import Bench

BROKEN = Diagnostic("MXT190", "AWS said no")
STOPPED = Diagnostic("MXT130", "stopped")
TEN = timedelta(minutes=10)


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def ledger(bench: Bench) -> LocalLedger:
    return LocalLedger("dev", bench.root / "releases")


def kinds(bench: Bench) -> list[tuple[Kind, Status]]:
    return [(record.release.kind, record.status) for record in ledger(bench).records()]


def apply(bench: Bench, checks: timedelta | None = None) -> ApplyResult:
    plan_run.plan(bench.session, "dev")
    return on_failure.execute(bench.session, apply_run.prepare(bench.session, "dev"), message="try", checks=checks)


def checked(monkeypatch: pytest.MonkeyPatch, *healths: Health) -> None:
    """What each coming check of health finds."""
    coming = iter(healths)

    def found(*_: Any) -> tuple[HealthCheck, ...]:
        return (HealthCheck("database", "a", "dev-main", next(coming), "said so"),)

    monkeypatch.setattr(watching, "check_health", found)


@pytest.fixture
def second(bench: Bench) -> Bench:
    """Two good releases, ``hello`` and ``good day``, and a third edit that will do all its work before it fails."""
    bench.play.halfway = True
    bench.apply()
    bench.edit("hello", "good day")
    bench.apply()
    bench.edit("good day", "bad day")
    return bench


def test_what_succeeds_stays(second: Bench) -> None:
    assert apply(second).number == 3
    assert second.listener.notices == []


def test_a_failed_apply_goes_back_to_the_last_good_release(second: Bench) -> None:
    second.play.fail = BROKEN
    with pytest.raises(ApplyError) as error:
        apply(second)
    assert codes(error) == ["MXT190", "MXP141", "MXB140"]
    assert error.value.exit_code == 1
    result = error.value.result
    assert (result.number, result.status) == (3, Status.FAILED)
    assert result.after is not None
    assert (result.after.number, result.after.status) == (4, Status.SUCCEEDED)
    release = ledger(second).read(4).release
    assert (release.kind, release.rollback_from, release.rollback_to) == (Kind.ROLLBACK, 3, 2)
    assert release.message == "v3 failed, and apply was given --on-failure=rollback"
    assert "good day" in second.spec.read_text()
    assert plan_run.plan(second.session, "dev").has_changes is False
    assert "MXB144" in [notice.code for notice in second.listener.notices]


def test_what_is_not_healthy_goes_back_too_and_is_no_goal_afterwards(
    second: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, Health.UNHEALTHY, Health.HEALTHY)
    with pytest.raises(ApplyError) as error:
        apply(second, TEN)
    assert codes(error) == ["MXB131", "MXB140"]
    assert (error.value.result.status, error.value.result.outcome.health) == (Status.SUCCEEDED, Health.UNHEALTHY)
    store = ledger(second)
    recorded = store.read(3).outcome
    assert recorded is not None
    assert recorded.checks == (HealthCheck("database", "a", "dev-main", Health.UNHEALTHY, "said so"),)
    assert (store.read(4).release.rollback_to, store.read(4).status) == (2, Status.SUCCEEDED)
    goal = on_failure.last_good(store, 4)
    assert goal is not None
    assert goal.number == 2


def test_without_the_option_an_unhealthy_apply_stays_and_says_so(
    second: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked(monkeypatch, Health.UNHEALTHY)
    plan_run.plan(second.session, "dev")
    with pytest.raises(ApplyError) as error:
        apply_run.execute(second.session, apply_run.prepare(second.session), checks=TEN)
    assert codes(error) == ["MXB131"]
    assert error.value.exit_code == 1
    assert kinds(second)[2:] == [(Kind.APPLY, Status.SUCCEEDED)]
    assert "bad day" in second.spec.read_text()


def test_what_is_not_known_is_a_warning_and_stays(second: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    checked(monkeypatch, Health.UNKNOWN)
    result = apply(second, TEN)
    assert [warning.code for warning in result.warnings] == ["MXB132"]
    assert kinds(second)[2:] == [(Kind.APPLY, Status.SUCCEEDED)]


def test_no_checks_asks_nothing(second: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "check_health", _unexpected)
    assert apply(second, None).outcome.checks == ()


def test_a_failed_apply_is_not_checked(second: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "check_health", _unexpected)
    second.play.fail = BROKEN
    plan_run.plan(second.session, "dev")
    with pytest.raises(ApplyError):
        apply_run.execute(second.session, apply_run.prepare(second.session), checks=TEN)


def test_ctrl_c_while_health_is_checked_leaves_a_release_that_succeeded(
    second: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "check_health", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        apply(second, TEN)
    assert kinds(second)[2:] == [(Kind.APPLY, Status.SUCCEEDED)]


def _unexpected(*_: object) -> None:
    raise AssertionError("nobody asked for this")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_a_person_stopped_is_never_taken_back(second: Bench) -> None:
    second.play.stop = STOPPED
    with pytest.raises(ApplyInterrupted) as error:
        apply(second)
    assert error.value.result.after is None
    assert kinds(second)[2:] == [(Kind.APPLY, Status.INTERRUPTED)]
    assert "bad day" in second.spec.read_text()


def test_a_first_release_has_nothing_to_go_back_to(bench: Bench) -> None:
    bench.play.fail = BROKEN
    with pytest.raises(ApplyError) as error:
        apply(bench)
    assert codes(error) == ["MXT190", "MXP141", "MXB141"]
    assert "no earlier release" in error.value.diagnostics[-1].summary
    assert kinds(bench) == [(Kind.APPLY, Status.FAILED)]


@pytest.mark.parametrize("verdict", [Verdict.WINDOWED, Verdict.RESTORE_NEEDED, Verdict.IRREVERSIBLE])
def test_a_step_that_is_not_reversible_stops_it_and_is_named(
    second: Bench, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    second.play.fail = BROKEN
    plan_run.plan(second.session, "dev")
    prepared = apply_run.prepare(second.session, "dev")

    def grave(document: PlanDocument) -> tuple[Judged, ...]:
        return tuple(Judged(change, Judgement(verdict, "it is gone")) for change in document.changes)

    monkeypatch.setattr(plan_run, "judged", grave)
    with pytest.raises(ApplyError) as error:
        on_failure.execute(second.session, prepared)
    assert codes(error)[:2] == ["MXT190", "MXP141"]
    last = error.value.diagnostics[-1]
    assert last.code == "MXB142"
    assert last.detail == f"{ADDRESS}: {verdict.value}, it is gone"
    assert "mendixctl rollback v2 --env dev" in last.hint
    assert kinds(second)[2:] == [(Kind.APPLY, Status.FAILED)]
    assert "bad day" in second.spec.read_text()
    assert not list((second.repository.workspace("dev") / "plans").iterdir())


def _change(address: str, action: Action) -> ResourceChange:
    return ResourceChange(address, "notes", "terraform_data", action)


@pytest.mark.parametrize(
    ("back", "ends"),
    [
        ([(ADDRESS, Action.DELETE)], "MXB140"),
        ([(ADDRESS, Action.REPLACE)], "MXB140"),
        ([("module.notes.terraform_data.other", Action.DELETE)], "MXB142"),
        ([(ADDRESS, Action.DELETE), ("module.notes.terraform_data.other", Action.REPLACE)], "MXB142"),
    ],
)
def test_only_what_the_failed_apply_touched_is_destroyed_without_being_asked(
    second: Bench, back: list[tuple[str, Action]], ends: str
) -> None:
    """Whatever else a way back would take away stays for the limits of the environment to refuse."""
    second.edit("domain:", "limits: {destroy: 0, replace: 0}\ndomain:")
    plan_run.plan(second.session, "dev")
    prepared = apply_run.prepare(second.session, "dev")
    second.play.fail = BROKEN
    second.play.changes = tuple(_change(address, action) for address, action in back)
    with pytest.raises(ApplyError) as error:
        on_failure.execute(second.session, prepared)
    assert codes(error)[-1] == ends
    if ends == "MXB142":
        assert {"MXG102", "MXG103"} & set(codes(error))
        assert len(kinds(second)) == 3
    else:
        assert ledger(second).read(4).release.extra["accepted"] == [ADDRESS]


def test_a_rollback_that_fails_too_is_recorded_and_told(second: Bench) -> None:
    plan_run.plan(second.session, "dev")
    prepared = apply_run.prepare(second.session, "dev")
    again: Callable[[], None] = lambda: setattr(second.play, "fail", BROKEN)  # noqa: E731
    second.play.during_apply = again
    with pytest.raises(ApplyError) as error:
        on_failure.execute(second.session, prepared)
    assert codes(error) == ["MXT190", "MXP141", "MXT190", "MXP141", "MXB143"]
    assert error.value.result.after is not None
    assert kinds(second)[2:] == [(Kind.APPLY, Status.FAILED), (Kind.ROLLBACK, Status.FAILED)]


def test_ctrl_c_in_the_rollback_is_an_interruption_that_still_tells_the_failure(second: Bench) -> None:
    plan_run.plan(second.session, "dev")
    prepared = apply_run.prepare(second.session, "dev")
    problems = iter([("fail", BROKEN), ("stop", STOPPED)])
    second.play.during_apply = lambda: setattr(second.play, *next(problems))
    with pytest.raises(ApplyInterrupted) as error:
        on_failure.execute(second.session, prepared)
    assert error.value.exit_code == 130
    assert codes(error)[:2] == ["MXT190", "MXP141"]
    assert error.value.result.after is not None
    assert kinds(second)[3:] == [(Kind.ROLLBACK, Status.INTERRUPTED)]


@pytest.mark.parametrize("problem", [Refused(Diagnostic("MXP153", "edits")), KeyboardInterrupt()])
def test_a_way_back_that_cannot_be_planned_leaves_everything(second: Bench, problem: BaseException) -> None:
    plan_run.plan(second.session, "dev")
    prepared = apply_run.prepare(second.session, "dev")
    second.play.fail = BROKEN

    def fail() -> None:
        raise problem

    second.play.during_plan = fail
    expected = ApplyError if isinstance(problem, MendixError) else KeyboardInterrupt
    with pytest.raises(expected) as error:
        on_failure.execute(second.session, prepared)
    if isinstance(error.value, ApplyError):
        assert [found.code for found in error.value.diagnostics] == ["MXT190", "MXP141", "MXP153", "MXB141"]
    assert "bad day" in second.spec.read_text()
    assert kinds(second)[2:] == [(Kind.APPLY, Status.FAILED)]


def test_a_refusal_before_the_apply_is_only_that(second: Bench) -> None:
    plan_run.plan(second.session, "dev")
    prepared = apply_run.prepare(second.session, "dev")
    second.edit("bad day", "another")
    with pytest.raises(Refused):
        on_failure.execute(second.session, prepared)
    assert len(kinds(second)) == 2


def test_a_rehearsal_goes_back_in_itself(bench: Bench) -> None:
    bench.edit("target: emulator", "target: aws")
    real = bench.snapshot()
    bench.session = replace(bench.session, rehearse=True)
    apply(bench)
    bench.edit("hello", "bad day")
    edited = bench.snapshot()
    bench.play.fail = BROKEN
    with pytest.raises(ApplyError) as error:
        apply(bench)
    assert codes(error)[-1] == "MXB140"
    assert bench.snapshot() == edited
    assert edited != real


EVERY = [
    (kind, status, health)
    for kind, status, health in itertools.product(Kind, Status, [None, *Health])
    if status is Status.SUCCEEDED or health is None
]


@pytest.mark.parametrize(("kind", "status", "health"), EVERY)
def test_what_a_good_release_is(kind: Kind, status: Status, health: Health | None) -> None:
    made = samples.record(7, kind=kind, status=status)
    assert made.outcome is not None
    checks = (HealthCheck("database", "a", "b", health),) if health else ()
    outcome = None if status is Status.RUNNING else replace(made.outcome, checks=checks)
    expected = kind in (Kind.APPLY, Kind.ROLLBACK) and status is Status.SUCCEEDED and health is not Health.UNHEALTHY
    assert on_failure.good(replace(made, outcome=outcome)) is expected
