"""Files are replaced whole: written beside the old one, flushed, and renamed over it."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, Location, MendixError


@dataclass(frozen=True, slots=True)
class Written:
    """What was changed of a set of files, by name."""

    written: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = field(default=(), repr=False)


def write_atomic(path: Path, content: str | bytes, *, mode: int = 0o644) -> None:
    """Replace ``path`` by ``content``; on any failure the old file stands untouched.

    Raises:
        MendixError: MXI101, the file cannot be written (disk full, no permission, a folder in its place).
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
        raise MendixError(
            Diagnostic(
                "MXI101",
                f"cannot write {path}: {error.strerror or error}",
                hint="make room on the disk or mend the permissions, then run the same command again; nothing was lost",
                location=Location(str(path)),
            )
        ) from error


def write_if_changed(path: Path, content: str | bytes) -> bool:
    """Write ``content`` unless it already stands there; whether it was written."""
    with contextlib.suppress(OSError):
        if path.read_bytes() == (content.encode() if isinstance(content, str) else content):
            return False
    write_atomic(path, content)
    return True


def read_bounded(path: Path, limit: int) -> bytes:
    """The bytes of a file that may come from anywhere: a plain one, of at most ``limit`` bytes.

    A device has no end, and a pipe without a writer has no beginning; neither is opened in a way that waits.

    Raises:
        OSError: it cannot be read, is no plain file (EINVAL) or is too large (EFBIG).
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file")
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise OSError(errno.EFBIG, f"it has more than {limit:,} bytes")
    return data


def private_folder(folder: Path, top: Path) -> None:
    """Make ``folder``, ``top`` above it and what is between them, and keep them for their owner alone.

    The umask does not matter: a folder that was open before is closed.

    Raises:
        OSError: a folder cannot be made, or belongs to somebody else.
    """
    for path in (top, *(top / part for part in _between(top, folder))):
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            path.chmod(0o700)


def _between(top: Path, folder: Path) -> list[Path]:
    parts = folder.relative_to(top).parts
    return [Path(*parts[: index + 1]) for index in range(len(parts))]
