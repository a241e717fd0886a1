"""What a Terraform command came to: plain data, gathered from its stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mendixctl.terraform.answers import Answer, answer, weakest
from mendixctl.terraform.events import (
    ChangeEvent,
    DiagnosticEvent,
    Event,
    ResourceEvent,
    SummaryEvent,
)
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError

INTERRUPTED = "MXT130"


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """A plan that succeeded. ``drift`` is what changed outside Terraform, ``changes`` what the plan would do."""

    has_changes: bool
    plan_file: Path
    summary: SummaryEvent
    changes: tuple[ChangeEvent, ...] = ()
    drift: tuple[ChangeEvent, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ApplyOutcome:
    """What an apply did, whether it succeeded or not; addresses in the order of their events.

    ``in_flight`` was begun and never reported on, which only happens when Terraform itself died: those resources
    may exist without being in the state. ``unanswered``: those of ``failed`` and ``in_flight`` of which AWS itself has
    not said that it did not do what was asked. ``errors`` is empty exactly when everything was done.
    """

    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    in_flight: tuple[str, ...] = ()
    not_started: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    errors: tuple[Diagnostic, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    summary: SummaryEvent | None = None
    interrupted: bool = False
    exit_code: int = 0
    seconds: float = 0.0

    @property
    def succeeded(self) -> bool:
        return not self.errors

    def raise_for_errors(self) -> None:
        """Raise what went wrong, if anything did.

        Raises:
            Interrupted: MXT130 first, a person stopped it.
            MendixError: the errors of Terraform.
        """
        if self.interrupted and self.errors:
            raise Interrupted(self.errors)
        if self.errors:
            raise MendixError(self.errors)


@dataclass(frozen=True, slots=True)
class OutputValue:
    """One output of the root. The value of a sensitive one is here in clear and must not be shown."""

    value: object = field(repr=False)
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an apply got: each address in one of the four, in the order of their events."""

    done: tuple[str, ...]
    failed: tuple[str, ...]
    in_flight: tuple[str, ...]
    not_started: tuple[str, ...]


@dataclass(slots=True)
class Gatherer:
    """Listens to a stream and keeps what an outcome needs.

    A replacement has two events of its own (a deletion and a creation), so an address is done when all the
    events that its planned action calls for have completed; one that is half replaced counts as failed.
    """

    planned: dict[str, ChangeEvent] = field(default_factory=dict)
    drift: dict[str, ChangeEvent] = field(default_factory=dict)
    open: dict[tuple[str, str], None] = field(default_factory=dict)
    completed: dict[str, int] = field(default_factory=dict)
    failed: dict[str, None] = field(default_factory=dict)
    errors: list[DiagnosticEvent] = field(default_factory=list)
    warnings: list[DiagnosticEvent] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    summary: SummaryEvent | None = None

    def hear(self, event: Event) -> None:
        match event:
            case ChangeEvent(kind="planned_change"):
                self.planned[event.address] = event
            case ChangeEvent():
                self.drift[event.address] = event
            case SummaryEvent():
                self.summary = event
            case DiagnosticEvent(severity="warning"):
                self.warnings.append(event)
            case DiagnosticEvent():
                self.errors.append(event)
            case ResourceEvent() if event.kind.startswith("apply_") and event.action != "read":
                self._resource(event)
            case Event(kind="text") if len(self.text) < 200:
                self.text.append(event.message)

    def _resource(self, event: ResourceEvent) -> None:
        key = (event.address, event.action)
        if event.phase == "start":
            self.open[key] = None
        elif event.phase == "complete":
            self.open.pop(key, None)
            self.completed[event.address] = self.completed.get(event.address, 0) + 1
        elif event.phase == "errored":
            self.open.pop(key, None)
            self.failed[event.address] = None

    def answer(self, address: str) -> Answer:
        """What AWS answered to what was asked for one resource, by its errors so far."""
        return weakest(answer(f"{one.summary}\n{one.detail}") for one in self.errors if one.address == address)

    def progress(self, planned: Mapping[str, str]) -> Progress:
        """How far an apply that did not come to its end got; ``planned``: address -> action."""
        steps = {address: 2 if action == "replace" else 1 for address, action in planned.items()}
        in_flight = tuple(dict.fromkeys(address for address, _ in self.open))
        halves = [a for a, count in self.completed.items() if 0 < count < steps.get(a, 1) and a not in in_flight]
        failed = tuple(dict.fromkeys([*self.failed, *halves]))
        begun = {*failed, *in_flight}
        everything = list(dict.fromkeys([*self.completed, *planned]))
        done = tuple(
            address
            for address in everything
            if address not in begun and self.completed.get(address, 0) >= steps.get(address, 1)
        )
        begun |= {*done}
        return Progress(done, failed, in_flight, tuple(address for address in everything if address not in begun))

    def outcome(
        self, *, errors: tuple[Diagnostic, ...], warnings: tuple[Diagnostic, ...], exit_code: int, seconds: float
    ) -> ApplyOutcome:
        """The outcome of an apply; on success whatever was planned is done, events or not (moves have none)."""
        far = self.progress({address: event.action for address, event in self.planned.items()})
        if not errors:
            everything = tuple(dict.fromkeys([*self.completed, *self.planned]))
            far = Progress(everything, tuple(self.failed), far.in_flight, ())
        failed, in_flight = far.failed, far.in_flight
        answers = {address: self.answer(address) for address in (*failed, *in_flight)}
        return ApplyOutcome(
            done=far.done,
            failed=failed,
            in_flight=in_flight,
            not_started=far.not_started,
            unanswered=tuple(address for address, said in answers.items() if said is Answer.NONE),
            errors=errors,
            warnings=warnings,
            summary=self.summary,
            interrupted=any(error.code == INTERRUPTED for error in errors),
            exit_code=exit_code,
            seconds=seconds,
        )
