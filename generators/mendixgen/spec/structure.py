"""Plain data against a JSON Schema, with messages for people and nulls taken as "not set".

This is not jsonschema: importing that takes longer than rendering an environment (measured: 125 ms), and
its messages speak of schemas. The schemas here are those that pydantic makes of this project's models, so
only the keywords of `KEYWORDS` occur; `unknown_keywords` proves it for every schema that is released. The
tests hold this module against jsonschema.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from mendixgen.messages import msg
from mendixgen.spec import wording as words

Path = tuple[str | int, ...]
Schema = Mapping[str, Any]

MOST_UNKNOWN = 50
"""Unknown keys that are told; the one that each was meant to be is looked for, which takes long for thousands."""

LONGEST = 4096
"""Characters of a text up to which a pattern is tried, which takes the square of it at most. No text needs more."""

KEYWORDS = frozenset(
    "$ref $defs $schema $id title description default examples deprecated type enum const properties required "
    "additionalProperties patternProperties propertyNames minProperties maxProperties items prefixItems minItems "
    "maxItems uniqueItems minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern "
    "anyOf oneOf allOf discriminator format".split()
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``at_key``: the key is to be shown, not its value. ``meant``: for an unknown key.
    ``warns``: it is odd and not wrong."""

    path: Path
    code: str
    summary: str
    hint: str = ""
    at_key: bool = False
    meant: str = ""
    warns: bool = False


def check(value: Any, schema: Schema, *, what: str = "") -> tuple[Any, list[Finding]]:
    """``value`` without its nulls, and everything that is wrong with it, in the order of the data.

    A null property is one that is not set; a null entry of a map of objects is an object without
    settings. ``what`` names the value for messages about the whole of it.
    """
    checker = _Checker(schema.get("$defs", {}))
    result = checker.check(value, schema, (), what)
    return result, checker.found


def suggestion(word: str, candidates: Iterable[str]) -> str:
    """``did you mean X?``, or nothing if no candidate is near."""
    return "".join(msg("did you mean {near}?", near=near) for near in nearest(word, candidates))


def nearest(word: str, candidates: Iterable[str]) -> list[str]:
    """The candidate that ``word`` was probably meant to be; none if there is no near one."""
    known = {candidate.lower().replace("_", "-"): candidate for candidate in candidates}
    return [known[near] for near in difflib.get_close_matches(word.lower().replace("_", "-"), known, 1, 0.6)]


def unknown_keywords(schema: Any) -> set[str]:
    """The keywords of a schema that `check` does not know; ``x-`` marks are always known."""
    found: set[str] = set()
    if not isinstance(schema, Mapping):
        return found
    for keyword, value in schema.items():
        if keyword in ("default", "examples", "enum", "const", "discriminator") or keyword.startswith("x-"):
            continue
        if keyword not in KEYWORDS:
            found.add(keyword)
        elif keyword in ("properties", "patternProperties", "$defs"):
            for child in value.values():
                found |= unknown_keywords(child)
        else:
            for child in value if isinstance(value, list) else [value]:
                found |= unknown_keywords(child)
    return found


@lru_cache(maxsize=512)
def _pattern(pattern: str) -> re.Pattern[str]:
    """Rust's ``$`` is the very end; Python's also stands before a last newline."""
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") and not pattern.endswith(r"\$") else pattern)


def _fits(pattern: str, text: str) -> bool:
    return len(text) <= LONGEST and _pattern(pattern).search(text) is not None


