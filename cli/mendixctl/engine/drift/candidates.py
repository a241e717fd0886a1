"""Which fields of the YAML may drive an attribute that drifted: guesses, the likeliest first. Pure.

What a field becomes of is in the modules' HCL, which is not read here. So a guess is made from what can be seen: the
field's value is what the attribute was, its name and the instance's key are like the attribute's and the resource's.
Whether a guess is right, a plan says (`mendixctl.engine.drift.field_search`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.engine.blame.chains import leaves
from mendixgen.spec.edit import same

Path = tuple[str | int, ...]
MOST = 6
"""Guesses for one attribute; each costs a plan."""

NEVER = frozenset({"name", "kind", "region", "account", "target", "state", "deploy_role", "protected", "limits"})
"""Fields of the header that say what, where and how guarded an environment is: no drift is adopted into them."""

REMOVED: Any = object()
"""The value of a guess that takes its field out of the YAML."""

_WORDS = re.compile(r"[a-z0-9]+")
_KEY = re.compile(r'\["((?:[^"\\]|\\.)*)"\]')
_EMPTY: tuple[Any, ...] = (None, "", False, 0, [], {})


@dataclass(frozen=True, slots=True)
class Guess:
    """A field (``path`` from the top of the YAML) and the value that it would get."""

    path: Path
    value: Any
    score: int


def guesses(
    address: str,
    attribute: str,
    released: Any,
    now: Any,
    settings: Mapping[Path, Any],
    unset: Mapping[Path, Mapping[str, Any]],
) -> list[Guess]:
    """The guesses for one attribute. ``settings``: values that are in effect, defaults too; ``unset``: fields that are
    not set and have no default, with their schema.
    """
    found = []
    words = _words(attribute)
    context = _words(address) | {*_instance(address)}
    for path, value in settings.items():
        wanted = converted(now, value) if _alike(value, released) else None
        if wanted is not None and not same(wanted, value):
            found.append(Guess(path, wanted, _score(path, words, context, attribute)))
    if any(same(released, one) for one in _EMPTY):
        for path, schema in unset.items():
            wanted = _typed(now, schema)
            score = _score(path, words, context, attribute)
            if wanted is not None and _words(str(path[-1])) & words:
                found.append(Guess(path, wanted, score))
    return sorted(found, key=lambda guess: -guess.score)[:MOST]


def removals(address: str, data: Mapping[str, Any]) -> list[Guess]:
    """Guesses for a resource that was deleted: the entries of maps that are called as its instance is."""
    keys = set(_instance(address))
    found = [Guess(path, REMOVED, _score(path, set(), _words(address), "")) for path in _entries(data, keys)]
    return sorted(found, key=lambda guess: -guess.score)[:MOST]


def applied(data: Mapping[str, Any], guess: Guess) -> dict[str, Any]:
    """``data`` with the guess in it; everything else is shared or copied as needed."""
    return _set(dict(data), guess.path, guess.value)


def converted(value: Any, like: Any) -> Any:
    """``value``, an attribute's, in the type of ``like``, a field's; None where it has no such form."""
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(str(value).lower())
    if isinstance(like, int):
        return _number(value)
    if isinstance(like, float):
        number = _number(value)
        return value if isinstance(value, float) else float(number) if number is not None else None
    if isinstance(like, str):
        return value if isinstance(value, str) else None if isinstance(value, list | dict) else _text(value)
    if isinstance(like, list):
        return list(value) if isinstance(value, list) else None
    return None


def _number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    text = str(value)
    return int(text) if re.fullmatch(r"-?(0|[1-9][0-9]{0,17})", text) else None


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def _typed(value: Any, schema: Mapping[str, Any]) -> Any:
    """``value`` in the type that a schema wants; None where it has none of them."""
    likes = {"boolean": True, "integer": 0, "number": 0.0, "string": "", "array": []}
    for branch in (schema, *schema.get("anyOf", ())):
        like = likes.get(str(branch.get("type"))) if isinstance(branch, Mapping) else None
        if like is not None:
            return converted(value, like)
    return None


def _alike(field: Any, attribute: Any) -> bool:
    """Whether a field's value could be what an attribute was: providers turn numbers into texts and lists into sets."""
    if isinstance(field, list):
        return isinstance(attribute, list) and sorted(map(str, field)) == sorted(map(str, attribute))
    if isinstance(field, Mapping) or isinstance(attribute, list | Mapping) or attribute is None:
        return False
    return _text(field) == _text(attribute)


def _score(path: Path, words: set[str], context: set[str], attribute: str) -> int:
    last = str(path[-1])
    own = _words(last)
    score = 8 * len(own & words)
    score += 8 * (last == attribute.rsplit(".", 1)[-1])
    score += 6 * sum(str(step) in context for step in path[1:])
    score += 2 * len(_words(" ".join(map(str, path[:-1]))) & (words | context))
    return score


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.lower().replace("_", " ")))


def _instance(address: str) -> Iterator[str]:
    """The keys of the instance, and the parts of those that are made of several."""
    for key in _KEY.findall(address):
        yield key
        yield from re.split(r"[/.:]", key)


def _entries(data: Any, keys: set[str], path: Path = ()) -> Iterator[Path]:
    for key, value in data.items() if isinstance(data, Mapping) else ():
        below = (*path, key)
        if key in keys and path:
            yield below
        yield from _entries(value, keys, below)


def _set(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    key, rest = str(path[0]), path[1:]
    result = dict(data)
    if not rest:
        if value is REMOVED:
            result.pop(key, None)
        else:
            result[key] = value
        return result
    below = result.get(key)
    result[key] = _set(dict(below) if isinstance(below, Mapping) else {}, rest, value)
    return result


def unset_fields(settings: Any, schema: Mapping[str, Any], path: Path = ()) -> dict[Path, Mapping[str, Any]]:
    """The fields that a section could have and has not, with their schemas; only where their parent is there."""
    return dict(_unset(settings, schema, schema.get("$defs", {}), path))


def _unset(
    value: Any, schema: Any, definitions: Mapping[str, Any], path: Path, depth: int = 12
) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    if not isinstance(value, Mapping) or depth == 0:
        return
    for node in _resolved(schema, definitions):
        for key, child in node.get("properties", {}).items():
            if key not in value:
                kinds = [leaf for leaf in _resolved(child, definitions) if leaf.get("type") != "null"]
                yield from (((*path, key), leaf) for leaf in kinds[:1] if "properties" not in leaf)
            else:
                yield from _unset(value[key], child, definitions, (*path, key), depth - 1)
        entries = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
        known = node.get("properties", {})
        for key in value:
            for child in entries if key not in known else ():
                yield from _unset(value[key], child, definitions, (*path, key), depth - 1)


def _resolved(schema: Any, definitions: Mapping[str, Any], depth: int = 12) -> Iterator[Mapping[str, Any]]:
    if not isinstance(schema, Mapping) or depth == 0:
        return
    reference = schema.get("$ref")
    if isinstance(reference, str):
        yield from _resolved(definitions.get(reference.rsplit("/", 1)[-1]), definitions, depth - 1)
        return
    branches = [branch for word in ("anyOf", "oneOf", "allOf") for branch in schema.get(word, ())]
    if branches and "properties" not in schema and "type" not in schema:
        for branch in branches:
            yield from _resolved(branch, definitions, depth - 1)
        return
    yield schema


def effective(settings: Mapping[str, Any], prefix: Path) -> dict[Path, Any]:
    """The values of a section that is in effect, by their paths from the top of the YAML."""
    return {(*prefix, *path): value for path, value in leaves(settings)}
