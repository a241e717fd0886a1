"""The three other kinds of patch: JSON patch (RFC 6902), merge patch (RFC 7386), and Kubernetes' strategic one."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mendixctl.emulator.kubernetes.schemas import Definitions, Schema

JSON = "application/json-patch+json"
MERGE = "application/merge-patch+json"
STRATEGIC = "application/strategic-merge-patch+json"
APPLY = "application/apply-patch+yaml"


class PatchError(ValueError):
    """A patch that does not fit what it is for."""


def merge(value: Any, patch: Any) -> Any:
    """``value`` with a merge patch: a null takes away, everything but an object replaces."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    result = dict(value) if isinstance(value, Mapping) else {}
    for key, said in patch.items():
        if said is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), said)
    return result


def strategic(definitions: Definitions, schema: Schema, value: Any, patch: Any) -> Any:
    """``value`` with a strategic merge patch: lists with a merge key are merged by it."""
    if not isinstance(patch, Mapping):
        return copy.deepcopy(patch)
    if patch.get("$patch") == "replace":
        return {key: copy.deepcopy(said) for key, said in patch.items() if key != "$patch"}
    result = dict(value) if isinstance(value, Mapping) else {}
    for key, said in patch.items():
        if key.startswith(("$setElementOrder/", "$retainKeys")):
            continue
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [one for one in result.get(name, ()) if one not in said]
            continue
        child = definitions.child(schema, key)
        if said is None:
            result.pop(key, None)
        elif isinstance(said, list) and child.get("x-kubernetes-patch-strategy", "").startswith("merge"):
            result[key] = _list(definitions, child, result.get(key) or [], said)
        else:
            result[key] = strategic(definitions, child, result.get(key), said)
    return result


def _list(definitions: Definitions, schema: Schema, value: list[Any], patch: list[Any]) -> list[Any]:
    name = schema.get("x-kubernetes-patch-merge-key")
    if name is None:
        return [*value, *(one for one in patch if one not in value)]
    result = list(value)
    for said in patch:
        place = next((i for i, one in enumerate(result) if one.get(name) == said.get(name)), None)
        if said.get("$patch") == "delete":
            if place is not None:
                del result[place]
        elif place is None:
            result.append(copy.deepcopy(said))
        else:
            result[place] = strategic(definitions, definitions.items(schema), result[place], said)
    return result


def json_patch(value: Any, operations: list[Mapping[str, Any]]) -> Any:
    """``value`` after the operations of a JSON patch.

    Raises:
        PatchError: a place is not there, or a test fails.
    """
    result = copy.deepcopy(value)
    for one in operations:
        steps = [step.replace("~1", "/").replace("~0", "~") for step in str(one["path"]).split("/")[1:]]
        kind = one["op"]
        try:
            if kind == "test":
                if _get(result, steps) != one["value"]:
                    raise PatchError(f"testing value {one['path']} failed")
            elif kind in {"add", "replace"}:
                _put(result, steps, copy.deepcopy(one["value"]), insert=kind == "add")
            elif kind == "remove":
                _take(result, steps)
            else:
                source = [step.replace("~1", "/").replace("~0", "~") for step in str(one["from"]).split("/")[1:]]
                moved = copy.deepcopy(_get(result, source))
                if kind == "move":
                    _take(result, source)
                _put(result, steps, moved, insert=True)
        except (KeyError, IndexError, TypeError) as error:
            raise PatchError(f"{kind} operation does not apply: doc is missing path: {one['path']}") from error
    return result


def _get(value: Any, steps: list[str]) -> Any:
    for step in steps:
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


def _put(value: Any, steps: list[str], new: Any, *, insert: bool) -> None:
    parent, last = _get(value, steps[:-1]), steps[-1]
    if isinstance(parent, list):
        if last == "-":
            parent.append(new)
        elif insert:
            parent.insert(int(last), new)
        else:
            parent[int(last)] = new
    elif not insert and last not in parent:
        raise KeyError(last)
    else:
        parent[last] = new


def _take(value: Any, steps: list[str]) -> None:
    parent, last = _get(value, steps[:-1]), steps[-1]
    del parent[int(last) if isinstance(parent, list) else last]
