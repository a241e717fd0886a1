"""One plan with import blocks, and what Terraform said of each address on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal.import_ids import import_blocks
from mendixctl.engine.journal.leftover_provider import provider_of_leftovers
from mendixctl.engine.journal.run_folders import run_folder
from mendixctl.terraform.events import ChangeEvent, DiagnosticEvent, Event
from mendixctl.terraform.state import State
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

_MODULE = re.compile(r"modules/([a-z]+)/[0-9]+\.[0-9]+\.[0-9]+/[a-z_]+\.tf$")

TARGETED = ("Resource targeting is in effect", "Applied changes may be incomplete")


@dataclass(slots=True)
class Heard:
    """One plan of imports: whether it succeeded, and what it said of each address. ``areas``: those whose modules had
    an error that is no resource's: an output that has not all of what it is made of.
    """

    error: MendixError | None = None
    has_changes: bool = False
    warnings: tuple[Diagnostic, ...] = ()
    said: list[str] = field(default_factory=list)
    proven: set[str] = field(default_factory=set)
    areas: set[str] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if isinstance(event, DiagnosticEvent) and event.severity == "error":
            self.said.append(f"{event.address}\n{event.summary}\n{event.detail}")
            if not event.address and (place := _MODULE.search(event.file)):
                self.areas.add(place[1])
        elif isinstance(event, ChangeEvent) and event.action == "import":
            self.proven.add(event.address)


def plan(
    workplace: Workplace,
    tools: Tools,
    state: State,
    imports: Sequence[tuple[str, str]],
    targets: Sequence[str],
    out: Path,
    *,
    name: str = "recover-plan",
) -> Heard:
    """Plan these imports (address, ID) in the root as it stands. ``name``: of the run's folder."""
    heard = Heard()
    session = workplace.session
    logs = run_folder(workplace.workspace, name, session.clock())

    def listen(event: Event) -> None:
        heard.hear(event)
        session.reporter.event(event)

    root = workplace.root
    with provider_of_leftovers(root, workplace.specification.header, state), import_blocks(root, imports):
        try:
            outcome = tools.terraform(workplace, logs).plan(out, targets=targets, on_event=listen)
        except Refused:
            raise
        except MendixError as error:
            if not heard.said or error.exit_code != 1:
                raise
            heard.error = error
            return heard
    heard.has_changes = outcome.has_changes
    heard.warnings = telling(outcome.warnings)
    return heard


def telling(warnings: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The warnings without those that say that a plan with targets has targets."""
    return tuple(one for one in warnings if not one.summary.startswith(TARGETED))
