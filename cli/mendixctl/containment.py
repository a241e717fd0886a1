"""Nothing is written outside the repository, whatever links a checkout brings.

A checkout is made by others: a folder of it can be a link to any folder of this machine, and a file that is written
"into the repository" would then be written there. Git keeps links, so this is all that a commit needs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, Location, Refused
from mendixgen.repository import Repository

DEEPEST = 12
"""Levels of folders that are looked at; what mendixctl writes is less deep."""

MOST = 20
"""Links that are named; where there are more, these say enough."""

_OF_TERRAFORM = ("terraform/providers", ".terraform")
"""Folders that Terraform fills with links to its mirror or its cache. mendixctl writes nothing below them."""


def check(repository: Repository, *, modules: bool = False) -> None:
    """Check that every folder that mendixctl writes into is where it seems to be.

    ``.mendixctl/`` is private and holds no link at all: one that leads into a committed folder would give its secrets
    away. Of the rest, no link leads out of the repository. ``modules``: they are about to be written, too; those that
    are only read may stand elsewhere.

    Raises:
        Refused: MXI104, one diagnostic for each link.
    """
    problems = []
    for path in _links(repository, modules):
        problems.append(
            Diagnostic(
                "MXI104",
                f"{path.relative_to(repository.root)} is a link to {os.readlink(path)}; what is written there "
                "would go elsewhere",
                hint="remove the link, and put the folder or the file itself in its place",
                location=Location(path.relative_to(repository.root).as_posix()),
            )
        )
        if len(problems) == MOST:
            break
    if problems:
        raise Refused(problems)


def _links(repository: Repository, modules: bool) -> Iterator[Path]:
    """The links that something could be written through."""
    private = repository.private
    if private.is_symlink():
        yield private
    else:
        yield from (path for path in _found(private) if not _is_known(path, repository))
    for folder in (repository.environments, repository.root / "schema", *([repository.modules] if modules else [])):
        if folder.is_symlink() and _leads_out(folder, repository.root):
            yield folder
            continue
        yield from (path for path in _found(folder) if _leads_out(path, repository.root))


def _found(folder: Path, depth: int = 0) -> Iterator[Path]:
    """Every link in and below a folder; links are not followed."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        path = folder / entry.name
        if entry.is_symlink():
            yield path
        elif entry.is_dir(follow_symlinks=False) and depth < DEEPEST and not path.as_posix().endswith(_OF_TERRAFORM):
            yield from _found(path, depth + 1)


def _is_known(path: Path, repository: Repository) -> bool:
    """Whether it is the link to the modules that a rehearsal has."""
    return (
        path.name == "modules"
        and path.parent.name == "rehearsal"
        and path.parent.parent.parent == repository.private
        and path.resolve() == repository.modules.resolve()
    )


def _leads_out(path: Path, root: Path) -> bool:
    return not Path(os.path.realpath(path)).is_relative_to(root.resolve())
