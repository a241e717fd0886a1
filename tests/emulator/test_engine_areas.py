"""Real areas through the engine: up, down and up again with nothing destroyed; an emulator that dies in between."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mendixctl.emulator import control
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.recover import run as recover_run
from mendixctl.engine.reporter import Silent
from mendixctl.engine.repository import upgrade
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Status
from mendixctl.terraform.events import Event, ResourceEvent
from mendixctl.terraform.plan import Action
from mendixgen.areas.network import Network
from tests.emulator.engine_bench import KEYS, NETWORK, EngineBench, vendored

pytestmark = pytest.mark.emulator


@pytest.fixture
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[EngineBench]:
    areas, text = request.param
    made = EngineBench(vendored(tmp_path / "platform", *areas, text=text))
    yield made
    made.stop()


def identities(bench: EngineBench) -> list[str]:
    """The id of everything in the state: what was made again has another one."""
    resources = json.loads(bench.state.read_text())["resources"]
    return sorted(str(one["attributes"]["id"]) for each in resources for one in each["instances"])


def destroyed(plan: PlanResult) -> list[str]:
    taken = {Action.DELETE, Action.REPLACE}
    return [judged.change.address for judged in plan.changes if judged.change.action in taken]


@pytest.mark.parametrize("bench", [(("encryption", "network"), NETWORK)], indirect=True)
def test_versions_go_up_down_and_up_again_with_nothing_destroyed(bench: EngineBench) -> None:
    upgrade.upgrade(bench.session, "dev", "network", "1.0.0")
    bench.apply("1.0.0")
    made = identities(bench)
    upgrade.upgrade(bench.session, "dev", "network", Network.version)
    up = bench.plan()
    moved = {judged.change.address for judged in up.changes if judged.change.previous_address}
    assert moved
    assert destroyed(up) == []
    apply_run.execute(bench.session, apply_run.prepare(bench.session))
    assert bench.plan().has_changes is False
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert destroyed(prepared.plan) == []
    assert {judged.change.previous_address for judged in prepared.plan.changes} >= moved
    assert rollback_run.execute(bench.session, prepared).proven
    upgrade.upgrade(bench.session, "dev", "network", Network.version)
    again = bench.plan()
    assert destroyed(again) == []
    apply_run.execute(bench.session, apply_run.prepare(bench.session))
    assert bench.plan().has_changes is False
    assert identities(bench) == made


class Assassin(Silent):
    """Kills the emulator as soon as the first resource is made."""

    def __init__(self, bench: EngineBench) -> None:
        self.bench = bench

    def event(self, event: Event) -> None:
        if isinstance(event, ResourceEvent) and event.kind == "apply_complete":
            for status in control.status(self.bench.repository):
                if status.running:
                    os.kill(status.pid, signal.SIGKILL)


@pytest.mark.parametrize("bench", [(("encryption",), KEYS)], indirect=True)
def test_an_emulator_that_dies_in_mid_apply_is_named_and_the_next_apply_goes_on(bench: EngineBench) -> None:
    bench.plan()
    killing = replace(bench.session, reporter=Assassin(bench))
    with pytest.raises(ApplyError) as error:
        apply_run.execute(killing, apply_run.prepare(killing))
    assert error.value.diagnostics[0].code == "MXE103"
    assert "run the same command again" in error.value.diagnostics[0].hint or "plan" in error.value.diagnostics[-1].hint
    outcome = LocalLedger("dev", bench.root / "releases").read(1).outcome
    assert outcome is not None
    assert outcome.status is Status.FAILED
    assert outcome.done
    assert outcome.failed or outcome.not_started
    # What was asked for and not answered may exist: looked for first, and adopted where it does.
    recovery = recover_run.prepare(bench.session, "dev")
    recover_run.execute(bench.session, recovery)
    assert bench.apply("and on").status is Status.SUCCEEDED
    assert bench.plan().has_changes is False
