"""What is looked at: searches, visualizations and a dashboard over the logs, as saved objects. Always the same text.

Both OpenSearch Dashboards and Kibana read it: an object a line, and only types that both know. Sources: OpenSearch and
Kibana documentation, "Import saved objects" (``references`` by name, ``panelsJSON`` and ``visState`` are texts).
"""

from __future__ import annotations

import json
from typing import Any

from mendixgen.areas.logging.scope import INDICES

PATTERN = "mx-logs"
SEARCHES = {
    "mx-errors": ("Errors and criticals", 'level:("ERROR" OR "CRITICAL")'),
    "mx-warnings": ("Warnings", 'level:"WARNING"'),
    "mx-slow-queries": ("Slow queries", 'node:"ConnectionBus_Queries" AND message:*slow*'),
    "mx-microflows": ("Microflows that failed", 'node:"MicroflowEngine" AND level:"ERROR"'),
}
"""Saved searches by id: title and query."""

COLUMNS = ["app", "level", "node", "message"]
WIDTH, HEIGHT = 24, 15
"""Of a panel, in the grid of 48 columns."""


def ndjson() -> str:
    """All saved objects, an object a line."""
    objects = [_pattern(), *_searches(), *_visualizations()]
    objects.append(_dashboard([one for one in objects if one["type"] != "index-pattern"]))
    return "".join(_text(one) + "\n" for one in objects)


def _pattern() -> dict[str, Any]:
    return _object("index-pattern", PATTERN, {"title": INDICES, "timeFieldName": "@timestamp"}, [])


def _searches() -> list[dict[str, Any]]:
    return [
        _object(
            "search",
            name,
            {
                "title": title,
                "columns": COLUMNS,
                "sort": [["@timestamp", "desc"]],
                "kibanaSavedObjectMeta": _source(query),
            },
            [_of_pattern()],
        )
        for name, (title, query) in SEARCHES.items()
    ]


def _visualizations() -> list[dict[str, Any]]:
    when = {"id": "2", "enabled": True, "type": "date_histogram", "schema": "segment",
            "params": {"field": "@timestamp", "interval": "auto"}}  # fmt: skip
    count = {"id": "1", "enabled": True, "type": "count", "schema": "metric", "params": {}}
    return [
        _visualization("mx-levels", "Lines by level", "histogram", [count, when, _terms("3", "level", "group")]),
        _visualization("mx-errors-by-app", "Errors by application", "pie", [count, _terms("2", "app", "segment")],
                       query='level:("ERROR" OR "CRITICAL")'),
        _visualization("mx-nodes", "Log nodes that say most", "table", [count, _terms("2", "node", "bucket")]),
    ]  # fmt: skip


def _visualization(name: str, title: str, kind: str, parts: list[Any], query: str = "") -> dict[str, Any]:
    state = {
        "title": title,
        "type": kind,
        "params": {"type": kind, "addTooltip": True, "addLegend": True},
        "aggs": parts,
    }
    attributes = {
        "title": title,
        "visState": _text(state),
        "uiStateJSON": "{}",
        "kibanaSavedObjectMeta": _source(query),
    }
    return _object("visualization", name, attributes, [_of_pattern()])


def _terms(ident: str, field: str, schema: str) -> dict[str, Any]:
    params = {"field": field, "size": 20, "order": "desc", "orderBy": "1"}
    return {"id": ident, "enabled": True, "type": "terms", "schema": schema, "params": params}


def _dashboard(shown: list[dict[str, Any]]) -> dict[str, Any]:
    panels = [
        {
            "panelIndex": str(index),
            "panelRefName": f"panel_{index}",
            "gridData": {
                "x": WIDTH * (index % 2),
                "y": HEIGHT * (index // 2),
                "w": WIDTH,
                "h": HEIGHT,
                "i": str(index),
            },
            "embeddableConfig": {},
        }
        for index in range(len(shown))
    ]
    attributes = {
        "title": "Mendix applications",
        "panelsJSON": _text(panels),
        "optionsJSON": _text({"useMargins": True}),
        "timeRestore": False,
        "kibanaSavedObjectMeta": {"searchSourceJSON": _text({"query": _query(""), "filter": []})},
    }
    references = [{"name": f"panel_{index}", "type": one["type"], "id": one["id"]} for index, one in enumerate(shown)]
    return _object("dashboard", "mx-apps", attributes, references)


def _source(query: str) -> dict[str, str]:
    source = {"query": _query(query), "filter": [], "indexRefName": "kibanaSavedObjectMeta.searchSourceJSON.index"}
    return {"searchSourceJSON": _text(source)}


def _query(text: str) -> dict[str, str]:
    return {"query": text, "language": "lucene"}


def _of_pattern() -> dict[str, str]:
    return {"name": "kibanaSavedObjectMeta.searchSourceJSON.index", "type": "index-pattern", "id": PATTERN}


def _object(kind: str, ident: str, attributes: dict[str, Any], references: list[dict[str, str]]) -> dict[str, Any]:
    return {"id": ident, "type": kind, "attributes": attributes, "references": references}


def _text(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)
