"""What a specification takes from those beside it: a standby nearly all, and a primary where its standby is.

A standby (``standby_of: prod``) says only what is its own. Every other section, and within a section every key, is
that of its primary's file, read when the standby is read. So the two cannot drift apart by oversight, and what was
taken is a part of the specification like what was written: it is checked, rendered, compared and recorded. A release
holds the whole text (`Combined.whole`), which needs no other file, so that a release stays what it was whatever becomes
of the primary's file later.

What is told of a neighbour stands in ``neighbours``, which a person may write too where that one is kept in another
repository: its region and account, from which names and ARNs over there follow.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixgen.diagnostics import Location
from mendixgen.digests import file_digest
from mendixgen.spec import called
from mendixgen.spec.edit import rewrite, same
from mendixgen.spec.source import Source
from mendixgen.spec.wording import Path

Beside = Callable[[str], Source | None]
"""Gives the document of another environment by its name; None where there is none, or none that can be read."""

Place = tuple[int, int]

NEIGHBOURS = "neighbours"

OWN: Mapping[str, str] = {
    "name": "a name is one environment's",
    "kind": "a standby is an environment",
    "description": "it says what this environment is for",
    "region": "a standby helps when it is in another region",
    "account": "it leads to the state and the ledger",
    "target": "it leads to the state and the ledger",
    "protected": "what protects an environment is written in its own file",
    "domain": "a name in DNS is one environment's",
    "state": "the state of a standby must not be lost with the region of its primary",
    "deploy_role": "each environment is deployed by the role that it names",
    "standby_of": "it is what makes this a standby",
    NEIGHBOURS: "each environment has neighbours of its own",
    "network.cidr": "overlapping networks can never be connected",
    "network.secondary_cidrs": "overlapping networks can never be connected",
    "network.zones[]": "regions have other zones; a number of zones is taken",
    **dict.fromkeys(called.OWN_NAMES, "it says what is fixed of something that the primary adopted"),
    "cluster.node_groups.*.zones": "regions have other zones",
    "ingress.certificate_arn": "a certificate is of one region",
    "ingress.further_certificate_arns": "a certificate is of one region",
    "ingress.certificate_names": "they are names below the primary's domain",
    "ingress.zone_id": "it is the zone of the primary's domain",
    "ingress.parent_zone_id": "it is the zone above the primary's domain",
    "ingress.delegation_set_id": "it is the primary's zone's",
    "ingress.delegated": "it says whether the primary's domain is delegated",
    "database.instances.*.restore_from": "it says where the primary's data came from",
    "registry.replicate_to": "images come from the primary to here",
    "registry.replica_of": "images come from the primary to here",
    "secrets.replicas": "secrets come from the primary to here",
    "backup.copy_to": "copies come from the primary to here",
    "recovery": "it says how the primary is recovered: here",
    "apps.*.hostname": "a name in DNS is one environment's until it is switched",
}
"""What a standby never takes, each with the reason; ``*`` is any key, ``[]`` at the end only where it is a list."""

_REGIONAL_ARN = re.compile(r"^arn:aws[a-z-]*:[a-z0-9-]+:([a-z0-9-]+):[0-9]{12}:")


@dataclass(slots=True)
class Combined(Source):
    """A document with what it takes from others. ``text``, ``file`` and places of its own parts are its own file's.

    ``base`` is what takes effect where the file itself (``own``) says nothing; ``primary`` the document that the
    standby's part of it is from.
    """

    own: Source = field(kw_only=True)
    base: Mapping[str, Any] = field(kw_only=True)
    primary: Source | None = field(kw_only=True, default=None)

    def locate(self, path: Path, *, key: bool = False) -> Location:
        """The place of a value in the file that it stands in: this one, or the primary's."""
        while path:
            for source in (self.own, self.primary):
                if source is not None and (path in source.values or path in source.keys) and self._is_of(source, path):
                    return source.locate(path, key=key)
            path = path[:-1]
        return Location(self.file, 1, 1)

    def raw(self, path: Path) -> str:
        """The scalar at ``path`` as it is written, for a hint."""
        holder = self.primary if self.primary is not None and path not in self.own.values else self.own
        return holder.raw(path)

    def whole(self) -> str:
        """The text that says by itself what this document and those beside it say together."""
        return rewrite(self.own.text, self.data)

    def digest(self) -> str:
        """A digest of what takes effect."""
        return file_digest(json.dumps(self.data, sort_keys=True).encode())

    def rewritten(self, wanted: Mapping[str, Any]) -> str:
        """The text of the file itself with which ``wanted`` takes effect, as long as the others stay what they are."""
        return rewrite(self.own.text, difference(wanted, self.own.data, self.base))

    def _is_of(self, source: Source, path: Path) -> bool:
        return source is self.own or _at(self.base, path) is not _NOTHING


_NOTHING = object()


def combined(source: Source, beside: Beside, areas: Collection[str]) -> Source:
    """``source`` with what it takes from the documents that ``beside`` gives; itself where that is nothing.

    ``areas``: those that are on here, since a section without its area would be an error.
    """
    data = source.data
    name = data.get("standby_of")
    primary = beside(name) if isinstance(name, str) and name != data.get("name") else None
    base = taken(primary.data, areas) if primary is not None else {}
    base = merged(_implied(data, beside, areas), base)
    if not base:
        return source
    effective = merged(data, base)
    values, keys = _places(source, primary, base, effective)
    problems = [*source.problems, *(primary.problems if primary is not None else ())]
    return Combined(
        source.file,
        source.text,
        effective,
        values,
        keys,
        source.warnings,
        problems,
        own=source,
        base=base,
        primary=primary,
    )


