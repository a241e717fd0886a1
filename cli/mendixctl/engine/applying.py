"""``apply``: exactly the reviewed plan, under a release number of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mendixctl.engine import git, guarding
from mendixctl.engine.carrying_out import Undertaking, carry_out
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.manifests import Manifest, PlanSlot, file_digest
from mendixctl.engine.planning import check_ledger, expired, fingerprint, from_manifest, slot, text_digest
from mendixctl.engine.results import ApplyResult, PlanResult, PreparedApply
from mendixctl.engine.session import Session
from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace, open_workplace, read_text, rehearsal, require
from mendixctl.ledger.release import Kind
from mendixctl.terraform.outcome import StateIdentity
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.module_store import TERRAFORM_READS


def prepare(session: Session, environment: str | None = None, accepted: Sequence[str] = ()) -> PreparedApply:
    """Find the plan to apply, and check that nothing it was made from has moved.

    What the guards object to is in the result, so that it can be shown beside the plan; `execute` refuses it.
    ``accepted``: exact addresses of changes whose loss is accepted.

    Raises:
        MendixError: MXP130 there is no plan, MXP131 there are several, MXG104 an acceptance accepts nothing.
        Refused: MXP132 it has expired, MXP133 what it was made from has moved, MXP134 a protected environment was
            not named, MXP135 its files are not committed; MXP120 to MXP122.
    """
    chosen, place = find_plan(session, environment)
    manifest = load(session, chosen, place)
    check_text(session, chosen, manifest)
    workplace = open_workplace(session, chosen, refresh=False)
    if workplace.scope.protected and environment is None:
        raise Refused(
            Diagnostic(
                "MXP134",
                f"{chosen} is protected, so it has to be named",
                hint=f"mendixctl apply --env {chosen}",
            )
        )
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, chosen, "apply"):
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        head = check_ledger(workplace, store)
        check(workplace, tools, manifest, place)
    result = PlanResult(
        scope=tools.scope(workplace),
        kind=manifest.kind,
        has_changes=bool(manifest.changes or manifest.outputs),
        base=manifest.base,
        pins={area: pin.version for area, pin in workplace.lock.pins.items()},
    )
    plan = from_manifest(result, manifest, place)
    return PreparedApply(
        scope=result.scope,
        plan=replace(plan, guards=guarding.judge(workplace, store, [plan], accepted, clients=tools.clients)),
        number=(head.number if head else 0) + 1,
        confirmation=chosen if workplace.scope.protected else "yes",
    )


def execute(
    session: Session, prepared: PreparedApply, *, message: str = "", checks: timedelta | None = None
) -> ApplyResult:
    """Apply the prepared plan and record the release. ``checks``: how long it may take to be healthy; None: not asked.

    Raises:
        ApplyError: it failed, or (MXB131) what was applied is not healthy; what was done is recorded.
        ApplyInterrupted: a person stopped it; what was done is recorded.
        Refused: something moved while the person was asked, as `prepare`; MXG1xx, a guard objects.
        MendixError: nothing was applied.
    """
    environment = prepared.scope.environment
    check_text(session, environment, load(session, environment, _slot_of(session, environment)))
    workplace = open_workplace(session, environment, refresh=False)
    with lease(workplace.workspace, environment, "apply"):
        place = slot(workplace)
        manifest = load(session, environment, place)
        if manifest.plan_digest != prepared.plan.plan_digest:
            raise Refused(
                Diagnostic(
                    "MXP133",
                    "the plan is not the one that was shown: another one was made meanwhile",
                    hint=f"look at it and apply again: mendixctl apply --env {environment}",
                )
            )
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        check_ledger(workplace, store)
        check(workplace, tools, manifest, place)
        undertaking = Undertaking(Kind.APPLY, message, accepted=prepared.plan.guards.accepted, checks=checks)
        return carry_out(workplace, tools, store, prepared.plan, undertaking)


def _slot_of(session: Session, environment: str) -> PlanSlot:
    """Where the plan of an environment stands, without reading its specification."""
    real = session.repository
    if session.rehearse:
        copy = PlanSlot(rehearsal(real, environment).workspace(environment) / "plans")
        if copy.manifest.exists():
            return copy
    return PlanSlot(real.workspace(environment) / "plans")


def find_plan(session: Session, environment: str | None) -> tuple[str, PlanSlot]:
    """The environment whose plan is to be applied, and the plan.

    Raises:
        MendixError: MXP130 there is no plan, MXP131 there are several.
    """
    if environment is not None:
        require(session.repository, environment)
    names = [environment] if environment is not None else session.repository.names()
    found = [(name, place) for name in names if (place := _slot_of(session, name)).manifest.exists()]
    if len(found) > 1:
        # an expired plan is no reason to ask; if all are expired, any of them says so
        fresh = [(name, place) for name, place in found if (m := place.load()) is None or not expired(m, session)]
        found = fresh or found[:1]
    if len(found) == 1:
        return found[0]
    option = " --emulator" if session.rehearse else ""
    if found:
        listed = ", ".join(name for name, _ in found)
        raise MendixError(
            Diagnostic("MXP131", f"there are plans of {listed}", hint=f"name one: mendixctl apply{option} --env NAME")
        )
    raise MendixError(
        Diagnostic(
            "MXP130",
            f"there is no plan{f' of {environment}' if environment else ''} to apply",
            hint=f"make one: mendixctl plan {environment or 'ENVIRONMENT'}{option}; where it shows no changes, there "
            "is nothing to apply",
        )
    )


def load(session: Session, environment: str, place: PlanSlot) -> Manifest:
    """The manifest of a plan that may still be applied.

    Raises:
        MendixError: MXP130 there is none.
        Refused: MXP132, it has expired; it is removed.
    """
    manifest = place.load()
    if manifest is None or manifest.environment != environment:
        raise MendixError(
            Diagnostic(
                "MXP130", f"there is no plan of {environment} to apply", hint=f"make one: mendixctl plan {environment}"
            )
        )
    if expired(manifest, session):
        place.clear()
        raise Refused(
            Diagnostic(
                "MXP132",
                f"the plan of {environment} expired at {manifest.expires_at:%Y-%m-%d %H:%M} UTC",
                hint=f"plan again: mendixctl plan {environment}{' --emulator' if manifest.rehearsal else ''}",
            )
        )
    return manifest


def check_text(session: Session, environment: str, manifest: Manifest) -> None:
    """Check the YAML before it is understood: an edit that broke it is first of all an edit.

    Raises:
        Refused: MXP133, it is not the one that was planned.
    """
    from mendixgen.spec.source import read

    path = session.repository.spec(environment)
    if text_digest(read(read_text(path, session.repository.relative(path)), path.name).text) != (
        manifest.fingerprint.spec
    ):
        raise _moved(environment, ["the YAML was edited"], manifest)


def check(workplace: Workplace, tools: Tools, manifest: Manifest, place: PlanSlot) -> None:
    """Check that everything the plan was made from is as it was.

    Raises:
        Refused: MXP133, naming each thing that moved; MXP135 what is not committed in a protected environment.
    """
    moved = []
    if file_digest(place.plan) != manifest.plan_digest:
        moved.append("the plan file is not the one that was saved")
    then = manifest.fingerprint
    # the files first: an init, which the state may need, would mend a provider lock that somebody changed
    moved += then.moved(fingerprint(workplace, tools, StateIdentity(then.lineage, then.serial)))
    if not moved:
        tools.initialise(workplace)
        moved += then.moved(fingerprint(workplace, tools, tools.state_identity(workplace)))
    if manifest.base != workplace.lock.base:
        moved.append(f"this checkout was at v{manifest.base} and is at v{workplace.lock.base}")
    if moved:
        raise _moved(workplace.environment, moved, manifest)
    check_committed(workplace)


def check_shown(workplace: Workplace, tools: Tools, shown: PlanResult, command: str) -> None:
    """Check that the saved plan is the one that was shown, and that nothing it was made from has moved.

    For what writes its own root between showing and applying: that root is never committed, so what is committed was
    checked before. ``command`` makes the plan again.

    Raises:
        Refused: MXP133.
    """
    place = slot(workplace)
    manifest = place.load()
    if manifest is None or manifest.plan_digest != shown.plan_digest:
        raise Refused(
            Diagnostic("MXP133", "the plan is not the one that was shown: another one was made meanwhile", hint=command)
        )
    check(replace(workplace, scope=replace(workplace.scope, protected=False)), tools, manifest, place)


def check_committed(workplace: Workplace) -> None:
    """Check that a protected environment's YAML, lock and root are what git has.

    Raises:
        Refused: MXP135.
    """
    if not workplace.scope.protected:
        return
    repository, environment = workplace.session.repository, workplace.environment
    ours = [path for path in workplace.root.iterdir() if path.is_file()]
    paths = [repository.spec(environment), repository.lock(environment), *ours]
    changed = git.uncommitted(repository.root, paths, even_ignored=TERRAFORM_READS)
    if changed == []:
        return
    what = "this is no git repository" if changed is None else f"not committed: {', '.join(changed)}"
    raise Refused(
        Diagnostic(
            "MXP135",
            f"{environment} is protected, and what is applied there is committed first; {what}",
            hint="have the files reviewed and commit them, then apply",
        )
    )


def _moved(environment: str, moved: list[str], manifest: Manifest) -> Refused:
    option = " --emulator" if manifest.rehearsal else ""
    return Refused(
        tuple(
            Diagnostic(
                "MXP133",
                f"the plan of {environment} no longer fits: {what}",
                hint=f"plan again: mendixctl plan {environment}{option}",
            )
            for what in moved
        )
    )
