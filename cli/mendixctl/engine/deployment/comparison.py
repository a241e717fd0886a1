"""A cluster compared with what it should have: by a trial on the server, which fills in its own defaults."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mendixctl.engine.deployment.order import turn
from mendixctl.guard.manifests import Context, JudgedObject, ManifestChanges, judge
from mendixgen.documents.files import standing
from mendixgen.kubernetes.diff import FOLDER, Does, Key, ObjectChange, differing, key_of, parse
from mendixgen.kubernetes.effects import effects
from mendixgen.kubernetes.order import in_order

if TYPE_CHECKING:
    from mendixctl.cluster.api import Api, Resource
    from mendixctl.engine.environment.workplace import Workplace

SERVERS_OWN = frozenset(
    {"creationTimestamp", "deletionTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"}
)
"""Parts of ``metadata`` that the server writes."""

LABELS = ("app.kubernetes.io/managed-by", "mendixctl.io/environment")
Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One object, and what becomes of it: None where it is as it should be. ``live``: what the cluster has."""

    resource: Resource
    value: Object
    change: ObjectChange | None
    live: Object | None = None

    @property
    def address(self) -> str:
        return key_of(self.value).address

    @property
    def goes(self) -> bool:
        return self.change is not None and self.change.does is Does.DELETE


@dataclass(frozen=True, slots=True)
class Comparison:
    """``steps``: each object that there should be, in their order. ``gone``: what there should not be any more.

    ``missing``: objects of kinds that the cluster does not know; no step is of them.
    """

    steps: tuple[Step, ...] = ()
    gone: tuple[Step, ...] = ()
    missing: tuple[Object, ...] = ()

    @property
    def changed(self) -> tuple[Step, ...]:
        return tuple(one for one in (*self.steps, *self.gone) if one.change is not None)


def wanted(files: Mapping[str, str]) -> list[Object]:
    """The objects of documents (path below the environment's folder -> text), in the order in which they are applied.

    Raises:
        MendixError: MXR131, one is not what mendixctl writes.
    """
    return list(parse(in_order(files)).values())


def standing_documents(workplace: Workplace) -> dict[str, str]:
    """The manifests beside the root, as they stand there: what was planned, and committed where that is asked for."""
    return {
        name: path.read_text("utf-8", errors="replace")
        for name, path in standing(workplace.root).items()
        if name.startswith(FOLDER)
    }


def against(api: Api, objects: Sequence[Object]) -> Comparison:
    """What becomes of each object. Errors as for `mendixctl.cluster.api`."""
    steps: list[Step] = []
    missing: list[Object] = []
    fresh: set[str] = set()
    for value in objects:
        resource = api.resource(str(value["apiVersion"]), str(value["kind"]))
        if resource is None:
            missing.append(value)
            continue
        key = key_of(value)
        live = None if key.namespace in fresh else api.get(resource, value)
        change: ObjectChange | None = ObjectChange(key, Does.CREATE)
        if live is not None:
            fields = differing(ours(live), ours(api.apply(resource, value, dry_run=True)))
            change = ObjectChange(key, Does.UPDATE, fields) if fields else None
        elif key.kind == "Namespace":
            fresh.add(key.name)
        steps.append(Step(resource, value, change, live))
    return Comparison(tuple(steps), missing=tuple(missing))


def unwanted(api: Api, objects: Iterable[Object], environment: str) -> tuple[Step, ...]:
    """What carries the environment's labels and is not among ``objects``, in the order in which it can go."""
    labels = dict(zip(LABELS, ("mendixctl", environment), strict=True))
    keep = {key_of(one) for one in objects}
    found = [
        Step(resource, one, ObjectChange(key, Does.DELETE), one)
        for resource in api.served()
        for one in api.listed(resource, labels)
        if (key := key_of(one)) not in keep and not one["metadata"].get("ownerReferences")
    ]
    return tuple(sorted(found, key=lambda step: turn(step.resource.kind)))


def planned(
    api: Api, objects: Sequence[Object], changes: Collection[ObjectChange], before: Mapping[Key, Object]
) -> Comparison:
    """The steps of changes that were planned, and of nothing else. ``before``: what the cluster has by the ledger."""
    todo = {one.key: one for one in changes}
    steps: list[Step] = []
    missing: list[Object] = []
    for value in objects:
        change = todo.get(key_of(value))
        if change is None or change.does is Does.DELETE:
            continue
        resource = api.resource(str(value["apiVersion"]), str(value["kind"]))
        if resource is None:
            missing.append(value)
        else:
            steps.append(Step(resource, value, change))
    gone = []
    for key in [key for key, change in todo.items() if change.does is Does.DELETE and key in before]:
        resource = api.resource(str(before[key]["apiVersion"]), key.kind)
        if resource is not None:  # where the kind is gone, so is everything of it
            gone.append(Step(resource, before[key], todo[key], before[key]))
    return Comparison(tuple(steps), tuple(gone), tuple(missing))


def judged(found: Comparison) -> ManifestChanges:
    """What changes, with verdicts, and what that does to each application."""
    every = (*found.steps, *found.gone)
    changes = [step.change for step in every if step.change is not None]
    context = Context(changes, {key_of(step.live): step.live for step in every if step.live is not None})
    after = {key_of(step.value): step.value for step in found.steps}
    objects = tuple(JudgedObject(one, judge(one, context)) for one in changes)
    return ManifestChanges(objects, effects(changes, after) if changes else ())


def ours(value: Object) -> dict[str, Any]:
    """An object without what the server itself writes."""
    metadata = {name: part for name, part in value["metadata"].items() if name not in SERVERS_OWN}
    return {**{name: part for name, part in value.items() if name != "status"}, "metadata": metadata}
