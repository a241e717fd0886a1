"""Which cause each planned change has: pure, from the plans that were made.

Three plans start from one state. The first is of the newest release's own HCL: what it would change was changed in AWS.
The second is of that release's specification as it is rendered today: what it has more is the generator's or a
module's. The third is of the YAML as it is: what that has more is the YAML's. Attributes are compared one by one, so
that a resource can have several causes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from mendixctl.engine.drift.results import Drifted, DriftedAttribute, Planned
from mendixctl.terraform.own_doing import by_others
from mendixctl.terraform.plan import UNKNOWN, Action, AttributeChange, PlanDocument, ResourceChange

Cause = Literal["aws", "generator", "yaml"]

IN_PLACE = frozenset({Action.UPDATE, Action.REPLACE})
NAMES = ("id", "arn", "name", "bucket", "identifier", "key_id", "url", "function_name", "cluster_identifier")
"""Attributes by which CloudTrail's events may call a resource, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Told:
    """The causes of everything that the three plans show."""

    aws: tuple[Drifted, ...] = ()
    generator: tuple[Planned, ...] = ()
    yaml: tuple[Planned, ...] = ()
    unfinished: tuple[Planned, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """What has to be known of the newest release: addresses that it left undone, and areas whose module's code is
    another today under the same version.
    """

    undone: Collection[str] = field(default_factory=frozenset)
    recoded: Mapping[str, str] = field(default_factory=dict)


def tell(
    released: PlanDocument,
    rendered: PlanDocument,
    wanted: PlanDocument,
    release: Release,
    why: Callable[[ResourceChange], str] = lambda change: "",
) -> Told:
    """The causes. ``released``, ``rendered``, ``wanted``: the three plans; ``why`` names the generator's closer."""
    known = _by_address(released)
    found = (by_others(change, known.get(change.address)) for change in released.drift)
    drift = {change.address: change for change in found if change is not None}
    unfinished, recoded, outside = [], [], []
    for change in released.changes:
        if change.address not in drift and change.address in release.undone:
            unfinished.append(Planned(change))
        elif change.address not in drift and change.area in release.recoded:
            recoded.append(Planned(change, release.recoded[change.area]))
        else:
            outside.append(change)
    today = _by_address(rendered)
    generator, yaml = [*recoded], []
    for change in wanted.changes:
        for cause, part in _parted(change, known.get(change.address), today.get(change.address)):
            if cause == "generator":
                generator.append(Planned(part, why(part)))
            elif cause == "yaml":
                yaml.append(Planned(part))
    return Told(
        aws=tuple(_drifted(change, drift.get(change.address), _by_address(wanted)) for change in outside),
        generator=tuple(generator),
        yaml=tuple(yaml),
        unfinished=tuple(unfinished),
        ignored=tuple(address for address in drift if address not in known),
    )


def _by_address(plan: PlanDocument) -> dict[str, ResourceChange]:
    return {change.address: change for change in plan.changes}


def _parted(
    change: ResourceChange, released: ResourceChange | None, rendered: ResourceChange | None
) -> Iterator[tuple[Cause, ResourceChange]]:
    """The change in one part a cause, in the order of the causes."""
    if change.action not in IN_PLACE or not change.attributes:
        cause = _of_whole(change, released, rendered)
        yield cause, rendered if cause == "generator" and rendered is not None else change
        if cause != "yaml" and change.action is Action.CREATE:
            yield from _otherwise(change, released, rendered)
        return
    parts: dict[Cause, list[AttributeChange]] = {"aws": [], "generator": [], "yaml": []}
    for attribute in change.attributes:
        parts[_of_attribute(attribute, released, rendered)].append(attribute)
    forced = any(attribute.forces_replacement for attribute in change.attributes)
    for cause, attributes in parts.items():
        if attributes:
            replaces = not forced or any(attribute.forces_replacement for attribute in attributes)
            action = change.action if replaces else Action.UPDATE
            yield cause, replace(change, action=action, attributes=tuple(attributes))


def _otherwise(
    change: ResourceChange, released: ResourceChange | None, rendered: ResourceChange | None
) -> Iterator[tuple[Cause, ResourceChange]]:
    """What of a resource that is created again, or by a generator, will not be as it was, told as an update."""
    steps: tuple[tuple[Cause, ResourceChange | None, ResourceChange | None], ...] = (
        ("generator", released, rendered),
        ("yaml", rendered or released, change),
    )
    for cause, one, other in steps:
        if one is None or other is None or {one.action, other.action} != {Action.CREATE}:
            continue
        before = {attribute.path: attribute.after for attribute in one.attributes}
        after = {attribute.path: attribute for attribute in other.attributes}
        parts = tuple(
            replace(attribute, before=before.get(path))
            for path, attribute in after.items()
            if not _equal(before.get(path), attribute.after)
        )
        if parts:
            yield cause, replace(change, action=Action.UPDATE, attributes=parts)


def _of_whole(change: ResourceChange, released: ResourceChange | None, rendered: ResourceChange | None) -> Cause:
    if released is not None and released.action is change.action:
        return "aws"
    return "generator" if rendered is not None and rendered.action is change.action else "yaml"


def _of_attribute(
    attribute: AttributeChange, released: ResourceChange | None, rendered: ResourceChange | None
) -> Cause:
    if _has(released, attribute):
        return "aws"
    return "generator" if _has(rendered, attribute) else "yaml"


def _has(change: ResourceChange | None, attribute: AttributeChange) -> bool:
    """Whether a change brings about the same value; of sensitive ones only the path can be compared."""
    if change is None or change.action not in IN_PLACE:
        return False
    return any(one.path == attribute.path and _equal(one.after, attribute.after) for one in change.attributes)


def _equal(one: Any, other: Any) -> bool:
    return type(one) is type(other) and bool(one == other)


def _drifted(change: ResourceChange, drift: ResourceChange | None, wanted: Mapping[str, ResourceChange]) -> Drifted:
    now = wanted.get(change.address)
    deleted = change.action is Action.CREATE
    attributes = () if deleted else tuple(_attributes(change, drift, now))
    adopted = now is None if deleted or not attributes else all(one.adopted for one in attributes)
    return Drifted(
        address=change.address,
        area=change.area,
        type=change.type,
        happened="deleted" if deleted else "changed",
        back=change.action.value,
        attributes=attributes,
        adopted=adopted,
        names=tuple(dict.fromkeys(_names(drift, change))),
    )


def _attributes(
    change: ResourceChange, drift: ResourceChange | None, now: ResourceChange | None
) -> Iterator[DriftedAttribute]:
    """The plan's way back, told the other way round; what only follows from it (unknown values) is left out."""
    before = {one.path: one for one in drift.attributes} if drift is not None else {}
    for attribute in change.attributes:
        seen = before.get(attribute.path)
        if attribute.after == UNKNOWN and seen is None:
            continue
        yield DriftedAttribute(
            path=attribute.path,
            released=seen.before if seen is not None else attribute.after,
            now=seen.after if seen is not None else attribute.before,
            sensitive=attribute.sensitive,
            adopted=not _touches(now, attribute.path),
        )


def _touches(change: ResourceChange | None, path: str) -> bool:
    """Whether a change sets the attribute at all, to whatever value, or takes the resource away."""
    if change is None:
        return False
    return change.action not in IN_PLACE or any(one.path == path for one in change.attributes)


def _names(*changes: ResourceChange | None) -> Iterator[str]:
    """What AWS calls the resource; a part of it that is sensitive is no name."""
    for change in changes:
        raw = change.raw.get("change", {}) if change is not None else {}
        values, marks = raw.get("before"), raw.get("before_sensitive")
        if isinstance(values, Mapping) and marks is not True:
            hidden = marks if isinstance(marks, Mapping) else {}
            yield from _texts(values.get(name) for name in NAMES if not hidden.get(name))


def _texts(values: Iterable[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str) and value)
