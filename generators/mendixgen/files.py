"""Files are replaced whole: written beside the old one, flushed, and renamed over it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, Location, MendixError


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
