"""``--set path=value`` and ``--drop path``: a person's own word on single settings."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence
from typing import Any

from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.spec.source import read

_STEP = re.compile(r"([^.\[\]]+)|\[(\d{1,6})\]")


def adjusted(data: Mapping[str, Any], settings: Sequence[str], dropped: Sequence[str]) -> dict[str, Any]:
    """``data`` with ``settings`` (``path=value``, the value as YAML) made and ``dropped`` left out.

    Raises:
        MendixError: MXP234, what is no path, has no value, or leads through something that has no settings.
    """
    result: dict[str, Any] = copy.deepcopy(dict(data))
    for one in settings:
        path, sign, value = one.partition("=")
        if not sign or not path:
            raise _wrong(one, "write path=value, such as network.zones=2")
        _put(result, _steps(path), _value(value), one)
    for one in dropped:
        _drop(result, _steps(one), one)
    return result


def _value(text: str) -> Any:
    return read(f"value: {text}\n", "the value of --set").data["value"]


def _steps(path: str) -> list[str | int]:
    steps = [int(match[2]) if match[2] is not None else match[1] for match in _STEP.finditer(path)]
    if not steps or isinstance(steps[0], int):
        raise _wrong(path, "a path begins with a key, such as network.zones")
    return steps


def _put(data: Any, steps: list[str | int], value: Any, said: str) -> None:
    holder = data
    for step in steps[:-1]:
        if isinstance(holder, dict) and isinstance(step, str) and holder.get(step) is None:
            holder[step] = {}
        holder = _inside(holder, step, said)
    last = steps[-1]
    if _is_key(holder, last) or _is_entry(holder, last):
        holder[last] = value
    else:
        raise _wrong(said, "there is nothing of that kind to set it in")


def _drop(data: Any, steps: list[str | int], said: str) -> None:
    holder = data
    for step in steps[:-1]:
        holder = _inside(holder, step, said)
    last = steps[-1]
    if (_is_key(holder, last) and last in holder) or _is_entry(holder, last):
        holder.pop(last)
    else:
        raise _wrong(said, "it is not set, so it cannot be left out")


def _is_key(holder: Any, step: str | int) -> bool:
    return isinstance(holder, dict) and isinstance(step, str)


def _is_entry(holder: Any, step: str | int) -> bool:
    return isinstance(holder, list) and isinstance(step, int) and step < len(holder)


def _inside(holder: Any, step: str | int, said: str) -> Any:
    if isinstance(holder, dict) and step in holder:
        return holder[step]
    if isinstance(holder, list) and isinstance(step, int) and step < len(holder):
        return holder[step]
    raise _wrong(said, f"there is no {step} on the way")


def _wrong(said: str, hint: str) -> MendixError:
    return MendixError(Diagnostic("MXP234", f"{said!r} cannot be done to the YAML", hint=hint))
