"""How an object of a cluster stands."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Whether an object is as it was asked to be."""

    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Readiness:
    """An object that takes its time, how it stands, and what it says of that."""

    address: str
    state: State
    message: str = ""
