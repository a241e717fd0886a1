"""Copies of the state around an apply: before it, or it does not begin; after it, so that the newest has one too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.state.stored import read_state
from mendixctl.ledger.state_copies import FOLDER, StateCopies, StateCopy
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients


def state_copies(workplace: Workplace, clients: Clients) -> StateCopies:
    """Where the copies of an environment's state are: beside it."""
    if workplace.state_file is None:
        from mendixctl.ledger.state_copies_s3 import S3StateCopies

        header = workplace.specification.header
        prefix = header.state_prefix.rstrip("/")
        client = clients.client("s3", header.state_region)
        return S3StateCopies(client, header.state_bucket, prefix, header.state.kms_key or "")
    from mendixctl.ledger.state_copies_local import LocalStateCopies

    # Beside the state's folder and not in it: whoever removes that one by hand still has these.
    folder = workplace.workspace / FOLDER
    return LocalStateCopies(folder, workplace.session.repository.relative(folder))


def copy_before(site: Site, release: int) -> StateCopy | None:
    """Keep what ``release``, the newest one, left, before another apply begins; None where there is no state yet.

    Raises:
        Refused: MXB110, it cannot be kept, so nothing may be applied.
    """
    workplace = site.workplace
    site.session.reporter.stage("copy")
    try:
        data = read_state(workplace, site.clients)
        if not data.strip():
            return None
        copies = state_copies(workplace, site.clients)
        copy = copies.keep(data, release, workplace.session.clock())
    except MendixError as error:
        first = error.diagnostics[0]
        raise Refused(
            Diagnostic(
                "MXB110",
                f"no copy of the state could be kept, so nothing was applied: {first.summary}",
                hint=first.hint,
                detail=first.detail,
                location=first.location,
            )
        ) from error
    _prune(workplace, copies)
    return copy


def copy_after(site: Site, release: int) -> tuple[Diagnostic, ...]:
    """Keep what ``release`` has just left; that it cannot be kept is a warning, since it is in place itself."""
    workplace = site.workplace
    try:
        data = read_state(workplace, site.clients)
        if not data.strip():
            return ()
        copies = state_copies(workplace, site.clients)
        copies.keep(data, release, workplace.session.clock())
    except MendixError as error:
        return (
            Diagnostic(
                "MXB111",
                f"the state that v{release} left has no copy: {error.diagnostics[0].summary}",
                hint="the next apply keeps one before it begins",
                severity=Severity.WARNING,
            ),
        )
    _prune(workplace, copies)
    return ()


def _prune(workplace: Workplace, copies: StateCopies) -> None:
    """Older copies go only now that the new one is safe; that one stays is no reason not to go on."""
    try:
        copies.prune(workplace.specification.header.state.keep_copies)
    except MendixError as error:
        workplace.session.reporter.notice(
            Diagnostic(
                "MXB112",
                f"older copies of the state stay: {error.diagnostics[0].summary}",
                hint="they do no harm; the next apply tries again",
                severity=Severity.WARNING,
            )
        )
