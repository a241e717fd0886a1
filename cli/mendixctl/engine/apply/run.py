"""``apply``: exactly the reviewed plan, under a release number of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from mendixctl.engine.apply.release import Undertaking, carry_out
from mendixctl.engine.apply.results import ApplyResult, PreparedApply
from mendixctl.engine.digests import file_digest, text_digest
from mendixctl.engine.environment import git
from mendixctl.engine.environment.files import read_text, require
from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.environment.rehearsal import rehearsal
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import gate, saved_plan
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.plan.run import fingerprint, on_disk
from mendixctl.engine.plan.saved_plan import SavedPlan
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind
from mendixctl.terraform.state import State
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.documents.files import standing
from mendixgen.versions.store import TERRAFORM_READS


def prepare(
    session: Session,
    environment: str | None = None,
    accepted: Sequence[str] = (),
    allowed: Sequence[str] = (),
    *,
    found: str | None = None,
) -> PreparedApply:
    """Find the plan to apply, and check that nothing it was made from has moved.

    What the guards object to is in the result, so that it can be shown beside the plan; `execute` refuses it.
    ``accepted``: exact addresses of changes whose loss is accepted; ``allowed``: of those that AWS is said to refuse
    and that are tried all the same. ``found``: the environment to look at where a person named none; that names it
    for no protected one.

    Raises:
        MendixError: MXP130 there is no plan, MXP131 there are several; MXG104, MXG203 what is accepted or allowed is
            not in it.
        Refused: MXP132 it has expired, MXP133 what it was made from has moved, MXP134 a protected environment was
            not named, MXP135 its files are not committed; MXP120 to MXP122.
    """
    chosen, files = find_plan(session, environment or found)
    saved = load(session, chosen, files)
    check_text(session, chosen, saved)
    command = "" if environment else f"mendixctl apply --env {chosen}"
    with operation(session, chosen, "apply", command=command) as site:
        check(site, saved)
        plan = shown(site, saved)
        return PreparedApply(
            scope=site.scope,
            plan=replace(plan, guards=gate.judge(site, [plan], accepted, allowed=allowed)),
            number=site.next_number,
            confirmation=chosen if site.scope.protected else "yes",
        )


def shown(site: Site, saved: SavedPlan) -> PlanResult:
    """A saved plan as it was shown when it was made."""
    pins = {area: pin.version for area, pin in site.workplace.lock.pins.items()}
    return on_disk(PlanResult.of(saved.plan, scope=site.scope, pins=pins), saved, site.workplace)


def execute(
    session: Session,
    prepared: PreparedApply,
    *,
    message: str = "",
    checks: timedelta | None = None,
    deploys: bool = True,
) -> ApplyResult:
    """Apply the prepared plan and record the release. ``checks``: how long it may take to be healthy; None: not asked.
    ``deploys``: bring what changes on the cluster there as well.

    Raises:
        ApplyError: it failed, or (MXB131) what was applied is not healthy; what was done is recorded.
        ApplyInterrupted: a person stopped it; what was done is recorded.
        Refused: something moved while the person was asked, as `prepare`; MXG1xx, a guard objects.
        MendixError: nothing was applied.
    """
    environment = prepared.scope.environment
    check_text(session, environment, load(session, environment, files_of(session, environment)))
    with operation(session, environment, "apply", announce=False) as site:
        saved = load(session, environment, site.workplace.plans)
        if saved.plan_digest != prepared.plan.plan_digest:
            raise _another(f"look at it and apply again: mendixctl apply --env {environment}")
        check(site, saved)
        guards = prepared.plan.guards
        undertaking = Undertaking(
            Kind.ADOPT if prepared.plan.kind is Kind.ADOPT else Kind.APPLY,
            message,
            accepted=guards.accepted,
            allowed=guards.allowed,
            checks=checks,
            deploys=deploys,
        )
        return carry_out(site, prepared.plan, undertaking)


def files_of(session: Session, environment: str) -> PlanFiles:
    """Where the plan of an environment stands, without reading its specification."""
    real = session.repository
    if session.rehearse:
        copy = PlanFiles(rehearsal(real, environment).workspace(environment) / "plans")
        if copy.manifest.exists():
            return copy
    return PlanFiles(real.workspace(environment) / "plans")


def find_plan(session: Session, environment: str | None) -> tuple[str, PlanFiles]:
    """The environment whose plan is to be applied, and the plan.

    Raises:
        MendixError: MXP130 there is no plan, MXP131 there are several.
    """
    if environment is not None:
        require(session.repository, environment)
    names = [environment] if environment is not None else session.repository.names()
    found = [(name, files) for name in names if (files := files_of(session, name)).manifest.exists()]
    if len(found) > 1:
        # an expired plan is no reason to ask; if all are expired, any of them says so
        now = session.clock()
        fresh = [
            (name, files) for name, files in found if not (one := saved_plan.load(files)) or not one.is_expired(now)
        ]
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


def load(session: Session, environment: str, files: PlanFiles) -> SavedPlan:
    """The saved plan, which may still be applied.

    Raises:
        MendixError: MXP130 there is none.
        Refused: MXP132, it has expired; it is removed.
    """
    saved = saved_plan.load(files)
    if saved is None or saved.environment != environment:
        raise MendixError(
            Diagnostic(
                "MXP130", f"there is no plan of {environment} to apply", hint=f"make one: mendixctl plan {environment}"
            )
        )
    if saved.is_expired(session.clock()):
        files.clear()
        raise Refused(
            Diagnostic(
                "MXP132",
                f"the plan of {environment} expired at {saved.expires_at:%Y-%m-%d %H:%M} UTC",
                hint=f"plan again: mendixctl plan {environment}{' --emulator' if saved.rehearsal else ''}",
            )
        )
    return saved


def check_text(session: Session, environment: str, saved: SavedPlan) -> None:
    """Check the YAML before it is understood: an edit that broke it is first of all an edit.

    Raises:
        Refused: MXP133, it is not the one that was planned.
    """
    from mendixgen.spec.source import decode

    path = session.repository.spec(environment)
    text = decode(read_text(path, session.repository.relative(path)), path.name)
    if text_digest(text) != saved.fingerprint.spec:
        raise _moved(environment, ["the YAML was edited"], saved)


def check(site: Site, saved: SavedPlan, *, committed: bool = True) -> None:
    """Check that everything the plan was made from is as it was. ``committed``: and that a protected environment's
    files are in git.

    Raises:
        Refused: MXP133, naming each thing that moved; MXP135 what is not committed in a protected environment.
    """
    workplace, tools = site.workplace, site.tools
    moved = []
    if file_digest(workplace.plans.plan) != saved.plan_digest:
        moved.append("the plan file is not the one that was saved")
    then = saved.fingerprint
    # the files first: an init, which the state may need, would mend a provider lock that somebody changed
    moved += then.moved(fingerprint(site, State(then.lineage, then.serial)))
    if not moved:
        tools.initialise(workplace)
        moved += then.moved(fingerprint(site, tools.state(workplace)))
    if saved.plan.base != workplace.lock.base:
        moved.append(f"this checkout was at v{saved.plan.base} and is at v{workplace.lock.base}")
    if moved:
        raise _moved(workplace.environment, moved, saved)
    if committed:
        check_committed(workplace)


def check_shown(site: Site, plan: PlanResult, command: str) -> None:
    """Check that the saved plan is the one that was shown, and that nothing it was made from has moved.

    For what writes its own root between showing and applying: that root is never committed, so what is committed was
    checked before. ``command`` makes the plan again.

    Raises:
        Refused: MXP133.
    """
    saved = saved_plan.load(site.workplace.plans)
    if saved is None or saved.plan_digest != plan.plan_digest:
        raise _another(command)
    check(site, saved, committed=False)


def _another(command: str) -> Refused:
    return Refused(
        Diagnostic("MXP133", "the plan is not the one that was shown: another one was made meanwhile", hint=command)
    )


def check_committed(workplace: Workplace) -> None:
    """Check that a protected environment's YAML, lock, root and documents are what git has.

    Raises:
        Refused: MXP135.
    """
    if not workplace.scope.protected:
        return
    repository, environment = workplace.session.repository, workplace.environment
    ours = {path for path in workplace.root.iterdir() if path.is_file()} | set(standing(workplace.root).values())
    paths = [repository.spec(environment), repository.lock(environment), *sorted(ours)]
    paths += [repository.spec(name) for name in workplace.specification.header.neighbours if name in repository.names()]
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


def _moved(environment: str, moved: list[str], saved: SavedPlan) -> Refused:
    option = " --emulator" if saved.rehearsal else ""
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
