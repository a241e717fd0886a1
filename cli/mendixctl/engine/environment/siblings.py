"""The other environments of the repository, as far as one of them could own what this one is about to make."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator

from mendixctl.engine.environment.files import read_text
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.repository import Repository
from mendixgen.spec.claims import claims, collisions
from mendixgen.spec.loader import Specification
from mendixgen.spec.source import Source, scan


def shared(repository: Repository, specification: Specification) -> list[Diagnostic]:
    """What another environment of ``repository`` claims too; one that cannot be read claims nothing."""
    return collisions(specification.source, dict(_others(repository, [specification.header.name])).values())


def shared_among(repository: Repository, specifications: Iterable[Specification]) -> dict[str, list[Diagnostic]]:
    """What `shared` says of each of many, by name; each file is read once, and only those that meet are compared."""
    sources = {one.header.name: one.source for one in specifications}
    everything = {**dict(_others(repository, sources)), **sources}
    claimed: dict[tuple[str, ...], list[str]] = {}
    own: dict[str, list[tuple[str, ...]]] = {}
    for name in repository.names():
        if name in everything:
            own[name] = [(one.what, one.within, one.name) for one in claims(everything[name].data)]
            for claim in own[name]:
                claimed.setdefault(claim, []).append(name)
    found = {}
    for name, source in sources.items():
        met = {other for claim in own[name] for other in claimed[claim]} - {name}
        found[name] = collisions(source, (everything[other] for other in sorted(met)))
    return found


def check_shared(repository: Repository, specification: Specification) -> None:
    """Check that no other environment claims what this one does.

    Raises:
        Refused: MXG108.
    """
    found = shared(repository, specification)
    if found:
        raise Refused(found)


def _others(repository: Repository, known: Collection[str]) -> Iterator[tuple[str, Source]]:
    """The other environments by name, sorted; those that cannot be read are left out."""
    for other in repository.names():
        if other in known:
            continue
        label = f"environments/{other}.yaml"
        with contextlib.suppress(MendixError):
            yield other, scan(read_text(repository.spec(other), label), label)
