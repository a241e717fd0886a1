"""Which metrics AWS sends to CloudWatch, and by which dimensions each is found: ``data/metrics.json``, with sources.

CloudWatch takes an alarm on a metric that there is not, and such an alarm never sees data; nobody notices before it is
needed.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection
from functools import lru_cache
from importlib.resources import files
from typing import Any


def unknown(namespace: str, metric: str, dimensions: Collection[str]) -> str:
    """Why AWS sends no such metric, as a sentence; empty where it does, or where the namespace is not AWS's."""
    families = _namespaces().get(namespace)
    if families is None:
        return f"AWS sends nothing to the namespace {namespace}" if namespace.startswith("AWS/") else ""
    named = [family for family in families if metric in family["metrics"]]
    if not named:
        close = difflib.get_close_matches(metric, [one for family in families for one in family["metrics"]], 1)
        return f"{namespace} has no metric {metric}" + (f"; did you mean {close[0]}?" if close else "")
    sets = [set(one) for family in named for one in family["dimensions"]]
    if set(dimensions) in sets:
        return ""
    listed = " or ".join(", ".join(sorted(one)) or "none" for one in sets)
    return f"{metric} of {namespace} is found by {listed}, not by {', '.join(sorted(dimensions)) or 'none'}"


@lru_cache(maxsize=1)
def _namespaces() -> dict[str, list[dict[str, Any]]]:
    text = files("mendixgen").joinpath("data/metrics.json").read_text("utf-8")
    return {
        namespace: [{**family, "metrics": frozenset(family["metrics"].split())} for family in families]
        for namespace, families in json.loads(text)["namespaces"].items()
    }
