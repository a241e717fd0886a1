"""Whether an object is as it was asked to be."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.engine.deployment.readiness import UNDELIVERED, readiness, takes_time
from mendixctl.engine.deployment.results import State


def condition(kind: str, status: str, **more: str) -> dict[str, Any]:
    return {"conditions": [{"type": kind, "status": status, **more}]}


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("MendixApp", {"state": "Running"}, (State.READY, "")),
        (
            "MendixApp",
            {"state": "Running", "observedGeneration": 1},
            (State.WAITING, "the Operator has not seen it yet"),
        ),
        ("MendixApp", {"state": "Failed", "message": "no memory"}, (State.FAILED, "no memory")),
        ("MendixApp", {"state": "Starting"}, (State.WAITING, "Starting")),
        ("MendixApp", condition("Ready", "True"), (State.READY, "")),
        ("MendixApp", {}, (State.WAITING, "Ready is not said yet")),
        ("Gateway", condition("Programmed", "False", message="no address"), (State.WAITING, "no address")),
        ("Certificate", condition("Ready", "True"), (State.READY, "")),
        (
            "Deployment",
            {"observedGeneration": 2, "updatedReplicas": 2, "availableReplicas": 1},
            (State.WAITING, "1 of 2 ready"),
        ),
        ("Deployment", {"observedGeneration": 2, "updatedReplicas": 2, "availableReplicas": 2}, (State.READY, "")),
        ("Deployment", {"observedGeneration": 1}, (State.WAITING, "it is being rolled out")),
        (
            "Deployment",
            {"observedGeneration": 2, **condition("Progressing", "False", reason="ProgressDeadlineExceeded")},
            (State.FAILED, "its new pods do not become ready"),
        ),
        ("Elasticsearch", {"health": "green", "phase": "Ready"}, (State.READY, "")),
        ("Elasticsearch", {"health": "green", "phase": "ApplyingChanges"}, (State.WAITING, "ApplyingChanges")),
    ],
)
def test_what_a_controller_says(kind: str, status: dict[str, Any], expected: tuple[State, str]) -> None:
    assert takes_time(kind)
    spec = {"replicas": 2, **({"sourceURL": "oci-image://x"} if kind == "MendixApp" else {})}
    assert readiness({"metadata": {"generation": 2}, "spec": spec, "status": status}, kind) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({}, (State.READY, UNDELIVERED)),
        ({"conditions": [{"type": "Ready", "status": "False"}]}, (State.READY, UNDELIVERED)),
        ({"observedGeneration": 1}, (State.WAITING, "the Operator has not seen it yet")),
        ({"state": "Failed", "message": "no such plan"}, (State.FAILED, "no such plan")),
    ],
)
def test_an_app_that_was_never_delivered_is_not_waited_for(status: dict[str, Any], expected: tuple[State, str]) -> None:
    assert readiness({"metadata": {"generation": 2}, "spec": {}, "status": status}, "MendixApp") == expected


def test_what_is_not_there_is_waited_for_and_a_role_is_not() -> None:
    assert readiness(None, "MendixApp")[0] is State.WAITING
    assert not takes_time("Role")
