"""Small zip archives whose content is not to be trusted: a damaged one is one kind of error, and none fills memory."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,  # zipfile raises it of a compression or a version of the format that this Python lacks
)
"""What zipfile raises of bytes that are no archive or a damaged one, some of it only when an entry is read."""

UNREADABLE = (*DAMAGED, OSError, RuntimeError, ValueError)
"""The same, with a file that cannot be read, what is encrypted (RuntimeError), and offsets and names that cannot be
(ValueError).
"""


class UnreadableArchive(ValueError):
    """The bytes are no archive, or a damaged one, or they would be more than is wanted when unpacked."""


def packed(entries: Mapping[str, bytes | str]) -> bytes:
    """An archive of these entries, compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(data: bytes, most: int) -> dict[str, bytes]:
    """Every entry by its name; ``most``: bytes that they may have together.

    Raises:
        UnreadableArchive: it cannot be read, or has more than that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(one.file_size for one in archive.infolist()) > most:
                raise UnreadableArchive("it is too large")
            return {name: archive.read(name) for name in archive.namelist()}
    except UNREADABLE as error:
        raise UnreadableArchive(str(error)) from error
