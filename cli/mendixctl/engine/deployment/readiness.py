"""Whether an object is as it was asked to be, by what its controller says of it.

Sources: the API references of the kinds; for a MendixApp what the Operator writes into its status, of which only that
it is running or has failed is relied on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mendixctl.engine.deployment.results import State

Object = Mapping[str, Any]
Said = tuple[State, str]

RUNNING = frozenset({"Running", "Ready", "Started"})
BROKEN = frozenset({"Failed", "Error"})
UNDELIVERED = "it waits for its first release"
"""What is said of an app that has no image yet. Its object stands as it should: what it is to run is a delivery's."""


def takes_time(kind: str) -> bool:
    """Whether objects of a kind have a status to wait for."""
    return kind in _READERS


def readiness(value: Object | None, kind: str) -> Said:
    """How an object stands; what is not there is waited for."""
    if value is None:
        return State.WAITING, "it is not there yet"
    return _READERS[kind](value)


def _condition(name: str) -> Callable[[Object], Said]:
    def read(value: Object) -> Said:
        conditions = (value.get("status") or {}).get("conditions") or ()
        found = next((one for one in conditions if one.get("type") == name), None)
        if found is None:
            return State.WAITING, f"{name} is not said yet"
        holds = found.get("status") == "True"
        return (State.READY, "") if holds else (State.WAITING, str(found.get("message") or found.get("reason") or ""))

    return read


def _application(value: Object) -> Said:
    status = value.get("status") or {}
    state = str(status.get("state") or "")
    generation = value["metadata"].get("generation", 0)
    if status.get("observedGeneration", generation) < generation:
        return State.WAITING, "the Operator has not seen it yet"
    if state in BROKEN:
        return State.FAILED, str(status.get("message") or state)
    if not (value.get("spec") or {}).get("sourceURL"):
        return State.READY, UNDELIVERED
    if state in RUNNING:
        return State.READY, ""
    found, message = _condition("Ready")(value)
    return found, state or message


def _workload(value: Object) -> Said:
    status, spec = value.get("status") or {}, value.get("spec") or {}
    wanted = spec.get("replicas", 1)
    if status.get("observedGeneration", 0) < value["metadata"].get("generation", 0):
        return State.WAITING, "it is being rolled out"
    for one in status.get("conditions") or ():
        if one.get("type") == "Progressing" and one.get("reason") == "ProgressDeadlineExceeded":
            return State.FAILED, str(one.get("message") or "its new pods do not become ready")
    have = min(status.get("updatedReplicas", 0), status.get("availableReplicas", 0))
    return (State.READY, "") if have >= wanted else (State.WAITING, f"{have} of {wanted} ready")


def _elastic(value: Object) -> Said:
    status = value.get("status") or {}
    ready = status.get("health") in {"green", "yellow"} and status.get("phase", "Ready") == "Ready"
    return (State.READY, "") if ready else (State.WAITING, str(status.get("phase") or "it is not said yet"))


_READERS: Mapping[str, Callable[[Object], Said]] = {
    "Certificate": _condition("Ready"),
    "Deployment": _workload,
    "Elasticsearch": _elastic,
    "Gateway": _condition("Programmed"),
    "Kibana": _elastic,
    "MendixApp": _application,
    "StatefulSet": _workload,
}
