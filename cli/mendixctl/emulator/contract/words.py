"""Makes the error of a service out of what was found wrong with a request.

Coral, on which most services stand, lists everything that it found in one message; the older ones say the first.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path as File
from typing import Any

from mendixctl.emulator.contract.faults import Fault, Kind, Path

FOLDER = File(__file__).parent
SHOWN = 512
"""Characters of a value that a message repeats."""


def said(service: str, protocol: str, faults: Sequence[Fault]) -> tuple[str, str]:
    """The code and the message that ``service`` (botocore's name) answers with, in a request of ``protocol``."""
    form = _forms()[service, protocol] if (service, protocol) in _forms() else _forms()["", protocol]
    first = faults[0]
    codes = form["codes"]
    general = codes["value"] if first.kind in _OF_VALUES else codes[Kind.MISSING]
    code = codes.get("body" if first.in_body and "body" in codes else first.kind, general)
    return code, WORDS[form["words"]](faults)


_OF_VALUES = frozenset({Kind.ENUM, Kind.LENGTH, Kind.RANGE, Kind.PATTERN})


@cache
def _forms() -> dict[tuple[str, str], Mapping[str, Any]]:
    """By service and protocol what ``errors.json`` says; under an empty service the protocol's own."""
    table = json.loads((FOLDER / "errors.json").read_bytes())
    forms: dict[tuple[str, str], Mapping[str, Any]] = {}
    for protocol, general in table["protocols"].items():
        forms["", protocol] = general
        for service, own in table["services"].items():
            codes = {**general["codes"], **own.get("codes", {})}
            forms[service, protocol] = {**general, **own, "codes": codes}
    return forms


def _constraints(faults: Sequence[Fault]) -> str:
    each = [
        f"Value {_shown(fault)}at '{_coral(fault.path)}' failed to satisfy constraint: Member must {fault.constraint}"
        for fault in faults
    ]
    return f"{len(each)} validation error{'s' * (len(each) > 1)} detected: {'; '.join(each)}"


def _parameters(faults: Sequence[Fault]) -> str:
    fault = faults[0]
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in fault.path)
    if fault.kind is Kind.MISSING:
        return f"The request must contain the parameter {name}"
    if fault.kind is Kind.UNKNOWN:
        return f"The parameter {name} is not recognized"
    return f"Value {_shown(fault, '()')}for parameter {name} is invalid. It must {fault.constraint}"


def _ecr(faults: Sequence[Fault]) -> str:
    fault = faults[0]
    constraint = fault.constraint.replace("satisfy regular expression pattern: ", "satisfy regular expression '")
    closing = "''" if fault.kind is Kind.PATTERN else "'"
    return f"Invalid parameter at '{_coral(fault.path)}' failed to satisfy constraint: 'must {constraint}{closing}"


def _eks(faults: Sequence[Fault]) -> str:
    fault = faults[0]
    name = ".".join(str(part) for part in fault.path)
    if fault.kind is Kind.PATTERN:
        expression = fault.constraint.removeprefix("satisfy regular expression pattern: ")
        rule = f'It should conform to the regular expression "{expression}"'
        return f"The parameter {name} contains invalid characters. {rule}"
    return f"The parameter {name} must {fault.constraint}"


def _published_schema(faults: Sequence[Fault]) -> str:
    fault = faults[0]
    where = ".".join(str(part) for part in fault.path)
    if fault.in_body:
        return (
            "The XML you provided was not well-formed or did not validate against our published schema: "
            f"{where} must {fault.constraint}"
        )
    return f"Invalid Argument: {where} must {fault.constraint}"


WORDS: dict[str, Callable[[Sequence[Fault]], str]] = {
    "constraints": _constraints,
    "parameters": _parameters,
    "ecr": _ecr,
    "eks": _eks,
    "published-schema": _published_schema,
}


def _shown(fault: Fault, quotes: str = "''") -> str:
    """The value and a space; nothing of a secret."""
    if fault.secret:
        return ""
    if fault.value is None:
        return "null "
    text = str(fault.value)
    return f"{quotes[0]}{text if len(text) <= SHOWN else text[:SHOWN] + '...'}{quotes[1]} "


def _coral(path: Path) -> str:
    """``tags.1.member.key``: members begin in lower case, and the elements of a list are its members from 1 on."""
    parts = [f"{part + 1}.member" if isinstance(part, int) else part[:1].lower() + part[1:] for part in path]
    return ".".join(parts)
