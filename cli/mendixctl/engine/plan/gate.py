"""What stands between a plan and its apply: every guard on what a plan does, asked in one place.

`judge` says what the guards object to and the command line that would pass them; `admit` refuses. `carry_out` calls
both, so nothing is applied past a guard, whichever command it comes from; the commands call them earlier, to say so
before a person is asked. A confirmation (``--yes``) is no part of this: it passes nothing here.
"""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Sequence

from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.plan import ownership, refused, vpc_change
from mendixctl.engine.plan.results import Guards, Plan, PlanResult
from mendixctl.engine.results import Judged
from mendixctl.engine.state.against_ledger import resources
from mendixctl.engine.unfinished.tainted import would_be_kept
from mendixctl.guard import limits
from mendixctl.guard.limits import Objection, Planned
from mendixctl.ledger.release import Kind
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused, Severity
from mendixgen.kubernetes.diff import Does
from mendixgen.versions import defects

DESTROYING = frozenset({Kind.TEARDOWN, Kind.DESTROY})
"""Destruction that was asked for by name: see `_objections`."""

OBJECT_ACTIONS = {Does.CREATE: Action.CREATE, Does.UPDATE: Action.UPDATE, Does.DELETE: Action.DELETE}


def judge(
    site: Site,
    plans: Sequence[PlanResult],
    accepted: Iterable[str] = (),
    *,
    allowed: Iterable[str] = (),
    rollback_to: int = 0,
) -> Guards:
    """What the guards say of plans that are one undertaking (a destroy has two). ``accepted`` losses and ``allowed``
    refusals are exact addresses.

    Raises:
        MendixError: MXG104, an acceptance accepts nothing in these plans; MXG203, nor does AWS refuse what is allowed.
    """
    workplace, store = site.workplace, site.store
    kind = plans[-1].kind
    changes = [_planned(judged) for plan in plans for judged in plan.changes]
    objects = [one for plan in plans for one in _objects(plan)]
    given = tuple(dict.fromkeys(accepted))
    again = _again(store, plans[0]) if workplace.scope.target == "aws" and len(plans) == 1 else []
    owned, warnings = ownership.owned(site, plans[0]) if kind not in DESTROYING else ([], [])
    warnings += [] if again else _anew(workplace, store, plans)
    defective = _defective(workplace, plans[0]) if kind not in DESTROYING else []
    told = refused.told(plans)
    tried = refused.checked(told, allowed)
    left = tuple(one for one in told if one.certain and one.address not in tried)
    warnings += refused.warnings(told, tried)
    objections = [
        *refused.objections(left),
        *_state_lost(again, given),
        *owned,
        *defective,
        *_objections(workplace, kind, changes, objects, given),
    ]
    possible = {*limits.acceptable([*changes, *objects]), *again}
    _check_acceptances(workplace, given, possible)
    needed = [address for one in objections for address in one.accept]
    every = dict.fromkeys((*given, *needed))
    tries = dict.fromkeys((*tried, *(address for one in objections for address in one.allow)))
    passes = all(one.accept or one.allow for one in objections)
    command = _command(workplace, kind, every, tries, rollback_to) if objections and passes else ""
    marked = {one.change.address for plan in plans for one in plan.changes if would_be_kept(one.change)}
    refusals = tuple(_diagnostic(workplace, one, command, marked) for one in objections)
    return Guards(tuple(objections), given, command, refusals, tuple(warnings), left, tried)


def admit(guards: Guards) -> None:
    """Refuse what the guards object to.

    Raises:
        Refused: MXG101 an irreversible change is not accepted, MXG102 and MXG103 the limits of the environment,
            MXG107 everything is created again, MXG109 another environment has what would be created, MXG112 a
            defect of a pinned module keeps AWS from creating something, MXG201 AWS will refuse a change.
    """
    if guards.refusals:
        raise Refused(guards.refusals)


def acceptable(plan: Plan) -> frozenset[str]:
    """The addresses of a plan whose loss can be accepted."""
    return frozenset(limits.acceptable([*map(_planned, plan.changes), *_objects(plan)]))