def taken(primary: Mapping[str, Any], areas: Collection[str]) -> dict[str, Any]:
    """What a standby with these areas takes of its primary's data: all but `OWN`."""
    from mendixgen.spec.header import Header

    known = {*Header.model_fields, *areas}
    kept = {key: value for key, value in primary.items() if key in known and value is not None}
    for pattern in OWN:
        steps = pattern.removesuffix("[]").split(".")
        _drop(kept, steps, only_lists=pattern.endswith("[]"))
    return kept


def merged(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` over ``base``: mappings by key, anything else as a whole. A null takes away what ``base`` has."""
    result = dict(own)
    for key, value in base.items():
        if key not in own:
            result[key] = value
        elif own[key] is None:
            del result[key]
        elif isinstance(own[key], Mapping) and isinstance(value, Mapping):
            result[key] = merged(own[key], value)
    return result


def difference(wanted: Mapping[str, Any], own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be said over ``base`` for ``wanted``: ``merged(difference(w, o, b), b)`` is ``w``.

    What ``own`` says already stays said where it is the same, so that a person's file changes as little as it can.
    """
    result: dict[str, Any] = {}
    for key, value in wanted.items():
        here, there = own.get(key, _NOTHING), base.get(key, _NOTHING)
        if here is _NOTHING and there is not _NOTHING and same(value, there):
            continue
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            result[key] = difference(value, here if isinstance(here, Mapping) else {}, there)
        else:
            result[key] = value
    for key in base:
        if key not in wanted:
            result[key] = None
    return result


def foreign(primary: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Texts that a standby takes and that are ARNs of its primary's own region, with their places."""
    region = primary.get("region")
    for path, value in _leaves(base, ()):
        found = _REGIONAL_ARN.match(value) if isinstance(value, str) else None
        if found is not None and found[1] == region:
            yield path, value


def _implied(data: Mapping[str, Any], beside: Beside, areas: Collection[str]) -> dict[str, Any]:
    """What follows from who stands by for whom: where the neighbours are, and what is copied between the two."""
    recovery, backup = _mapping(data.get("recovery")), _mapping(data.get("backup"))
    primary, standby, account = data.get("standby_of"), recovery.get("standby"), data.get("account")
    target = _mapping(backup.get("copy_to")).get("environment")
    known = dict(_mapping(data.get(NEIGHBOURS)))
    found: dict[str, Any] = {}
    for name in dict.fromkeys(one for one in (primary, standby, target) if isinstance(one, str)):
        other = beside(name) if name != data.get("name") else None
        if other is not None and all(isinstance(other.data.get(key), str) for key in ("region", "account")):
            facts = ("region", "account", "domain")
            found[name] = {key: other.data[key] for key in facts if isinstance(other.data.get(key), str)}
    base: dict[str, Any] = {NEIGHBOURS: found} if found else {}
    known = {**found, **known}
    region = _mapping(known.get(standby)).get("region") if isinstance(standby, str) else None
    if "recovery" in areas and isinstance(region, str):
        if "secrets" in areas:
            base["secrets"] = {"replicas": [{"region": region}]}
        if "registry" in areas:
            base["registry"] = {"replicate_to": [region]}
    if "recovery" in areas and isinstance(primary, str) and primary in known:
        base["recovery"] = {"primary": primary}
        other = beside(primary)
        asked = _mapping(other.data.get("recovery")) if other is not None else {}
        shared = ("rpo_minutes", "rto_minutes", "elastic_disaster_recovery")
        base["recovery"] |= {key: asked[key] for key in shared if asked.get(key) is not None}
        if "registry" in areas:
            base["registry"] = {**base.get("registry", {}), "replica_of": primary}
    if "logging" in areas and isinstance(primary, str) and _mapping(known.get(primary)).get("account") == account:
        base["logging"] = {"service_linked_role": False}  # an account has it once, and it is the primary's
    return base


def _drop(data: dict[str, Any], steps: list[str], *, only_lists: bool) -> None:
    """Take a path out of ``data``, whose mappings are copied on the way."""
    first, rest = steps[0], steps[1:]
    for key in list(data) if first == "*" else [first] if first in data else []:
        if not rest:
            if not only_lists or isinstance(data[key], list):
                del data[key]
        elif isinstance(data[key], Mapping) and data[key]:
            data[key] = dict(data[key])
            _drop(data[key], rest, only_lists=only_lists)


def _places(
    own: Source, primary: Source | None, base: Mapping[str, Any], effective: Mapping[str, Any]
) -> tuple[dict[Path, Place], dict[Path, Place]]:
    """Where each part of ``effective`` stands, in whichever file it does."""

    def both(mine: Mapping[Path, Place], theirs: Mapping[Path, Place]) -> dict[Path, Place]:
        found = {path: place for path, place in mine.items() if _at(effective, path) is not _NOTHING}
        for path, place in theirs.items():
            if path and path not in found and _at(base, path) is not _NOTHING and _is_taken(own.data, path):
                found[path] = place
        return found

    if primary is None:
        return both(own.values, {}), both(own.keys, {})
    return both(own.values, primary.values), both(own.keys, primary.keys)


def _is_taken(own: Mapping[str, Any], path: Path) -> bool:
    """Whether what takes effect at ``path`` is not said by ``own``: there, or above as no mapping."""
    here: Any = own
    for step in path:
        if not isinstance(here, Mapping):
            return False
        if step not in here:
            return True
        here = here[step]
    return isinstance(here, Mapping)


def _at(data: Any, path: Path) -> Any:
    here = data
    for step in path:
        if isinstance(here, Mapping):
            has = step in here
        else:
            has = isinstance(here, list) and isinstance(step, int) and step < len(here)
        if not has:
            return _NOTHING
        here = here[step]
    return here


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _leaves(one, (*path, key))
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _leaves(one, (*path, index))
    else:
        yield path, value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
