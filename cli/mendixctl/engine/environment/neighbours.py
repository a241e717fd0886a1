"""The files of other environments, as far as one takes something from them (`mendixgen.spec.inheritance`)."""

from __future__ import annotations

from mendixctl.engine.environment.files import read_text
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository
from mendixgen.spec.inheritance import Beside
from mendixgen.spec.source import Source, scan


def reader(repository: Repository) -> Beside:
    """What gives the document of another environment of ``repository``, each read once.

    None for one that is not there, or is no YAML; what is wrong with it is said where that one is validated.
    """
    read: dict[str, Source | None] = {}

    def beside(name: str) -> Source | None:
        if name not in read:
            read[name] = _read(repository, name)
        return read[name]

    return beside


def _read(repository: Repository, name: str) -> Source | None:
    if name not in repository.names():
        return None
    label = f"environments/{name}.yaml"
    try:
        return scan(read_text(repository.spec(name), label), label)
    except MendixError:
        return None
