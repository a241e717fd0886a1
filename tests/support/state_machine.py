"""A small interpreter of the Amazon States Language, with a clock of its own: what waits for days takes no time here.

It knows what the state machines of this project use (JSONPath; Task, Choice, Wait, Map, Pass, Succeed, Fail; Retry and
Catch) and fails on anything else. What a task asks of a service is answered by the test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

Service = Callable[[str, dict[str, Any]], Any]
"""Answers ``(integration, parameters)``, such as ``dynamodb:putItem``; raises `TaskError`."""

_CALL = re.compile(r"States\.Format\('((?:[^'\\]|\\.)*)'(?:, (.*))?\)\Z", re.DOTALL)


class TaskError(Exception):
    """A service's error by the name that the language has for it."""

    def __init__(self, name: str, cause: str = "") -> None:
        super().__init__(name)
        self.name = name
        self.cause = cause


class Failed(Exception):
    """The execution failed; ``name`` is the error."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass
class Execution:
    """One execution; ``trail`` is the states that were entered, and when. ``before_wake`` is called as time passes."""

    services: Service
    now: datetime
    id: str = "arn:aws:states:eu-central-1:123456789012:execution:dev-incidents:one"
    before_wake: Callable[[datetime], None] = lambda _moment: None
    trail: list[tuple[str, datetime]] = field(default_factory=list)

    def run(self, machine: Mapping[str, Any], given: Any) -> Any:
        """The output of a machine. Raises `Failed`."""
        return self._run(machine, given, {})

    def states(self) -> list[str]:
        """The names of the states that were entered."""
        return [name for name, _ in self.trail]

    def _run(self, machine: Mapping[str, Any], data: Any, item: Mapping[str, Any]) -> Any:
        name = machine["StartAt"]
        while True:
            state = machine["States"][name]
            self.trail.append((name, self.now))
            context = {
                "Execution": {"Id": self.id},
                "State": {"EnteredTime": _written(self.now)},
                "Map": {"Item": item},
            }
            following, data = getattr(self, f"_{state['Type'].lower()}")(state, data, context)
            if following is None:
                return data
            name = following

    def _choice(self, state: Mapping[str, Any], data: Any, context: Any) -> tuple[str, Any]:
        for rule in state["Choices"]:
            if _holds(rule, data):
                return rule["Next"], data
        return state["Default"], data

    def _wait(self, state: Mapping[str, Any], data: Any, context: Any) -> tuple[str | None, Any]:
        until = (
            self.now + timedelta(seconds=state["Seconds"])
            if "Seconds" in state
            else datetime.strptime(at(data, state["TimestampPath"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        )
        self.now = max(self.now, until)
        self.before_wake(self.now)
        return _next(state), data

    def _succeed(self, state: Mapping[str, Any], data: Any, context: Any) -> tuple[None, Any]:
        return None, data

    def _fail(self, state: Mapping[str, Any], data: Any, context: Any) -> tuple[None, Any]:
        raise Failed(state["Error"])

    def _map(self, state: Mapping[str, Any], data: Any, context: Any) -> tuple[str | None, Any]:
        assert state["ItemProcessor"]["ProcessorConfig"] == {"Mode": "INLINE"}
        results = []
        for index, value in enumerate(at(data, state["ItemsPath"])):
            item = {"Index": index, "Value": value}
            chosen = _filled(state["ItemSelector"], data, {**context, "Map": {"Item": item}})
            results.append(self._run(state["ItemProcessor"], chosen, item))
        return _next(state), _placed(state, data, results)

    def _task(self, state: Mapping[str, Any], data: Any, context: Any) -> tuple[str | None, Any]:
        parameters = _filled(state["Parameters"], data, context)
        integration = state["Resource"].partition(":states:::")[2]
        attempts: dict[int, int] = {}
        while True:
            try:
                found = self.services(integration, parameters)
            except TaskError as error:
                index, retrier = next(
                    (it for it in enumerate(state.get("Retry", [])) if _matches(it[1], error)), (-1, {"MaxAttempts": 0})
                )
                attempts[index] = attempts.get(index, 0) + 1
                if attempts[index] <= retrier["MaxAttempts"]:
                    self.now += timedelta(
                        seconds=retrier["IntervalSeconds"] * retrier["BackoffRate"] ** (attempts[index] - 1)
                    )
                    continue
                for catcher in state.get("Catch", []):
                    if _matches(catcher, error):
                        return catcher["Next"], _placed(catcher, data, {"Error": error.name, "Cause": error.cause})
                raise Failed(error.name) from error
            if "ResultSelector" in state:
                found = _filled(state["ResultSelector"], found, context)
            result = _placed(state, data, found)
            return _next(state), at(result, state.get("OutputPath", "$"))


def at(data: Any, path: str, context: Any = None) -> Any:
    """What stands at a reference path: ``$.a.b[0]``, or ``$$.a`` of the context. Raises `Failed` where nothing does."""
    if path.startswith("$$"):
        data, path = context, path[1:]
    for part in re.findall(r"\.([A-Za-z_#]+)|\[([0-9]+)\]", path.removeprefix("$")):
        try:
            data = data[part[0]] if part[0] else data[int(part[1])]
        except (KeyError, IndexError, TypeError):
            raise Failed("States.Runtime") from None
    return data


def _next(state: Mapping[str, Any]) -> str | None:
    assert ("Next" in state) != bool(state.get("End"))
    return state.get("Next")


def _matches(handler: Mapping[str, Any], error: TaskError) -> bool:
    return error.name in handler["ErrorEquals"] or "States.ALL" in handler["ErrorEquals"]


def _placed(state: Mapping[str, Any], data: Any, result: Any) -> Any:
    path = state.get("ResultPath", "$")
    if path is None:
        return data
    if path == "$":
        return result
    assert re.fullmatch(r"\$\.[a-z]+", path)
    return {**data, path[2:]: result}


def _holds(rule: Mapping[str, Any], data: Any) -> bool:
    (test, wanted), *rest = ((name, value) for name, value in rule.items() if name not in {"Variable", "Next"})
    assert not rest
    if test == "IsPresent":
        try:
            at(data, rule["Variable"])
        except Failed:
            return not wanted
        return bool(wanted)
    value = at(data, rule["Variable"])
    tests: dict[str, Callable[[], bool]] = {
        "StringEquals": lambda: bool(value == wanted),
        "NumericGreaterThan": lambda: bool(value > wanted),
    }
    return tests[test]()


def _filled(template: Any, data: Any, context: Any) -> Any:
    if isinstance(template, list):
        return [_filled(it, data, context) for it in template]
    if not isinstance(template, Mapping):
        return template
    return {
        name.removesuffix(".$"): _value(value, data, context) if name.endswith(".$") else _filled(value, data, context)
        for name, value in template.items()
    }


def _value(text: str, data: Any, context: Any) -> Any:
    if text.startswith("$"):
        return at(data, text, context)
    call = _CALL.match(text)
    assert call, text
    values = [at(data, path.strip(), context) for path in (call[2] or "").split(",") if path.strip()]
    parts = re.sub(r"\\(.)", r"\1", call[1]).split("{}")
    assert len(parts) == len(values) + 1, text
    return "".join(part + str(value) for part, value in zip(parts, [*values, ""], strict=True))


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def plain(value: Any) -> Any:
    """Through JSON and back: what a state machine hands from one state to the next."""
    return json.loads(json.dumps(value))
