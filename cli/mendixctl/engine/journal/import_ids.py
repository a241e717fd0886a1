"""How an existing resource is adopted into the state: the ID that Terraform's import wants of each type, and the
import blocks that say so, which stand in the root only for as long as one plan reads them.

``import_ids.json`` has the ID's templates a type, in the order in which they are tried; the format of each is that in
the "Import" section of the type's page in the documentation of the AWS provider 5.x. ``{name}`` is an attribute,
``{tag.0.key}`` one inside of blocks, ``{path|/}`` has a default, ``{url-}`` loses its ``https://``. ``{id}`` is what
Terraform said of the resource when it was complete; ``{account}``, ``{region}``, ``{partition}`` and ``{suffix}`` are
the environment's. A type that has ``again`` instead needs no import: creating it once more does no harm.
"""

from __future__ import annotations

import contextlib
import functools
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mendixgen import hcl
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.files import write_atomic

TRANSIENT = "mendixctl_imports.tf"
"""The file of the import blocks. A killed mendixctl can leave it behind; ``clear`` takes it away before every plan."""

_in_use: set[Path] = set()
"""Roots whose import blocks are this process's own: a plan renders its root anew while they stand there."""

_PLACE = re.compile(r"\{([a-z0-9_.]+)(-?)(?:\|([^{}]*))?\}")
_GIVEN = frozenset({"account", "region", "partition", "suffix"})
_IDENTIFIER = r"[A-Za-z_][A-Za-z0-9_-]*"
_KEY = r'\[(?:[0-9]+|"(?:[^"\\$%\x00-\x1f]|\\["\\nrt]|\\u[0-9a-fA-F]{4}|\$\$\{|%%\{|\$(?!\{)|%(?!\{))*")\]'
_ADDRESS = re.compile(rf"(?:module\.{_IDENTIFIER}(?:{_KEY})?\.)*[a-z][a-z0-9_]*\.{_IDENTIFIER}(?:{_KEY})?")


def import_id(resource: str, values: Mapping[str, Any]) -> str | None:
    """The ID by which Terraform imports a resource of type ``resource``; None where that is not known.

    ``values``: the attributes that are known, ``id`` where Terraform has said one, and the environment's own values
    (:func:`surroundings`). A value that is None, or no text, number or truth, counts as not known.
    """
    for template in _templates(resource):
        found = _filled(template, values)
        if found is not None:
            return found
    return None


def surroundings(account: str, region: str) -> dict[str, str]:
    """What templates may name besides attributes."""
    partition = "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return {"account": account, "region": region, "partition": partition, "suffix": suffix}


def identity_attributes(resource: str) -> tuple[str, ...]:
    """The attributes that make the ID of a type, as dotted paths; they are never secret."""
    names = (match[1] for template in _templates(resource) for match in _PLACE.finditer(template))
    return tuple(dict.fromkeys(name for name in names if name not in _GIVEN and name != "id"))


def harmless(resource: str) -> str:
    """Why creating a resource of this type once more does no harm; an empty text where it does."""
    known = _table().get(resource)
    return str(known["again"]) if isinstance(known, Mapping) else ""


def is_known(resource: str) -> bool:
    """Whether the table has the type."""
    return resource in _table()


@contextlib.contextmanager
def import_blocks(root: Path, imports: Sequence[tuple[str, str]]) -> Iterator[Path]:
    """Have ``import`` blocks (address, ID) in ``root`` for the length of a ``with`` block, however that ends.

    Only a plan needs them: it keeps a copy of the configuration that it was made from, so its apply does not.

    Raises:
        MendixError: MXP210, an address is none; MXI101, the file cannot be written.
    """
    for address, _ in imports:
        if not _ADDRESS.fullmatch(address):
            raise MendixError(
                Diagnostic("MXP210", f"{address!r} is not the address of a resource", hint="see what wrote it there")
            )
    blocks = (f"import {{\n  to = {address}\n  id = {hcl.quote(value)}\n}}\n" for address, value in imports)
    write_atomic(
        root / TRANSIENT, "# What is adopted; this file stands here only while a plan reads it.\n\n" + "\n".join(blocks)
    )
    _in_use.add(root)
    try:
        yield root / TRANSIENT
    finally:
        _in_use.discard(root)
        clear(root)


def clear(root: Path) -> None:
    """Take away import blocks that a killed mendixctl left in ``root``; those that are in use stay."""
    if root in _in_use:
        return
    with contextlib.suppress(OSError):
        (root / TRANSIENT).unlink(missing_ok=True)


@functools.cache
def _table() -> Mapping[str, Any]:
    table: dict[str, Any] = json.loads(Path(__file__).with_name("import_ids.json").read_bytes())
    return table


def _templates(resource: str) -> Sequence[str]:
    known = _table().get(resource, ("{id}",))  # most types are imported by their id
    return () if isinstance(known, Mapping) else known


def _filled(template: str, values: Mapping[str, Any]) -> str | None:
    missing = False

    def fill(match: re.Match[str]) -> str:
        nonlocal missing
        value = lookup(values, match[1])
        text = match[3] if value is None else value
        missing = missing or not text
        text = text or ""
        return text.removeprefix("https://") if match[2] else text

    found = _PLACE.sub(fill, template)
    return None if missing else found


def lookup(values: Any, path: str) -> str | None:
    """The text at a dotted path, ``true`` and ``7`` as Terraform writes them; None where there is none."""
    for step in path.split("."):
        if isinstance(values, Mapping):
            values = values.get(step)
        elif isinstance(values, list | tuple) and step.isdigit():
            values = values[int(step)] if int(step) < len(values) else None
        else:
            return None
    if isinstance(values, bool):
        return "true" if values else "false"
    if isinstance(values, int | float):
        return f"{values:g}" if isinstance(values, float) else str(values)
    return values if isinstance(values, str) and values else None
