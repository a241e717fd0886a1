"""Reads ``terraform show -json PLAN``: actions folded, attributes compared, everything sensitive masked.

Nothing sensitive leaves this file unmasked except in ``ResourceChange.raw``, which is for guards and never shown.
Providers copy sensitive values into attributes that they do not mark (``terraform_data.output``), so a value that is
marked anywhere in the plan is masked everywhere, and as a part of another text where it is long enough to be no word,
within its own resource always.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mendixctl.terraform import alignment
from mendixctl.terraform.identities import identity
from mendixctl.terraform.marks import mapping, marked, mask, part, shown, without
from mendixctl.terraform.plan import UNKNOWN, Action, AttributeChange, PlanDocument, ResourceChange
from mendixctl.terraform.redaction import Redaction, of_change, of_plan
from mendixgen.diagnostics import Diagnostic, MendixError

Path = tuple[str | int, ...]

_ACTIONS: Mapping[tuple[str, ...], Action] = {
    ("no-op",): Action.NOOP,
    ("create",): Action.CREATE,
    ("read",): Action.READ,
    ("update",): Action.UPDATE,
    ("delete",): Action.DELETE,
    ("delete", "create"): Action.REPLACE,
    ("create", "delete"): Action.REPLACE,
    ("create", "forget"): Action.REPLACE,
    ("forget",): Action.FORGET,
}

_TAKES_AWAY = frozenset({Action.DELETE, Action.REPLACE, Action.FORGET})

SHORTEST_PART = 12
"""Characters from which on a sensitive text is masked as a part of other resources' texts: shorter ones are words."""

_AREA = re.compile(r"module\.([^.\[]+)")

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*\Z")


def parse(document: Mapping[str, Any]) -> PlanDocument:
    """The plan in the JSON that ``terraform show -json PLAN`` gives. Later 1.x formats may add parts: ignored.

    Raises:
        MendixError: MXT105, the document is not format 1.x.
    """
    form = document.get("format_version")
    if not isinstance(form, str) or form.split(".")[0] != "1":
        raise MendixError(
            Diagnostic(
                "MXT105",
                f"the plan's JSON has format version {form!r}, and mendixctl reads 1.x",
                hint="use a Terraform 1.x, or a newer mendixctl",
            )
        )
    hidden = Hidden(of_plan(document))
    changes = [_change(item, hidden) for item in _managed(document.get("resource_changes"))]
    drift = (_change(item, hidden) for item in _managed(document.get("resource_drift")))
    outputs = {
        name: change
        for name, item in mapping(document.get("output_changes")).items()
        if (change := _output(name, mapping(item), hidden))
    }
    return PlanDocument(
        terraform_version=str(document.get("terraform_version", "")),
        changes=tuple(change for change in changes if change.action not in (Action.NOOP, Action.READ)),
        # A null that became an empty list or map is an artefact of older providers, not somebody's change.
        drift=tuple(
            change
            for change in drift
            if change.action is Action.DELETE or (change.action is Action.UPDATE and change.attributes)
        ),
        outputs=outputs,
        unchanged=sum(change.action is Action.NOOP for change in changes),
        others=tuple(change for change in changes if change.action is Action.NOOP),
    )


def _managed(items: object) -> Iterator[Mapping[str, Any]]:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, Mapping) and item.get("mode", "managed") != "data":
            yield item


class Hidden:
    """What is marked sensitive somewhere in a plan, to be found where it is not marked."""

    def __init__(self, known: Iterable[str]) -> None:
        self.known = frozenset(known)
        self.parts = Redaction(self.known, shortest=SHORTEST_PART)

    def __bool__(self) -> bool:
        return bool(self.known)


def _change(item: Mapping[str, Any], hidden: Hidden) -> ResourceChange:
    change = mapping(item.get("change"))
    address = str(item.get("address", ""))
    previous = str(item.get("previous_address") or "")
    action = _action(change.get("actions"))
    if action is Action.NOOP:
        if change.get("importing") is not None:
            action = Action.IMPORT
        elif previous and previous != address:
            action = Action.MOVE
    reason = str(item.get("action_reason") or "")
    if deposed := item.get("deposed"):
        reason = f"deposed object {deposed}"
    area = _AREA.match(address)
    own = frozenset(of_change(change)) if hidden else frozenset()
    kind = str(item.get("type", ""))
    return ResourceChange(
        address=address,
        area=area[1] if area else "",
        type=kind,
        action=action,
        attributes=tuple(_hide(attribute, hidden, own) for attribute in attributes(change)),
        previous_address=previous if previous != address else "",
        reason=reason,
        identity={name: value for name, value in identity(kind, change).items() if value not in hidden.known}
        if action in _TAKES_AWAY
        else {},
        raw=item,
    )


