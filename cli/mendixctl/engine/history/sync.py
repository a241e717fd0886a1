"""``sync``: bring this checkout to the ledger's newest release, without losing what a person edited here."""

from __future__ import annotations

from mendixctl.engine import released
from mendixctl.engine.diff import spec_changes
from mendixctl.engine.environment import git
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.ledger import ledger, local_ledger
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.history.results import SyncResult
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Record
from mendixctl.ledger.store import LedgerStore
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Refused
from mendixgen.files import write_if_changed


def sync(session: Session, environment: str) -> SyncResult:
    """Mirror the ledger into ``environments/<env>/releases/``; where this checkout is behind, take YAML, lock and
    root of the newest release.

    Raises:
        Refused: MXP190, the YAML has edits that are in no release and not in git.
        MendixError: MXL107, MXL108, the ledger is not whole; MXL112, the mirror has another release.
    """
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    with lease(workplace.workspace, environment, "sync"):
        store = ledger(workplace, reading_clients(workplace))
        records = store.records()
        mirrored = _mirror(workplace, store, records)
        base = workplace.lock.base
        head = records[-1] if records else None
        if head is None or base >= head.basis:
            return SyncResult(workplace.scope, head.number if head else 0, base, base, mirrored)
        restored = _restore(workplace, records, head)
        workplace.plans.clear()
        return SyncResult(workplace.scope, head.number, base, head.number, mirrored, restored)


def _mirror(workplace: Workplace, store: LedgerStore, records: list[Record]) -> tuple[int, ...]:
    """Copy what the repository does not have yet; a local ledger is its own mirror."""
    if workplace.state_file is not None:
        return ()
    mirror = local_ledger(workplace)
    return tuple(record.number for record in records if mirror.mirror(record.number, store.raw(record.number)))


def _restore(workplace: Workplace, records: list[Record], head: Record) -> tuple[str, ...]:
    """Write YAML, lock and root of ``head``.

    The YAML here may be that of any release, which the ledger has, or anything that git has; nothing else.
    """

    repository, environment = workplace.repository, workplace.environment
    path = repository.spec(environment)
    current = workplace.specification
    known = current.whole == head.release.spec or any(
        not spec_changes(released.data(record), current.data) for record in records
    )
    if not known and git.uncommitted(repository.root, [path]) != []:
        raise Refused(
            Diagnostic(
                "MXP190",
                f"environments/{environment}.yaml has edits that are in no release and not committed; taking "
                f"v{head.number} would lose them",
                hint="commit them or put them aside (git stash), sync, and make them again",
                location=current.locate(()),
            )
        )
    restored = []
    taking = bool(current.taken)  # then the release's text is more than the file's
    if write_if_changed(path, current.rewritten(released.data(head)) if taking else head.release.spec):
        restored.append(repository.relative(path))
    lock = released.lock(head).with_base(head.number)
    if write_if_changed(repository.lock(environment), locks.dump(lock, environment)):
        restored.append(repository.relative(repository.lock(environment)))
    written = open_workplace(workplace.session, environment, refresh=False).write_root()
    restored += [repository.relative(workplace.root / name) for name in (*written.written, *written.deleted)]
    return tuple(restored)
