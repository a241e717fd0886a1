"""One open environment, as every use-case that works on it gets it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mendixctl.aws import Clients
from mendixctl.engine.environment.tools import Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Record
from mendixctl.ledger.store import LedgerStore


@dataclass(frozen=True)
class Site:
    """An environment while it is held: what it says, what works on it, its ledger, and the newest release in that.

    ``head`` is None where nothing was released yet. It is the release that was found on opening; whoever adds one
    asks the ledger again. Apps that were delivered since are none of the platform's: ``newest`` is the number of the
    last of them.
    """

    workplace: Workplace
    tools: Tools
    store: LedgerStore
    head: Record | None = None
    newest: int = 0

    @property
    def next_number(self) -> int:
        """The number that the next release will have."""
        return max(self.newest, self.head.number if self.head else 0) + 1

    @property
    def session(self) -> Session:
        return self.workplace.session

    @property
    def environment(self) -> str:
        return self.workplace.environment

    @property
    def clients(self) -> Clients:
        """boto3's clients in the environment's own region, with the rights that Terraform has."""
        return self.tools.clients

    @property
    def scope(self) -> Scope:
        """The environment's scope, with the address that calls go to."""
        return self.tools.scope(self.workplace)

    def at(self, workplace: Workplace) -> Site:
        """The same, with files that say something else."""
        return replace(self, workplace=workplace)
