"""``plan``: render, initialise if something asks for it, plan, and say what was planned from what."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.engine import git, guarding, imports
from mendixctl.engine.identity import check_identity
from mendixctl.engine.journals import identities
from mendixctl.engine.judging import judged, losses, with_history
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import check_base, ledger
from mendixctl.engine.manifests import LIFETIME, Fingerprint, Manifest, PlanSlot, file_digest
from mendixctl.engine.neighbours import check_shared
from mendixctl.engine.results import Counts, PlanResult
from mendixctl.engine.runs import run_folder
from mendixctl.engine.session import Session
from mendixctl.engine.standing import check_state
from mendixctl.engine.tooling import Tools
from mendixctl.engine.unfinished import check_at_rest, check_doubts, settle
from mendixctl.engine.workplace import Workplace, open_workplace
from mendixctl.guard.snapshots import needed
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.plan import Action, PlanDocument, ResourceChange
from mendixgen.diagnostics import MendixError
from mendixgen.module_store import TERRAFORM_READS

if TYPE_CHECKING:
    from mendixctl.terraform.outcome import StateIdentity


def plan(session: Session, environment: str, *, keep_empty: bool = False) -> PlanResult:
    """Plan an environment and keep the plan for ``apply``; where nothing changes, nothing is kept, unless
    ``keep_empty``: then its apply records a release that changes no resource.

    After a release that failed a plan without changes is kept as well: its apply records that the goal is reached.

    Raises:
        MendixError: the specification, the modules, the emulator or Terraform have errors.
        Refused: MXP120 to MXP124, this checkout or this state is not the one to plan from.
        Interrupted: a person stopped it; nothing is left behind.
    """
    started = time.monotonic()
    workplace = open_workplace(session, environment, gate=True)
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, environment, "plan"):
        slot(workplace).clear()
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        head = check_ledger(workplace, store)
        # the last apply did not get there, but something has since: applying that nothing is left records it
        unreached = head is not None and head.status in (Status.FAILED, Status.INTERRUPTED)
        result = make(workplace, tools, store, Kind.APPLY, started=started, keep_empty=keep_empty or unreached)
        guards = guarding.judge(workplace, store, [result], clients=tools.clients)
        for warning in guards.warnings:
            session.reporter.notice(warning)
        result = replace(result, guards=guards, warnings=(*result.warnings, *guards.warnings))
        # The plan had the state's lock, so an apply that was cut off is over by now. Whether its outcome can be
        # written is no matter of the plan: a role that may only read plans as well.
        with contextlib.suppress(MendixError):
            settle(workplace, tools, store)
        return result


def slot(workplace: Workplace) -> PlanSlot:
    """Where the environment's saved plan stands."""
    return PlanSlot(workplace.workspace / "plans")


def check_ledger(workplace: Workplace, store: LedgerStore) -> Record | None:
    """Check this checkout against the newest release, and give that back.

    Raises:
        Refused: MXP120 to MXP122; MXP143, it is still being applied.
    """
    check_at_rest(workplace)
    number = store.head()
    head = store.read(number) if number else None
    check_base(workplace, head)
    check_identity(workplace, head)
    return head


def make(
    workplace: Workplace,
    tools: Tools,
    store: LedgerStore,
    kind: Kind,
    *,
    started: float,
    teardown: bool = False,
    destroy: bool = False,
    keep_empty: bool = False,
    adopt: Sequence[tuple[str, str]] = (),
) -> PlanResult:
    """Render and plan; the caller holds the lease and has checked the ledger. ``keep_empty``: also save a plan
    that changes nothing, because its apply is to be recorded. ``adopt``: addresses and IDs to import.
    """
    session = workplace.session
    if kind not in guarding.DESTROYING:  # to destroy one of them is a way out
        check_shared(session.repository, workplace.specification)
    session.reporter.stage("render")
    for area, pin in workplace.lock.pins.items():
        workplace.store.verify(area, pin.version)
    warnings = list(workplace.specification.warnings)
    for warning in warnings:
        session.reporter.notice(warning)
    workplace = workplace.with_lock(workplace.lock)
    written = workplace.write_root(teardown=teardown)
    tools.initialise(workplace)
    identity = tools.state_identity(workplace)
    warnings += check_state(workplace, store, identity)
    check_doubts(workplace, store, identity.raw)
    session.reporter.stage("plan")
    place = slot(workplace)
    place.make()
    saved = False
    try:
        terraform = tools.terraform(workplace, run_folder(workplace.workspace, kind.value + "-plan", session.clock()))
        imports.clear(workplace.root)  # a plan that was killed may have left its own
        with imports.import_blocks(workplace.root, adopt) if adopt else contextlib.nullcontext():
            outcome = terraform.plan(place.staging, destroy=destroy, on_event=session.reporter.event)
        warnings += outcome.warnings
        document = PlanDocument(tools.version)
        if outcome.has_changes:
            session.reporter.stage("show")
            document = terraform.show_plan(place.staging)
        changes = judged(document)
        if kind is Kind.APPLY:  # a rollback knows by itself what it brings back
            changes = with_history(changes, store)
        result = PlanResult(
            scope=tools.scope(workplace),
            kind=kind,
            has_changes=outcome.has_changes,
            base=workplace.lock.base,
            changes=changes,
            snapshots=needed((one.change, one.judgement) for one in changes),
            drift=_telling(document),
            drift_losses=losses(document),
            outputs=document.outputs,
            counts=count(document.changes),
            unchanged=document.unchanged,
            pins={area: pin.version for area, pin in workplace.lock.pins.items()},
            written=tuple(
                session.repository.relative(workplace.root / name) for name in (*written.written, *written.deleted)
            ),
            warnings=tuple(warnings),
            seconds=round(time.monotonic() - started, 3),
        )
        if outcome.has_changes or keep_empty:
            manifest = describe(workplace, tools, result, identity, file_digest(place.staging))
            place.save(manifest)
            saved = True
            result = from_manifest(result, manifest, place)
    finally:
        if not saved:
            place.clear()
    return result


