"""The chains themselves: pure, from the ledger's records to what each release really changed.

A failed or interrupted apply changed only what was done. Of resources that is known one by one. A field of the YAML
takes effect through the resources of its area, so what such a release says in it counts where everything that it was
going to do in that area was done, and otherwise not before a later release.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixctl.engine import released
from mendixctl.ledger.release import Record, RecordedChange, Status
from mendixgen.spec.edit import same

Path = tuple[str | int, ...]
GONE = frozenset({"delete", "forget"})

_OWN_LINES = re.compile(r"(?m)^(base|generator): .*\n?")
"""The lines of a lock that differ with every release, and pin nothing."""


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One release gave a field another value; None stands for not set."""

    release: int
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ResourceStep:
    """One release did something to a resource. ``address`` is the one that it had then."""

    release: int
    action: str
    address: str
    attributes: tuple[str, ...] = ()
    verdict: str = ""


@dataclass(slots=True)
class Chains:
    """All chains of a ledger, each oldest first.

    ``fields`` by path, ``modules`` by area (values are versions), ``resources`` by the address that they have now.
    ``values`` is the specification that is in effect. ``pending``: paths that the newest releases gave another value
    without success, and the last of those releases.
    """

    fields: dict[Path, list[ValueChange]] = field(default_factory=dict)
    modules: dict[str, list[ValueChange]] = field(default_factory=dict)
    resources: dict[str, list[ResourceStep]] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)
    values: dict[Path, Any] = field(default_factory=dict)
    pending: dict[Path, int] = field(default_factory=dict)


def leaves(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The values of a specification: maps are entered, lists are values, and what is null is not set."""
    if isinstance(data, Mapping) and (data or not path):
        for key, value in data.items():
            yield from leaves(value, (*path, key))
    elif data is not None:
        yield path, data


def reached(record: Record, area: str) -> bool:
    """Whether a release did all that it was going to do in ``area``; in an empty one, in everything."""
    if record.status is Status.SUCCEEDED:
        return True
    if record.outcome is None or not area:
        return False
    done = set(record.outcome.done)
    return all(change.address in done for change in record.release.changes if change.area == area)


def carried_out(record: Record) -> tuple[RecordedChange, ...]:
    """The changes that a release really made, in AWS and then in the cluster."""
    release, outcome = record.release, record.outcome
    deployed = set(outcome.deployment.done) if outcome and outcome.deployment else set()
    objects = tuple(change for change in release.objects if change.address in deployed)
    if record.status is Status.SUCCEEDED:
        return (*release.changes, *objects)
    done = set(outcome.done) if outcome else set()
    return (*(change for change in release.changes if change.address in done), *objects)


def follow(records: Iterable[Record], area_of: Callable[[Path], str]) -> Chains:
    """Walk a ledger, oldest release first. ``area_of``: the area that a path of the YAML belongs to, or nothing."""
    chains = Chains()
    read = _Reader()
    versions: dict[str, str] = {}
    for record in records:
        if record.release.kind.says_nothing:
            continue
        wanted = read.specification(record)
        for path in dict.fromkeys([*chains.values, *wanted]):
            _field(chains, record, path, wanted.get(path), area_of(path))
        pinned = read.pins(record)
        for area in sorted({*versions, *pinned}):
            before, after = versions.get(area, ""), pinned.get(area, "")
            if before != after and reached(record, area):
                chains.modules.setdefault(area, []).append(ValueChange(record.number, before, after))
                versions[area] = after
        for change in carried_out(record):
            _resource(chains, record.number, change)
    return chains


def _field(chains: Chains, record: Record, path: Path, after: Any, area: str) -> None:
    before = chains.values.get(path)
    if same(before, after):
        chains.pending.pop(path, None)
        return
    if not reached(record, area):
        chains.pending[path] = record.number
        return
    chains.pending.pop(path, None)
    chains.fields.setdefault(path, []).append(ValueChange(record.number, before, after))
    if after is None:
        del chains.values[path]
    else:
        chains.values[path] = after


def _resource(chains: Chains, number: int, change: RecordedChange) -> None:
    history = chains.resources.pop(change.previous_address, []) if change.previous_address else []
    history += chains.resources.pop(change.address, [])
    history.append(ResourceStep(number, change.action, change.address, change.attributes, change.verdict))
    chains.resources[change.address] = history
    chains.areas[change.address] = change.area


class _Reader:
    """Specifications and locks, each different text read once."""

    def __init__(self) -> None:
        self._specifications: dict[str, dict[Path, Any]] = {}
        self._pins: dict[str, dict[str, str]] = {}

    def specification(self, record: Record) -> dict[Path, Any]:
        text = record.release.spec
        if text not in self._specifications:
            self._specifications = {text: dict(leaves(released.data(record)))}
        return self._specifications[text]

    def pins(self, record: Record) -> dict[str, str]:
        key = _OWN_LINES.sub("", record.release.lock)
        if key not in self._pins:
            lock = released.lock(record)
            self._pins[key] = {area: pin.version for area, pin in lock.pins.items()}
        return self._pins[key]
