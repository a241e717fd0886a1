"""JSON as an attacker would edit it: the document of a sound record with one of its parts replaced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

Path = tuple[str | int, ...]

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    1.5,
    10**18,
    10**400,
    -(10**400),
    float("inf"),
    float("nan"),
    1e308,
    "",
    "x",
    " ",
    "..",
    "../../x",
    "/etc/passwd",
    "-rf",
    "a\0b",
    "\ud800",
    "\u202e",
    "\x1b[2J",
    "é",
    "x" * 70_000,
    "v1",
    "2026-01-01",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2026-11-23T12:00:00",
    "sha256:0",
    '${file("x")}',
    "#/$defs/x",
    "^(",
    "[",
    [],
    {},
    [None],
    [[]],
    {"": ""},
    {"x": None},
    {"$ref": "#"},
    ["x", 1],
    [{"address": 1}],
)


def places(document: Any, path: Path = ()) -> Iterator[Path]:
    """Every place below the top of a document."""
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for key, child in items:
        yield (*path, key)
        yield from places(child, (*path, key))


def edited(random: Random, document: Any) -> Any:
    """A copy of ``document`` with one thing replaced, taken out, put in or moved."""
    document = deepcopy(document)
    path = random.choice(list(places(document)))
    parent = document
    for step in path[:-1]:
        parent = parent[step]
    way = random.randrange(6)
    if way <= 3:
        parent[path[-1]] = random.choice(VALUES)
    elif way == 4:
        del parent[path[-1]]
    elif isinstance(parent, dict):
        parent[random.choice(("x", "", "..", "\ud800", "a" * 300, "format", "__class__"))] = random.choice(VALUES)
    else:
        parent.append(random.choice(VALUES))
    return document


def raw(random: Random, document: Any) -> bytes:
    """The bytes of an edited document; now and then ones that are hardly JSON."""
    text = json.dumps(edited(random, document))
    way = random.random()
    if way < 0.08:
        return random.choice(BYTES)
    data = bytearray(text.encode())
    if way < 0.25:
        for _ in range(random.randrange(1, 5)):
            data[random.randrange(len(data))] = random.randrange(256)
    return bytes(data[: random.randrange(len(data))] if way > 0.97 else data)


BYTES = (
    b"",
    b"null",
    b"[]",
    b"1",
    b"{}",
    b"{",
    b"\xff\xfe{\0}\0",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b"1" * 5000,
    b"NaN",
    b"Infinity",
    b'{"format":' + b"9" * 4000 + b"}",
    b'{"format":true}',
    b"\0" * 100,
    b'{"format":1}',
    b'"\\ud800"',
)