def _action(actions: object) -> Action:
    """One word for Terraform's list; an unknown list counts as what its gravest part does."""
    words = tuple(str(word) for word in actions) if isinstance(actions, list) else ()
    if words in _ACTIONS:
        return _ACTIONS[words]
    if "delete" in words:
        return Action.REPLACE if "create" in words else Action.DELETE
    return Action.CREATE if "create" in words else Action.UPDATE


def _hide(change: AttributeChange, hidden: Hidden, own: frozenset[str]) -> AttributeChange:
    """The change without texts that are sensitive elsewhere in the plan, ``own`` ones: in this resource."""
    if not hidden:
        return change

    def holds(text: str) -> bool:
        return text in hidden.known or hidden.parts.finds(text) or any(secret in text for secret in own)

    before, after = without(change.before, holds), without(change.after, holds)
    path = hidden.parts.text(change.path)
    if before == change.before and after == change.after and path == change.path:
        return change
    return replace(change, path=path, before=before, after=after, sensitive=True)


def _output(name: str, change: Mapping[str, Any], hidden: Hidden) -> AttributeChange | None:
    if _action(change.get("actions")) is Action.NOOP:
        return None
    before_marks, after_marks = change.get("before_sensitive"), change.get("after_sensitive")
    sensitive = marked(before_marks) or marked(after_marks)
    before, after = change.get("before"), change.get("after")
    unknown = change.get("after_unknown")
    if sensitive:
        return AttributeChange(name, mask(before), mask(after, unknown), sensitive=True)
    return _hide(AttributeChange(name, before, shown(after, unknown, None)), hidden, frozenset())


def attributes(change: Mapping[str, Any]) -> Iterator[AttributeChange]:
    """The attributes that differ between ``before`` and ``after`` of one change object, in their order."""
    paths = change.get("replace_paths")
    replacing = [tuple(path) for path in paths if isinstance(path, list)] if isinstance(paths, list) else []
    for path, before, after, sensitive in _differences(
        (),
        change.get("before"),
        change.get("after"),
        change.get("after_unknown"),
        change.get("before_sensitive"),
        change.get("after_sensitive"),
    ):
        yield AttributeChange(
            path=spell(path),
            before=before,
            after=after,
            sensitive=sensitive,
            forces_replacement=any(path[: len(prefix)] == prefix or prefix[: len(path)] == path for prefix in replacing)
            if path
            else False,
        )


def spell(path: Iterable[str | int]) -> str:
    """A path as Terraform writes it: ``rule[0].status``, ``tags["a b"]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _WORD.match(step):
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


Difference = tuple[Path, Any, Any, bool]


def _differences(
    path: Path, before: Any, after: Any, unknown: Any, before_marks: Any, after_marks: Any
) -> Iterator[Difference]:
    """The leaves that differ below ``path``. The marks and ``unknown`` mirror the value's shape; True is all of it."""
    if before_marks is True or after_marks is True:
        masked = mask(after, unknown)
        if before != after or marked(unknown):
            yield path, mask(before), masked, True
        return
    if unknown is True:
        yield path, shown(before, None, before_marks), UNKNOWN, marked(before_marks)
        return
    if _is_mapping(before) and _is_mapping(after) and (before is not None or after is not None or unknown):
        yield from _mappings(path, before or {}, after or {}, unknown, before_marks, after_marks)
        return
    if _is_list(before) and _is_list(after) and (before is not None or after is not None):
        yield from _lists(path, before or [], after or [], unknown, before_marks, after_marks)
        return
    if not _same(before, after):
        sensitive = marked(before_marks) or marked(after_marks)
        yield path, shown(before, None, before_marks), shown(after, unknown, after_marks), sensitive


