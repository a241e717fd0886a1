"""Parameters in XML: the bodies of REST-XML (S3, Route 53, CloudFront)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser

from mendixctl.emulator.contract.faults import Fault, Path
from mendixctl.emulator.contract.readers.scalars import from_text, of_type, unknown


def read(shape: Any, body: bytes, faults: list[Fault], path: Path = ()) -> Any:
    """The members of ``shape`` in ``body``; those with a place elsewhere are left out, and not known here."""
    if not body.strip():
        return {}
    parser = XMLParser()  # noqa: S314 - its entities are not expanded beyond what expat allows, and the sender is local
    try:
        parser.feed(body)
        root = parser.close()
    except ParseError:
        faults.append(of_type(shape, path, None))
        return {}
    return _value(shape, root, path, faults)


def _value(shape: Any, element: Element, path: Path, faults: list[Fault]) -> Any:
    if shape.type_name == "structure":
        return _structure(shape, element, path, faults)
    if shape.type_name == "list":
        return [_value(shape.member, it, (*path, place), faults) for place, it in enumerate(element)]
    if shape.type_name == "map":
        return dict(_entries(shape, element, path, faults))
    if len(element):
        faults.append(of_type(shape, path, None))
        return None
    return from_text(shape, element.text or "", path, faults)


def _structure(shape: Any, element: Element, path: Path, faults: list[Fault]) -> dict[str, Any]:
    sent: dict[str, list[Element]] = {}
    for child in element:
        sent.setdefault(_local(child.tag), []).append(child)
    attributes = {_local(name): value for name, value in element.attrib.items()}
    found: dict[str, Any] = {}
    for name, member in shape.members.items():
        serialization = member.serialization
        if serialization.get("location"):
            continue
        if serialization.get("xmlAttribute"):
            value = attributes.get(serialization.get("name", name).rpartition(":")[2])
            if value is not None:
                found[name] = value
            continue
        flattened = member.type_name == "list" and serialization.get("flattened")
        key = (flattened and member.member.serialization.get("name")) or serialization.get("name", name)
        children = sent.pop(key, [])
        if flattened and children:
            places = enumerate(children)
            found[name] = [_value(member.member, it, (*path, name, place), faults) for place, it in places]
        elif children:
            found[name] = _value(member, children[-1], (*path, name), faults)
    faults += [unknown((*path, key), children[0].text) for key, children in sent.items()]
    return found


def _entries(shape: Any, element: Element, path: Path, faults: list[Fault]) -> Iterator[tuple[str, Any]]:
    names = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    for entry in element:
        parts = {_local(part.tag): part for part in entry}
        key = parts[names[0]].text or "" if names[0] in parts else ""
        yield key, _value(shape.value, parts[names[1]], (*path, key), faults) if names[1] in parts else None


def _local(tag: str) -> str:
    """A name without its namespace."""
    return tag.rpartition("}")[2]
