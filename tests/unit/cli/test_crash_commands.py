"""``status`` and ``recover`` on the command line: what is shown, what is asked, and what is never done unasked."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from mendixctl.engine.unfinished.orphan_candidates import Certainty
from mendixctl.views.human import HumanView
from mendixgen.diagnostics import Diagnostic, Refused
from tests.unit.cli import crash_samples as samples
from tests.unit.cli.conftest import Engine, Ran

Run = Callable[..., Ran]


@pytest.mark.parametrize(
    ("result", "code"), [(samples.CUT_OFF, 2), (samples.AT_REST, 0), (samples.AT_WORK, 2)], ids=["cut", "rest", "work"]
)
def test_the_exit_code_of_a_status_says_whether_something_is_unfinished(
    run: Run, engine: Engine, result: object, code: int
) -> None:
    engine.answer("status.status", result)
    assert run("status", "prod").code == code
    document = json.loads(run("status", "prod", "--json").out)
    assert (document["exit_code"], document["result"]["finished"]) == (code, code == 0)


def test_a_status_names_all_that_is_not_as_it_should_be() -> None:
    out = io.StringIO()
    HumanView(out=out, err=io.StringIO()).show(samples.CUT_OFF)
    text = out.getvalue()
    for part in (
        "v4  interrupted",
        "not recorded yet",
        "1 of 3 changes done",
        "? " + samples.DOUBT.address,
        "! module.network.aws_vpc.other",
        ". module.network.aws_vpc.this",
        "by li@host since",
        "4f24-1",
        "exists: Terraform said so (v4)",
        "in flight: may exist (v4)",
        "~ module.network.aws_vpc.tainted",
        "errored.tfstate",
        "but it starts from v3",
        "Next: mendixctl recover prod",
    ):
        assert part in text, part


def test_who_is_at_work_is_named_with_the_process() -> None:
    out = io.StringIO()
    HumanView(out=out, err=io.StringIO()).show(samples.AT_WORK)
    assert "Running: apply by li@host since" in out.getvalue()
    assert "Terraform is process 4711, the mendixctl that started it is gone" in out.getvalue()


def _engine(engine: Engine, *, locked: bool) -> None:
    engine.answer("recover.run.look_at_lock", samples.LOCK if locked else None)
    engine.answer("recover.run.unlock", samples.LOCK)
    engine.answer("recover.run.prepare", samples.FOUND)
    engine.answer("recover.run.abandon", None)
    engine.answer("recover.run.execute", samples.RECOVERED)


def test_a_recovery_shows_what_it_found_and_did(run: Run, engine: Engine) -> None:
    _engine(engine, locked=False)
    ran = run("recover", "prod", "--yes", "-m", "because")
    assert ran.code == 0, ran.err
    assert engine.called("recover.run.execute") == ((samples.FOUND,), {"message": "because", "unlocked": None})
    assert not engine.was_called("recover.run.unlock")
    for part in ("To adopt: 1 resource", "Nothing is missing of 1 resource", "as v5"):
        assert part in ran.out, part
    assert "look for: aws_subnet with cidr_block" in ran.out
    assert "mendixctl recover prod --accept-loss" in ran.out
    assert "a plan is refused until each of these is settled" in ran.out
    document = json.loads(run("recover", "prod", "--yes", "--json").out)["result"]
    assert document["adopted"][0]["id"] == "b"
    assert document["left"][0]["certainty"] == "in-flight"


def test_a_name_that_is_taken_is_in_no_plans_way(run: Run, engine: Engine) -> None:
    _engine(engine, locked=False)
    left = replace(samples.FOUND.unadopted[0], doubt=replace(samples.DOUBT, certainty=Certainty.TAKEN))
    engine.answer("recover.run.prepare", replace(samples.FOUND, unadopted=(left,)))
    shown = run("recover", "prod", "--yes").out
    assert "a plan goes on" in shown
    assert "a plan is refused" not in shown


def test_what_is_accepted_is_handed_on(run: Run, engine: Engine) -> None:
    _engine(engine, locked=False)
    address = samples.DOUBT.address
    assert run("recover", "prod", "--yes", "--accept-loss", address).code == 0
    assert engine.called("recover.run.prepare") == (("prod", (address,)), {})


def test_a_lock_is_removed_by_its_id_and_never_by_yes_alone(run: Run, engine: Engine) -> None:
    _engine(engine, locked=True)
    refusal = Refused(Diagnostic("MXP212", "locked", hint="--unlock 4f24-1"))
    engine.answer("recover.run.unlock", refusal)
    ran = run("recover", "prod", "--yes")
    assert ran.code == 3
    assert "by li@host since" in ran.out
    assert engine.called("recover.run.unlock")[0] == ("prod", "")
    assert not engine.was_called("recover.run.prepare")
    engine.answer("recover.run.unlock", samples.LOCK)
    assert run("recover", "prod", "--yes", "--unlock", "4f24-1").code == 0
    assert engine.called("recover.run.execute")[1]["unlocked"] == samples.LOCK


@pytest.mark.parametrize(("typed", "code"), [("yes\n", 1), ("prod\n", 1), ("", 1), ("4f24-1\nprod\n", 0)])
def test_at_a_terminal_the_locks_id_is_typed(
    run: Run, engine: Engine, typing: Callable[[str], None], typed: str, code: int
) -> None:
    _engine(engine, locked=True)
    typing(typed)
    ran = run("recover", "prod")
    assert ran.code == code, ran.err
    assert "Type 4f24-1 to confirm:" in ran.err
    assert engine.was_called("recover.run.execute") is (code == 0)


def test_declining_leaves_everything_in_doubt(run: Run, engine: Engine) -> None:
    _engine(engine, locked=False)
    assert run("recover", "prod").code == 3
    assert engine.was_called("recover.run.abandon")
    assert not engine.was_called("recover.run.execute")
