"""What a version promises: two manifests compared, and the step that semantic versioning asks for.

A module's interface is its inputs, its outputs, its YAML section and its resources' addresses. What an
environment or another module could rely on and can no longer: major. What is new: minor. Else: patch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from mendixgen.versions.store import Input, Manifest, version_key
from mendixgen.versions.type_grammar import compatible


class Bump(IntEnum):
    """The step of a version, in order of size."""

    PATCH = 0
    MINOR = 1
    MAJOR = 2

    def __str__(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: ``kind`` is input, output, section, address, move or code; ``what``: added, removed, changed."""

    kind: str
    name: str
    what: str
    bump: Bump
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that differs between two versions of a module."""

    area: str
    before: str
    after: str
    changes: tuple[Change, ...]

    @property
    def bump(self) -> Bump:
        """The least step that the changes ask for."""
        return max((change.bump for change in self.changes), default=Bump.PATCH)

    @property
    def asked(self) -> str:
        """The lowest version that ``after`` may have."""
        return next_version(self.before, self.bump)

    @property
    def enough(self) -> bool:
        """Whether ``after``'s number is at least the one that is asked for."""
        return version_key(self.after) >= version_key(self.asked)


def next_version(version: str, bump: Bump) -> str:
    """The version one step after ``version``."""
    major, minor, patch = version_key(version)
    if bump is Bump.MAJOR:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if bump is Bump.MINOR else f"{major}.{minor}.{patch + 1}"


def compare(before: Manifest, after: Manifest) -> Comparison:
    """What is different in ``after``, and how much that is to those who use the module."""
    changes = [*_inputs(before, after), *_outputs(before, after), *_section(before, after), *_addresses(before, after)]
    moved = {(move.source, move.target) for move in before.moves}
    changes += [
        Change("move", f"{move.source} -> {move.target}", "added", Bump.MINOR, f"since {move.since}")
        for move in after.moves
        if (move.source, move.target) not in moved
    ]
    for name in sorted({*before.files, *after.files}):
        if before.files.get(name) != after.files.get(name):
            what = "added" if name not in before.files else "removed" if name not in after.files else "changed"
            changes.append(Change("code", name, what, Bump.PATCH))
    return Comparison(before.area, before.version, after.version, tuple(changes))


def _inputs(before: Manifest, after: Manifest) -> Iterator[Change]:
    for name, old in before.inputs.items():
        new = after.inputs.get(name)
        if new is None:
            yield Change("input", name, "removed", Bump.MAJOR)
            continue
        if old.type != new.type:
            fits = compatible(old.type, new.type)
            yield Change("input", name, "changed", Bump.MINOR if fits else Bump.MAJOR, f"{old.type} -> {new.type}")
        if new.required and not old.required:
            yield Change("input", name, "changed", Bump.MAJOR, "is required now")
        elif old.required and not new.required:
            yield Change("input", name, "changed", Bump.MINOR, "is optional now")
        if _filled_by(old) != _filled_by(new):
            bump = Bump.MAJOR if old.source == "yaml" else Bump.MINOR
            yield Change("input", name, "changed", bump, f"{_origin(old)} -> {_origin(new)}")
    for name, new in after.inputs.items():
        if name not in before.inputs:
            detail = "required" if new.required else ""
            # Only what nobody fills by itself breaks: the header and another area's output are wired by the root.
            breaks = new.required and new.source == "yaml" and not new.resolve
            yield Change("input", name, "added", Bump.MAJOR if breaks else Bump.MINOR, detail)


def _filled_by(it: Input) -> tuple[str, ...]:
    return (it.source, it.reference, it.value, it.resolve, it.key)


def _origin(it: Input) -> str:
    return " ".join(part for part in (it.source, it.reference or it.value or it.resolve) if part)


def _outputs(before: Manifest, after: Manifest) -> Iterator[Change]:
    for name in before.outputs:
        if name not in after.outputs:
            yield Change("output", name, "removed", Bump.MAJOR)
    for name in after.outputs:
        if name not in before.outputs:
            yield Change("output", name, "added", Bump.MINOR)


