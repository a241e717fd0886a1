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

from mendixctl.engine.copying import copy_after, copy_before, read_state, state_copies
from mendixctl.engine.identity import home
from mendixctl.engine.lease import lease
from mendixctl.engine.ledgers import ledger
from mendixctl.engine.planning import check_ledger, slot
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.engine.state_checks import EMPTY, addresses, check, next_serial, raised, without_resources
from mendixctl.engine.state_record import close, current_state, release
from mendixctl.engine.tooling import Tools, api, clients
from mendixctl.engine.unfinished import settle
from mendixctl.engine.workplace import Workplace, choose, open_workplace
from mendixctl.ledger.release import Record
from mendixctl.ledger.state_copies import StateCopy, StateFacts, facts
from mendixctl.ledger.store import LedgerStore
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
    those of now that it will not have, which stay in AWS with no state that knows them.
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
    variables, _ = api(workplace) if workplace.state_file is None else ({}, None)
    made = clients(workplace, variables)
    copies = state_copies(workplace, made)
    found = tuple(copies.all())
    current: StateFacts | None = None
    warnings: tuple[Diagnostic, ...] = ()
    try:
        data = read_state(workplace, made)
        current = facts(data, "the state") if data is not None else None
    except MendixError as error:
        problem = error.diagnostics[0]
        warnings = (
            Diagnostic(
                "MXB113",
                f"the state in place cannot be read: {problem.summary}",
                hint=f"put a copy back: mendixctl state restore VERSION --env {workplace.environment}",
                severity=Severity.WARNING,
            ),
        )
    keep = workplace.specification.header.state.keep_copies
    return StateListResult(workplace.scope, copies.place, keep, found, current, warnings)


def prepare(
    session: Session, environment: str | None, version: int, *, serial: int | None = None, over_newer: bool = False
) -> PreparedRestore:
    """Find the copy of what a release left (its newest, or that of ``serial``) and check it against what is in place.

    Raises:
        MendixError: MXB114 there is no such copy, MXB115 it is in place already, MXB101 and MXB102 it is damaged.
        Refused: MXB116 the state in place is another one's and not empty, MXB117 it is newer and ``over_newer`` was
            not given; MXP120 to MXP122, this checkout is not at the newest release; MXP134, a protected environment
            was not named.
    """
    chosen = choose(session.repository, environment)
    workplace = open_workplace(session, chosen, refresh=False)
    if workplace.scope.protected and environment is None:
        raise Refused(
            Diagnostic(
                "MXP134",
                f"{chosen} is protected, so it has to be named",
                hint=f"mendixctl state restore v{version} --env {chosen}",
            )
        )
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, chosen, f"state restore v{version}"):
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        head = check_ledger(workplace, store)
        copy, data = _copy(workplace, tools, version, serial)
        current, now = current_state(workplace, tools)
        check(workplace, copy, current, over_newer=over_newer)
        theirs, ours = addresses(data), addresses(now)
        return PreparedRestore(
            scope=tools.scope(workplace),
            copy=copy,
            current=current,
            serial=next_serial(copy, current, head),
            number=(head.number if head else 0) + 1,
            back=tuple(sorted(theirs - ours)),
            forgotten=tuple(sorted(ours - theirs)),
            over_newer=over_newer,
            confirmation=chosen if workplace.scope.protected else "yes",
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
    workplace = open_workplace(session, chosen, refresh=False)
    with lease(workplace.workspace, chosen, f"state restore v{prepared.copy.release}"):
        tools = Tools.start(workplace)
        store = ledger(workplace, tools.clients)
        check_ledger(workplace, store)
        data = state_copies(workplace, tools.clients).read(prepared.copy)
        current, _ = current_state(workplace, tools)
        if current != prepared.current:
            raise Refused(
                Diagnostic(
                    "MXB118",
                    f"the state of {chosen} has changed since it was looked at: it was at serial "
                    f"{prepared.current.serial} and is at {current.serial}",
                    hint=f"look again: mendixctl state restore v{prepared.copy.release} --env {chosen}",
                )
            )
        return _put_back(workplace, tools, store, prepared, data, message)


def _put_back(
    workplace: Workplace, tools: Tools, store: LedgerStore, prepared: PreparedRestore, data: bytes, message: str
) -> RestoreResult:
    session = workplace.session
    settle(workplace, tools, store)
    _prepare_root(workplace)
    tools.initialise(workplace)
    if prepared.current != EMPTY:
        copy_before(workplace, tools, store.head())
    record = store.allot(*release(workplace, tools, store, prepared.copy, message))
    started = time.monotonic()
    problem: BaseException | None = None
    staged = workplace.workspace / "restoring.tfstate"
    try:
        workplace = workplace.with_lock(workplace.lock.with_base(record.number).at(home(workplace)))
        slot(workplace).clear()
        session.reporter.stage("restore", f"v{prepared.copy.release}, serial {prepared.copy.serial}")
        _set_aside(workplace)
        _push(workplace, tools, prepared, raised(data, prepared.serial), staged)
    except BaseException as error:  # noqa: BLE001  (recorded, then raised again below)
        problem = error
    finally:
        staged.unlink(missing_ok=True)
    record, warnings = close(workplace, tools, store, record, problem, time.monotonic() - started)
    if problem is None:
        warnings += copy_after(workplace, tools, record.number)
        serial = record.outcome.serial if record.outcome else prepared.serial
        return RestoreResult(tools.scope(workplace), record.number, prepared.copy, serial, record, warnings)
    if not isinstance(problem, MendixError):
        raise problem
    last = Diagnostic(
        "MXB119",
        f"the state of v{prepared.copy.release} could not be put in place; v{record.number} records that it failed",
        hint=f"what was in place is kept: mendixctl state list {workplace.environment}",
    )
    raise MendixError((*problem.diagnostics, last)) from problem


def _push(workplace: Workplace, tools: Tools, prepared: PreparedRestore, state: bytes, staged: Path) -> None:
    """Put a state in place by Terraform, under the state's lock, and see that it is this one and no other.

    Where a state in S3 is gone, Terraform gives whatever is pushed a new lineage and serial 1 (1.11, its remote state
    manager), so that an empty one goes first. Who is cut off in between finds a state without resources, over which
    the copy can be put like over none.
    """
    terraform, lineage = tools.terraform(workplace), prepared.current.lineage
    if not lineage and workplace.state_file is None:
        write_atomic(staged, without_resources(state), mode=SECRET)
        terraform.state_push(staged)
        lineage = "given by Terraform"
    write_atomic(staged, state, mode=SECRET)
    terraform.state_push(staged, force=lineage not in ("", prepared.copy.lineage))
    # over another state in a file Terraform counts the serial up once more than it was told
    found, now = current_state(workplace, tools)
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


def _copy(workplace: Workplace, tools: Tools, version: int, serial: int | None) -> tuple[StateCopy, bytes]:
    copies = state_copies(workplace, tools.clients)
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


def _set_aside(workplace: Workplace) -> None:
    """Move a damaged local state out of the way: Terraform would refuse to push over what it cannot read."""
    path = workplace.state_file
    if path is None or not path.is_file():
        return
    try:
        facts(path.read_bytes(), path.name)
    except MendixError:
        kept = path.with_name(f"{path.name}.damaged")
        path.replace(kept)
        kept.chmod(SECRET)
