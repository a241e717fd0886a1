"""Two specifications, or two locks, compared value by value."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.lock import Lock


@dataclass(frozen=True, slots=True)
class SpecChange:
    """One value of the specification: ``path`` like ``network.zones`` or ``storage.buckets.files``.

    ``None`` means: not set.
    """

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One area's module version; an empty text means that the area is off."""

    area: str
    before: str
    after: str


_ABSENT = object()


def spec_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[SpecChange, ...]:
    """What differs: maps are entered, lists and scalars are compared whole. Null and absent are the same."""
    return tuple(_changes("", before, after))


def _changes(path: str, before: Any, after: Any) -> Iterator[SpecChange]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            below = f"{path}.{key}" if path else str(key)
            yield from _changes(below, before.get(key, _ABSENT), after.get(key, _ABSENT))
        return
    left, right = _value(before), _value(after)
    if left != right or type(left) is not type(right):
        yield SpecChange(path, left, right)


def _value(value: Any) -> Any:
    return None if value is _ABSENT else value


def version_changes(before: Lock | None, after: Lock | None) -> tuple[VersionChange, ...]:
    """The areas whose module version differs, by name."""
    old = {area: pin.version for area, pin in before.pins.items()} if before else {}
    new = {area: pin.version for area, pin in after.pins.items()} if after else {}
    return tuple(
        VersionChange(area, old.get(area, ""), new.get(area, ""))
        for area in sorted({*old, *new})
        if old.get(area) != new.get(area)
    )


def text_diff(before: str, after: str, name: str, before_label: str, after_label: str) -> str:
    """A unified diff of one file; empty where nothing differs."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        f"{name} ({before_label})",
        f"{name} ({after_label})",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def files_diff(before: Mapping[str, bytes], after: Mapping[str, bytes], before_label: str, after_label: str) -> str:
    """A unified diff of two sets of text files, by name."""
    return "".join(
        text_diff(
            before.get(name, b"").decode(errors="replace"),
            after.get(name, b"").decode(errors="replace"),
            name,
            before_label,
            after_label,
        )
        for name in sorted({*before, *after})
    )
