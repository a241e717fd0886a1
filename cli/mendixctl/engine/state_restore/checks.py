"""Whether a copy of the state may be put back, and what it becomes: its serial, and what it knows and does not know."""

from __future__ import annotations

import json

from mendixctl.engine.environment.workplace import Workplace
from mendixctl.ledger.release import Record
from mendixctl.ledger.state_copies import StateCopy, StateFacts
from mendixctl.terraform.state import parse
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

EMPTY = StateFacts("", 0, 0, "")
"""No state at all."""


def check(workplace: Workplace, copy: StateCopy, current: StateFacts, *, over_newer: bool) -> None:
    """Check that a copy may be put where ``current`` is.

    Raises:
        MendixError: MXB115, it is in place already.
        Refused: MXB116 what is in place is another state, MXB117 it is not older than the copy.
    """
    if current == EMPTY:
        return
    environment, command = workplace.environment, f"mendixctl state restore v{copy.release}"
    if current.digest == copy.digest:
        raise MendixError(
            Diagnostic(
                "MXB115",
                f"the state of {environment} is the one that v{copy.release} left, at serial {copy.serial}, already",
                hint=f"what it says of AWS: {workplace.command}",
            )
        )
    if current.lineage != copy.lineage:
        if not current.resources:
            return
        raise Refused(
            Diagnostic(
                "MXB116",
                f"the state in place is another one (lineage {current.lineage}, {current.resources} resources) than "
                f"the copy of v{copy.release} (lineage {copy.lineage})",
                hint="is this the right bucket, account and checkout? Only over a state without resources can another "
                "be put",
            )
        )
    if current.serial >= copy.serial and current.resources and not over_newer:
        raise Refused(
            Diagnostic(
                "MXB117",
                f"the state in place (serial {current.serial}) is newer than the copy of v{copy.release} (serial "
                f"{copy.serial}): what was made since would be in no state",
                hint=f"if that is meant: {command} --over-newer --env {environment}",
            )
        )


def next_serial(copy: StateCopy, current: StateFacts, head: Record | None) -> int:
    """Above every serial that was seen, so that no saved plan can still fit, also where the state itself is gone."""
    seen = [copy.serial, current.serial]
    if head is not None and head.outcome is not None:
        seen.append(head.outcome.serial)
    return max(seen) + 1


def raised(data: bytes, serial: int) -> bytes:
    """The state with another serial and nothing else changed."""
    return json.dumps({**json.loads(data), "serial": serial}, indent=2, ensure_ascii=False).encode()


def without_resources(state: bytes) -> bytes:
    """The same state, as it was before anything was in it."""
    return json.dumps(
        {**json.loads(state), "serial": 1, "resources": [], "outputs": {}, "check_results": None}
    ).encode()


def addresses(data: bytes) -> set[str]:
    """The managed instances that a whole state knows."""
    return set(parse(data).instances)
