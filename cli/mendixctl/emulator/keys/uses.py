"""The table of uses, and the keys that a request makes a service use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("uses.json")
CALLER = "caller"
_PART = re.compile(r"(\w+)(\[(?:(\w+)=([^\]]+))?\])?(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Use:
    """One line of ``uses.json``, whose ``about`` says what each field is; ``as`` is called ``principal`` here."""

    use: str
    service: str
    operation: str
    key: tuple[str, ...]
    keys: tuple[str, ...]
    principal: str
    actions: tuple[str, ...]
    aws: str
    code: str
    message: str
    source: str
    of: str = ""
    via: str = ""
    grant: str = ""
    context: Mapping[str, str] = field(default_factory=dict)


@cache
def table() -> tuple[Use, ...]:
    """All uses, in the order of the file."""
    uses = []
    for row in json.loads(TABLE.read_bytes())["uses"]:
        row |= {name: tuple(row[name]) for name in ("key", "keys", "actions")}
        uses.append(Use(principal=row.pop("as"), **row))
    return tuple(uses)


@cache
def of_operation(service: str, operation: str) -> tuple[Use, ...]:
    """The uses that an operation brings; ``service`` is botocore's name."""
    return tuple(use for use in table() if (use.service, use.operation) == (service, operation))


def named(use: Use, parameters: Mapping[str, Any]) -> Iterator[Any]:
    """What stands in the request where the use looks for its key."""
    for path in use.key:
        yield from at(parameters, path)


def at(value: Any, path: str) -> Iterator[Any]:
    """The values at ``path``: ``a.b``, ``a[].b`` of all of a list, ``a[Key=x].b`` of those that have it."""
    if not path:
        if value:
            yield value
        return
    found = _PART.match(path)
    if found is None or not isinstance(value, Mapping) or value.get(found[1]) is None:
        return
    inner, rest = value[found[1]], path[found.end() :]
    if found[2] is None:
        yield from at(inner, rest)
        return
    for each in inner:
        if found[3] is None or each.get(found[3]) == found[4]:
            yield from at(each, rest)
