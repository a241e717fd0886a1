"""Whether a request is one that its service would look at."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from mendixctl.emulator import errors
from mendixctl.emulator.contract import constraints, readers, words
from mendixctl.emulator.contract.faults import Fault, Path
from mendixctl.emulator.contract.models import Asked, asked
from mendixctl.emulator.exchange import Request, Response

log = logging.getLogger("mendixctl.emulator")


@dataclass(frozen=True, slots=True)
class Judged:
    """A request as its service reads it: the operation, its parameters under the names of the API, and the faults."""

    asked: Asked
    parameters: dict[str, Any]
    faults: list[Fault]


def judged(request: Request) -> Judged | None:
    """The request, read and compared with its model; nothing if no model knows it.

    Not safe for threads: the tables of a service are built when it is first asked.
    """
    wanted = asked(request)
    if wanted is None:
        return None
    parameters, unread = readers.parameters(wanted, request)
    shape = wanted.operation.input_shape
    if shape is None:
        return Judged(wanted, parameters, [])
    unreadable = {fault.path for fault in unread}
    found = [fault for fault in constraints.faults(shape, parameters) if fault.path not in unreadable]
    lenient = _lenient().get(wanted.service)
    faults = [it for it in (*unread, *found) if not (lenient and _passes(lenient, shape, it))]
    return Judged(wanted, parameters, faults)


def refusal(request: Request, read: Judged) -> Response | None:
    """The error that AWS gives for the form of ``request``; nothing if there is no fault."""
    if not read.faults:
        return None
    code, message = words.said(read.asked.service, read.asked.protocol, read.faults)
    log.info("%s: refused: %s: %s", request, code, message)
    return errors.response(request, code, message)


def _passes(lenient: Iterable[tuple[str, str]], shape: Any, fault: Fault) -> bool:
    """Whether AWS does not ask this of a shape on the way to the value."""
    return any((name, fault.kind) in lenient for name in _shapes(shape, fault.path))


def _shapes(shape: Any, path: Path) -> list[str]:
    """The shapes of the value at ``path`` and of what it stands in, innermost first."""
    names = [shape.name]
    for part in path:
        if shape.type_name == "structure":
            shape = shape.members.get(part)
        elif shape.type_name == "list":
            shape = shape.member
        elif shape.type_name == "map":
            shape = shape.value
        if shape is None:
            break
        names.append(shape.name)
    return names[:-3:-1]


@cache
def _lenient() -> dict[str, set[tuple[str, str]]]:
    """By service the shapes and kinds of ``lenient.json``."""
    found: dict[str, set[tuple[str, str]]] = {}
    for one in json.loads((words.FOLDER / "lenient.json").read_bytes())["exceptions"]:
        for kind in one["not"]:
            found.setdefault(one["service"], set()).add((one["shape"], kind))
    return found
