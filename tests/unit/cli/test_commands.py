"""Commands: arguments reach the use-case, the result reaches the view, and nothing happens unconfirmed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from mendixctl.engine.apply.results import ApplyError
from mendixctl.ledger.release import Kind, Status
from mendixgen.diagnostics import Diagnostic
from tests.unit.cli import samples
from tests.unit.cli.conftest import Engine, Ran

Run = Callable[..., Ran]
SIMPLE: list[tuple[list[str], str, Any, tuple[Any, ...], dict[str, Any]]] = [
    (["plan", "prod"], "plan.run.plan", samples.plan(), ("prod",), {"ask_aws": True, "allowed": ()}),
    (["plan", "prod", "--no-preflight"], "plan.run.plan", samples.plan(), ("prod",), {"ask_aws": False, "allowed": ()}),
    (
        ["plan", "prod", "--allow-refused", "a"],
        "plan.run.plan",
        samples.plan(),
        ("prod",),
        {"ask_aws": True, "allowed": ("a",)},
    ),
    (["preflight", "prod"], "plan.preflight.preflight", samples.NOTHING_IN_THE_WAY, ("prod",), {"pin": False}),
    (["preflight", "prod", "--pin"], "plan.preflight.preflight", samples.NOTHING_IN_THE_WAY, ("prod",), {"pin": True}),
    (["history"], "history.run.history", samples.HISTORY, (None,), {}),
    (["history", "prod", "-n", "1"], "history.run.history", samples.HISTORY, ("prod",), {}),
    (
        ["history", "prod", "--area", "x", "--since", "7d", "--by", "li"],
        "history.run.history",
        samples.HISTORY,
        ("prod",),
        {},
    ),
    (["drift", "prod"], "drift.run.drift", samples.AS_RELEASED, ("prod",), {"everything": False}),
    (["drift", "prod", "--all"], "drift.run.drift", samples.AS_RELEASED, ("prod",), {"everything": True}),
    (["drift", "prod", "--revert"], "drift.revert.revert", samples.plan(), ("prod",), {}),
    (["blame", "prod"], "blame.run.blame", samples.BLAMED, ("prod", ""), {}),
    (["blame", "prod", "network"], "blame.run.blame", samples.BLAMED_AREA, ("prod", "network"), {}),
    (["verify", "dev"], "history.verify.verify", samples.SOUND, ("dev",), {"everything": False}),
    (["verify", "--all"], "history.verify.verify", samples.SOUND, (None,), {"everything": True}),
    (["show", "v2"], "history.run.show", samples.SHOWN, (None, 2), {}),
    (["diff", "1", "v3", "--env", "prod"], "history.run.diff", samples.COMPARED, ("prod", 1, 3), {}),
    (["output", "prod"], "outputs.outputs", samples.OUTPUTS, ("prod",), {}),
    (["incident", "list", "prod"], "incident.run.listed", samples.INCIDENTS, ("prod", ""), {}),
    (
        ["incident", "list", "prod", "--month", "2026-03"],
        "incident.run.listed",
        samples.NO_INCIDENTS,
        ("prod", "2026-03"),
        {},
    ),
    (
        ["incident", "ack", "prod", "01", "--why", "on it"],
        "incident.run.acknowledge",
        samples.ACKNOWLEDGED,
        ("prod", "01", "on it"),
        {},
    ),
    (
        ["incident", "solve", "prod", "01", "--why", "done"],
        "incident.run.solve",
        samples.ACKNOWLEDGED,
        ("prod", "01", "done"),
        {},
    ),
    (["incident", "due", "prod", "P3"], "incident.run.deadlines", samples.DEADLINES, ("prod", "p3", None), {}),
    (["incident", "report", "prod"], "incident.run.report", samples.REPORT, ("prod", ""), {}),
    (
        ["adopt", "prod", "--area", "network", "--vpc", "vpc-1", "--complete"],
        "adopt.run.adopt",
        replace(samples.ADOPTED_ACCOUNT, plan=None),
        ("prod",),
        {"vpc": "vpc-1", "areas": ("network",), "complete": True},
    ),
    (
        ["adopt", "prod", "--from-account", "--region", "eu-central-1"],
        "adopt.propose.from_account",
        samples.PROPOSED,
        ("prod", {"region": "eu-central-1", "account": "", "domain": "", "target": ""}),
        {"vpc": "", "areas": ()},
    ),
    (["sync", "prod"], "history.sync.sync", samples.SYNCED, ("prod",), {}),
    (["state", "list", "prod"], "state_restore.run.list_copies", samples.STATES, ("prod",), {}),
    (["bootstrap", "prod"], "bootstrap.bootstrap", samples.BOOTSTRAPPED, ("prod",), {}),
    (["render", "prod"], "repository.render.render", samples.RENDERED, ("prod",), {"check": False}),
    (["cost", "estimate", "prod"], "cost.estimate.estimate", samples.ESTIMATED, ("prod",), {}),
    (["cost", "recommend", "prod"], "cost.recommend.recommend", samples.RECOMMENDED, ("prod",), {}),
    (["cost", "prices", "--refresh"], "cost.price_list.refresh", samples.PRICED, (), {}),
    (["audit", "report", "prod"], "audit.report.report", samples.AUDITED, ("prod",), {"drift": False}),
    (
        ["audit", "report", "prod", "--drift", "--markdown"],
        "audit.report.report",
        samples.AUDITED,
        ("prod",),
        {"drift": True},
    ),
    (["support"], "repository.support.support", replace(samples.SUPPORT, diagnostics=()), (None, None), {}),
    (
        ["support", "prod", "--on", "2027-06-01"],
        "repository.support.support",
        replace(samples.SUPPORT, diagnostics=()),
        ("prod", date(2027, 6, 1)),
        {},
    ),
    (
        ["modules", "upgrade", "prod"],
        "repository.upgrade.upgrade",
        samples.UPGRADED,
        ("prod", None, None),
        {"everything": False},
    ),
    (
        ["modules", "upgrade", "prod", "network", "--to", "1.0.0"],
        "repository.upgrade.upgrade",
        samples.UPGRADED,
        ("prod", "network", "1.0.0"),
        {"everything": False},
    ),
    (
        ["modules", "upgrade", "prod", "--all"],
        "repository.upgrade.upgrade",
        samples.UPGRADED,
        ("prod", None, None),
        {"everything": True},
    ),
]


@pytest.mark.parametrize(("words", "use_case", "result", "arguments", "named"), SIMPLE)
@pytest.mark.parametrize("as_json", [False, True])
def test_arguments_reach_the_use_case(
    run: Run,
    engine: Engine,
    words: list[str],
    use_case: str,
    result: Any,
    arguments: tuple[Any, ...],
    named: dict[str, Any],
    as_json: bool,
) -> None:
    engine.answer(use_case, result)
    ran = run(*words, *(["--json"] if as_json else []))
    assert ran.code == 0, ran.err
    assert engine.called(use_case) == (arguments, named)
    assert json.loads(ran.out)["result"] if as_json else ran.out


@pytest.mark.parametrize(
    ("words", "use_case", "result", "code"),
    [
        (["plan", "prod"], "plan.run.plan", samples.plan(samples.VPC), 2),
        (["render", "prod", "--check"], "repository.render.render", samples.OUTDATED, 2),
        (["validate"], "repository.validate.validate", samples.VALIDATED, 1),
        (["verify", "--all"], "history.verify.verify", samples.VERIFIED, 1),
        (["drift", "prod"], "drift.run.drift", samples.DRIFTED, 2),
        (["drift", "prod", "--revert"], "drift.revert.revert", samples.plan(samples.VPC), 2),
        (["support", "prod"], "repository.support.support", samples.SUPPORT, 1),
        (["preflight", "prod"], "plan.preflight.preflight", samples.PREFLOWN, 3),
    ],
)
def test_results_that_are_no_errors_have_exit_codes_of_their_own(
    run: Run, engine: Engine, words: list[str], use_case: str, result: Any, code: int
) -> None:
    engine.answer(use_case, result)
    assert run(*words).code == code
    assert json.loads(run(*words, "--json").out)["exit_code"] == code


@pytest.mark.parametrize("command", ["plan prod", "apply", "rollback v1", "history", "destroy prod"])
def test_a_rehearsal_is_a_matter_of_the_session(run: Run, engine: Engine, command: str) -> None:
    use_case = {
        "plan": "plan.run.plan",
        "apply": "apply.run.prepare",
        "rollback": "rollback.run.prepare",
        "history": "history.run.history",
        "destroy": "destroy.prepare",
    }[command.split(maxsplit=1)[0]]
    engine.answer(use_case, RuntimeError("far enough"))
    for given, expected in (([], False), (["--emulator"], True)):
        engine.calls.clear()
        run(*command.split(), *given)
        assert engine.calls[0][1][0].rehearse is expected


@pytest.mark.parametrize(
    "command", ["apply", "rollback v1", "destroy prod", "deploy prod", "drift prod", "status prod"]
)
def test_the_instance_to_go_through_is_a_matter_of_the_session(
    run: Run, engine: Engine, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    use_case = {
        "apply": "apply.run.prepare",
        "rollback": "rollback.run.prepare",
        "destroy": "destroy.prepare",
        "deploy": "deploy.run.deploy",
        "drift": "drift.run.drift",
        "status": "status.status",
    }[command.split(maxsplit=1)[0]]
    engine.answer(use_case, RuntimeError("far enough"))
    refused = run(*command.split(), "--via", "bastion")
    assert (refused.code, engine.calls, "is no instance" in refused.err) == (1, [], True)
    for given, variable, expected in (
        ([], "", ""),
        (["--via", "nodes"], "", "nodes"),
        ([], "i-0123456789abcdef0", "i-0123456789abcdef0"),
    ):
        engine.calls.clear()
        monkeypatch.setenv("MENDIXCTL_VIA", variable)
        run(*command.split(), *given)
        assert engine.calls[0][1][0].via == expected


CHANGING = [
    (["apply", "--env", "prod"], "apply.run", samples.PREPARED, samples.applied(), False),
    (["rollback", "v1"], "rollback.run", samples.PREPARED_ROLLBACK, samples.ROLLED_BACK, True),
    (["destroy", "prod"], "destroy", samples.PREPARED_DESTROY, samples.DESTROYED, True),
]
changing = pytest.mark.parametrize(("words", "module", "prepared", "result", "can_be_abandoned"), CHANGING)


def _prepare(engine: Engine, module: str, prepared: Any, result: Any, *, can_be_abandoned: bool) -> None:
    engine.answer(f"{module}.prepare", prepared)
    engine.answer(f"{module}.execute", result)
    if can_be_abandoned:
        engine.answer(f"{module}.abandon", None)


@changing
def test_yes_confirms(
    run: Run, engine: Engine, words: list[str], module: str, prepared: Any, result: Any, can_be_abandoned: bool
) -> None:
    _prepare(engine, module, prepared, result, can_be_abandoned=can_be_abandoned)
    ran = run(*words, "--yes", "-m", "because")
    assert ran.code == 0, ran.err
    checks = {} if module == "destroy" else {"checks": timedelta(minutes=10)}
    assert engine.called(f"{module}.execute") == ((prepared,), {"message": "because", "deploys": True, **checks})
    assert not engine.was_called(f"{module}.abandon")


@changing
@pytest.mark.parametrize("further", [[], ["--json"]])
def test_nobody_to_ask_is_a_refusal_that_changes_nothing(
    run: Run,
    engine: Engine,
    words: list[str],
    module: str,
    prepared: Any,
    result: Any,
    can_be_abandoned: bool,
    further: list[str],
) -> None:
    _prepare(engine, module, prepared, result, can_be_abandoned=can_be_abandoned)
    ran = run(*words, *further)
    assert ran.code == 3
    assert "MXC110" in ran.out + ran.err
    assert not engine.was_called(f"{module}.execute")
    assert engine.was_called(f"{module}.abandon") is can_be_abandoned


@changing
def test_the_name_of_a_protected_environment_has_to_be_typed(
    run: Run,
    engine: Engine,
    typing: Callable[[str], None],
    words: list[str],
    module: str,
    prepared: Any,
    result: Any,
    can_be_abandoned: bool,
) -> None:
    _prepare(engine, module, prepared, result, can_be_abandoned=can_be_abandoned)
    for typed, code in (("yes\n", 1), ("", 1), ("PROD\n", 1), ("prod\n", 0)):
        engine.calls.clear()
        typing(typed)
        ran = run(*words)
        assert ran.code == code, ran.err
        assert "Type prod to confirm:" in ran.err
        assert engine.was_called(f"{module}.execute") is (code == 0)
        assert engine.was_called(f"{module}.abandon") is (code != 0 and can_be_abandoned)


def test_ctrl_c_at_the_question_puts_everything_back(
    run: Run, engine: Engine, typing: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    _prepare(engine, "rollback.run", samples.PREPARED_ROLLBACK, samples.ROLLED_BACK, can_be_abandoned=True)
    typing("")

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("mendixctl.views.human.HumanView.ask", interrupted)
    assert run("rollback", "1").code == 130
    assert engine.was_called("rollback.run.abandon")
    assert not engine.was_called("rollback.run.execute")


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 1), ("prod\n", 0)])
def test_a_state_is_put_back_once_that_is_confirmed(
    run: Run, engine: Engine, typing: Callable[[str], None], typed: str, code: int
) -> None:
    engine.answer("state_restore.run.prepare", samples.PREPARED_RESTORE)
    engine.answer("state_restore.run.execute", samples.STATE_RESTORED)
    typing(typed)
    ran = run("state", "restore", "v2", "--env", "prod", "--serial", "7", "--over-newer", "-m", "why")
    assert ran.code == code, ran.err
    assert engine.called("state_restore.run.prepare") == (("prod", 2), {"serial": 7, "over_newer": True})
    assert engine.was_called("state_restore.run.execute") is (code == 0)
    assert "module.storage.aws_s3_bucket.this" in ran.out
    assert "stay in AWS" in ran.out
    engine.calls.clear()
    assert run("state", "restore", "2", "--json").code == 3
    assert run("state", "restore", "2", "--yes").code == 0


@pytest.mark.parametrize("command", ["apply", "rollback v1"])
@pytest.mark.parametrize(
    ("options", "checks"),
    [
        (["--no-checks"], None),
        (["--check-deadline", "90s"], timedelta(seconds=90)),
        (["--check-deadline", "2h"], timedelta(hours=2)),
        (["--check-deadline", "0s"], timedelta(0)),
    ],
)
def test_how_long_it_may_take_to_be_healthy(
    run: Run, engine: Engine, command: str, options: list[str], checks: timedelta | None
) -> None:
    module = "apply.run" if command == "apply" else "rollback.run"
    result = samples.applied() if command == "apply" else samples.ROLLED_BACK
    prepared = samples.PREPARED if command == "apply" else samples.PREPARED_ROLLBACK
    _prepare(engine, module, prepared, result, can_be_abandoned=command != "apply")
    assert run(*command.split(), "--yes", *options).code == 0
    assert engine.called(f"{module}.execute")[1]["checks"] == checks


@pytest.mark.parametrize("written", ["10", "1d", "25h", "-1m", "10 m", "१m", "", "999999s"])
def test_what_is_no_duration(run: Run, engine: Engine, written: str) -> None:
    ran = run("apply", "--yes", f"--check-deadline={written}")
    assert ran.code == 1
    assert "MXC113" in ran.err


def test_a_rollback_that_may_follow_is_part_of_the_question_and_shown_after(
    run: Run, engine: Engine, typing: Callable[[str], None]
) -> None:
    engine.answer("apply.run.prepare", samples.PREPARED)
    failed = replace(samples.applied(4, Status.FAILED), after=samples.applied(5))
    engine.answer("rollback.on_failure.execute", ApplyError((Diagnostic("MXB140", "rolled back"),), failed))
    typing("prod\n")
    ran = run("apply", "--env", "prod", "--on-failure", "rollback")
    assert ran.code == 1
    assert "roll back to the last good release" in ran.err
    assert "v4 failed" in ran.out
    assert "v5 succeeded" in ran.out
    document = json.loads(run("apply", "--env", "prod", "--on-failure=rollback", "--yes", "--json").out)
    assert (document["result"]["number"], document["result"]["rolled_back"]["number"]) == (4, 5)
    assert not engine.was_called("apply.run.execute")


@pytest.mark.parametrize(
    ("action", "following"), [("import", "mendixctl adopt prod --complete"), ("create", "mendixctl plan prod")]
)
def test_an_adoption_goes_on_with_what_waits_for_what_is_missing(
    run: Run, engine: Engine, action: str, following: str
) -> None:
    done = samples.applied()
    release = replace(
        done.record.release,
        kind=Kind.ADOPT,
        changes=tuple(replace(one, action=action) for one in done.record.release.changes),
    )
    engine.answer("apply.run.prepare", samples.PREPARED)
    engine.answer("apply.run.execute", replace(done, record=replace(done.record, release=release)))
    assert f"Next: {following}\n" in run("apply", "--yes").out


def test_what_a_failed_apply_did_is_shown(run: Run, engine: Engine) -> None:
    engine.answer("apply.run.prepare", samples.PREPARED)
    failure = ApplyError((Diagnostic("MXT110", "it broke"),), samples.applied(4, Status.FAILED))
    engine.answer("apply.run.execute", failure)
    ran = run("apply", "--yes")
    assert ran.code == 1
    assert "v4 failed" in ran.out
    assert "MXT110" in ran.err
    document = json.loads(run("apply", "--yes", "--json").out)
    assert document["result"]["number"] == 4


@pytest.mark.parametrize("written", ["0", "v0", "-1", "five", "v", "1.5", "99999999999", "２"])
def test_what_is_no_release(run: Run, engine: Engine, written: str) -> None:
    assert run("show", "--", written).code == 1


def test_colours_follow_no_color_and_the_option(monkeypatch: pytest.MonkeyPatch) -> None:
    from mendixctl.application import Application

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert Application([]).color is None
    monkeypatch.setenv("NO_COLOR", "1")
    assert Application([]).color is False


def test_drift_is_adopted_only_when_it_is_confirmed(run: Run, engine: Engine) -> None:
    engine.answer("drift.adopt.prepare", samples.ADOPTING)
    engine.answer("drift.adopt.execute", samples.ADOPTED)
    ran = run("drift", "prod", "--accept")
    assert ran.code == 3
    assert not engine.was_called("drift.adopt.execute")
    assert '"ours" -> "theirs"' in ran.out
    assert run("drift", "prod", "--accept", "--yes").code == 2, "some of it is drift still"
    assert engine.called("drift.adopt.execute") == ((samples.ADOPTING,), {})


def test_where_nothing_can_be_adopted_nobody_is_asked(run: Run, engine: Engine) -> None:
    nothing = replace(samples.ADOPTING, adoptions=(), rest=())
    engine.answer("drift.adopt.prepare", nothing)
    engine.answer("drift.adopt.execute", replace(samples.ADOPTED, prepared=nothing, plan=None))
    ran = run("drift", "prod", "--accept")
    assert ran.code == 0
    assert "Nothing of it can be adopted." in ran.out


@pytest.mark.parametrize("words", [["drift", "prod", "--accept", "--revert"], ["verify", "prod", "--all"]])
def test_what_does_not_go_together(run: Run, engine: Engine, words: list[str]) -> None:
    assert run(*words).code == 1
    assert engine.calls == []
