"""What is sound of a section that has mistakes, so that its cross-field checks can still say what else is wrong.

A stand-in for the section's model refuses to be read where something is wrong (`Unsound`), and a check that
needs that is left out: nothing is ever said about a value that nobody wrote.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel, ValidationError

from mendixgen.areas.contract import AreaInputs, Unsound

Path = tuple[str | int, ...]


def read(
    model: type[AreaInputs], section: Mapping[str, Any], holes: Collection[Path]
) -> tuple[Any, list[tuple[Path, str]]]:
    """The section as its model, with nothing to read at ``holes``, and what the model's own validators say.

    Where nothing is wrong that is the model itself. None where too little is left to make one.
    """
    data = deepcopy(dict(section))
    missing = {path for path in (_named(hole) for hole in holes) if path}
    said: list[tuple[Path, str]] = []
    for path in missing:
        _remove(data, path)
    while True:
        try:
            inputs = model.model_validate_json(json.dumps(data))
        except ValidationError as error:
            more = {path for one in error.errors() if (path := _present(data, one["loc"]))}
            said += [
                (tuple(one["loc"]), one["msg"].removeprefix("Value error, "))
                for one in error.errors(include_url=False, include_context=False, include_input=False)
                if one["type"] != "missing" or not missing
            ]
            for path in more:
                _remove(data, path)
            if not more:
                return None, said
            missing |= more
        else:
            return (_Part(inputs, (), frozenset(missing)) if missing else inputs), said


def without(model: Any, *names: str) -> Any:
    """A stand-in for ``model`` whose fields ``names`` cannot be read."""
    return _Part(model, (), frozenset((name,) for name in names))


def _named(path: Path) -> Path:
    """A place in a list stands for the whole list: without it, the others would change their places."""
    return next((path[:index] for index, step in enumerate(path) if isinstance(step, int)), path)


def _present(data: Mapping[str, Any], location: Path) -> Path:
    """The part of pydantic's location that is in ``data``; it also names the branches of unions."""
    here: Any = data
    found: Path = ()
    for step in location:
        if not isinstance(here, Mapping) or step not in here:
            break
        here, found = here[step], (*found, step)
    return found


def _remove(data: dict[str, Any], path: Path) -> None:
    *parents, last = path
    here: Any = data
    for step in parents:
        here = here.get(step) if isinstance(here, dict) else None
    if isinstance(here, dict):
        here.pop(last, None)


def _part(value: Any, path: Path, holes: frozenset[Path]) -> Any:
    if path in holes:
        raise Unsound(path)
    if not any(hole[: len(path)] == path for hole in holes):
        return value
    return _Part(value, path, holes) if isinstance(value, BaseModel) else _Entries(value, path, holes)


class _Part:
    """A model of which some fields cannot be read."""

    def __init__(self, model: Any, path: Path, holes: frozenset[Path]) -> None:
        self._model, self._path, self._holes = model, path, holes

    def __getattr__(self, name: str) -> Any:
        return _part(getattr(self._model, name), (*self._path, name), self._holes)


class _Entries(Mapping[str, Any]):
    """A map some of whose entries have mistakes: they are not gone through, and cannot be asked for."""

    def __init__(self, entries: Mapping[str, Any], path: Path, holes: frozenset[Path]) -> None:
        self._entries = entries
        self._bad = {str(hole[len(path)]) for hole in holes if hole[: len(path)] == path}

    def __getitem__(self, key: str) -> Any:
        if key in self._bad:
            raise Unsound((key,))
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return (key for key in self._entries if key not in self._bad)

    def __len__(self) -> int:
        raise Unsound(())
