"""Which objects of a cluster are not well right now; nothing is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from mendixctl.engine.deployed import Deployed, objects
from mendixctl.engine.deployment.comparison import Object
from mendixctl.engine.deployment.readiness import readiness, takes_time
from mendixctl.engine.deployment.results import Readiness, State
from mendixgen.kubernetes.diff import key_of

if TYPE_CHECKING:
    from mendixctl.cluster.api import Api
    from mendixctl.ledger.store import LedgerStore


def slow(store: LedgerStore, there: Deployed) -> list[Object]:
    """Those of the objects that the releases have brought there whose state says something."""
    return [one for one in objects(store, there).present.values() if takes_time(str(one["kind"]))]


def unready(api: Api, values: Iterable[Object]) -> tuple[Readiness, ...]:
    """Of objects that take their time those that are not ready. Errors as for `mendixctl.cluster.api`."""
    found = []
    for value in values:
        resource = api.resource(str(value["apiVersion"]), str(value["kind"]))
        live = api.get(resource, value) if resource is not None else None
        state, message = readiness(live, str(value["kind"]))
        if state is not State.READY:
            found.append(Readiness(key_of(value).address, state, message))
    return tuple(found)
