"""Which ledger an environment has, and whether this checkout is at its head."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.ledger.release import Kind, Record
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, Location, Refused

if TYPE_CHECKING:
    from mendixctl.aws import Clients
    from mendixctl.ledger.local import LocalLedger


def ledger(workplace: Workplace, clients: Clients) -> LedgerStore:
    """The ledger beside the environment's state."""
    if workplace.state_file is None:
        from mendixctl.ledger.s3 import S3Ledger

        header = workplace.specification.header
        return S3Ledger(
            workplace.environment,
            clients.client("s3", header.state_region),
            header.state_bucket,
            header.state_prefix.rstrip("/"),
            header.state.kms_key or "",
        )
    return local_ledger(workplace)


def local_ledger(workplace: Workplace) -> LocalLedger:
    """The ledger in the repository: of a local state the ledger itself, of an S3 state its mirror."""
    from mendixctl.ledger.local import LocalLedger

    folder = workplace.root / "releases"
    return LocalLedger(workplace.environment, folder, workplace.session.repository.relative(folder))


def check_base(workplace: Workplace, head: Record | None, newest: int = 0) -> None:
    """Check that this checkout is based on the newest release, or on one of the apps that were delivered since.

    ``newest``: the number of the last of those.

    Raises:
        Refused: MXP120 it is behind, MXP121 it is ahead of a ledger that does not have its release.
    """
    base, last = workplace.lock.base, head.number if head else 0
    if base == last or last < base <= newest:
        return
    newest = last
    place = Location(f"environments/{workplace.environment}.lock")
    if head is not None and base < newest:
        release = head.release
        kind = {
            Kind.APPLY: "an apply",
            Kind.ROLLBACK: "a rollback",
            Kind.TEARDOWN: "a teardown",
            Kind.DESTROY: "a destroy",
            Kind.RECOVER: "a recovery",
            Kind.ADOPT: "an adoption",
            Kind.RESTORE: "a restore of the state",
            Kind.DRILL: "a drill",
            Kind.FAILOVER: "a failover",
            Kind.FAILBACK: "a failback",
            Kind.DEPLOY: "a deployment",
            Kind.APP: "a delivery",
        }
        name, who = workplace.environment, f"{release.author.user}@{release.author.host}"
        pull = f"pull it from git, or take it from the ledger: mendixctl sync {name}"
        raise Refused(
            Diagnostic(
                "MXP120",
                f"v{newest} of {name}, {kind[release.kind]} by {who} at {release.started_at:%Y-%m-%d %H:%M} UTC, is "
                f"not in this checkout, which is based on v{base}",
                hint=pull
                if head.outcome is not None
                else f"it has no outcome yet: mendixctl status {name} says whether it is being applied; when it is "
                f"over, {pull}",
                location=place,
            )
        )
    raise Refused(
        Diagnostic(
            "MXP121",
            f"this checkout is based on v{base} of {workplace.environment}, but the ledger ends at v{newest}",
            hint="was state: changed, or the ledger removed? restore it, or, to begin anew, set base: "
            f"{newest} in environments/{workplace.environment}.lock",
            detail=f"the lock names a release that the ledger does not have, so this may be another account's, "
            f"bucket's or checkout's {workplace.environment}",
            location=place,
        )
    )
