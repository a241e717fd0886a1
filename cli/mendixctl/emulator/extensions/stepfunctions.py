"""Step Functions, for aws_sfn_state_machine, whose definition the provider has validated at every plan that changes it.

moto 5.2.5 has no ValidateStateMachineDefinition and no ListStateMachineVersions, and takes any definition. Here what
goes nowhere, or to a state that there is not, is refused with the codes of the service (API reference,
ValidateStateMachineDefinition, CreateStateMachine; Amazon States Language, "States", "Transitions").
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.extensions import Ask
from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service

CHANGES = ("CreateStateMachine", "UpdateStateMachine")
TYPES = frozenset({"Choice", "Fail", "Map", "Parallel", "Pass", "Succeed", "Task", "Wait"})
LAST = frozenset({"Choice", "Fail", "Succeed"})
"""Types of states that say in their own way what comes next, or that nothing does."""

Flaw = tuple[str, str, str]
"""A code, what is wrong, and where."""


def install(account: str) -> Any:
    """Answer what moto lacks, and judge definitions before moto takes them."""
    service = Service(
        account,
        "stepfunctions",
        {"ValidateStateMachineDefinition": _validate, "ListStateMachineVersions": _versions},
    )
    refusing = Service(account, "stepfunctions", dict.fromkeys(CHANGES, _refuse))

    def answer(request: Request, ask: Ask) -> Response | None:
        if request.action in CHANGES and flaws(str(json.loads(request.body).get("definition") or "null")):
            return refusing(request, ask)
        return service(request, ask)

    return answer


def flaws(definition: str) -> list[Flaw]:
    """What the service would not take of a definition; nothing of none (``null``), which an update may leave out."""
    try:
        machine = json.loads(definition)
    except ValueError as error:
        return [("INVALID_JSON_DESCRIPTION", f"Invalid State Machine Definition: {error}", "/")]
    if machine is None:
        return []
    return list(_machine(machine, ""))


def _machine(machine: Any, where: str) -> Iterator[Flaw]:
    if not isinstance(machine, Mapping) or not isinstance(machine.get("States"), Mapping):
        yield "SCHEMA_VALIDATION_FAILED", "Missing 'States'", where or "/"
        return
    states = machine["States"]
    reached = {machine.get("StartAt")}
    if machine.get("StartAt") not in states:
        yield "MISSING_TRANSITION_TARGET", "Missing 'Next' target: StartAt", f"{where}/StartAt"
    for name, state in states.items():
        here = f"{where}/States/{name}"
        targets = list(_targets(state))
        reached |= {target for _, target in targets}
        if state.get("Type") not in TYPES:
            yield "SCHEMA_VALIDATION_FAILED", "The value for the field 'Type' is not one of a state", f"{here}/Type"
        elif state["Type"] not in LAST and ("Next" in state) == bool(state.get("End")):
            yield "SCHEMA_VALIDATION_FAILED", "A state has either Next or End", here
        for key, target in targets:
            if target not in states:
                yield "MISSING_TRANSITION_TARGET", f"Missing 'Next' target: {target}", f"{here}/{key}"
        if "ItemProcessor" in state:
            yield from _machine(state["ItemProcessor"], f"{here}/ItemProcessor")
    for name in states:
        if name not in reached:
            yield "MISSING_TRANSITION_TARGET", f'State "{name}" is not reachable', f"{where}/States/{name}"


def _targets(state: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((key, state[key]) for key in ("Next", "Default") if key in state)
    for key in ("Choices", "Catch"):
        yield from ((f"{key}[{index}]/Next", it.get("Next")) for index, it in enumerate(state.get(key, [])))


def _validate(call: Call) -> Record:
    found = flaws(call["definition"])
    diagnostics = [
        {"severity": "ERROR", "code": code, "message": message, "location": where} for code, message, where in found
    ]
    return {"result": "FAIL" if found else "OK", "diagnostics": diagnostics, "truncated": False}


def _refuse(call: Call) -> Record:
    told = ", ".join(f"{code}: {message} at {where}" for code, message, where in flaws(call["definition"]))
    raise OperationError("InvalidDefinition", f"Invalid State Machine Definition: '{told}'")


def _versions(call: Call) -> Record:
    from moto.stepfunctions.models import stepfunctions_backends

    machine: Any = stepfunctions_backends[call.account][call.region].describe_state_machine(call["stateMachineArn"])
    versions = sorted(machine.versions.items(), reverse=True)
    return {
        "stateMachineVersions": [
            {"stateMachineVersionArn": it.arn, "creationDate": it.creation_date.timestamp()} for _, it in versions
        ]
    }
