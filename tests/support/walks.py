"""Walks through specifications and module versions, as a platform team takes them over the years.

A walk is drawn by hypothesis and kept by what a rollback is made of: data, lock, and the root that they render. There
is no Terraform in it; what Terraform would move, make and destroy follows from the modules' addresses and moves.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock
from mendixgen.root import render
from mendixgen.root.wiring import completed
from mendixgen.spec.loader import Specification, load_text
from mendixgen.spec.merge import Merged, merge
from mendixgen.versions.store import ModuleStore, version_key

MODULES = Path(__file__).parents[2] / "modules"
HEADER: Mapping[str, Any] = {
    "name": "dev",
    "region": "eu-central-1",
    "account": "123456789012",
    "target": "emulator",
    "domain": "dev.apps.example.com",
}
ALWAYS = ("encryption", "network", "identity")
"""What the other areas are wired to."""

SOMETIMES = ("storage", "database", "cluster", "workloads", "registry")


ONE_WAY = ("database", "cluster", "storage")


def optional(**fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping of some of ``fields``."""
    return st.fixed_dictionaries({}, optional=fields)


def mostly(fields: Mapping[str, Any], **others: Any) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping of some of all fields, but of ``fields`` more often than not."""
    return st.fixed_dictionaries(dict(fields), optional=others) | optional(**fields, **others)


def some(values: st.SearchStrategy[Any], *names: str, least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """A map of some of ``names``."""
    return st.dictionaries(st.sampled_from(names), values, min_size=least, max_size=len(names))


LIFECYCLE = optional(
    infrequent_after_days=st.sampled_from([30, 60]), noncurrent_expire_after_days=st.sampled_from([30, 90, 400])
)
BUCKET = mostly(
    {"object_lock_days": st.sampled_from([None, 7, 30])},
    lifecycle=LIFECYCLE,
    object_lock_mode=st.sampled_from(["governance", "compliance"]),
    inventory=st.sampled_from(["daily", "weekly", "none"]),
)
POSTGRES = mostly(
    {"version": st.sampled_from(["18", "17", "16", "17.6"]), "storage_gb": st.sampled_from([100, 20, 500, 50])},
    max_storage_gb=st.sampled_from([None, 60, 150, 1000]),
    minor_upgrades=st.sampled_from([None, "automatic", "manual"]),
    multi_az=st.booleans(),
    database_name=st.sampled_from([None, "apps"]),
    replicas=st.integers(0, 2),
    restore_from=st.sampled_from([None, {"snapshot": "nightly"}]),
    **{"class": st.sampled_from(["db.t4g.medium", "db.m7g.large"])},
)
MYSQL = st.fixed_dictionaries(
    {"engine": st.just("mysql")},
    optional={"version": st.sampled_from(["8.4"]), "storage_gb": st.sampled_from([20, 50]), "multi_az": st.booleans()},
).map(lambda made: {"version": "8.4", **made})
NODES = mostly(
    {"version": st.sampled_from(["1.34", "1.35", None, "1.33"])},
    capacity=st.sampled_from(["spot", "on-demand"]),
    min=st.integers(1, 3),
    max=st.integers(3, 9),
    labels=st.sampled_from([{}, {"a": "b"}]),
)
SECTIONS: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "encryption": optional(rotation_days=st.sampled_from([90, 365]), deletion_window_days=st.sampled_from([7, 30])),
    "network": optional(
        zones=st.sampled_from([2, 3, ["a", "b"], ["a", "c"]]),
        cidr=st.sampled_from(["10.10.0.0/16", "10.20.0.0/16"]),
        nat=st.sampled_from(["per-zone", "single", "none"]),
        endpoints=st.sampled_from([[], ["s3"], ["s3", "ec2", "sts"]]),
        allow_from=st.sampled_from([[], ["203.0.113.0/24"]]),
        flow_logs=optional(retention_days=st.sampled_from([30, 365])),
    ),
    "identity": optional(),
    "workloads": optional(),
    "storage": optional(
        buckets=some(BUCKET, "files", "docs", "exports") | st.just({"files": None}),
        access_logs=optional(retention_days=st.sampled_from([400, 800])),
    ),
    "database": optional(instances=some(POSTGRES | MYSQL, "mendix", "crm", least=1)),
    "cluster": mostly(
        {"version": st.sampled_from(["1.34", "1.35"])},
        service_cidr=st.sampled_from([None, "172.20.0.0/16", "10.100.0.0/16"]),
        support=st.sampled_from(["standard", "extended"]),
        node_groups=some(NODES, "system", "apps", least=1),
    ),
    "registry": optional(images=st.sampled_from([["a"], ["a", "b/c"]]), keep_images=st.sampled_from([10, 50])),
}
"""What may be said of each area. Not every combination is valid; those that are not are never applied."""


@dataclass(frozen=True, slots=True)
class Point:
    """An environment at one moment: what it says, what it runs, and what that renders."""

    data: dict[str, Any]
    lock: Lock
    specification: Specification = field(compare=False)
    files: dict[str, str] = field(compare=False)


class Refused(Exception):
    """What was asked for is not valid, so that nobody would ever have applied it."""


def point(store: ModuleStore, data: dict[str, Any], lock: Lock) -> Point:
    """The environment that ``data`` and ``lock`` make.

    Raises:
        Refused: they do not go together.
    """
    try:
        text = json.dumps(data)
        specification = load_text(text, "environments/dev.yaml", store=store, lock=lock)
        return Point(data, lock, specification, render.render(specification, lock, store))
    except MendixError as error:
        raise Refused(str(error)) from error


def sections(store: ModuleStore, lock: Lock) -> dict[str, Mapping[str, Any]]:
    """The section schemas of what runs."""
    return {area: store.manifest(area, pin.version).section for area, pin in lock.pins.items()}


def back(store: ModuleStore, now: Point, goal: Point) -> tuple[Merged, Lock]:
    """What a rollback from ``now`` to ``goal`` would write."""
    lock = locks.back_to(now.lock, goal.lock)
    return merge(now.data, goal.data, sections(store, now.lock), sections(store, lock)), lock


def edited(draw: Any, data: Mapping[str, Any], lock: Lock) -> dict[str, Any]:
    """``data`` with another section or two; most of those that hold what AWS cannot take back."""
    changed = dict(data)
    on = [area for area in (*ONE_WAY, *ONE_WAY, *ALWAYS, *SOMETIMES) if area in lock.pins]
    for area in draw(st.lists(st.sampled_from(on), min_size=2, max_size=5)):
        if draw(st.integers(0, 4)) < 4:
            changed[area] = draw(SECTIONS[area])
        else:
            changed.pop(area, None)
    return changed


def started(draw: Any, store: ModuleStore) -> Lock:
    """A lock with some areas on, at any of their versions that give each other what they need."""
    lock = Lock("0.1.0")
    for area in (*ALWAYS, *SOMETIMES):
        wired = {"cluster", "storage"} <= lock.pins.keys() or area != "workloads"
        if area in ALWAYS or (wired and draw(st.sampled_from([True, True, True, False]))):
            lock = locks.upgrade(lock, area, draw(st.sampled_from(sorted(store.versions(area)))))
    return completed(store, lock, lambda area: max(store.versions(area), key=version_key))


def moved_versions(draw: Any, store: ModuleStore, lock: Lock) -> Lock:
    """``lock`` with one area at another version, on or off."""
    area = draw(st.sampled_from((*ALWAYS, *SOMETIMES)))
    if area in lock.pins and area not in ALWAYS and draw(st.booleans()):
        return Lock(lock.generator, lock.base, {name: pin for name, pin in lock.pins.items() if name != area})
    return locks.upgrade(lock, area, draw(st.sampled_from(sorted(store.versions(area)))))


def kept(lock: Lock, data: Mapping[str, Any]) -> dict[str, Any]:
    """``data`` without sections of areas that are off, which nobody could apply."""
    return {key: value for key, value in data.items() if key in HEADER or key in lock.pins}


# -- what Terraform would do with the addresses ------------------------------------------------------


def in_state(store: ModuleStore, before: set[str], after: Point) -> tuple[set[str], set[str], set[str]]:
    """What a state that holds ``before`` holds after an apply, what is made for that and what is destroyed.

    Addresses are without instances, prefixed by the area. The root's moves come first, then the modules' own.
    """
    wanted = {
        f"{area}.{address}"
        for area, pin in after.lock.pins.items()
        for address in store.manifest(area, pin.version).addresses
    }
    state = set(before)
    for source, target in (*_root_moves(after), *_module_moves(store, after)):
        if source in state and target not in state:
            state = state - {source} | {target}
    return wanted, wanted - state, state - wanted


def _module_moves(store: ModuleStore, after: Point) -> Iterator[tuple[str, str]]:
    for area, pin in after.lock.pins.items():
        for move in store.manifest(area, pin.version).moves:
            yield f"{area}.{move.source}", f"{area}.{move.target}"


def _root_moves(after: Point) -> Iterator[tuple[str, str]]:
    lines = [line.split("=")[1].strip() for line in after.files.get("moves.tf", "").splitlines() if " = " in line]
    for source, target in zip(lines[::2], lines[1::2], strict=True):
        yield source.removeprefix("module."), target.removeprefix("module.")


# -- what a section means, told apart from how it is written -----------------------------------------


def meaning(section: Any, schema: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    """Every setting of a section by its path, defaults filled in: what two sections say, however they are written.

    Made apart from `mendixgen.spec.merge`, which it is to check.
    """
    found: dict[tuple[str, ...], Any] = {}
    _settings(section or {}, schema, schema.get("$defs", {}), (), found)
    return found


def _settings(
    value: Any, field: Mapping[str, Any], known: Mapping[str, Any], path: tuple[str, ...], found: dict[Any, Any]
) -> None:
    if "$ref" in field:
        field = {**known[field["$ref"].rpartition("/")[2]], **{k: v for k, v in field.items() if k != "$ref"}}
    if value is None and "default" in field:
        value = field["default"]
    choices = [one for one in field.get("anyOf", ()) if "$ref" in one]
    if choices and isinstance(value, Mapping):
        field = {**known[choices[0]["$ref"].rpartition("/")[2]], **field}
    if isinstance(value, Mapping) and field.get("x-resolve") == "with_files":
        value = {"files": {}, **value}
    entries = field.get("additionalProperties")
    if isinstance(value, Mapping) and "properties" in field and "x-one-way" not in field:
        for key, part in field["properties"].items():
            _settings(value.get(key), part, known, (*path, key), found)
    elif isinstance(value, Mapping) and isinstance(entries, Mapping):
        for key, entry in value.items():
            found[(*path, key)] = "is there"
            _settings({} if entry is None else entry, entries, known, (*path, key), found)
    else:
        found[path] = value


def differences(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> set[tuple[str, ...]]:
    """The paths at which two meanings differ."""
    return {path for path in {*one, *other} if one.get(path) != other.get(path) or (path in one) != (path in other)}


NODES_ARE_MADE_ANEW = ("instance_types", "capacity", "ami", "architecture", "zones")


def one_way(said: Mapping[str, Mapping[Any, Any]]) -> dict[tuple[str, ...], tuple[Any, tuple[Any, ...]]]:
    """What AWS has of each setting that it never takes back, and by what the resource that has it would be made anew.

    ``said``: the meanings of the sections, by area.
    """
    found: dict[tuple[str, ...], tuple[Any, tuple[Any, ...]]] = {}
    for path, value in said.get("database", {}).items():
        if path[-1] in {"version", "storage_gb", "database_name", "restore_from"}:
            found["database", *path] = value, (said["database"][(*path[:-1], "engine")],)
    for path, value in said.get("storage", {}).items():
        if path[-1] in {"object_lock_days", "object_lock_mode"}:
            found["storage", *path] = value, ()
    cluster = said.get("cluster", {})
    for path, value in cluster.items():
        if path == ("version",):
            found["cluster", "version"] = value, (cluster["service_cidr",],)
        elif path[-1] == "version" and path[0] == "node_groups":
            nodes = tuple(str(cluster[(*path[:-1], key)]) for key in NODES_ARE_MADE_ANEW if cluster[(*path[:-1], key)])
            found["cluster", *path] = value or cluster["version",], (cluster["service_cidr",], *nodes)
    return found
