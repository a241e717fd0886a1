"""``plan``: render, initialise if something asks for it, plan, and say what was planned from what."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace

from mendixctl.engine.digests import code_digest, file_digest, text_digest
from mendixctl.engine.environment import git
from mendixctl.engine.environment.siblings import check_shared
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.sweep import LIFETIME
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.journal import import_ids
from mendixctl.engine.journal.journal import identities
from mendixctl.engine.journal.leftover_provider import provider_of_leftovers
from mendixctl.engine.journal.run_folders import run_folder
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import gate, manifests, refused, saved_plan
from mendixctl.engine.plan.judged import judged, losses, with_history
from mendixctl.engine.plan.results import Plan, PlanResult
from mendixctl.engine.plan.saved_plan import Fingerprint, SavedPlan
from mendixctl.engine.session import Session
from mendixctl.engine.state.against_ledger import check_state
from mendixctl.engine.unfinished.open_release import check_doubts, settle
from mendixctl.guard import sizes
from mendixctl.guard.manifests import ManifestChanges
from mendixctl.guard.refusals.classify import refusals
from mendixctl.guard.snapshots import needed
from mendixctl.ledger.release import Kind, Status
from mendixctl.terraform.own_doing import by_others
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixctl.terraform.state import State
from mendixgen.diagnostics import MendixError
from mendixgen.versions.store import TERRAFORM_READS

CLUSTER = "aws_eks_cluster"
MAKING = frozenset({Action.CREATE, Action.REPLACE})


def plan(
    session: Session,
    environment: str,
    *,
    keep_empty: bool = False,
    ask_aws: bool = True,
    allowed: Sequence[str] = (),
    adopt: Sequence[tuple[str, str]] = (),
) -> PlanResult:
    """Plan an environment and keep the plan for ``apply``; where nothing changes, nothing is kept, unless
    ``keep_empty``: then its apply records a release that changes no resource. ``allowed``: addresses of changes that
    AWS is said to refuse, and that count as if it were not.

    ``ask_aws``: for an environment of AWS also say what AWS says of the changes (`mendixctl.preflight`). That refuses
    nothing: what it finds may have been mended by the time of the apply. ``adopt``: addresses and IDs to import.

    After a release that failed a plan without changes is kept as well: its apply records that the goal is reached.

    Raises:
        MendixError: the specification, the modules, the emulator or Terraform have errors.
        Refused: MXP120 to MXP124, this checkout or this state is not the one to plan from.
        Interrupted: a person stopped it; nothing is left behind.
    """
    started = time.monotonic()
    with operation(session, environment, "plan", refresh=True, gate=True, drop_plan=True) as site:
        # the last apply did not get there, but something has since: applying that nothing is left records it
        unreached = site.head is not None and site.head.status in (Status.FAILED, Status.INTERRUPTED)
        result = make(site, Kind.APPLY, started=started, keep_empty=keep_empty or unreached, adopt=adopt)
        guards = gate.judge(site, [result], allowed=allowed)
        for warning in guards.warnings:
            session.reporter.notice(warning)
        result = replace(result, guards=guards, warnings=(*result.warnings, *guards.warnings))
        if ask_aws and site.workplace.scope.target == "aws" and result.changes:
            from mendixctl.engine.preflight.ask import of_plan

            asked = of_plan(site.workplace, site.clients, tuple(one.change for one in result.changes))
            result = replace(result, preflight=asked)
        # The plan had the state's lock, so an apply that was cut off is over by now. Whether its outcome can be
        # written is no matter of the plan: a role that may only read plans as well.
        with contextlib.suppress(MendixError):
            settle(site)
        return result


def make(
    site: Site,
    kind: Kind,
    *,
    started: float,
    teardown: bool = False,
    destroy: bool = False,
    keep_empty: bool = False,
    adopt: Sequence[tuple[str, str]] = (),
    targets: Sequence[str] = (),
) -> PlanResult:
    """Render and plan; the caller holds the environment. ``keep_empty``: also save a plan that changes nothing, because
    its apply is to be recorded. ``adopt``: addresses and IDs to import. ``targets``: addresses to plan alone, with what
    they need; all where there are none.
    """
    session, tools, workplace = site.session, site.tools, site.workplace
    if kind not in gate.DESTROYING:  # to destroy one of them is a way out
        check_shared(session.repository, workplace.specification)
    session.reporter.stage("render")
    for area, pin in workplace.lock.pins.items():
        workplace.store.verify(area, pin.version)
    warnings = list(workplace.specification.warnings)
    for warning in warnings:
        session.reporter.notice(warning)
    site = site.at(workplace.with_lock(workplace.lock))
    workplace = site.workplace
    written = workplace.write_root(teardown=teardown)
    tools.initialise(workplace)
    state = tools.state(workplace)
    warnings += check_state(workplace, site.store, state)
    check_doubts(workplace, site.store, state)
    session.reporter.stage("plan")
    files = workplace.plans
    files.make()
    saved: SavedPlan | None = None
    try:
        terraform = tools.terraform(workplace, run_folder(workplace.workspace, kind.value + "-plan", session.clock()))
        import_ids.clear(workplace.root)  # a plan that was killed may have left its own
        imports = import_ids.import_blocks(workplace.root, adopt) if adopt else contextlib.nullcontext()
        with provider_of_leftovers(workplace.root, workplace.specification.header, state), imports:
            outcome = terraform.plan(files.staging, destroy=destroy, targets=targets, on_event=session.reporter.event)
        warnings += outcome.warnings
        document = PlanDocument(tools.version)
        if outcome.has_changes:
            session.reporter.stage("show")
            document = terraform.show_plan(files.staging)
        changes = judged(document)
        if not destroy:
            warnings += refused.fewer_nodes(workplace.specification, (one.change for one in changes))
        cluster = ManifestChanges()
        if kind not in (Kind.TEARDOWN, Kind.ADOPT):  # the cluster is for the apply after an adoption
            anew = any(one.change.type == CLUSTER and one.change.action in MAKING for one in changes)
            cluster = manifests.changes(site, gone=anew, destroys=kind is Kind.DESTROY)
        if kind is Kind.APPLY:  # a rollback knows by itself what it brings back
            changes = with_history(changes, site.store)
        made = Plan(
            kind=kind,
            base=workplace.lock.base,
            has_changes=outcome.has_changes,
            changes=changes,
            drift=_telling(document),
            drift_losses=losses(document),
            outputs=document.outputs,
            unchanged=document.unchanged,
            identities=identities(changes),
            snapshots=needed((one.change, one.judgement) for one in changes),
            sizes=() if destroy else sizes.planned(one.change for one in changes),
            adopted=tuple(adopt),
            refusals=refused.unmended(refusals(document)),
            manifests=cluster,
        )
        result = PlanResult.of(
            made,
            scope=site.scope,
            pins={area: pin.version for area, pin in workplace.lock.pins.items()},
            written=tuple(
                session.repository.relative(workplace.root / name) for name in (*written.written, *written.deleted)
            ),
            warnings=tuple(warnings),
            seconds=round(time.monotonic() - started, 3),
        )
        if outcome.has_changes or cluster or keep_empty:
            saved = _saved(site, made, state)
            saved_plan.save(files, saved)
            result = on_disk(result, saved, workplace)
    finally:
        if saved is None:
            files.clear()
    return result


def _saved(site: Site, made: Plan, state: State) -> SavedPlan:
    """A plan that has just been made, with what it was made from."""
    session, workplace = site.session, site.workplace
    created = session.clock()
    return SavedPlan(
        format=saved_plan.FORMAT,
        environment=workplace.environment,
        rehearsal=workplace.scope.rehearsal,
        created_at=created,
        expires_at=created + LIFETIME,
        commit=git.commit(session.repository.root),
        plan_digest=file_digest(workplace.plans.staging),
        fingerprint=fingerprint(site, state),
        plan=made,
    )


def on_disk(result: PlanResult, saved: SavedPlan, workplace: Workplace) -> PlanResult:
    """``result`` with where its plan stands."""
    return replace(
        result,
        plan_file=workplace.plans.plan,
        plan_digest=saved.plan_digest,
        created_at=saved.created_at,
        expires_at=saved.expires_at,
    )


def fingerprint(site: Site, state: State) -> Fingerprint:
    """Everything that a plan of this environment depends on, as it is now."""
    workplace, scope = site.workplace, site.workplace.scope
    root = workplace.root
    names = sorted(path.name for path in root.iterdir() if path.name.endswith(TERRAFORM_READS))
    return Fingerprint(
        account=scope.account,
        region=scope.region,
        target=scope.target,
        spec=text_digest(workplace.specification.text),
        taken=workplace.specification.taken,
        lock=text_digest(
            repr(sorted((area, pin.version, pin.lowered_from) for area, pin in workplace.lock.pins.items()))
        ),
        hcl=text_digest("".join(f"{name} {file_digest(root / name)}\n" for name in names)),
        documents=manifests.documents_digest(workplace),
        provider_lock=file_digest(root / ".terraform.lock.hcl"),
        modules={area: module_digest(workplace, area) for area in workplace.lock.pins},
        terraform=site.tools.version,
        lineage=state.lineage,
        serial=state.serial,
    )


def module_digest(workplace: Workplace, area: str) -> str:
    """The digest of a pinned module's code as it stands, whether it is released or not."""
    return code_digest(workplace.store.folder / area / workplace.lock.pins[area].version)


def _telling(document: PlanDocument) -> tuple[ResourceChange, ...]:
    """The drift of resources that the plan changes, which explains why it does, without what is AWS's own doing.

    The rest is what AWS filled in after the last apply (the rules that a security group now has): Terraform reports
    it with every plan until the next apply, does not show it to people either, and would do nothing about it.
    """
    changed = {change.address: change for change in document.changes}
    found = (by_others(drift, changed[drift.address]) for drift in document.drift if drift.address in changed)
    return tuple(drift for drift in found if drift is not None)
