"""What an apply came to, from its events alone."""

from __future__ import annotations

import pytest

from mendixctl.terraform.events import ChangeEvent, Event, ResourceEvent
from mendixctl.terraform.outcome import INTERRUPTED, ApplyOutcome, Gatherer
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError

WRONG = Diagnostic("MXT110", "wrong")


def planned(address: str, action: str) -> Event:
    return ChangeEvent("planned_change", address=address, action=action)


def step(address: str, action: str, phase: str) -> Event:
    return ResourceEvent(f"apply_{phase}", address=address, action=action, phase=phase)  # type: ignore[arg-type]


def outcome(*events: Event, errors: tuple[Diagnostic, ...] = (WRONG,)) -> ApplyOutcome:
    gathered = Gatherer()
    for event in events:
        gathered.hear(event)
    return gathered.outcome(errors=errors, warnings=(), exit_code=1 if errors else 0, seconds=1.0)


def test_a_replacement_is_done_when_both_its_steps_are():
    events = [planned("a.b", "replace"), step("a.b", "delete", "start"), step("a.b", "delete", "complete")]
    half = outcome(*events)
    assert (half.done, half.failed, half.not_started) == ((), ("a.b",), ())
    whole = outcome(*events, step("a.b", "create", "start"), step("a.b", "create", "complete"))
    assert whole.done == ("a.b",)


def test_a_replacement_whose_creation_is_in_flight_when_terraform_dies():
    found = outcome(
        planned("a.b", "replace"),
        step("a.b", "delete", "start"),
        step("a.b", "delete", "complete"),
        step("a.b", "create", "start"),
    )
    assert (found.in_flight, found.failed, found.done) == (("a.b",), (), ())


def test_every_planned_address_is_in_exactly_one_place():
    found = outcome(
        planned("a.done", "create"),
        planned("a.failed", "update"),
        planned("a.open", "create"),
        planned("a.never", "delete"),
        step("a.done", "create", "start"),
        step("a.failed", "update", "start"),
        step("a.open", "create", "start"),
        step("a.done", "create", "complete"),
        step("a.failed", "update", "errored"),
    )
    assert found.done == ("a.done",)
    assert found.failed == ("a.failed",)
    assert found.in_flight == ("a.open",)
    assert found.not_started == ("a.never",)


def test_a_move_has_no_events_and_is_done_with_the_apply():
    assert outcome(planned("a.moved", "move"), errors=()).done == ("a.moved",)
    assert outcome(planned("a.moved", "move")).not_started == ("a.moved",)


def test_reads_are_nobodys_change():
    found = outcome(step("data.a.b", "read", "start"), errors=())
    assert found.done == found.in_flight == ()


def test_errors_are_raised_by_their_kind():
    outcome(errors=()).raise_for_errors()
    with pytest.raises(MendixError) as caught:
        outcome().raise_for_errors()
    assert caught.value.exit_code == 1
    with pytest.raises(Interrupted) as stopped:
        outcome(errors=(Diagnostic(INTERRUPTED, "stopped"), WRONG)).raise_for_errors()
    assert stopped.value.exit_code == 130
    assert len(stopped.value.diagnostics) == 2