def describe(
    workplace: Workplace, tools: Tools, result: PlanResult, identity: StateIdentity, plan_digest: str
) -> Manifest:
    """The manifest of a plan that has just been made."""
    created = workplace.session.clock()
    return Manifest(
        environment=workplace.environment,
        kind=result.kind,
        rehearsal=workplace.scope.rehearsal,
        base=workplace.lock.base,
        created_at=created,
        expires_at=created + LIFETIME,
        commit=git.commit(workplace.session.repository.root),
        plan_digest=plan_digest,
        fingerprint=fingerprint(workplace, tools, identity),
        changes=result.changes,
        drift=result.drift,
        drift_losses=result.drift_losses,
        snapshots=result.snapshots,
        outputs=result.outputs,
        counts=result.counts,
        unchanged=result.unchanged,
        identities=identities(result.changes),
    )


def from_manifest(result: PlanResult, manifest: Manifest, place: PlanSlot) -> PlanResult:
    """``result`` with what is known of its plan since it was saved."""
    return PlanResult(
        scope=result.scope,
        kind=manifest.kind,
        has_changes=result.has_changes,
        base=manifest.base,
        changes=manifest.changes,
        drift=manifest.drift,
        drift_losses=manifest.drift_losses,
        snapshots=manifest.snapshots,
        outputs=manifest.outputs,
        counts=manifest.counts,
        unchanged=manifest.unchanged,
        pins=result.pins,
        identities=manifest.identities,
        written=result.written,
        warnings=result.warnings,
        plan_file=place.plan,
        plan_digest=manifest.plan_digest,
        created_at=manifest.created_at,
        expires_at=manifest.expires_at,
        seconds=result.seconds,
    )


def fingerprint(workplace: Workplace, tools: Tools, identity: StateIdentity) -> Fingerprint:
    """Everything that a plan of this workplace depends on, as it is now."""
    scope = workplace.scope
    root = workplace.root
    names = sorted(path.name for path in root.iterdir() if path.name.endswith(TERRAFORM_READS))
    return Fingerprint(
        account=scope.account,
        region=scope.region,
        target=scope.target,
        spec=text_digest(workplace.specification.text),
        lock=text_digest(
            repr(sorted((area, pin.version, pin.lowered_from) for area, pin in workplace.lock.pins.items()))
        ),
        hcl=text_digest("".join(f"{name} {file_digest(root / name)}\n" for name in names)),
        provider_lock=file_digest(root / ".terraform.lock.hcl"),
        modules={area: module_digest(workplace, area) for area in workplace.lock.pins},
        terraform=tools.version,
        lineage=identity.lineage,
        serial=identity.serial,
    )


def text_digest(text: str) -> str:
    """``sha256:`` of a text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def module_digest(workplace: Workplace, area: str) -> str:
    """The digest of a pinned module's code as it stands, whether it is released or not."""
    return code_digest(workplace.store.folder / area / workplace.lock.pins[area].version)


def code_digest(folder: Path) -> str:
    """The digest of a module version's code, all of it but the README: what a release records of each module."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if _is_code(path))
    return text_digest("".join(f"{name}\0{file_digest(folder / name)}\n" for name in names))


def _is_code(path: Path) -> bool:
    return path.is_file() and path.name != "README.md" and not {".terraform", ".git"} & set(path.parts)


def _telling(document: PlanDocument) -> tuple[ResourceChange, ...]:
    """The drift of resources that the plan changes, which explains why it does.

    The rest is what AWS filled in after the last apply (the rules that a security group now has): Terraform reports
    it with every plan until the next apply, does not show it to people either, and would do nothing about it.
    """
    changed = {change.address for change in document.changes}
    return tuple(drift for drift in document.drift if drift.address in changed)


def count(changes: tuple[ResourceChange, ...]) -> Counts:
    """How many resources are added, changed, replaced, removed, moved and imported."""
    actions = [change.action for change in changes]
    return Counts(
        add=actions.count(Action.CREATE),
        change=actions.count(Action.UPDATE),
        replace=actions.count(Action.REPLACE),
        remove=actions.count(Action.DELETE) + actions.count(Action.FORGET),
        move=actions.count(Action.MOVE),
        imported=actions.count(Action.IMPORT),
    )


def expired(manifest: Manifest, session: Session) -> bool:
    """Whether a plan may no longer be applied."""
    return session.clock() >= manifest.expires_at
