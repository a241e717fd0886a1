"""Room on the disk that is kept for the end of an apply.

Terraform writes the state when it stops. Where the disk has become full by then it cannot, nor can it leave the copy
that it writes instead (measured with 1.11.4: ``errored.tfstate`` of 0 bytes), and what it made last is in no state.
So some room is taken beforehand and given back as soon as the disk is about to be full; Terraform is asked to stop
then, and finds room for its state.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

SIZE = 16 << 20
"""Bytes: several times the state of an environment with everything in it, and the events of an apply."""

LOW = 1 << 20
"""Bytes that are left on the disk when the room is given back."""


class Reserve:
    """Room in ``folder``, held by a file without a name: it is free again when this process ends, however it ends.

    On a disk with little room at the start it takes half of what there is; where it can have none, it is never short.
    """

    def __init__(self, folder: Path, size: int = SIZE, low: int = LOW) -> None:
        self._folder = folder
        self._file: int | None = None
        self._short = False
        try:
            size = min(size, self._free() // 2)
            self._low = min(low, size // 2)
            with tempfile.TemporaryFile(dir=folder) as stream:
                os.posix_fallocate(stream.fileno(), 0, size)
                self._file = os.dup(stream.fileno())
        except (OSError, AttributeError):
            self.release()  # a limit on files, or a system that cannot set room aside

    def is_short(self) -> bool:
        """Whether the disk is, or was, about to be full; the room is given back the first time that it is."""
        if self._file is not None and self._free() < self._low:
            self._short = True
            self.release()
        return self._short

    def release(self) -> None:
        """Give the room back."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _free(self) -> int:
        found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize
