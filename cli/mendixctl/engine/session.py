"""What every use-case is given: the repository, who listens, and whether this is a rehearsal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from mendixctl.cluster.tunnel import Tunnels
from mendixctl.engine.reporter import Reporter, Silent
from mendixgen.repository import Repository


def now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Session:
    """One command. ``rehearse``: the environment is taken to the emulator, whatever its target (``--emulator``).

    ``via``: the instance through which the API of a cluster is reached, or ``nodes``; empty where it is reached from
    here. Whoever makes the session closes ``tunnels``.
    """

    repository: Repository
    reporter: Reporter = field(default_factory=Silent)
    rehearse: bool = False
    clock: Callable[[], datetime] = now
    sleep: Callable[[float], None] = time.sleep
    via: str = ""
    tunnels: Tunnels = field(default_factory=Tunnels)

    @property
    def today(self) -> date:
        """The day, in UTC."""
        return self.clock().date()
