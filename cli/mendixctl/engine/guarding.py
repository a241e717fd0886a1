"""What stands between a plan and its apply: every guard on what a plan does, asked in one place.

`judge` says what the guards object to and the command line that would pass them; `admit` refuses. `carry_out` calls
both, so nothing is applied past a guard, whichever command it comes from; the commands call them earlier, to say so
before a person is asked. A confirmation (``--yes``) is no part of this: it passes nothing here.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mendixctl.engine import owners
from mendixctl.engine.results import Guards, Judged, PlanResult
from mendixctl.engine.standing import resources
from mendixctl.engine.workplace import Workplace
from mendixctl.guard import limits
from mendixctl.guard.limits import Objection, Planned
from mendixctl.ledger.release import Kind
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients

DESTROYING = frozenset({Kind.TEARDOWN, Kind.DESTROY})
"""Destruction that was asked for by name: see `_objections`."""


def judge(
    workplace: Workplace,
    store: LedgerStore,
    plans: Sequence[PlanResult],
    accepted: Iterable[str] = (),
    *,
    rollback_to: int = 0,
    clients: Clients | None = None,
) -> Guards:
    """What the guards say of plans that are one undertaking (a destroy has two). ``accepted``: exact addresses.

    ``clients``: with which AWS is asked who owns what; on AWS there always are.

    Raises:
        MendixError: MXG104, an acceptance accepts nothing in these plans.
    """
    kind = plans[-1].kind
    changes = [_planned(judged) for plan in plans for judged in plan.changes]
    given = tuple(dict.fromkeys(accepted))
    again = _again(store, plans[0]) if workplace.scope.target == "aws" and len(plans) == 1 else []
    owned, warnings = owners.owned(workplace, clients, plans[0]) if kind not in DESTROYING else ([], [])
    warnings += [] if again else _anew(workplace, store, plans)
    objections = [*_state_lost(again, given), *owned, *_objections(workplace, kind, changes, given)]
    possible = {*limits.acceptable(changes), *again}
    _check_acceptances(workplace, given, possible)
    needed = [address for one in objections for address in one.accept]
    every = dict.fromkeys((*given, *needed))
    passes = all(one.accept for one in objections)
    command = _command(workplace, kind, every, rollback_to) if objections and passes else ""
    refusals = tuple(_diagnostic(workplace, one, command) for one in objections)
    return Guards(tuple(objections), given, command, refusals, tuple(warnings))


def admit(guards: Guards) -> None:
    """Refuse what the guards object to.

    Raises:
        Refused: MXG101 an irreversible change is not accepted, MXG102 and MXG103 the limits of the environment,
            MXG107 everything is created again, MXG109 another environment has what would be created.
    """
    if guards.refusals:
        raise Refused(guards.refusals)


def acceptable(plan: PlanResult) -> frozenset[str]:
    """The addresses of a plan whose loss can be accepted."""
    return frozenset(limits.acceptable([_planned(judged) for judged in plan.changes]))


def _objections(
    workplace: Workplace, kind: Kind, changes: Sequence[Planned], accepted: tuple[str, ...]
) -> list[Objection]:
    """The guards in their order.

    A destroy was asked for by the environment's name, and the name is typed, so neither limits nor acceptances are
    asked for beside it; a protected environment gives up nothing irreversible in bulk, not even then.
    """
    if kind in DESTROYING:
        return limits.irreversible(changes, accepted) if workplace.scope.protected else []
    header = workplace.specification.header
    return [
        *limits.irreversible(changes, accepted),
        *limits.limits(changes, accepted, destroy=header.destroy_limit, replace=header.replace_limit),
    ]


def _anew(workplace: Workplace, store: LedgerStore, plans: Sequence[PlanResult]) -> list[Diagnostic]:
    """MXP125: what would be refused on AWS and is no matter on an emulator, whose data is nobody's."""
    told = any(warning.code == "MXP125" for plan in plans for warning in plan.warnings)
    again = [] if told or workplace.scope.target == "aws" else _again(store, plans[0])
    if not again:
        return []
    return [
        Diagnostic(
            "MXP125",
            f"the emulator has nothing of {workplace.environment}, and {_counted(again)} should be there",
            hint="on this machine's emulator everything will be created anew",
            severity=Severity.WARNING,
        )
    ]


def _again(store: LedgerStore, plan: PlanResult) -> list[str]:
    """What the plan creates although the ledger says that it exists; the ledger is asked only where that can be."""
    changes = [_planned(judged) for judged in plan.changes]
    every = {change.address for change in changes}
    if not limits.created_again(changes, plan.unchanged, every):
        return []
    return limits.created_again(changes, plan.unchanged, resources(store))


def _state_lost(again: Sequence[str], accepted: Sequence[str]) -> list[Objection]:
    left = tuple(address for address in again if address not in accepted)
    if not left:
        return []
    return [
        Objection(
            "MXG107",
            f"everything is to be created, although the ledger says that {_counted(left)} exist",
            tuple((address, "create") for address in left),
            left,
            "if they exist, the state is not theirs: put a copy back (mendixctl state list), or adopt them (mendixctl "
            "recover); if they are really gone, accept that of each by name",
        )
    ]


def _counted(addresses: Sequence[str]) -> str:
    return "1 resource" if len(addresses) == 1 else f"{len(addresses)} resources"


def _planned(judged: Judged) -> Planned:
    return Planned(judged.change.address, judged.change.action, judged.judgement.loses, judged.judgement.reason)


def _check_acceptances(workplace: Workplace, accepted: tuple[str, ...], possible: set[str]) -> None:
    problems = []
    for address, near in limits.unknown(accepted, sorted(possible)):
        hint = "an acceptance is the exact address of one change that is irreversible, destroys or replaces"
        if near:
            hint = f"did you mean {shlex.quote(near)}?"
        elif not possible:
            hint = "there is nothing in this plan that has to be accepted: leave --accept-loss out"
        problems.append(
            Diagnostic("MXG104", f"--accept-loss {shlex.quote(address)} accepts nothing in this plan", hint=hint)
        )
    if problems:
        raise MendixError(problems)


def _command(workplace: Workplace, kind: Kind, accepted: Iterable[str], rollback_to: int) -> str:
    """The command line that passes, to copy into a POSIX shell; empty where there is none that accepts a loss."""
    scope = workplace.scope
    words = {
        Kind.APPLY: ["apply", "--env", scope.environment],
        Kind.ROLLBACK: ["rollback", f"v{rollback_to}", "--env", scope.environment],
        Kind.TEARDOWN: ["destroy", scope.environment],
        Kind.DESTROY: ["destroy", scope.environment],
    }.get(kind, [])
    if not words:
        return ""
    if scope.rehearsal:
        words.append("--emulator")
    for address in accepted:
        words += ["--accept-loss", address]
    return shlex.join(["mendixctl", *words])


def _diagnostic(workplace: Workplace, objection: Objection, command: str) -> Diagnostic:
    hint = objection.way_past
    if objection.accept and command:
        hint += f": {command}"
    specification = workplace.specification
    place = specification.locate(tuple(objection.key.split("."))) if objection.key else Location(specification.file)
    return Diagnostic(
        objection.code,
        f"{workplace.environment}: {objection.summary}",
        hint=hint,
        detail="\n".join(f"{address}  {what}" for address, what in objection.addresses),
        location=place,
    )