def _objections(
    workplace: Workplace,
    kind: Kind,
    changes: Sequence[Planned],
    objects: Sequence[Planned],
    accepted: tuple[str, ...],
) -> list[Objection]:
    """The guards in their order.

    A destroy was asked for by the environment's name, and the name is typed, so neither limits nor acceptances are
    asked for beside it; a protected environment gives up nothing irreversible in bulk, not even then. Objects of the
    cluster count for no limit: most come and go with an app's settings.
    """
    if kind in DESTROYING:
        return limits.irreversible([*changes, *objects], accepted) if workplace.scope.protected else []
    header = workplace.specification.header
    exists = bool(workplace.specification.settings.get("network", {}).get("existing"))
    return [
        *vpc_change.objections(changes, accepted, exists=exists),
        *limits.irreversible([*changes, *objects], accepted),
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


def _again(store: LedgerStore, plan: Plan) -> list[str]:
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


def _defective(workplace: Workplace, plan: PlanResult) -> list[Objection]:
    """MXG112: what AWS will not create with a pinned version of a module; on an emulator it may."""
    if workplace.scope.target != "aws":
        return []
    header = workplace.specification.header
    created = [judged.change for judged in plan.changes if judged.change.action is Action.CREATE]
    found = []
    for area, pin in workplace.lock.pins.items():
        for one in defects.of(area, pin.version, header.partition):
            places = tuple((change.address, "create") for change in created if change.type in one.creates)
            if places:
                upgrade = f"mendixctl modules upgrade {workplace.environment} {area}"
                hint = f"mended in {area} {one.fixed_in}: {upgrade}"
                found.append(Objection("MXG112", f"{area} {pin.version}: {one.what}", places, way_past=hint))
    return found


def _counted(addresses: Sequence[str]) -> str:
    return "1 resource" if len(addresses) == 1 else f"{len(addresses)} resources"


def _planned(judged: Judged) -> Planned:
    return Planned(judged.change.address, judged.change.action, judged.judgement.loses, judged.judgement.reason)


def _objects(plan: Plan) -> list[Planned]:
    """The objects of the cluster that have to be accepted by name.

    Where the cluster is destroyed everything in it ends; then only what loses data or identity counts.
    """
    destroys = plan.kind in DESTROYING
    return [
        Planned(one.change.key.address, OBJECT_ACTIONS[one.change.does], loses=True, why=one.judgement.reason)
        for one in plan.manifests.objects
        if (one.judgement.loses if destroys else one.asks)
    ]


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


def _command(
    workplace: Workplace, kind: Kind, accepted: Iterable[str], allowed: Iterable[str], rollback_to: int
) -> str:
    """The command line that passes, to copy into a POSIX shell; empty where there is none that accepts a loss."""
    scope = workplace.scope
    words = {
        Kind.APPLY: ["apply", "--env", scope.environment],
        Kind.ADOPT: ["apply", "--env", scope.environment],
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
    for address in allowed:
        words += ["--allow-refused", address]
    return shlex.join(["mendixctl", *words])


def _diagnostic(workplace: Workplace, objection: Objection, command: str, marked: Collection[str]) -> Diagnostic:
    """``marked``: addresses of what a recovery would keep."""
    hint = objection.way_past
    if (objection.accept or objection.allow) and command:
        hint += f": {command}"
    if any(address in marked for address, _ in objection.addresses):
        recover = f"mendixctl recover {workplace.environment}"
        hint = f"it is made anew only because its creation did not end well; {recover} keeps it. Otherwise: {hint}"
    specification = workplace.specification
    place = specification.locate(tuple(objection.key.split("."))) if objection.key else Location(specification.file)
    return Diagnostic(
        objection.code,
        f"{workplace.environment}: {objection.summary}",
        hint=hint,
        detail="\n".join(f"{address}  {what}" for address, what in objection.addresses),
        location=place,
    )
