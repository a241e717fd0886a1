"""The one place that turns data into HCL text and quotes strings.

A string of the YAML is data: it must reach AWS as exactly that text, never as a Terraform expression.
So every string goes through `quote`, every name through `identifier`, every reference through
`Expression`, and everything else through `literal`. What comes out is stable under ``terraform fmt``.

Sources: the HCL native syntax specification ("Template Literals", "Collection Values"), and the
alignment rule of ``hclwrite.Format`` (consecutive one-line attributes share the column of their ``=``).
Terraform keeps every string in Unicode's normal form C (cty's ``NormalizeString``) and cannot be told
otherwise, so text that is not in that form has to be normalised or refused before it comes here.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH = 120
"""A list of plain values that would be longer than this is written one value a line."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LABEL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")
_REFERENCE = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]+\])*\Z")
_KEYWORDS = frozenset({"for", "if", "in", "else", "endif", "endfor", "null", "true", "false"})
_PLAIN = re.compile(r"[ !#-\[\]-~]*\Z")
_SHORT = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Expression:
    """A reference to something else in the configuration (``module.network.vpc_id``), written bare."""

    text: str

    def __post_init__(self) -> None:
        if not _REFERENCE.match(self.text):
            raise ValueError(f"not a reference: {self.text!r}")


def identifier(name: str) -> str:
    """``name``, proven to be safe where HCL expects a name. Raises ValueError if it is not."""
    if not _LABEL.match(name):
        raise ValueError(f"not an identifier: {name!r}")
    return name


def quote(text: str) -> str:
    """``text`` as a quoted HCL string that evaluates to exactly ``text`` (in normal form C).

    Invisible characters (controls, format characters, line separators, unassigned ones) are written
    as escapes, so that what a reviewer sees is what there is. Raises ValueError for a lone surrogate,
    which is no text.
    """
    if _PLAIN.match(text) and "${" not in text and "%{" not in text:
        return f'"{text}"'
    return '"' + "".join(map(_escape, text.replace("${", "$${").replace("%{", "%%{"))) + '"'


def _escape(character: str) -> str:
    if character in _SHORT:
        return _SHORT[character]
    if " " <= character <= "~":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        raise ValueError(f"a lone surrogate is no text: {character!r}")
    if category in _ESCAPED_CATEGORIES or unicodedata.combining(character):
        code = ord(character)
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return character


def is_bare_key(name: str) -> bool:
    """Whether ``name`` may be the key of an object without quotes, and reads well so."""
    return bool(_IDENTIFIER.match(name)) and name not in _KEYWORDS


def key(name: str) -> str:
    """``name`` as the key of an object: bare where HCL allows it and it reads well, quoted otherwise.

    Alignment counts columns in grapheme clusters, which cannot be known here; so a key keeps only
    characters that are surely one column wide each, and escapes the rest.
    """
    if is_bare_key(name):
        return name
    quoted = quote(name)
    if quoted.isascii():
        return quoted
    return "".join(
        c if _is_one_column(c) else (f"\\u{ord(c):04x}" if ord(c) <= 0xFFFF else f"\\U{ord(c):08x}") for c in quoted
    )


def _is_one_column(character: str) -> bool:
    code = ord(character)
    letters = 0x00C0 <= code < 0x0530 and unicodedata.category(character) in {"Lu", "Ll", "Lo", "Lt"}
    return code < 0x7F or letters or 0x4E00 <= code <= 0x9FFF


@dataclass(frozen=True, slots=True)
class Layout:
    """How data become HCL: what is said of a leaf and of a key, and what fits on a line.

    ``leaf`` writes what is no collection, ``key`` the key of an object. A list of one line has at most ``width``
    characters. With ``inline`` short objects stand on one line, and nothing is indented: ``terraform fmt`` does that.
    """

    leaf: Callable[[Any], str]
    key: Callable[[Any], str]
    width: int = WIDTH
    inline: bool = False

    def write(self, value: Any, indent: int = 0) -> str:
        """``value`` as HCL; ``indent`` is the column at which the line that holds it begins."""
        if isinstance(value, Mapping):
            return self._mapping(value, indent)
        if isinstance(value, (list, tuple)):
            return self._sequence(value, indent)
        return self.leaf(value)

    def _sequence(self, values: Sequence[Any], indent: int) -> str:
        parts = [self.write(value, indent + 2) for value in values]
        line = f"[{', '.join(parts)}]"
        nested = any(
            isinstance(value, Mapping if self.inline else (Mapping, list, tuple)) and value for value in values
        )
        alone = self.inline and len(parts) == 1
        if alone and nested:
            return line
        if "\n" not in line and len(line) + self._column(indent) <= self.width and not nested:
            return line
        return "[\n" + "".join(f"{self._pad(indent + 2)}{part},\n" for part in parts) + self._pad(indent) + "]"

    def _mapping(self, values: Mapping[Any, Any], indent: int) -> str:
        if not values:
            return "{}"
        pairs = [(self.key(name), self.write(value, indent + 2)) for name, value in values.items()]
        if not self.inline:
            return "{\n" + "\n".join(assignments(pairs, indent + 2)) + "\n" + self._pad(indent) + "}"
        written = [f"{name} = {value}" for name, value in pairs]
        line = "{ " + ", ".join(written) + " }"
        if "\n" not in line and len(line) <= (self.width if len(pairs) == 1 else self.width - 28) and len(pairs) <= 2:
            return line
        return "{\n" + "\n".join(written) + "\n}"

    def _column(self, indent: int) -> int:
        return 0 if self.inline else indent

    def _pad(self, indent: int) -> str:
        return " " * self._column(indent)


def literal(value: Any, indent: int = 0) -> str:
    """Plain data (None, bool, int, float, str, list, mapping, `Expression`) as HCL.

    ``indent`` is the column at which the line that holds the value begins. Raises ValueError for
    numbers that HCL cannot write (infinity, not-a-number), TypeError for anything that is not data.
    """
    return PLAIN.write(value, indent)


def scalar(value: Any) -> str:
    """What is no collection as HCL. Raises as `literal` does."""
    if isinstance(value, str):
        return quote(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"HCL has no number {value}")
        return repr(value)
    if isinstance(value, Expression):
        return value.text
    raise TypeError(f"not data: {type(value).__name__}")


PLAIN = Layout(scalar, key)
"""Data that are nothing else: strings are quoted, so that none is ever an expression."""


def assignments(pairs: Iterable[tuple[str, str]], indent: int) -> list[str]:
    """``name = value`` lines, their equals signs aligned as ``terraform fmt`` aligns them.

    A value of several lines stands alone: it neither takes part in the alignment nor lets the
    attributes before and after it share one.
    """
    pad = " " * indent
    lines: list[str] = []
    group: list[tuple[str, str]] = []

    def close() -> None:
        width = max((len(name) for name, _ in group), default=0)
        lines.extend(f"{pad}{name.ljust(width)} = {value}" for name, value in group)
        group.clear()

    for name, value in pairs:
        if "\n" in value:
            close()
            lines.append(f"{pad}{name} = {value}")
        else:
            group.append((name, value))
    close()
    return lines