def _addresses(before: Manifest, after: Manifest) -> Iterator[Change]:
    moves = {move.source.split("[")[0] for move in after.moves}
    targets = {move.target.split("[")[0] for move in after.moves}
    for address in before.addresses:
        if address not in after.addresses and address not in moves:
            yield Change("address", address, "removed", Bump.MAJOR, "no move says where it went")
    for address in after.addresses:
        if address not in before.addresses and address not in targets:
            yield Change("address", address, "added", Bump.MINOR)


_TIGHTER_WHEN_HIGHER = frozenset({"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"})
_TIGHTER_WHEN_LOWER = frozenset({"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"})
_TEXT = frozenset({"description", "examples", "x-unit"})


def _section(before: Manifest, after: Manifest) -> Iterator[Change]:
    old, new = _fields(before.section), _fields(after.section)
    for path, one in old.items():
        other = new.get(path)
        if other is None:
            yield Change("section", path, "removed", Bump.MAJOR)
        else:
            yield from _keywords(path, one, other)
    for path, other in new.items():
        if path not in old:
            parent_is_new = path.rpartition(".")[0] not in old and "." in path
            breaks = other["required"] and not parent_is_new
            detail = "required" if other["required"] else ""
            yield Change("section", path, "added", Bump.MAJOR if breaks else Bump.MINOR, detail)


def _keywords(path: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[Change]:
    for keyword in sorted({*one, *other}):
        was, now = one.get(keyword), other.get(keyword)
        if was == now:
            continue
        bump = Bump.PATCH if keyword in _TEXT else Bump.MAJOR if _tighter(keyword, was, now) else Bump.MINOR
        yield Change("section", path, "changed", bump, f"{keyword}: {was!r} -> {now!r}")


def _tighter(keyword: str, was: Any, now: Any) -> bool:
    """Whether a value that was valid may no longer be."""
    if now is None:
        return False
    if keyword in _TIGHTER_WHEN_HIGHER:
        return bool(was is None or now > was)
    if keyword in _TIGHTER_WHEN_LOWER:
        return bool(was is None or now < was)
    if keyword == "enum":
        return was is None or not set(map(str, was)) <= set(map(str, now))
    return bool(now) and keyword in ("required", "type", "pattern", "const", "names")


def _fields(section: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every field of a section by its path (``buckets.*.lifecycle.expire_after_days``), with its own keywords."""
    walk = _Walk(section.get("$defs", {}))
    walk.visit("", section, False, ())
    walk.found.pop("", None)
    return walk.found


_NOT_OF_THE_FIELD = frozenset({"$ref", "$defs", "$schema", "title", "required", "properties", "additionalProperties"})


class _Walk:
    """The fields of a JSON Schema, references followed; one that refers to itself is followed once."""

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self.definitions = definitions
        self.found: dict[str, dict[str, Any]] = {}

    def visit(self, path: str, schema: Mapping[str, Any], required: bool, above: tuple[str, ...]) -> None:
        reference = str(schema.get("$ref", "")).removeprefix("#/$defs/")
        if reference in above:
            return
        if reference:
            schema = {**self.definitions.get(reference, {}), **schema}
            above = (*above, reference)
        self._keywords(self.found.setdefault(path, {"required": required}), schema)
        for name, part in schema.get("properties", {}).items():
            self.visit(f"{path}.{name}".lstrip("."), part, name in schema.get("required", ()), above)
        for keyword in ("items", "additionalProperties"):
            if isinstance(schema.get(keyword), Mapping):
                self.visit(f"{path}.*".lstrip("."), schema[keyword], False, above)
        for part in schema.get("anyOf", ()):
            if part != {"type": "null"}:
                self.visit(path, part, required, above)

    def _keywords(self, entry: dict[str, Any], schema: Mapping[str, Any]) -> None:
        for keyword, value in schema.items():
            if keyword == "type" and entry.get("type", value) != value:
                entry["type"] = " | ".join(sorted({*str(entry["type"]).split(" | "), str(value)}))
            elif keyword == "propertyNames":
                entry["names"] = value
            elif keyword not in _NOT_OF_THE_FIELD and keyword not in ("anyOf", "items"):
                entry[keyword] = value
