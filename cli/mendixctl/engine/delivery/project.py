"""What a project (MPR) says of itself without Mendix Studio: its version of Mendix, and a hash of its domain models.

An MPR is a database of SQLite; since format 2 the documents stand in ``mprcontents`` beside it. A domain model's hash
is over the document as it is stored, so that moving an entity on its page counts as a change too: whatever rests on
this errs on the careful side.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, Location, MendixError

DOMAIN_MODEL = b"\x02$Type\x00\x19\x00\x00\x00DomainModels$DomainModel\x00"
"""How a domain model says what it is: BSON's text ``$Type``, of 25 bytes with its end."""
HEAD_BYTES = 200
"""Of a document, in which its own ``$Type`` stands: before it there is only its identity."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project that was looked at. ``mendix``: the version it was last saved with; ``domain_model`` as a package's."""

    path: Path
    mendix: str
    domain_model: str


def look(path: Path) -> Project:
    """Read what a project says of itself; nothing of it is changed.

    Raises:
        MendixError: MXV112, it is no project.
    """
    try:
        with contextlib.closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as found:
            (mendix,) = found.execute("SELECT _ProductVersion FROM _MetaData").fetchone()
            documents = sorted(_documents(found, path))
    except (sqlite3.Error, TypeError, ValueError, OSError) as error:
        raise MendixError(
            Diagnostic(
                "MXV112",
                f"{path.name} is no project of Mendix: {error}",
                hint="name the .mpr file of the project",
                location=Location(str(path)),
            )
        ) from error
    whole = hashlib.sha256()
    for identity, content in documents:
        whole.update(identity + hashlib.sha256(content).digest())
    return Project(path, str(mendix), f"project:{whole.hexdigest()}" if documents else "")


def _documents(found: sqlite3.Connection, path: Path) -> Iterator[tuple[bytes, bytes]]:
    """The domain models, by what identifies each."""
    tables = {name for (name,) in found.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "UnitContents" in tables:
        for identity, content in found.execute("SELECT UnitID, Contents FROM UnitContents"):
            if isinstance(content, bytes) and DOMAIN_MODEL in content[:HEAD_BYTES]:
                yield bytes(identity), content
        return
    folder = path.parent / "mprcontents"
    for file in folder.rglob("*.mxunit"):
        content = file.read_bytes()
        if DOMAIN_MODEL in content[:HEAD_BYTES]:
            yield file.relative_to(folder).as_posix().encode(), content
