"""Specifications as an attacker, a bad editor or a broken disk would leave them; each follows from its seed.

Three ways: the data of a sound environment with one to three of its parts replaced (a tree that is emitted again, with
scalars that no emitter would write), the text of one with bytes changed, and single documents that were built to hurt.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random
from typing import Any

Tree = Any
Path = tuple[str | int, ...]


class Raw(str):
    """YAML as it stands, not text to be quoted."""

    __slots__ = ()


BIDI = "\u202e\u2066txet\u2069"
ESCAPES = "\x1b]0;owned\x07\x1b[2J"
HOMOGRAPHS = ("nаme", "ｎame", "na\u200bme", "n\u0430me", "name\u0301", "NAME", "Name", "name ", "ﬁle")
PATHS = (
    "../../etc/passwd",
    "/etc/passwd",
    "..",
    ".",
    "-rf",
    "--help",
    "a/../../b",
    "a\\..\\b",
    "~",
    "~root",
    "$HOME",
    "con",
    "nul.txt",
    "a" * 300,
    "%2e%2e%2f",
    "file:///etc/passwd",
    "x\u0000y",
    "\n",
    " ",
    "",
    ".git/config",
)
TEMPLATES = (
    '${file("/etc/passwd")}',
    "%{ if true }x%{ endif }",
    "$${x}",
    "%%{x}",
    "${",
    "%{",
    '"',
    '\\"',
    "\\",
    "\\u0024{x}",
    '"\n}\nresource "x" "y" {\n',
    "{{ 7*7 }}",
    "{% for x in y %}",
    "<<EOT\nx\nEOT",
    "${jsonencode(path.root)}",
    '"]\n}\nprovisioner "local-exec" {}\n#',
    "$" * 40 + "{x}",
    "*/ /* // #",
    "'; drop table x; --",
    "`id`",
    "$(id)",
)
WEIRD_TEXT = (
    BIDI,
    "\u0000",
    "\ud7ff",
    "\ue000",
    "\ufeff",
    "\uffff",
    "e" + "\u0301" * 40,
    "\u1100\u1161\u11a8",
    "👩‍👩‍👧",
    "é",
    "e\u0301",
    "\u2028",
    "\u2029",
    "\x85",
    "\x7f",
    ESCAPES,
    "٣",
    "１２３",
    "İ",
    "ß",
    "\u00ad",
    "a" * 5000,
    "a-" * 300,
    "x" * 70_000,
)
NUMBERS = (
    "1" + "0" * 400,
    "-1" + "0" * 400,
    "1e999",
    "-1e999",
    "1e-999",
    "-0",
    "-0.0",
    ".nan",
    "-.inf",
    ".inf",
    "0o17",
    "017",
    "0x1F",
    "0b1",
    "1_000",
    "190:20:30",
    "1.",
    ".5",
    "+1",
    "9007199254740993",
    "99999999999999999",
    "1e5",
    "1.0e+3",
    "0.1",
    "3.0",
    "2.5",
    "-1",
    "0",
    "1",
    "2",
    "65535",
    "65536",
    "2147483648",
    "4294967296",
    "9999999999999999",
    "0.00000000000000000000000000000001",
    "1" * 5000,
    "1." + "1" * 5000,
    "٣",
    "1 2",
    "--1",
    "+-1",
    "NaN",
    "Infinity",
)
WORDS = (
    "yes",
    "no",
    "on",
    "off",
    "null",
    "~",
    "Null",
    "true",
    "false",
    "True",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "=",
    "<<",
    "!!python/object/apply:os.system ['id']",
    "!!binary aGk=",
    "!!set {a, b}",
    "!!timestamp 2026-01-01",
    "!ref x",
    "!!int '3'",
    "!!str 3",
    "!!float 1",
    "! x",
    "!<tag:yaml.org,2002:str> x",
    "!!null ''",
    "&a x",
    "*a",
    "*missing",
    "&a [*a]",
    "? x",
    "- x",
    "| ",
    ">- ",
    "%YAML 9.9",
    "@x",
    "`x`",
    "{x: 1, x: 2}",
    "[1, [2, [3]]]",
    "{a: {b: {c: {}}}}",
    "{<<: {a: 1}}",
    "{? [1] : 2}",
    "{*a : 1}",
    "[]",
    "{}",
    "[null]",
    "{a: null}",
    "{1: 2}",
    "{true: 1}",
    "{null: 1}",
    "''",
    '""',
    '"\\ud800"',
    '"\\x00"',
    '"\\U0010ffff"',
    '"\\x1b[31m"',
    "x: y: z",
    "'unclosed",
    '"unclosed',
    "[unclosed",
)


def case(seed: int, text: str, data: Tree) -> bytes:
    """The malformed specification of ``seed``, made from a sound one: its ``text``, and the ``data`` in it."""
    random = Random(seed)
    way = random.random()
    if way < 0.7:
        tree = deepcopy(data)
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            tree = _mutated(random, tree)
        raw = emit(tree).encode("utf-8", "surrogatepass")
        return _bytes(random, raw) if random.random() < 0.05 else raw
    if way < 0.96:
        return _bytes(random, text.encode())
    return random.choice(BOMBS)(random)


# -- trees ------------------------------------------------------------------------------------------


def paths(tree: Tree, path: Path = ()) -> Iterator[Path]:
    """Every place in a tree, the top included."""
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, child in items:
        yield from paths(child, (*path, key))


def _at(tree: Tree, path: Path) -> Tree:
    for step in path:
        tree = tree[step]
    return tree


def scalar(random: Random) -> Tree:
    """A value that is not what a field hopes for; now and then one that is."""
    kind = random.randrange(9)
    if kind == 0:
        return random.choice(PATHS)
    if kind == 1:
        return random.choice(TEMPLATES)
    if kind == 2:
        return random.choice(WEIRD_TEXT)
    if kind in (3, 4):
        return Raw(random.choice(NUMBERS))
    if kind == 5:
        return Raw(random.choice(WORDS))
    if kind == 6:
        return random.choice((None, True, False, 0, -1, 1, 2, 10**15, 1.5, "", "x", "10.0.0.0/8", "::/0", "0.0.0.0/0"))
    if kind == 7:
        return random.choice(([], {}, [[]], [None], {"x": None}, [{}], {"": ""}, [1, "1", 1.0], {"a": {"b": [{}]}}))
    return "".join(random.choice("aZ0-_./:*@${}%\"'\\ \t\n#&é\u202e中") for _ in range(random.randrange(40)))


def _mutated(random: Random, tree: Tree) -> Tree:
    path = random.choice(list(paths(tree)))
    if not path:
        return scalar(random) if random.random() < 0.1 else _with(random, tree, tree)
    parent, step = _at(tree, path[:-1]), path[-1]
    way = random.randrange(8)
    if way <= 3:
        parent[step] = scalar(random)
    elif way == 4:
        del parent[step]
    elif way == 5:
        parent[step] = deepcopy(_at(tree, random.choice(list(paths(tree)))))
    elif way == 6 and isinstance(parent, dict):
        value = parent.pop(step)
        parent[_key(random, str(step))] = value
    else:
        _with(random, tree, _at(tree, path))
    return tree


def _with(random: Random, tree: Tree, place: Tree) -> Tree:
    """``tree`` with more in ``place``: a key or an entry that it does not have, or very many."""
    many = random.choice((1, 1, 1, 2, 30, 300))
    if isinstance(place, dict):
        like = deepcopy(random.choice(list(place.values()))) if place and random.random() < 0.6 else scalar(random)
        for number in range(many):
            place[_key(random, f"k{number}") if many < 3 else f"k{number}"] = like
    elif isinstance(place, list):
        like = deepcopy(random.choice(place)) if place and random.random() < 0.6 else scalar(random)
        place.extend([like] * many)
    return tree


def _key(random: Random, near: str) -> str:
    return random.choice(
        (
            near + "s",
            near.upper(),
            near[:-1],
            near.replace("_", "-"),
            f" {near}",
            random.choice(HOMOGRAPHS),
            random.choice(PATHS),
            random.choice(TEMPLATES),
            random.choice(WEIRD_TEXT),
            Raw(random.choice(WORDS)),
            Raw(random.choice(NUMBERS)),
            "__proto__",
            "__class__",
            "model_config",
            "constructor",
            "x-secret",
            "$ref",
        )
    )


def emit(tree: Tree, depth: int = 0) -> str:
    """A tree as YAML: block style, text in double quotes, `Raw` as it stands."""
    pad = "  " * depth
    if isinstance(tree, dict) and tree:
        lines = []
        for key, value in tree.items():
            name = key if isinstance(key, Raw) else _quoted(str(key))
            nested = isinstance(value, dict | list) and value
            lines.append(f"{pad}{name}:" + (f"\n{emit(value, depth + 1)}" if nested else f" {emit(value)}\n"))
        return "".join(lines)
    if isinstance(tree, list) and tree:
        return "".join(f"{pad}- {_flow(item)}\n" for item in tree)
    return _flow(tree)


def _flow(tree: Tree) -> str:
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, dict):
        return (
            "{"
            + ", ".join(f"{k if isinstance(k, Raw) else _quoted(str(k))}: {_flow(v)}" for k, v in tree.items())
            + "}"
        )
    if isinstance(tree, list):
        return "[" + ", ".join(map(_flow, tree)) + "]"
    return _quoted(tree) if isinstance(tree, str) else json.dumps(tree)


def _quoted(text: str) -> str:
    return json.dumps(text)


# -- bytes ------------------------------------------------------------------------------------------

_SIGNS = b"\0\t\r\n :-?[]{},#&*!|>'\"%@`\\\x1b\x7f\x80\xc0\xff\xed\xa0\x80\xf4\x90\xe2\x80\xae"


def _bytes(random: Random, data: bytes) -> bytes:
    for _ in range(random.choice((1, 1, 2, 4, 16))):
        at = random.randrange(len(data) + 1)
        to = min(len(data), at + random.choice((1, 1, 2, 8, 60, 400)))
        way = random.randrange(8)
        if way == 0:
            data = data[:at] + bytes([random.randrange(256)]) + data[at + 1 :]
        elif way == 1:
            data = data[:at] + data[to:]
        elif way == 2:
            data = data[:at] + data[at:to] * 2 + data[to:]
        elif way == 3:
            data = data[:at] + bytes(random.choice(_SIGNS) for _ in range(random.randrange(1, 6))) + data[at:]
        elif way == 4:
            sign = random.choice((*WORDS, *NUMBERS, *TEMPLATES, *WEIRD_TEXT[:20]))
            data = data[:at] + sign.encode("utf-8", "surrogatepass") + data[at:]
        elif way == 5:
            data = data[:at]
        elif way == 6:
            line = data.rfind(b"\n", 0, at) + 1
            data = (
                data[:line]
                + random.choice((b"  ", b"\t", b"- ", b"? ", b"---\n", b"...\n", b"# ", b"\xef\xbb\xbf"))
                + data[line:]
            )
        else:
            data = _recoded(random, data)
    return data


def _recoded(random: Random, data: bytes) -> bytes:
    encoding = random.choice(
        ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig", "utf-7", "cp037", "crlf", "cr")
    )
    text = data.decode("utf-8", "replace")
    if encoding == "crlf":
        return text.replace("\n", "\r\n").encode()
    if encoding == "cr":
        return text.replace("\n", "\r").encode()
    return text.encode(encoding, "replace")


# -- documents that were built to hurt ---------------------------------------------------------------


def _laughs(random: Random) -> bytes:
    """Billion laughs: each anchor stands for several of the one before."""
    wide = random.randrange(2, 12)
    lines = ["a0: &a0 [lol]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * wide)}]" for n in range(1, 12)]
    return ("\n".join(lines) + "\n").encode()


def _deep(random: Random) -> bytes:
    opening, closing = random.choice(
        (("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[{", "}]"), ("!!seq [", "]"))
    )
    depth = random.choice((23, 24, 25, 26, 1000, 20_000))
    return ("name: " + opening * depth + closing * random.choice((0, depth))).encode()


def _wide(random: Random) -> bytes:
    """Very many keys or entries; near what there is, so that each asks for a suggestion."""
    number = random.choice((200, 2000, 6000))
    head = random.choice(("", "network:\n", "storage:\n  buckets:\n", "tags:\n", "apps:\n", "secrets:\n  entries:\n"))
    pad = " " * (2 * head.count(":"))
    value = random.choice(("1", "{}", "x", "[a]", "{description: x}", ""))
    return (
        head + "".join(f"{pad}{random.choice(('networ', 'key-', 'e'))}{n}: {value}\n" for n in range(number))
    ).encode()


def _long(random: Random) -> bytes:
    size = random.choice((70_000, 1 << 20, (1 << 20) + 1))
    form = random.choice(("name: {}", "{}: x", "description: '{}'", "domain: {}", "account: '{}'", "- {}", "# {}"))
    return form.format(random.choice("a1- .:{[\u00e9\t\0'") * (size // 2)).encode()


def _documents(random: Random) -> bytes:
    return random.choice(
        (
            b"",
            b"\n",
            b"---",
            b"--- \n---\n",
            b"...",
            b"\xef\xbb\xbf",
            b"\0",
            b"null",
            b"[]",
            b"- a",
            b"'x'",
            b"1",
            b"%TAG ! x\n--- a",
            b"%YAML 1.2\n---\nname: x",
            b"{}",
            b"{",
            b"&a a: *a",
            b"<<: {}",
            b"? {a: b}\n: c",
            b"name: dev\nname: dev\n",
        )
    )


BOMBS: tuple[Callable[[Random], bytes], ...] = (_laughs, _deep, _deep, _wide, _long, _long, *(_documents,) * 6)
