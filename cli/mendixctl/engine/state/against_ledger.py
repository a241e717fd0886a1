"""Whether the state is the one that the ledger's releases left, and whether a plan takes it for empty.

A state that is lost makes a plan that creates everything a second time, and the old resources go on beside the new
ones, in nobody's hands. Neither Terraform nor a person who reads such a plan can tell it from a first one; the ledger
can.
"""

from __future__ import annotations

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.plan import Action
from mendixctl.terraform.state import State
from mendixgen.diagnostics import Diagnostic, Location, Refused, Severity
from mendixgen.messages import msg

_COMES = frozenset({Action.CREATE.value, Action.IMPORT.value, Action.UPDATE.value, Action.REPLACE.value})
_GOES = frozenset({Action.DELETE.value, Action.FORGET.value})


def check_state(workplace: Workplace, store: LedgerStore, state: State) -> list[Diagnostic]:
    """Check that the state is the one that the newest release left.

    On AWS one that is gone, another one, or one that was emptied is refused. On an emulator, whose data may well be
    another machine's, it is a warning. One that is older than the newest release left it is a warning on both.

    Raises:
        Refused: MXP124.
    """
    left = _left(store)
    if left is None or left.outcome is None:
        return []
    outcome = left.outcome
    if (outcome.lineage, outcome.serial) == (state.lineage, state.serial):
        return []
    what = ""
    if not state.lineage:
        what = "the state is gone"
    elif outcome.lineage != state.lineage:
        what = "the state is another one"
    elif not state.instances and (there := resources(store)):
        what = msg("the state is empty, and {counted} should be in it", counted=_counted(len(there)))
    if what:
        return [_lost(workplace, left, what)]
    if state.serial >= outcome.serial:
        return []
    older = Diagnostic(
        "MXP126",
        msg(
            "the state is older than v{number} left it: serial {serial}, and it was {serial_2}",
            number=left.number,
            serial=state.serial,
            serial_2=outcome.serial,
        ),
        hint="if an older copy was put back on purpose, read the plan with care: what was made since is in no state",
        severity=Severity.WARNING,
    )
    workplace.session.reporter.notice(older)
    return [older]


def resources(store: LedgerStore) -> frozenset[str]:
    """The addresses that exist as far as the ledger knows: what its releases made and did not take away again."""
    there: set[str] = set()
    for record in store.records():
        done = set(record.outcome.done) if record.outcome else set()
        for change in record.release.changes:
            if change.address not in done:
                continue
            if change.action in _COMES:
                there.add(change.address)
            elif change.action in _GOES:
                there.discard(change.address)
        if record.release.kind is Kind.DESTROY and record.status is Status.SUCCEEDED:
            there.clear()
    return frozenset(there)


def _left(store: LedgerStore) -> Record | None:
    """The newest release that is known to have left a state."""
    for number in sorted(store.numbers(), reverse=True):
        record = store.read(number)
        if record.outcome is not None and record.outcome.lineage:
            return record
    return None


def _lost(workplace: Workplace, left: Record, what: str) -> Diagnostic:
    environment = workplace.environment
    summary = msg(
        "{what}: v{number} of {environment} left a state that is not in {state}",
        what=what,
        number=left.number,
        environment=environment,
        state=workplace.scope.state,
    )
    if workplace.scope.target == "aws":
        raise Refused(
            Diagnostic(
                "MXP124",
                summary,
                hint=msg(
                    "put a copy back: mendixctl state list {environment}, then mendixctl state restore; "
                    "what is in no copy is adopted by mendixctl recover {environment}. Planning without "
                    "it would create everything a second time",
                    environment=environment,
                ),
                location=Location(f"environments/{environment}.yaml"),
            )
        )
    warning = Diagnostic(
        "MXP125",
        summary,
        hint="on this machine's emulator everything will be created anew",
        severity=Severity.WARNING,
    )
    workplace.session.reporter.notice(warning)
    return warning


def _counted(count: int) -> str:
    return "1 resource" if count == 1 else f"{count} resources"
