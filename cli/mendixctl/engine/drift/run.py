"""``drift``: what is not as the newest release made it, and whether AWS, the generator or the YAML changed it.

Read only, for protected environments too: all plans are made in a private copy (`mendixctl.engine.drift.scratch_root`).
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from mendixctl.engine import released
from mendixctl.engine.blame.chains import leaves
from mendixctl.engine.deployed import deployed, left, objects
from mendixctl.engine.deployment import connection
from mendixctl.engine.deployment.outside import ObjectOutside, outside
from mendixctl.engine.diff import version_changes
from mendixctl.engine.digests import code_digest
from mendixctl.engine.drift import causes, trail
from mendixctl.engine.drift.results import Drifted, DriftResult
from mendixctl.engine.drift.scratch_root import PROVIDER_LOCK, Copy, Files, opened, same_code, today
from mendixctl.engine.environment.identity import check_identity
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.secret_fields import AreaOf, Hidden, value_changes
from mendixctl.engine.session import Session
from mendixctl.engine.state.against_ledger import check_state
from mendixctl.engine.state.stored import state_of
from mendixctl.ledger.archive import unpack
from mendixctl.ledger.release import Kind, Record, Status
from mendixctl.ledger.store import LedgerStore
from mendixctl.terraform.plan import PlanDocument, ResourceChange
from mendixctl.terraform.state import State
from mendixgen import __version__
from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.global_provider import ALIAS

SESSION = "/mendixctl"
"""The session name under which the deploy role is assumed: calls of that session are releases, not drift."""


def drift(session: Session, environment: str, *, everything: bool = False) -> DriftResult:
    """Tell what differs from the newest release, by cause. ``everything``: any difference counts for the exit code.

    Raises:
        MendixError: MXD120 to MXD122, there is no release to compare with; the specification, the ledger, the emulator
            or Terraform have errors.
        Refused: MXP122 account or region are others, MXP124 the state is gone, MXP110 another command is at work.
        Interrupted: a person stopped it; nothing is left behind.
    """
    with examined(session, environment) as examination:
        return replace(examination.result, everything=everything)


@dataclass
class Examination:
    """A drift that is told, with the copy still open for more plans."""

    workplace: Workplace
    tools: Tools
    base: Record
    copy: Copy
    wanted: PlanDocument
    """The plan of the YAML as it is."""

    result: DriftResult
    _notes: list[Diagnostic] = field(default_factory=list)


@contextmanager
def examined(session: Session, environment: str) -> Iterator[Examination]:
    """Tell the drift, and keep the copy open for the length of the ``with`` block. Errors as for `drift`."""
    started = time.monotonic()
    with operation(session, environment, "drift", at_head=False) as site:
        base = base_of(site.workplace, site.store)
        check_identity(site.workplace, base)
        state = state_of(site.workplace, site.clients)
        check_state(site.workplace, site.store, state)  # what it warns of, it says itself
        notes = _behind(site.workplace, site.store)
        with opened(site.workplace, site.tools, state) as copy:
            examination = _examine(site, base, copy, state, notes)
            examination.result = replace(examination.result, seconds=round(time.monotonic() - started, 3))
            yield examination


def base_of(workplace: Workplace, store: LedgerStore) -> Record:
    """The newest release that says what the environment is to be.

    Raises:
        MendixError: MXD120 there is none, MXD121 it destroyed everything, MXD122 it ran a module that is gone.
    """
    environment = workplace.environment
    records = (store.read(number) for number in reversed(store.numbers()))
    base = next((record for record in records if not record.release.kind.says_nothing), None)
    if base is None:
        raise MendixError(
            Diagnostic(
                "MXD120",
                f"{environment} has no release yet, so there is nothing to differ from",
                hint=f"mendixctl plan {environment}",
            )
        )
    if base.release.kind is Kind.DESTROY:
        raise MendixError(
            Diagnostic(
                "MXD121",
                f"v{base.number} destroyed {environment}, so there is nothing left that could drift",
                hint=f"what a new apply would create: {workplace.command}",
            )
        )
    gone = [
        Diagnostic(
            "MXD122",
            f"v{base.number} ran {area} {pin.version}, which is no longer in modules/{area}/, so it cannot be planned",
            hint=f"bring it back from git: git log --diff-filter=D -- modules/{area}/{pin.version}",
        )
        for area, pin in released.lock(base).pins.items()
        if pin.version not in workplace.store.versions(area)
    ]
    if gone:
        raise MendixError(gone)
    return base


def released_files(store: LedgerStore, record: Record) -> dict[str, bytes]:
    """The root that a release ran, as it is archived."""
    return unpack(store.archive(record.number), f"the archive of v{record.number}")


def _examine(site: Site, base: Record, copy: Copy, state: State, notes: list[Diagnostic]) -> Examination:
    workplace = site.workplace
    teardown = base.release.kind is Kind.TEARDOWN
    archived = released_files(site.store, base)
    now = today(workplace, teardown=teardown)
    then = _rendered_today(workplace, base, archived, notes, teardown=teardown)
    as_released = copy.plan(archived, refresh=True)
    rendered = as_released if then is None or same_code(then, archived) else copy.plan(then)
    if same_code(now, archived):
        wanted = as_released
    elif then is not None and same_code(now, then):
        wanted = rendered
    else:
        wanted = copy.plan(now)
    told = causes.tell(as_released, rendered, wanted, _release(workplace, base), _why(workplace, base))
    since = base.outcome.finished_at if base.outcome else base.release.started_at
    aws, events = _attributed(site, told.aws, base, state)
    areas = AreaOf(workplace)
    live, deaf = _in_cluster(site, base)
    result = DriftResult(
        scope=site.scope,
        head=base.number,
        since=since,
        aws=aws,
        generator=told.generator,
        yaml=told.yaml,
        unfinished=told.unfinished,
        spec=value_changes(
            dict(leaves(released.data(base))),
            dict(leaves(workplace.specification.data)),
            Hidden(workplace.store, areas),
        ),
        versions=version_changes(released.lock(base), workplace.lock),
        generators=(base.release.generator, __version__),
        ignored=told.ignored,
        objects=live,
        plans=copy.plans,
        notes=(*notes, *events, *deaf),
    )
    return Examination(workplace, site.tools, base, copy, wanted, result)


def _in_cluster(site: Site, base: Record) -> tuple[tuple[ObjectOutside, ...], tuple[Diagnostic, ...]]:
    """What the cluster has otherwise than the releases brought there; that it cannot be asked is a note and no more.

    What a release did not get there is its own matter, and not drift.
    """
    there = deployed(site.store)
    if there.emptied or base.release.kind is Kind.TEARDOWN:
        return (), ()
    site.session.reporter.stage("look", "what the cluster has")
    try:
        api = connection.connect_if_there(site)
        if api is None:
            return (), ()
        known = objects(site.store, there)
        found = outside(api, list(known.present.values()), site.environment)
    except MendixError as error:
        return (), tuple(replace(one, severity=Severity.WARNING) for one in error.diagnostics)
    undone = {address for record in there.partial for address in left(record)}
    return tuple(one for one in found if one.address not in undone), ()


def _rendered_today(
    workplace: Workplace, base: Record, archived: Files, notes: list[Diagnostic], *, teardown: bool
) -> dict[str, bytes] | None:
    """The release's specification with the versions of today's lock, by today's generator; None where that is no
    longer possible, and then what they change counts as the YAML's.
    """
    from mendixgen.root.render import OWNED
    from mendixgen.spec.loader import load_text

    label = f"environments/{workplace.environment}.yaml"
    for lock in (workplace.lock, released.lock(base)):
        try:
            specification = load_text(
                base.release.spec, label, store=workplace.store, lock=lock, name=workplace.environment
            )
            rendered = replace(workplace, specification=specification, lock=lock).rendered(teardown=teardown)
        except MendixError:
            continue
        beside = {name: content for name, content in archived.items() if name not in OWNED and name != PROVIDER_LOCK}
        provider = workplace.root / PROVIDER_LOCK
        own = {PROVIDER_LOCK: provider.read_bytes()} if provider.is_file() else {}
        return beside | own | {name: text.encode() for name, text in rendered.items()}
    notes.append(
        Diagnostic(
            "MXD123",
            f"the YAML of v{base.number} cannot be rendered any more, so what the generator changes is told with the "
            "YAML's changes",
            hint="the module versions of today's lock refuse it",
            severity=Severity.WARNING,
        )
    )
    return None


def _release(workplace: Workplace, base: Record) -> causes.Release:
    recorded = base.release.extra.get("modules")
    known = recorded if isinstance(recorded, dict) else {}
    recoded = {
        area: f"{area} {pin.version}, whose code was changed"
        for area, pin in released.lock(base).pins.items()
        if area in known and known[area] != code_digest(workplace.store.folder / area / pin.version)
    }
    undone: tuple[str, ...] = ()
    if base.status is not Status.SUCCEEDED:
        done = set(base.outcome.done) if base.outcome else set()
        undone = tuple(change.address for change in base.release.changes if change.address not in done)
    return causes.Release(frozenset(undone), recoded)


def _why(workplace: Workplace, base: Record) -> Any:
    pins = {one.area: one for one in version_changes(released.lock(base), workplace.lock)}
    generator = base.release.generator

    def why(change: ResourceChange) -> str:
        moved = pins.get(change.area)
        if moved is not None:
            return f"{moved.area} {moved.before or 'off'} -> {moved.after or 'off'}"
        return f"mendixctl {generator} -> {__version__}" if generator != __version__ else f"mendixctl {__version__}"

    return why


def _behind(workplace: Workplace, store: LedgerStore) -> list[Diagnostic]:
    newest = store.platform()
    head = newest.number if newest is not None else 0
    found: list[Diagnostic] = []
    if newest is None:
        return found
    if workplace.lock.base < head:
        found.append(
            Diagnostic(
                "MXP120",
                f"this checkout is based on v{workplace.lock.base}, the newest release is v{head}: what others have "
                "edited and applied shows here as edits of the YAML",
                hint=f"pull, or: mendixctl sync {workplace.environment}",
                severity=Severity.WARNING,
            )
        )
    if newest.outcome is None:
        found.append(
            Diagnostic(
                "MXD125",
                f"v{head} of {workplace.environment} has no outcome: it is being applied, or was cut off, and what it "
                "has not done shows as unfinished",
                hint=f"mendixctl show v{head} --env {workplace.environment}",
                severity=Severity.WARNING,
            )
        )
    return found


def _attributed(
    site: Site, aws: tuple[Drifted, ...], base: Record, state: State
) -> tuple[tuple[Drifted, ...], tuple[Diagnostic, ...]]:
    """The drifted resources with what CloudTrail knows of them; that it cannot be asked is a note and no more."""
    if not aws:
        return aws, ()
    header = site.workplace.specification.header
    site.session.reporter.stage("trail")
    return trail.attributed(
        aws,
        lambda region: site.clients.client("cloudtrail", region),
        region=header.region,
        home=HOMES.get(header.partition, "us-east-1"),
        since=base.outcome.finished_at if base.outcome else base.release.started_at,
        now=site.session.clock(),
        own_session=SESSION if header.deploy_role else "",
        pace=0.0 if site.tools.endpoint else trail.PACE,
        abroad={one.address for one in state.instances.values() if one.alias == ALIAS},
    )


HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region of each partition in which its global services record their events."""
