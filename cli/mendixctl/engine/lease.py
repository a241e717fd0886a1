"""One command at a time works on an environment in one checkout.

Terraform's own lock guards the state; this guards what stands around it: the rendered root, the plan and the
lock file. The operating system drops it when the process ends, however it ends, so nothing is ever left locked.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from mendixctl.engine.failures import unwritable
from mendixgen.diagnostics import Diagnostic, Refused
from mendixgen.files import private_folder


@contextlib.contextmanager
def lease(workspace: Path, environment: str, doing: str) -> Iterator[None]:
    """Hold the environment for the length of a ``with`` block.

    Raises:
        Refused: MXP110, another command holds it.
        MendixError: MXP111, the folder cannot be written.
    """
    path = workspace / "busy"
    try:
        private_folder(workspace, workspace.parent)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise unwritable(path, error) from error
            holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip()
            raise Refused(
                Diagnostic(
                    "MXP110",
                    f"another mendixctl works on {environment} in this checkout: {holder or 'it has just begun'}",
                    hint="wait until it is done",
                )
            ) from error
        # who holds it is a courtesy: a full disk must not keep anybody from working
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{doing}, process {os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)
