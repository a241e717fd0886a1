"""A field of the YAML: what the schema says of it, and what the text of its module says that it reaches."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mendixctl.engine.explain.results import ExplainedField, Key, Mark
from mendixgen.messages import msg, word
from mendixgen.spec import wording
from mendixgen.spec.schema import environment_schema
from mendixgen.versions import traces
from mendixgen.versions.store import Manifest, ModuleStore

Schema = Mapping[str, Any]
NAME = "<name>"
"""How a path says that a name stands here that a person chose."""

MARKS = {
    "x-one-way": "one_way",
    "x-create-only": "create_only",
    "x-secret": "secret",
    "x-follows": "follows",
    "x-held-with": "held_with",
}


@dataclass(frozen=True)
class Modules:
    """The newest modules of a repository, with what explains them; each is read once."""

    store: ModuleStore
    _traces: dict[str, traces.Traces] = field(default_factory=dict, repr=False)

    @cached_property
    def schema(self) -> Schema:
        """The schema of the whole YAML."""
        return environment_schema(self.store)

    @cached_property
    def manifests(self) -> tuple[Manifest, ...]:
        """The newest version of each area, the one in work included."""
        newest = ((area, self.store.newest(area, released_only=False)) for area in self.store.areas())
        return tuple(self.store.manifest(area, version) for area, version in newest if version is not None)

    def traces(self, manifest: Manifest) -> traces.Traces:
        """What the resources of a module are made of."""
        if manifest.area not in self._traces:
            path: Path = self.store.folder / manifest.area / manifest.version / "main.tf"
            self._traces[manifest.area] = traces.read(path.read_text(encoding="utf-8") if path.is_file() else "")
        return self._traces[manifest.area]


class Unknown(Exception):
    """There is no such field. ``path``: how far it is known; ``near``: fields that may be meant."""

    def __init__(self, path: str, step: str, near: tuple[str, ...]) -> None:
        super().__init__(step)
        self.path, self.step, self.near = path, step, near


def explain(asked: str, modules: Modules) -> ExplainedField:
    """The field at a path such as ``cluster.node_groups.min``; names that a person chose may be left out.

    Raises:
        Unknown: there is no such field.
    """
    steps = [step for step in asked.replace("[", ".").replace("]", "").split(".") if step]
    if not steps:
        raise Unknown("", "", ())
    found, path, required = walk(modules.schema, steps)
    schema = found.schema
    keys = tuple(_key(name, part, inside, found) for name, part, inside in _children(found))
    manifest = _owner(path, modules)
    setting = [step for step in path if step != NAME]
    return ExplainedField(
        path=".".join(path),
        description=str(schema.get("description", "")),
        type=_type(found),
        area=manifest.area if manifest else "",
        module=manifest.version if manifest else "",
        variable=_variable(path, manifest),
        unit=str(schema.get("x-unit", "")),
        required=required,
        has_default="default" in schema,
        default=schema.get("default"),
        values=tuple(wording.allowed(schema)),
        bounds=tuple(_bounds(schema)),
        examples=tuple(str(one) for one in schema.get("examples", ())),
        marks=tuple(Mark(name, _why(schema[key])) for key, name in MARKS.items() if key in schema),
        keys=keys,
        reaches=tuple(_reaches(path, setting, manifest, modules)),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """A part of the schema with its references followed. ``branches``: what it may be, where that is several things."""

    schema: Schema
    branches: tuple[Schema, ...]
    definitions: Mapping[str, Schema]

    @classmethod
    def of(cls, schema: Any, definitions: Mapping[str, Schema]) -> Found:
        """``schema`` without references, unions of one, and nulls; what is said outside is kept."""
        said: dict[str, Any] = dict(schema) if isinstance(schema, Mapping) else {}
        while True:
            if "$ref" in said:
                target = definitions[said.pop("$ref").rsplit("/", 1)[1]]
                said = {**target, **said}
            elif len(said.get("allOf", ())) == 1:
                (inner,) = said.pop("allOf")
                said = {**inner, **said}
            elif "anyOf" in said or "oneOf" in said:
                options = [one for one in said.get("anyOf", said.get("oneOf", ())) if one.get("type") != "null"]
                if len(options) != 1:
                    return cls(said, tuple(cls.of(one, definitions).schema for one in options), definitions)
                said = {key: value for key, value in said.items() if key not in ("anyOf", "oneOf")}
                outer = {key: value for key, value in said.items() if value is not None}
                said = {**options[0], **outer}
            else:
                return cls(said, (said,), definitions)

    @property
    def properties(self) -> dict[str, tuple[Any, Schema]]:
        """The keys of it, each with the branch that has it."""
        return {
            name: (part, one) for one in reversed(self.branches) for name, part in one.get("properties", {}).items()
        }

    @property
    def entry(self) -> Any:
        """What each entry of it is, where it is a list or a map by name; None where it is neither."""
        for one in self.branches:
            inner = one.get("additionalProperties") or one.get("items")
            if isinstance(inner, Mapping):
                return inner
        return None


def walk(whole: Schema, steps: Iterable[str]) -> tuple[Found, tuple[str, ...], bool]:
    """The part of the schema at a path, the path with `NAME` for each chosen name, and whether it is required."""
    found, path, required = Found.of(whole, whole.get("$defs", {})), tuple[str, ...](), False
    asked = list(steps)
    for number, step in enumerate(asked):
        entry = found.entry
        if step not in found.properties and entry is not None:
            inner = Found.of(entry, found.definitions)
            path = (*path, NAME)
            if step not in inner.properties:  # a name of a person's own, or the number of an entry
                known = sorted(inner.properties)
                near = difflib.get_close_matches(step, known, 3, 0.6) if number == len(asked) - 1 else []
                if step != NAME and near:
                    raise Unknown(".".join(path), step, tuple(near))
                found, required = inner, False
                continue
            found = inner
        if step not in found.properties:
            near = difflib.get_close_matches(step.lower().replace("-", "_"), sorted(found.properties), 3, 0.5)
            raise Unknown(".".join(path), step, tuple(near))
        part, inside = found.properties[step]
        required = step in inside.get("required", ())
        found, path = Found.of(part, found.definitions), (*path, step)
    return found, path, required


def every(modules: Modules, *, deepest: int = 3) -> Iterator[str]:
    """The paths of all fields, down to ``deepest`` keys: what a mistyped one may have been."""
    whole = modules.schema

    def below(found: Found, path: tuple[str, ...], keys: int) -> Iterator[str]:
        entry = found.entry
        if entry is not None:
            found, path = Found.of(entry, found.definitions), (*path, NAME)
        for name, (part, _) in found.properties.items():
            yield ".".join((*path, name))
            if keys < deepest:
                yield from below(Found.of(part, found.definitions), (*path, name), keys + 1)

    yield from below(Found.of(whole, whole.get("$defs", {})), (), 1)


def settings_of(variable: str, body: str, manifest: Manifest) -> list[str]:
    """The fields by which a resource whose text is ``body`` is made of a variable: its keys that the text reads."""
    given = manifest.inputs.get(variable)
    if given is None or given.source != "yaml":
        return []
    found = Found.of(manifest.section, manifest.section.get("$defs", {})).properties.get(given.key)
    top = (given.key,) if manifest.kind == "foundation" else (manifest.area, given.key)
    if found is None:
        return [".".join(top)]
    definitions = manifest.section.get("$defs", {})
    part = Found.of(found[0], definitions)
    if part.entry is not None:
        part, top = Found.of(part.entry, definitions), (*top, NAME)
    read = [".".join((*top, name)) for name in part.properties if traces.names(body, name)]
    return read or [".".join(top)]


def _owner(path: tuple[str, ...], modules: Modules) -> Manifest | None:
    """The module that a path belongs to; None for a field of the header."""
    for manifest in modules.manifests:
        if manifest.kind == "foundation":
            if path and path[0] in manifest.section.get("properties", {}):
                return manifest
        elif path[:1] == (manifest.area,):
            return manifest
    return None


def _variable(path: tuple[str, ...], manifest: Manifest | None) -> str:
    """The variable of the module that a path is in; empty where there is none."""
    if manifest is None:
        return ""
    key = path[0] if manifest.kind == "foundation" else next(iter(path[1:]), "")
    return next((one.name for one in manifest.inputs.values() if one.source == "yaml" and one.key == key), "")


def _reaches(path: tuple[str, ...], setting: list[str], manifest: Manifest | None, modules: Modules) -> Iterator[str]:
    if manifest is None:
        for one in modules.manifests:
            found = modules.traces(one)
            wanted = [
                given.name for given in one.inputs.values() if given.source == "context" and given.value == path[0]
            ]
            yield from (f"module.{one.area}.{it}" for name in wanted for it in found.reached_by(name))
        return
    variable = _variable(path, manifest)
    if not variable:
        return
    depth = 1 if manifest.kind == "foundation" else 2
    key = setting[-1] if len(setting) > depth else ""
    yield from (f"module.{manifest.area}.{it}" for it in modules.traces(manifest).reached_by(variable, key))


def _children(found: Found) -> Iterator[tuple[str, Any, Schema]]:
    entry = found.entry
    inner = found if entry is None else Found.of(entry, found.definitions)
    for name, (part, inside) in inner.properties.items():
        yield (f"{NAME}.{name}" if entry is not None else name), part, inside


def _key(name: str, part: Any, inside: Schema, found: Found) -> Key:
    here = Found.of(part, found.definitions)
    required = name.rpartition(".")[2] in inside.get("required", ())
    return Key(name, _type(here), str(here.schema.get("description", "")), required)


def _type(found: Found) -> str:
    return wording.either(_kind(one, found.definitions) for one in found.branches) if found.branches else "anything"


def _kind(schema: Schema, definitions: Mapping[str, Schema]) -> str:
    if wording.allowed(schema):
        return msg("one of {names}", names=", ".join(str(one) for one in wording.allowed(schema)))
    more = schema.get("additionalProperties")
    if isinstance(more, Mapping) and not schema.get("properties"):
        return msg("a mapping of names, each to {type}", type=_type(Found.of(more, definitions)))
    items = schema.get("items")
    if isinstance(items, Mapping):
        return msg("a list, each {type}", type=_type(Found.of(items, definitions)))
    return wording.wanted({key: value for key, value in schema.items() if key != "x-unit"}) if schema else "anything"


def _bounds(schema: Schema) -> Iterator[str]:
    unit = str(schema.get("x-unit", ""))
    numbers = wording.open_bounds(schema, unit).strip()
    if {"minimum", "maximum"} <= schema.keys():
        numbers = wording.bounds(schema["minimum"], schema["maximum"], unit)
    if any(key in schema for key in ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")):
        yield numbers
    for low, high, what in (
        ("minLength", "maxLength", word("characters")),
        ("minItems", "maxItems", word("entries")),
        ("minProperties", "maxProperties", word("names")),
    ):
        if low in schema or high in schema:
            yield wording.bounds(schema.get(low), schema.get(high), what)
    if schema.get("uniqueItems"):
        yield "no entry twice"
    if "pattern" in schema:
        yield msg("of the shape {value}", value=schema["pattern"])
    names = schema.get("propertyNames", {})
    if "pattern" in names:
        yield msg("names of the shape {value}", value=names["pattern"])


def _why(value: Any) -> str:
    return "" if value is True else str(value)
