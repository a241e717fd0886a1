"""Terraform's type constraints, read back: whether a value of the old type still fits the new one.

Source: Terraform's "Type Constraints": ``string number bool any``, ``list(T) set(T) map(T)``,
``object({ name = T, name = optional(T, default) })``, ``tuple([T, ...])``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NAME = re.compile(r'\s*([A-Za-z_][A-Za-z0-9_-]*|"[^"]*")\s*')


@dataclass(frozen=True, slots=True)
class Type:
    """A parsed type: its name, its element types, and of an object its attributes (type, whether optional)."""

    name: str
    elements: tuple[Type, ...] = ()
    attributes: dict[str, tuple[Type, bool]] = field(default_factory=dict)


def parse(text: str) -> Type:
    """The type that ``text`` writes. Raises ValueError if it is none."""
    reader = _Reader(text)
    found = reader.type()
    reader.end()
    return found


def compatible(old: str, new: str) -> bool:
    """Whether whatever fitted ``old`` fits ``new``: equal, or objects that gained optional attributes only."""
    try:
        return _fits(parse(old), parse(new))
    except ValueError:
        return old == new


def _fits(old: Type, new: Type) -> bool:
    if new.name == "any":
        return True
    if old.name != new.name or len(old.elements) != len(new.elements):
        return False
    if not all(map(_fits, old.elements, new.elements)):
        return False
    for name, (kind, optional) in old.attributes.items():
        if name not in new.attributes:
            return False
        other, other_optional = new.attributes[name]
        if not _fits(kind, other) or (optional and not other_optional):
            return False
    return all(optional for name, (_, optional) in new.attributes.items() if name not in old.attributes)


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def type(self) -> Type:
        name = self._name()
        if name in ("list", "set", "map"):
            self._take("(")
            inner = self.type()
            self._take(")")
            return Type(name, (inner,))
        if name == "object":
            self._take("(")
            self._take("{")
            attributes = self._attributes()
            self._take(")")
            return Type(name, (), attributes)
        if name == "tuple":
            self._take("(")
            self._take("[")
            elements = []
            while not self._is("]"):
                elements.append(self.type())
                self._is(",")
            self._take(")")
            return Type(name, tuple(elements))
        if name in ("string", "number", "bool", "any"):
            return Type(name)
        raise ValueError(f"{name} is no type")

    def end(self) -> None:
        if self.text[self.position :].strip():
            raise ValueError(f"after the type: {self.text[self.position :]}")

    def _attributes(self) -> dict[str, tuple[Type, bool]]:
        found: dict[str, tuple[Type, bool]] = {}
        while not self._is("}"):
            name = self._name().strip('"')
            self._take("=")
            before = self.position
            if self._name() == "optional":
                self._take("(")
                kind = self.type()
                if self._is(","):
                    self._skip_default()
                self._take(")")
                found[name] = (kind, True)
            else:
                self.position = before
                found[name] = (self.type(), False)
            self._is(",")
        return found

    def _skip_default(self) -> None:
        depth = 0
        while self.position < len(self.text):
            character = self.text[self.position]
            if character == '"':
                self._skip_string()
                continue
            if character == ")" and depth == 0:
                return
            depth += (character in "([{") - (character in ")]}")
            self.position += 1
        raise ValueError("a default is not closed")

    def _skip_string(self) -> None:
        self.position += 1
        while self.position < len(self.text) and self.text[self.position] != '"':
            self.position += 2 if self.text[self.position] == "\\" else 1
        self.position += 1

    def _name(self) -> str:
        match = _NAME.match(self.text, self.position)
        if not match:
            raise ValueError(f"a name is missing at {self.position}: {self.text}")
        self.position = match.end()
        return match[1]

    def _is(self, character: str) -> bool:
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1
        if self.text.startswith(character, self.position):
            self.position += 1
            return True
        return False

    def _take(self, character: str) -> None:
        if not self._is(character):
            raise ValueError(f"{character} is missing at {self.position}: {self.text}")
