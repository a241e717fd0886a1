"""The record of what is about to be done: what every release says, whatever its kind adds."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from mendixctl.engine.environment import git
from mendixctl.engine.environment.identity import home
from mendixctl.engine.environment.site import Site
from mendixctl.ledger.release import Kind, Record, Release
from mendixctl.ledger.serialise import digest
from mendixgen import __version__
from mendixgen import lock as locks
from mendixgen.lock import Lock


def next_release(
    site: Site,
    before: Record | None,
    kind: Kind,
    *,
    started_at: datetime,
    spec: str,
    lock: Lock,
    archive: bytes,
    message: str,
    **parts: Any,
) -> Release:
    """The release after ``before``, of a specification, a lock and an archive of HCL; ``parts``: what ``kind`` adds."""
    workplace, scope, folder = site.workplace, site.scope, site.session.repository.root
    number = (before.number if before else 0) + 1
    # asked only where credentials are real: on the emulator they are nobody's
    arn = site.clients.caller() if scope.target == "aws" else ""
    return Release(
        number=number,
        environment=workplace.environment,
        account=scope.account,
        region=scope.region,
        target=scope.target,
        kind=kind,
        started_at=started_at,
        author=git.author(folder, arn),
        spec=spec,
        lock=locks.dump(lock.with_base(number).at(home(workplace)), workplace.environment),
        archive_digest=digest(archive),
        predecessor=before.digest if before else "",
        message=message,
        commit=git.commit(folder),
        generator=__version__,
        terraform=site.tools.version,
        **parts,
    )
