"""The parameters of a request, taken out of the protocol that it came in.

Each reader turns what was sent into plain values under the names of the service's API: structures and maps are dicts,
lists are lists, blobs are bytes, numbers and booleans are Python's; a timestamp stays as it was sent. What has no place
in the shape, or is not of its type, is a fault.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.contract.faults import Fault
from mendixctl.emulator.contract.models import Asked
from mendixctl.emulator.contract.readers import form, json, rest
from mendixctl.emulator.exchange import Request


def parameters(asked: Asked, request: Request) -> tuple[dict[str, Any], list[Fault]]:
    """The parameters of the operation that was asked for, and what could not be read."""
    faults: list[Fault] = []
    shape = asked.operation.input_shape
    if shape is None:
        return {}, faults
    if asked.protocol in {"query", "ec2"}:
        return form.read(shape, request.body, faults, ec2=asked.protocol == "ec2"), faults
    if asked.protocol == "json":
        return json.read(shape, request.body, faults), faults
    return rest.read(shape, asked, request, faults), faults
