"""``state list`` and ``state restore``: the copies of a state, and one of them put back in its place.

A restore goes through Terraform's own ``state push``, which takes the state's lock, and always with a serial above
every one that was ever seen: so Terraform takes it, and every plan that was saved before becomes stale. It is recorded
as a release of its own kind, because from then on the state says something else than the last apply did; what that
means for AWS the next plan tells.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from mendixctl.aws import guarded
from mendixctl.engine.apply.release import released
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state.copies import copy_after, copy_before, state_copies
from mendixctl.engine.state.locks import find_lock
from mendixctl.engine.state.stored import read_state
from mendixctl.engine.state_restore.checks import EMPTY, addresses, check, next_serial, raised, without_resources
from mendixctl.engine.state_restore.record import close, current_state, release
from mendixctl.engine.state_restore.versions import is_same, newest_whole, read_version
from mendixctl.engine.unfinished.open_release import settle
from mendixctl.ledger.release import Record
from mendixctl.ledger.s3 import encryption
from mendixctl.ledger.state_copies import StateCopy, StateFacts, facts
from mendixctl.terraform.state import is_whole
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity
from mendixgen.files import write_atomic

SECRET = 0o600


@dataclass(frozen=True, slots=True)
class StateListResult:
    """The copies, oldest first. ``current``: the state in place; None where there is none, or it cannot be read."""

    scope: Scope
    place: str
    keep: int
    copies: tuple[StateCopy, ...]
    current: StateFacts | None
    warnings: tuple[Diagnostic, ...] = ()

    def is_current(self, copy: StateCopy) -> bool:
        """Whether the state in place is this copy, byte for byte."""
        return self.current is not None and self.current.digest == copy.digest


@dataclass(frozen=True, slots=True)
class PreparedRestore:
    """A copy that was found and checked; nothing has been changed yet.

    ``serial``: what the state will have at least. ``back``: addresses that the state will have again, ``forgotten``:
    those of now that it will not have, which stay in AWS with no state that knows them. ``version``: S3's ID of the
    version of the state's object that it is, where it is none of the copies.
    """

    scope: Scope
    copy: StateCopy
    current: StateFacts
    serial: int
    number: int
    back: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    over_newer: bool = False
    confirmation: str = "yes"
    version: str = ""


@dataclass(frozen=True, slots=True)
class RestoreResult:
    """What was put back; ``record`` is the release that says so."""

    scope: Scope
    number: int
    copy: StateCopy
    serial: int
    record: Record
    warnings: tuple[Diagnostic, ...] = field(default=())


def list_copies(session: Session, environment: str | None) -> StateListResult:
    """The copies of an environment's state; needs no Terraform, so that it works where nothing else does.

    Raises:
        MendixError: MXP101, MXP102, no such environment; MXA1xx, MXB103, the copies cannot be listed.
    """
    workplace = open_workplace(session, choose(session.repository, environment), refresh=False)
    session.reporter.begin(workplace.scope)
    made = reading_clients(workplace)
    copies = state_copies(workplace, made)
    found = tuple(copies.all())
    current: StateFacts | None = None
    warnings: tuple[Diagnostic, ...] = ()
    try:
        data = read_state(workplace, made)
        current = facts(data, "the state") if data.strip() else None
    except MendixError as error:
        problem = error.diagnostics[0]
        warnings = (
            Diagnostic(
                "MXB113",
                f"the state in place cannot be read: {problem.summary}",
                hint=f"put the version before it back: mendixctl state restore --env {workplace.environment}"
                if workplace.state_file is None
                else f"put a copy back: mendixctl state restore VERSION --env {workplace.environment}",
                severity=Severity.WARNING,
            ),
        )
    keep = workplace.specification.header.state.keep_copies
    return StateListResult(workplace.scope, copies.place, keep, found, current, warnings)


def prepare(
    session: Session,
    environment: str | None,
    version: int | None,
    *,
    serial: int | None = None,
    over_newer: bool = False,
) -> PreparedRestore:
    """Find the copy of what a release left (its newest, or that of ``serial``) and check it against what is in place.

    ``version``: the release; None: the newest whole version that the bucket has of the state's own object.

    Raises:
        Refused: MXB126, there is no such version.
        MendixError: MXB114 there is no such copy, MXB115 it is in place already, MXB101 and MXB102 it is damaged.
        Refused: MXB116 the state in place is another one's and not empty, MXB117 it is newer and ``over_newer`` was
            not given; MXP120 to MXP122, this checkout is not at the newest release; MXP134, a protected environment
            was not named.
    """
    chosen = choose(session.repository, environment)
    doing = "state restore" + (f" v{version}" if version is not None else "")
    command = "" if environment else f"mendixctl {doing} --env {chosen}"
    with operation(session, chosen, doing, command=command) as site:
        kept = ""
        if version is None:
            copy, found, data = newest_whole(site)
            kept = found.id
        else:
            copy, data = _copy(site, version, serial)
        current, now = current_state(site)
        check(site.workplace, copy, current, over_newer=over_newer)
        theirs, ours = addresses(data), addresses(now)
        return PreparedRestore(
            scope=site.scope,
            copy=copy,
            current=current,
            serial=next_serial(copy, current, site.head),
            number=site.next_number,
            back=tuple(sorted(theirs - ours)),
            forgotten=tuple(sorted(ours - theirs)),
            over_newer=over_newer,
            confirmation=chosen if site.scope.protected else "yes",
            version=kept,
        )


def execute(session: Session, prepared: PreparedRestore, *, message: str = "") -> RestoreResult:
    """Keep a copy of what is in place, put the prepared copy there, and record it.

    Raises:
        Refused: MXB118, the state changed while the person was asked; MXB110, no copy of it could be kept; as
            `prepare`.
        MendixError: MXB119, the copy could not be put in place (recorded as a failed release); MXT111, the state is
            locked.
    """
    chosen = prepared.scope.environment
    with operation(session, chosen, f"state restore v{prepared.copy.release}", announce=False) as site:
        if prepared.version:
            data = read_version(site, prepared.version)
        else:
            data = state_copies(site.workplace, site.clients).read(prepared.copy)
        current, _ = current_state(site)
        if current != prepared.current or not is_same(data, prepared.copy):
            raise Refused(
                Diagnostic(
                    "MXB118",
                    f"the state of {chosen} has changed since it was looked at: it was at serial "
                    f"{prepared.current.serial} and is at {current.serial}",
                    hint=f"look again: mendixctl state restore v{prepared.copy.release} --env {chosen}",
                )
            )
        return _put_back(site, prepared, data, message)


def _put_back(site: Site, prepared: PreparedRestore, data: bytes, message: str) -> RestoreResult:
    session, workplace = site.session, site.workplace
    settle(site)
    _prepare_root(workplace)
    site.tools.initialise(workplace)
    if prepared.current != EMPTY:
        copy_before(site, site.store.head())
    record = site.store.allot(*release(site, prepared.copy, message))
    started = time.monotonic()
    problem: BaseException | None = None
    staged = workplace.workspace / "restoring.tfstate"
    try:
        site = site.at(released(workplace, record.number))
        workplace.plans.clear()
        session.reporter.stage("restore", f"v{prepared.copy.release}, serial {prepared.copy.serial}")
        _set_aside(site)
        _push(site, prepared, raised(data, prepared.serial), staged)
    except BaseException as error:  # noqa: BLE001  (recorded, then raised again below)
        problem = error
    finally:
        staged.unlink(missing_ok=True)
    record, warnings = close(site, record, problem, time.monotonic() - started)
    if problem is None:
        warnings += copy_after(site, record.number)
        serial = record.outcome.serial if record.outcome else prepared.serial
        return RestoreResult(site.scope, record.number, prepared.copy, serial, record, warnings)
    if not isinstance(problem, MendixError):
        raise problem
    last = Diagnostic(
        "MXB119",
        f"the state of v{prepared.copy.release} could not be put in place; v{record.number} records that it failed",
        hint=f"what was in place is kept: mendixctl state list {workplace.environment}",
    )
    raise MendixError((*problem.diagnostics, last)) from problem


def _push(site: Site, prepared: PreparedRestore, state: bytes, staged: Path) -> None:
    """Put a state in place by Terraform, under the state's lock, and see that it is this one and no other.

    Where a state in S3 is gone, Terraform gives whatever is pushed a new lineage and serial 1 (1.11, its remote state
    manager), so that an empty one goes first. Who is cut off in between finds a state without resources, over which
    the copy can be put like over none.
    """
    workplace = site.workplace
    terraform, lineage = site.tools.terraform(workplace), prepared.current.lineage
    if not lineage and workplace.state_file is None:
        write_atomic(staged, without_resources(state), mode=SECRET)
        terraform.state_push(staged)
        lineage = "given by Terraform"
    write_atomic(staged, state, mode=SECRET)
    terraform.state_push(staged, force=lineage not in ("", prepared.copy.lineage))
    # over another state in a file Terraform counts the serial up once more than it was told
    found, now = current_state(site)
    same = found.lineage == prepared.copy.lineage and addresses(now) == addresses(state)
    if not same or found.serial < prepared.serial:
        raise MendixError(
            Diagnostic(
                "MXB120",
                f"serial {found.serial} of {found.lineage or 'no lineage'} is in place now, which is not the copy "
                f"(serial {prepared.serial} of {prepared.copy.lineage})",
                hint=f"mendixctl state list {workplace.environment} shows what is in place; restore again",
            )
        )


def _copy(site: Site, version: int, serial: int | None) -> tuple[StateCopy, bytes]:
    workplace = site.workplace
    copies = state_copies(workplace, site.clients)
    every = copies.all()
    found = [copy for copy in every if copy.release == version and serial in (None, copy.serial)]
    if not found:
        of = sorted({copy.release for copy in every})
        there = f"there are copies of {', '.join(f'v{number}' for number in of[-8:])}" if of else "there are none yet"
        what = f"v{version}" + (f" at serial {serial}" if serial is not None else "")
        raise MendixError(
            Diagnostic(
                "MXB114",
                f"there is no copy of the state that {what} of {workplace.environment} left; {there}",
                hint=f"list them: mendixctl state list {workplace.environment}",
            )
        )
    copy = found[-1]
    data = copies.read(copy)
    about = facts(data, f"the copy of v{copy.release}")
    if (about.lineage, about.serial) != (copy.lineage, copy.serial):
        raise MendixError(
            Diagnostic(
                "MXB102",
                f"the copy of v{copy.release} is damaged: it is serial {about.serial} of {about.lineage}, not what its "
                f"name says ({copies.place}/{copy.name})",
                hint="take another copy",
            )
        )
    return copy, data


def _prepare_root(workplace: Workplace) -> None:
    """Terraform finds the state by the root's backend; a checkout that was never rendered has no root yet."""
    if not (workplace.root / "terraform.tf").is_file():
        workplace.session.reporter.stage("render")
        workplace.write_root()


def _set_aside(site: Site) -> None:
    """Move a damaged state out of the way: Terraform would refuse to push over what it cannot read.

    One that is locked stays: Terraform then says whose lock that is.
    """
    workplace = site.workplace
    data = read_state(workplace, site.clients)
    if not data.strip() or is_whole(data):
        return
    path = workplace.state_file
    if path is not None:
        kept = path.with_name(f"{path.name}.damaged")
        path.replace(kept)
        kept.chmod(SECRET)
    elif find_lock(workplace, site.clients) is None:
        header = workplace.specification.header
        bucket, key = header.state_bucket, header.state_key
        with guarded(f"move {workplace.scope.state} to {key}.damaged"):
            client = site.clients.client("s3", header.state_region)
            client.put_object(Bucket=bucket, Key=f"{key}.damaged", Body=data, **encryption(header.state.kms_key or ""))
            client.delete_object(Bucket=bucket, Key=key)
