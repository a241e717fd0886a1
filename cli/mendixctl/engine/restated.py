"""Releases that say nothing new of what is to be: a restored state, a drill, a failover. They repeat the newest one."""

from __future__ import annotations

from typing import Any

from mendixctl.engine.environment.site import Site
from mendixctl.engine.next_release import next_release
from mendixctl.ledger.archive import of_root, pack
from mendixctl.ledger.release import Kind, Release
from mendixctl.ledger.store import LedgerStore
from mendixgen import lock as locks


def restated(site: Site, kind: Kind, message: str, **parts: Any) -> tuple[Release, bytes]:
    """The next release, with specification, lock and archive of the newest; ``parts`` are what this kind adds."""
    store, workplace = site.store, site.workplace
    number = store.head()
    before = store.read(number) if number else None
    archive = store.archive(number) if number else pack(of_root(workplace.root))
    release = next_release(
        site,
        before,
        kind,
        started_at=site.session.clock(),
        spec=before.release.spec if before else workplace.specification.whole,
        lock=locks.parse(before.release.lock, f"v{number}.lock") if before else workplace.lock,
        archive=archive,
        message=message,
        **parts,
    )
    return release, archive


def state_before(store: LedgerStore, number: int) -> tuple[str, int]:
    """Lineage and serial of the state as the release before ``number`` left it."""
    before = store.read(number - 1).outcome if number > 1 else None
    return (before.lineage, before.serial) if before is not None else ("", 0)