def _mappings(
    path: Path,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    unknown: Any,
    before_marks: Any,
    after_marks: Any,
) -> Iterator[Difference]:
    unknown = mapping(unknown)
    keys = dict.fromkeys([*before, *after, *(key for key, value in unknown.items() if marked(value))])
    for key in keys:
        old, new, marks = before.get(key), after.get(key), unknown.get(key)
        old_marks, new_marks = part(before_marks, key), part(after_marks, key)
        if old == new and not marked(marks):
            continue
        yield from _differences((*path, key), old, new, marks, old_marks, new_marks)


def _lists(
    path: Path, before: Sequence[Any], after: Sequence[Any], unknown: Any, before_marks: Any, after_marks: Any
) -> Iterator[Difference]:
    """Lists of plain values are one leaf. Of blocks, the equal ones pair off; see `alignment`."""
    if not any(isinstance(item, Mapping | list) for item in (*before, *after)) and not marked(unknown):
        if before != after:
            hidden = marked(before_marks) or marked(after_marks)
            if hidden:
                yield path, shown(before, None, before_marks), shown(after, unknown, after_marks), True
            else:
                yield path, list(before), list(after), False
        return
    length = max(len(after), len(unknown) if isinstance(unknown, list) else 0)
    for place, old, new in _pairs(before, [*after, *[None] * (length - len(after))], unknown):
        yield from _differences(
            (*path, place),
            None if old is None else before[old],
            after[new] if new is not None and new < len(after) else None,
            None if new is None else part(unknown, new),
            None if old is None else part(before_marks, old),
            None if new is None else part(after_marks, new),
        )


def _pairs(before: Sequence[Any], after: Sequence[Any], unknown: Any) -> Iterator[tuple[int, int | None, int | None]]:
    """What differs of two lists of blocks: its place, and its indices before and after, one of them where the block
    was removed or added.

    What is as it was, is not there. What stands in the same place, or is more alike than not, is one that changed.
    """
    old_keys: list[Hashable] = [_key(item) for item in before]
    new_keys: list[Hashable] = [
        (index,) if marked(part(unknown, index)) else _key(item) for index, item in enumerate(after)
    ]

    def likeness(old: int, new: int) -> float:
        return _likeness(before[old], after[new])

    changed: list[alignment.Pair] = []
    removed: list[int] = []
    added: list[int] = []
    for olds, news in alignment.gaps(alignment.common(old_keys, new_keys), len(before), len(after)):
        pairs = alignment.alike(olds, news, likeness)
        changed += pairs
        removed += sorted({*olds} - {old for old, _ in pairs})
        added += sorted({*news} - {new for _, new in pairs})
    # what changed in a set may stand somewhere else since
    if len(removed) * len(added) <= alignment.MOST_COMPARISONS:
        for old in list(removed):
            twin = max(added, key=functools.partial(likeness, old), default=None)
            if twin is not None and old_keys[old] != new_keys[twin] and likeness(old, twin) >= ALIKE:
                changed.append((old, twin))
                removed.remove(old)
                added.remove(twin)
    found: list[tuple[int, int | None, int | None]] = [(new, old, new) for old, new in changed]
    found += [(old, old, None) for old in removed]
    found += [(new, None, new) for new in added]
    return iter(sorted(found, key=lambda one: (one[0], one[2] is None)))


ALIKE = 0.5
"""From how much in common on a block that stands elsewhere is taken for one that changed."""


def _likeness(before: Any, after: Any) -> float:
    """The part of the values that two blocks have in common, from 0 to 1; of what is no block, 0."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return 0.0
    keys = {*before, *after}
    return sum(_same(before.get(key), after.get(key)) for key in keys) / len(keys) if keys else 1.0


def _key(item: Any) -> str:
    return json.dumps(item, sort_keys=True, default=str)


def _is_list(value: Any) -> bool:
    return value is None or isinstance(value, list)


def _is_mapping(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _same(before: Any, after: Any) -> bool:
    """Equal, or one is nothing and the other an empty collection; True and 1 are different."""
    if isinstance(before, bool) is not isinstance(after, bool):
        return False
    return bool(before == after) or (_is_nothing(before) and _is_nothing(after))


def _is_nothing(value: Any) -> bool:
    return value is None or (isinstance(value, list | Mapping) and not value)
