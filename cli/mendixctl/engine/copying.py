"""Copies of the state around an apply: before it, or it does not begin; after it, so that the newest has one too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.tooling import Tools
from mendixctl.engine.workplace import Workplace
from mendixctl.ledger.state_copies import FOLDER, StateCopies, StateCopy
from mendixgen.diagnostics import Diagnostic, MendixError, Refused, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients


def state_copies(workplace: Workplace, clients: Clients | None) -> StateCopies:
    """Where the copies of an environment's state are: beside it. ``clients`` are needed for S3 alone."""
    if workplace.state_file is None and clients is not None:
        from mendixctl.ledger.state_copies_s3 import S3StateCopies

        header = workplace.specification.header
        prefix = header.state_prefix.rstrip("/")
        return S3StateCopies(clients.client("s3"), header.state_bucket, prefix, header.state.kms_key or "")
    from mendixctl.ledger.state_copies_local import LocalStateCopies

    # Beside the state's folder and not in it: whoever removes that one by hand still has these.
    folder = workplace.workspace / FOLDER
    return LocalStateCopies(folder, workplace.session.repository.relative(folder))


def read_state(workplace: Workplace, clients: Clients | None) -> bytes | None:
    """The state as it is kept, byte for byte, without asking Terraform; None where there is none.

    Raises:
        MendixError: MXI103, MXA1xx, it cannot be read.
    """
    path = workplace.state_file
    if path is None and clients is not None:
        from mendixctl.aws import guarded, is_missing

        header = workplace.specification.header
        with guarded(f"read {workplace.scope.state}"):
            try:
                client = clients.client("s3")
                body: bytes = client.get_object(Bucket=header.state_bucket, Key=header.state_key)["Body"].read()
            except Exception as error:
                if is_missing(error):
                    return None
                raise
        return body
    if path is None:
        raise ValueError("a state in S3 cannot be read without clients")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MendixError(
            Diagnostic(
                "MXI103",
                f"cannot read {path.name}: {error.strerror or error}",
                hint="mend the permissions of the folder of the local state",
            )
        ) from error
    return data if data.strip() else None


def copy_before(workplace: Workplace, tools: Tools, release: int) -> StateCopy | None:
    """Keep what ``release``, the newest one, left, before another apply begins; None where there is no state yet.

    Raises:
        Refused: MXB110, it cannot be kept, so nothing may be applied.
    """
    workplace.session.reporter.stage("copy")
    try:
        data = read_state(workplace, tools.clients)
        if data is None:
            return None
        copies = state_copies(workplace, tools.clients)
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


def copy_after(workplace: Workplace, tools: Tools, release: int) -> tuple[Diagnostic, ...]:
    """Keep what ``release`` has just left; that it cannot be kept is a warning, since it is in place itself."""
    try:
        data = read_state(workplace, tools.clients)
        if data is None:
            return ()
        copies = state_copies(workplace, tools.clients)
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
