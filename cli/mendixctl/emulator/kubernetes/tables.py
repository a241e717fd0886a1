"""Lists as kubectl shows them: a name, a state and an age a line."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

COLUMNS = ("Name", "Status", "Age")
PARTIAL = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1"}


def table(values: Sequence[Mapping[str, Any]], number: str) -> dict[str, Any]:
    """A ``Table`` of objects; ``number``: the version of the list."""
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": number},
        "columnDefinitions": [
            {
                "name": name,
                "type": "string",
                "format": "name" if name == "Name" else "",
                "description": "",
                "priority": 0,
            }
            for name in COLUMNS
        ],
        "rows": [
            {
                "cells": [one["metadata"]["name"], _state(one), _age(one)],
                "object": {**PARTIAL, "metadata": one["metadata"]},
            }
            for one in values
        ],
    }


def _state(value: Mapping[str, Any]) -> str:
    if "deletionTimestamp" in value["metadata"]:
        return "Terminating"
    status = value.get("status") or {}
    if "readyReplicas" in status and "state" not in status:
        return f"{status['readyReplicas']}/{status.get('replicas', 0)}"
    return str(status.get("state") or status.get("phase") or "")


def _age(value: Mapping[str, Any]) -> str:
    created = datetime.fromisoformat(value["metadata"]["creationTimestamp"])
    seconds = max(0, int(time.time() - created.timestamp()))
    for size, unit in ((86400, "d"), (3600, "h"), (60, "m")):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
