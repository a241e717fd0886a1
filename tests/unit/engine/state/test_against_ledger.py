"""A state that was lost: refused on AWS, told on the emulator, seen in the state and in the plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.ledger import local_ledger
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.state.against_ledger import resources
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.diagnostics import Refused
from tests.support.fake_aws import FakeClients
from tests.support.play_terraform import ADDRESS
from tests.unit.engine.conftest import Bench

EMPTY = {"lineage": "one", "serial": 7, "world": "", "resources": []}


def state(bench: Bench) -> Path:
    return bench.repository.workspace("dev") / "state" / "terraform.tfstate"


def _write(bench: Bench, **content: object) -> None:
    state(bench).write_text(json.dumps({**json.loads(state(bench).read_text()), **content}))


LOST: dict[str, Callable[[Bench], object]] = {
    "the state is gone": lambda bench: state(bench).unlink(),
    "the state is another one": lambda bench: _write(bench, lineage="two"),
    "the state is empty, and 1 resource should be in it": lambda bench: state(bench).write_text(json.dumps(EMPTY)),
}


@pytest.mark.parametrize("what", LOST)
def test_a_lost_state_is_refused_on_aws(bench: Bench, aws: FakeClients, what: str) -> None:
    bench.apply()
    LOST[what](bench)
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert [found.code for found in error.value.diagnostics] == ["MXP124"]
    assert what in error.value.diagnostics[0].summary
    assert "mendixctl state" in error.value.diagnostics[0].hint
    assert "mendixctl recover dev" in error.value.diagnostics[0].hint
    assert bench.play.count("plan") == 1


@pytest.mark.parametrize("what", LOST)
def test_a_lost_state_is_told_on_the_emulator(bench: Bench, what: str) -> None:
    bench.apply()
    LOST[what](bench)
    result = plan_run.plan(bench.session, "dev")
    assert [warning.code for warning in result.warnings] == ["MXP125"]
    assert [notice.code for notice in bench.listener.notices] == ["MXP125"]
    assert result.guards.objections == ()


def test_a_release_that_failed_before_its_state_does_not_hide_the_one_before(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    bench.edit("hello", "bye")
    bench.apply()
    del aws.bucket.objects["dev/releases/0002/outcome.json"]
    state(bench).unlink()
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert error.value.diagnostics[0].code == "MXP124"
    assert "v1 of dev" in error.value.diagnostics[0].summary


def test_an_older_state_is_told(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    _write(bench, serial=0)
    assert [warning.code for warning in plan_run.plan(bench.session, "dev").warnings] == ["MXP126"]


def all_gone(bench: Bench) -> None:
    """The state is there and says so, and AWS knows none of it."""
    bench.apply()
    bench.edit("hello", "bye")
    bench.play.changes = (ResourceChange(ADDRESS, "notes", "terraform_data", Action.CREATE),)


def test_creating_everything_again_is_refused_on_aws_and_passed_by_name(bench: Bench, aws: FakeClients) -> None:
    all_gone(bench)
    result = plan_run.plan(bench.session, "dev")
    assert [one.code for one in result.guards.objections] == ["MXG107"]
    assert ADDRESS in result.guards.command
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    assert [found.code for found in error.value.diagnostics] == ["MXG107"]
    assert "mendixctl recover" in error.value.diagnostics[0].hint
    assert apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev", [ADDRESS])).number == 2


def test_creating_everything_again_is_told_on_the_emulator(bench: Bench) -> None:
    all_gone(bench)
    result = plan_run.plan(bench.session, "dev")
    assert [warning.code for warning in result.warnings] == ["MXP125"]
    assert result.guards.objections == ()
    assert apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev")).number == 2


def test_after_a_destroy_everything_may_be_created(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    result = plan_run.plan(bench.session, "dev")
    assert (result.counts.add, result.guards.objections, result.warnings) == (1, (), ())


def test_the_ledger_knows_what_there_is(bench: Bench) -> None:
    def step(*changes: tuple[str, Action]) -> None:
        bench.spec.write_text(bench.spec.read_text() + "#\n")
        bench.play.drifted = True
        bench.play.changes = tuple(
            ResourceChange(f"module.notes.a.{name}", "notes", "a", action) for name, action in changes
        )
        bench.apply()

    def there() -> set[str]:
        return {address[-1] for address in resources(local_ledger(open_workplace(bench.session, "dev")))}

    step(("x", Action.CREATE), ("y", Action.CREATE), ("z", Action.IMPORT))
    assert there() == {"x", "y", "z"}
    step(("x", Action.DELETE), ("y", Action.REPLACE), ("z", Action.FORGET), ("w", Action.UPDATE))
    assert there() == {"y", "w"}


def test_a_state_that_says_nothing_of_its_resources_is_not_said_to_be_empty(bench: Bench, aws: FakeClients) -> None:
    bench.apply()
    _write(bench, serial=9)
    assert plan_run.plan(bench.session, "dev").warnings == ()
