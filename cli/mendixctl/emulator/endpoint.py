"""Where a running emulator answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A running emulator, and the region that the caller works in."""

    url: str
    port: int
    pid: int
    account: str
    region: str
