"""The other environments of the repository, as far as one of them could own what this one is about to make."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from mendixctl.engine.workplace import read_text
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.repository import Repository
from mendixgen.spec.claims import collisions
from mendixgen.spec.loader import Specification
from mendixgen.spec.source import Source, scan


def shared(repository: Repository, specification: Specification) -> list[Diagnostic]:
    """What another environment of ``repository`` claims too; one that cannot be read claims nothing."""
    return collisions(specification.source, _others(repository, specification.header.name))


def check_shared(repository: Repository, specification: Specification) -> None:
    """Check that no other environment claims what this one does.

    Raises:
        Refused: MXG108.
    """
    found = shared(repository, specification)
    if found:
        raise Refused(found)


def _others(repository: Repository, name: str) -> Iterator[Source]:
    for other in repository.names():
        if other == name:
            continue
        label = f"environments/{other}.yaml"
        with contextlib.suppress(MendixError):
            yield scan(read_text(repository.spec(other), label), label)
