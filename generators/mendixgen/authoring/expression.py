"""What an area's code says instead of Terraform tokens: expressions, templates and dynamic blocks.

A ``str`` in an area's code is a Terraform *template*, as it is in Terraform's JSON syntax: ``${...}`` in it
is an interpolation. That is what lets an f-string with an `Expr` in it read naturally. Area code is
trusted; text of a user never comes here (it reaches a module through variables only).

Light on purpose: areas are imported on the path of ``plan``, so nothing here may import cdktf.
Source: the HCL native syntax specification, "Template Expressions".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen import hcl
from mendixgen.authoring.scanning import after_code, after_string, parts_of, without_strings

WIDTH = 88
"""An object or a list of one line that would be longer than this is written over several."""

_TERM = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*((\.[A-Za-z_][A-Za-z0-9_-]*)|(\[[^\[\]]*\]))*\Z")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


class Expr:
    """An expression of Terraform. Immutable; attributes and items of it are expressions too.

    ``vpc.id`` is ``aws_vpc.this.id``; ``x["a"]`` is ``x["a"]``; ``x[each.key]`` is ``x[each.key]``; in an
    f-string it is an interpolation (``f"{var.environment}-vpc"``).
    """

    __slots__ = ("_text",)
    _text: str

    def __init__(self, text: str) -> None:
        object.__setattr__(self, "_text", text)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"an expression never changes: {self._text}.{name}")

    def __getattr__(self, name: str) -> Expr:
        if name.startswith("_"):
            raise AttributeError(name)
        return Expr(f"{_grouped(self._text)}.{name}")

    def __getitem__(self, key: Any) -> Expr:
        if isinstance(key, Expr):
            return Expr(f"{_grouped(self._text)}[{code(key)}]")
        if isinstance(key, int) and not isinstance(key, bool):
            return Expr(f"{_grouped(self._text)}[{key}]")
        if key == "*":
            return Expr(f"{_grouped(self._text)}[*]")
        if isinstance(key, str):
            return Expr(f"{_grouped(self._text)}[{template(key)}]")
        raise TypeError(f"an index is a str, an int or an expression, not {type(key).__name__}")

    def __iter__(self) -> Iterator[Any]:
        raise TypeError(f"{self._text} is known to Terraform only; use for_each or a for expression")

    def __bool__(self) -> bool:
        raise TypeError(f"{self._text} is known to Terraform only; use a conditional expression")

    def __format__(self, specification: str) -> str:
        if specification:
            raise ValueError(f"an expression has no format: {self._text}")
        return str(self)

    def __str__(self) -> str:
        return "${" + self._text + "}"

    def __repr__(self) -> str:
        return f"Expr({self._text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expr) and code(other) == self._text

    def __hash__(self) -> int:
        return hash((Expr, self._text))


@dataclass(frozen=True, slots=True)
class Dynamic:
    """A block that Terraform repeats, once for each element of ``for_each``; the element is ``<block>.value``."""

    for_each: Any
    content: Mapping[str, Any]
    iterator: str | None = None


each = Expr("each")
"""``each.key`` and ``each.value`` of a resource with ``for_each``."""


def expr(text: str) -> Expr:
    """The expression ``text``. An interpolation outside of a string is unwrapped, so f-strings work:
    ``expr(f"{zones} == null ? [] : {zones}")`` is ``local.zones == null ? [] : local.zones``.

    Raises ValueError when quotes or braces do not match.
    """
    return Expr(_unwrapped(text.strip()))


def dynamic(for_each: Any, content: Mapping[str, Any], *, iterator: str | None = None) -> Dynamic:
    """A dynamic block: ``rule=dynamic(for_each=var.rules, content={"port": expr("rule.value.port")})``."""
    return Dynamic(for_each, content, iterator)


def call(function: str, *arguments: Any) -> Expr:
    """A call of one of Terraform's functions: ``call("merge", local.tags, {"Name": "x"})``."""
    return Expr(f"{function}({', '.join(render(argument) for argument in arguments)})")


def jsonencode(value: Any) -> Expr:
    """``jsonencode(...)`` of nested Python data with expressions in it, written over several lines."""
    return call("jsonencode", value)


def code(value: Expr) -> str:
    """The bare text of an expression."""
    return value._text  # noqa: SLF001 - Expr has no public attributes, because all names are Terraform's


def render(value: Any) -> str:
    """``value`` (data, templates and expressions, nested) as an expression of HCL.

    Lines are not indented: ``terraform fmt`` does that from the brackets.
    """
    return _TEMPLATES.write(value)


def template(text: str) -> str:
    """A template as HCL: bare where it is one interpolation and nothing else, quoted otherwise."""
    parts = list(parts_of(text))
    if len(parts) == 1 and parts[0][0] == "code":
        return parts[0][1]
    return '"' + "".join(_part(kind, content) for kind, content in parts) + '"'


def expressions_in(value: Any) -> Iterator[str]:
    """The text of every expression in nested data: of each `Expr`, and of each interpolation in a template."""
    if isinstance(value, Expr):
        yield code(value)
    elif isinstance(value, str):
        yield from (content for kind, content in parts_of(value) if kind != "text")
    elif isinstance(value, Dynamic):
        yield from expressions_in(value.for_each)
        yield from expressions_in(value.content)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from expressions_in(key)
            yield from expressions_in(item)
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from expressions_in(item)


def _part(kind: str, content: str) -> str:
    if kind == "text":
        return hcl.quote(content)[1:-1]
    return ("${" if kind == "code" else "%{ ") + content + ("}" if kind == "code" else " }")


def _grouped(text: str) -> str:
    literal = text.startswith('"') and after_string(text, 1) == len(text)
    return text if literal or _TERM.match(text) or _is_call(text) else f"({text})"


def _is_call(text: str) -> bool:
    """Whether ``text`` is one call or reference with indices: nothing but a name and closed brackets."""
    bare = without_strings(text)
    depth = 0
    for character in bare:
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and not (character.isalnum() or character in "_-.)]*"):
            return False
    return bare[:1].isalpha() and " " not in bare.split("(")[0].split("[")[0]


def _unwrapped(text: str) -> str:
    result: list[str] = []
    position = 0
    while position < len(text):
        if text[position] == '"':
            end = after_string(text, position + 1)
            result.append(text[position:end])
            position = end
        elif text.startswith("${", position):
            end = after_code(text, position + 2)
            inner = text[position + 2 : end - 1].strip()
            alone = position == 0 and end == len(text)
            result.append(inner if alone else _grouped(inner))
            position = end
        else:
            result.append(text[position])
            position += 1
    return "".join(result)


def object_key(name: Any) -> str:
    """A key of an object: bare where HCL allows it, a quoted template, or an expression in parentheses."""
    if isinstance(name, Expr):
        return f"({code(name)})"
    if hcl.is_bare_key(name):
        return str(name)
    written = template(name)
    return written if written.startswith('"') else f"({written})"


def _leaf(value: Any) -> str:
    if isinstance(value, Expr):
        return code(value)
    return template(value) if isinstance(value, str) else hcl.scalar(value)


_TEMPLATES = hcl.Layout(_leaf, object_key, WIDTH, inline=True)
"""Strings are templates, and expressions are written bare."""


def is_name(text: str) -> bool:
    """Whether ``text`` may be a name in HCL (of a variable, a local, a resource)."""
    return bool(_IDENTIFIER.match(text))
