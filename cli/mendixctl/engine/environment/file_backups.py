"""Files as they were, put back byte for byte when something fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mendixctl.engine.results import FileBackup
from mendixgen.documents.files import INDEX, strays
from mendixgen.files import write_atomic


@contextmanager
def restored(paths: list[Path]) -> Iterator[None]:
    """Put ``paths`` back as they were if the block raises anything, Ctrl-C included."""
    saved = backups(paths)
    try:
        yield
    except BaseException:
        put_back(saved)
        raise


def backups(paths: list[Path]) -> tuple[FileBackup, ...]:
    """The content of ``paths`` now; of those that are not there, that they are not."""
    return tuple(
        FileBackup(path, path.read_bytes(), path.stat().st_mode & 0o777) if path.is_file() else FileBackup(path, None)
        for path in paths
    )


def put_back(saved: tuple[FileBackup, ...]) -> None:
    """Make every file as it was, byte for byte. With the index of an environment's documents, those that were not there
    then go: their names are known only once they are rendered.
    """
    paths = [backup.path for backup in saved]
    for index in (path for path in paths if path.name == INDEX):
        for stray in strays(index.parent, paths):
            stray.unlink(missing_ok=True)
    for backup in saved:
        if backup.content is None:
            backup.path.unlink(missing_ok=True)
        elif not backup.path.is_file() or backup.path.read_bytes() != backup.content:
            write_atomic(backup.path, backup.content, mode=backup.mode)
