"""Parameters in a form: the AWS query protocol, and EC2's, which differs in how lists and members are called.

``Tags.member.1.Key=a`` is the member ``Key`` of the first of ``Tags``. What no shape asks for is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from mendixctl.emulator.contract.faults import Fault, Path
from mendixctl.emulator.contract.readers.scalars import from_text, of_type, unknown

ENVELOPE = frozenset({"Action", "Version"})
"""Parameters of the protocol itself."""


class Node:
    """One part of a parameter's name: the text that was sent for it, and what comes after it by the next part."""

    __slots__ = ("children", "text")

    def __init__(self) -> None:
        self.text: str | None = None
        self.children: dict[str, Node] = {}

    def child(self, name: str) -> Node | None:
        """What a name leads to, dots in it included."""
        found: Node | None = self
        for part in name.split("."):
            found = found.children.get(part) if found is not None else None
        return found

    def numbered(self) -> list[Node]:
        """The elements of a list, in the order of their numbers."""
        return [self.children[number] for number in sorted((it for it in self.children if it.isdecimal()), key=int)]


def read(shape: Any, body: bytes, faults: list[Fault], *, ec2: bool) -> dict[str, Any]:
    """The members of ``shape`` in ``body``."""
    top = Node()
    for name, text in parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True):
        if name in ENVELOPE:
            continue
        node = top
        for part in name.split("."):
            node = node.children.setdefault(part, Node())
        node.text = text
    return _Reader(faults, ec2=ec2).structure(shape, top, ())


class _Reader:
    def __init__(self, faults: list[Fault], *, ec2: bool) -> None:
        self._faults = faults
        self._ec2 = ec2

    def structure(self, shape: Any, node: Node, path: Path) -> dict[str, Any]:
        found: dict[str, Any] = {}
        known = set()
        for name, member in shape.members.items():
            key = self._name(member, name)
            known.add(key.split(".")[0])
            child = node.child(key)
            if child is not None:
                found[name] = self._value(member, child, (*path, name))
        if node.text:
            self._faults.append(of_type(shape, path, node.text))
        for key in node.children.keys() - known:
            self._faults.append(unknown((*path, key), node.children[key].text))
        return found

    def _value(self, shape: Any, node: Node, path: Path) -> Any:
        if shape.type_name == "structure":
            return self.structure(shape, node, path)
        if shape.type_name == "list":
            return self._list(shape, node, path)
        if shape.type_name == "map":
            return dict(self._entries(shape, node, path))
        if node.text is None or node.children:
            self._faults.append(of_type(shape, path, node.text))
            return None
        return from_text(shape, node.text, path, self._faults)

    def _list(self, shape: Any, node: Node, path: Path) -> list[Any]:
        if not (self._ec2 or shape.serialization.get("flattened")):
            node = node.child(shape.member.serialization.get("name", "member")) or node.child("member") or node
        if node.text or any(not key.isdecimal() for key in node.children):
            self._faults.append(of_type(shape, path, node.text))
        return [self._value(shape.member, it, (*path, place)) for place, it in enumerate(node.numbered())]

    def _entries(self, shape: Any, node: Node, path: Path) -> Iterator[tuple[str, Any]]:
        if not shape.serialization.get("flattened"):
            node = node.child("entry") or node
        names = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
        for entry in node.numbered():
            key, value = entry.child(names[0]), entry.child(names[1])
            if key is None or key.text is None:
                self._faults.append(of_type(shape, path, None))
            else:
                yield key.text, self._value(shape.value, value, (*path, key.text)) if value else None

    def _name(self, shape: Any, name: str) -> str:
        serialization = shape.serialization
        if self._ec2:
            given = serialization.get("name", name)
            return str(serialization.get("queryName") or given[0].upper() + given[1:])
        if shape.type_name == "list" and serialization.get("flattened"):
            serialization = {**serialization, **shape.member.serialization}
        return str(serialization.get("locationNameForQueryCompatibility") or serialization.get("name", name))
