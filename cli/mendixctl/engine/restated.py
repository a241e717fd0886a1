"""Releases that say nothing new of what is to be: a restored state, a drill, a failover. They repeat the newest one."""

from __future__ import annotations

from typing import Any

from mendixctl.engine.environment import git
from mendixctl.engine.environment.git import author
from mendixctl.engine.environment.identity import home
from mendixctl.engine.environment.site import Site
from mendixctl.ledger.archive import of_root, pack
from mendixctl.ledger.release import Kind, Release
from mendixctl.ledger.serialise import digest
from mendixctl.ledger.store import LedgerStore
from mendixgen import __version__
from mendixgen import lock as locks


def restated(site: Site, kind: Kind, message: str, **parts: Any) -> tuple[Release, bytes]:
    """The next release, with specification, lock and archive of the newest; ``parts`` are what this kind adds."""
    session, store, workplace, scope = site.session, site.store, site.workplace, site.scope
    number = store.head()
    before = store.read(number) if number else None
    archive = store.archive(number) if number else pack(of_root(workplace.root))
    lock = locks.parse(before.release.lock, f"v{number}.lock") if before else workplace.lock
    # asked only where credentials are real: on the emulator they are nobody's
    arn = site.clients.caller() if scope.target == "aws" else ""
    release = Release(
        number=number + 1,
        environment=workplace.environment,
        account=scope.account,
        region=scope.region,
        target=scope.target,
        kind=kind,
        started_at=session.clock(),
        author=author(session.repository.root, arn),
        spec=before.release.spec if before else workplace.specification.whole,
        lock=locks.dump(lock.with_base(number + 1).at(home(workplace)), workplace.environment),
        archive_digest=digest(archive),
        predecessor=before.digest if before else "",
        message=message,
        commit=git.commit(session.repository.root),
        generator=__version__,
        terraform=site.tools.version,
        **parts,
    )
    return release, archive


def state_before(store: LedgerStore, number: int) -> tuple[str, int]:
    """Lineage and serial of the state as the release before ``number`` left it."""
    before = store.read(number - 1).outcome if number > 1 else None
    return (before.lineage, before.serial) if before is not None else ("", 0)
