"""The name of an operation whose protocol sends none (REST), from botocore's description of its service."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl

CALLED = {
    "access-analyzer": "accessanalyzer",
    "aoss": "opensearchserverless",
    "elasticfilesystem": "efs",
    "es": "opensearch",
    "scheduler": "scheduler",
}
"""Signing names for which botocore has another name."""

BY_HEADER = frozenset({"CopyObject", "UploadPartCopy"})
"""Operations that only a header tells from another one; its name does for both."""

Route = tuple[str, re.Pattern[str], frozenset[str], str]


def operation_name(service: str, method: str, path: str, query: Mapping[str, Sequence[str]]) -> str:
    """The operation's name; the request's own words where none is known."""
    given = set(query)
    for of, pattern, flags, name in _routes(service):
        if of == method and flags <= given and pattern.match(path):
            return name
    return f"{method} {path}"


@lru_cache(maxsize=64)
def _routes(service: str) -> tuple[Route, ...]:
    """The routes of a service, those that ask for the most first."""
    import botocore.session
    from botocore.exceptions import BotoCoreError

    try:
        model = botocore.session.get_session().get_service_model(CALLED.get(service, service))
        operations = [model.operation_model(name) for name in model.operation_names if name not in BY_HEADER]
    except BotoCoreError:
        return ()
    routes = []
    for operation in operations:
        path, _, query = str(operation.http.get("requestUri", "/")).partition("?")
        flags = frozenset(key for key, _ in parse_qsl(query, keep_blank_values=True))
        pattern = re.sub(
            r"\\\{\w+(\\\+)?\\\}", lambda found: ".+" if found[1] else "[^/]+", re.escape(path.rstrip("/"))
        )
        name = re.sub(r"20\d{6}$", "", operation.name)
        routes.append((operation.http["method"], re.compile(f"^{pattern}/?$"), flags, name))
    return tuple(sorted(routes, key=lambda route: (-len(route[2]), ".+" in route[1].pattern, -len(route[1].pattern))))