class _Checker:
    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self.definitions = definitions
        self.found: list[Finding] = []
        self.unknown = 0

    def add(self, path: Path, code: str, summary: str, hint: str = "", *, at_key: bool = False) -> None:
        self.found.append(Finding(path, code, summary, hint, at_key))

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema or (len(schema.get("allOf", ())) == 1):
            target = schema["allOf"][0] if "allOf" in schema else self.definitions[schema["$ref"].rsplit("/", 1)[1]]
            rest = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
            schema = {**target, **rest}
        return schema

    def check(self, value: Any, schema: Any, path: Path, what: str = "") -> Any:
        if schema is True:
            return value
        schema = self.resolve(schema)
        name = what or words.last_key(path)
        branches = schema.get("anyOf") or schema.get("oneOf")
        if branches:
            return self.branches(value, schema, [self.resolve(b) for b in branches], path, name)
        if "const" in schema or "enum" in schema:
            self.choice(value, schema, path, name)
            return value
        kind = schema.get("type")
        if kind is not None and not words.is_a(value, kind):
            self.wrong_kind(value, [schema], path, name)
            return value
        if isinstance(value, str):
            self.text(value, schema, path, name)
        elif isinstance(value, bool):
            return value
        elif isinstance(value, (int, float)):
            self.number(value, schema, path, name)
        elif isinstance(value, list):
            return self.sequence(value, schema, path, name)
        elif isinstance(value, dict):
            return self.mapping(value, schema, path, name)
        return value

    # -- choices --------------------------------------------------------------------------------

    def branches(self, value: Any, schema: Schema, branches: list[Schema], path: Path, name: str) -> Any:
        """The branch that the value was meant for decides what is said; all of them only if none fits its kind."""
        branches = [b for b in branches if b.get("type") != "null"] or branches
        outer = {k: v for k, v in schema.items() if k in ("description", "examples", "x-unit")}
        fitting = [{**b, **outer} for b in branches if self._fits(value, b)]
        if not fitting:
            self.wrong_kind(value, [{**b, **outer} for b in branches], path, name)
            return value
        before = len(self.found)
        tried: list[tuple[list[Finding], Any]] = []
        for branch in self.discriminated(value, schema, fitting):
            result = self.check(value, branch, path, name)
            problems = self.found[before:]
            del self.found[before:]
            if not problems:
                return result
            tried.append((problems, result))
        problems, result = min(tried, key=lambda one: len(one[0]))
        self.found += problems
        return result

    def discriminated(self, value: Any, schema: Schema, branches: Sequence[Schema]) -> Sequence[Schema]:
        key = schema.get("discriminator", {}).get("propertyName")
        if not key or not isinstance(value, dict):
            return branches
        chosen = [
            b for b in branches if value.get(key) in words.allowed(self.resolve(b.get("properties", {}).get(key, {})))
        ]
        if chosen:
            return chosen
        allowed = [a for b in branches for a in words.allowed(self.resolve(b.get("properties", {}).get(key, {})))]
        return [{"type": "object", "properties": {key: {"enum": allowed}}, "required": [key]}]

    def _fits(self, value: Any, branch: Schema) -> bool:
        if "type" in branch:
            return words.is_a(value, branch["type"])
        allowed = words.allowed(branch)
        return not allowed or any(type(value) is type(a) for a in allowed) or "anyOf" in branch

    def choice(self, value: Any, schema: Schema, path: Path, name: str) -> None:
        allowed = words.allowed(schema)
        if any(value == option and type(value) is type(option) for option in allowed):
            return
        options = [str(option) for option in allowed]
        listed = ", ".join(options)
        near = suggestion(value, options) if isinstance(value, str) else ""
        summary = (
            msg("{name} must be {listed}", name=name, listed=listed)
            if len(options) == 1
            else msg("{name} must be one of {listed}", name=name, listed=listed)
        )
        self.add(
            path,
            "MXS204",
            msg("{summary}; it is {shown}", summary=summary, shown=words.shown(value)),
            near or words.about(schema),
        )

    def wrong_kind(self, value: Any, schemas: list[Schema], path: Path, name: str) -> None:
        wanted = words.either([words.wanted(schema) for schema in schemas])
        is_text_wanted = any(s.get("type") == "string" for s in schemas)
        hint = words.about(schemas[0])
        if is_text_wanted and isinstance(value, (bool, int, float)):
            hint = "put it in quotes"
        elif isinstance(value, str) and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", value):
            hint = "write it without quotes"
        elif isinstance(value, str) and any(s.get("type") == "array" for s in schemas):
            hint = (
                msg("write a list: [{value}]", value=value)
                if len(value) <= 40 and "\n" not in value
                else "write a list: [...]"
            )
        self.add(
            path,
            "MXS203",
            msg(
                "{name} must be {wanted}, and this is {kind_of}", name=name, wanted=wanted, kind_of=words.kind_of(value)
            ),
            hint,
        )

    # -- kinds ----------------------------------------------------------------------------------

    def text(self, value: str, schema: Schema, path: Path, name: str) -> None:
        low, high = schema.get("minLength"), schema.get("maxLength")
        if (low is not None and len(value) < low) or (high is not None and len(value) > high):
            bounds = words.bounds(low, high, "characters")
            self.add(
                path,
                "MXS206",
                msg("{name} must have {bounds}; it has {count}", name=name, bounds=bounds, count=len(value)),
                words.about(schema),
            )
        elif "pattern" in schema and not _fits(schema["pattern"], value):
            must = self.form(value, schema)
            self.add(
                path,
                "MXS206",
                msg("{name} cannot be {shown}: {must}", name=name, shown=words.shown(value), must=must),
                words.about(schema),
            )

    def form(self, value: str, schema: Schema) -> str:
        """What to write where a pattern does not fit: the same in lower case, or something like an example."""
        pattern = _pattern(schema["pattern"])
        if len(value) > LONGEST:
            return msg("it has more than {count} characters", count=f"{LONGEST:,}")
        if pattern.search(value.lower()):
            return msg("write it in lower case, {lower}", lower=value.lower())
        example = next((one for one in words.examples(schema) if pattern.search(one)), None)
        if example is not None:
            return msg("write it like {example}", example=example)
        return (
            "it is not of the right form"
            if words.about(schema)
            else msg("it must match {value}", value=schema["pattern"])
        )

    def number(self, value: float, schema: Schema, path: Path, name: str) -> None:
        low, high = schema.get("minimum"), schema.get("maximum")
        above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
        unit = schema.get("x-unit", "")
        too_low = (low is not None and value < low) or (above is not None and value <= above)
        too_high = (high is not None and value > high) or (below is not None and value >= below)
        if too_low or too_high:
            bounds = (
                words.bounds(low, high, unit) if above is None and below is None else words.open_bounds(schema, unit)
            )
            self.add(
                path,
                "MXS205",
                msg("{name} must be {bounds}; it is {value}", name=name, bounds=bounds, value=value),
                words.about(schema),
            )
        elif "multipleOf" in schema and value % schema["multipleOf"]:
            self.add(
                path,
                "MXS205",
                msg(
                    "{name} must be a multiple of {value}; it is {value_2}",
                    name=name,
                    value=schema["multipleOf"],
                    value_2=value,
                ),
                words.about(schema),
            )

    def sequence(self, value: list[Any], schema: Schema, path: Path, name: str) -> list[Any]:
        low, high = schema.get("minItems"), schema.get("maxItems")
        if (low is not None and len(value) < low) or (high is not None and len(value) > high):
            self.add(
                path,
                "MXS207",
                msg(
                    "{name} must have {bounds}; it has {count}",
                    name=name,
                    bounds=words.bounds(low, high, "entries"),
                    count=len(value),
                ),
                words.about(schema),
            )
        if schema.get("uniqueItems"):
            seen: set[str] = set()
            for index, item in enumerate(value):
                text = json.dumps(item, sort_keys=True)
                if text in seen:
                    self.add(
                        (*path, index),
                        "MXS207",
                        msg("{name} has {shown} twice", name=name, shown=words.shown(item)),
                        "keep one of the two",
                    )
                seen.add(text)
        firsts = schema.get("prefixItems", [])
        rest = schema.get("items", True)
        label = msg("each entry of {name}", name=name)
        about = {key: schema[key] for key in ("description",) if key in schema}

        def entry(index: int) -> Any:
            own = firsts[index] if index < len(firsts) else rest
            return {**about, **own} if isinstance(own, Mapping) and "$ref" not in own else own

        return [self.check(item, entry(index), (*path, index), label) for index, item in enumerate(value)]

    def mapping(self, value: dict[str, Any], schema: Schema, path: Path, name: str) -> dict[str, Any]:
        properties = schema.get("properties", {})
        result: dict[str, Any] = {}
        for key, item in value.items():
            place = (*path, key)
            if key in properties:
                if item is not None:
                    result[key] = self.check(item, properties[key], place)
                continue
            entry = self.entry_schema(key, schema, place, name)
            if entry is not None:
                result[key] = self.check(self.filled(item, entry), entry, place)
        unknown = islice((key for key in value if key not in properties), MOST_UNKNOWN)
        meant = {near for key in unknown for near in nearest(key, properties)} if properties else set()
        for key in schema.get("required", ()):
            if key not in result and key not in meant:
                about = self.resolve(properties.get(key, {}))
                self.add(
                    (*path, key),
                    "MXS202",
                    msg("{key} is missing", key=key) + (f" in {name}" if path else ""),
                    words.about(about),
                    at_key=True,
                )
        low, high = schema.get("minProperties"), schema.get("maxProperties")
        if (low is not None and len(result) < low) or (high is not None and len(result) > high):
            self.add(
                path,
                "MXS207",
                msg(
                    "{name} must have {bounds}; it has {count}",
                    name=name,
                    bounds=words.bounds(low, high, "entries"),
                    count=len(result),
                ),
                words.about(schema),
            )
        return result

    def filled(self, item: Any, schema: Any) -> Any:
        is_object = schema is not True and self.resolve(schema).get("type") == "object"
        return {} if item is None and is_object else item

    def entry_schema(self, key: str, schema: Schema, path: Path, name: str) -> Any:
        """The schema of an entry whose key is the person's choice; None if the key is wrong (and reported)."""
        names = self.resolve(schema.get("propertyNames", {}))
        before = len(self.found)
        self.text(key, names, path, "a name" + (f" in {name}" if name else ""))
        if len(self.found) > before:
            self.found[before] = Finding(path, "MXS208", self.found[before].summary, self.found[before].hint, True)
            return None
        patterns = schema.get("patternProperties", {})
        for pattern, entry in patterns.items():
            if _fits(pattern, key):
                return entry
        other = schema.get("additionalProperties", True)
        if other is not False:
            return other
        if patterns and not schema.get("properties"):
            must = self.form(key, {**schema, "pattern": next(iter(patterns))})
            self.add(
                path,
                "MXS208",
                msg("a name in {name} cannot be {shown}: {must}", name=name, shown=words.shown(key), must=must),
                words.about(schema),
                at_key=True,
            )
            return None
        self.unknown += 1
        if self.unknown > MOST_UNKNOWN:
            return None
        known = list(schema.get("properties", {}))
        listed = (
            f"{name or 'this'} has {', '.join(known)}" if known else msg("{value} has no keys", value=name or "this")
        )
        where = f" in {name}" if name else ""
        hint = f"{suggestion(key, known)} {listed}".strip()
        meant = "".join(nearest(key, known))
        self.found.append(
            Finding(
                path,
                "MXS201",
                msg("there is no key {key}{where}", key=key, where=where),
                hint,
                at_key=True,
                meant=meant,
            )
        )
        return None
