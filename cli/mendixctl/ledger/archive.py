"""What a release rendered, HCL and the documents beside it, as one file: the same files always make the same bytes."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.documents import NAME
from mendixgen.documents.files import INDEX, standing

_NAME = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,199}}\.tf|\.terraform\.lock\.hcl|\{INDEX}|(?:{NAME.pattern})")
"""What a root's files are called. A file of a person's own there may be called otherwise, and is left out."""

MOST = 1000
"""Files of an archive."""

LARGEST = 64 * 1024 * 1024
"""Bytes; a root is text, so an archive that unpacks to more is not one of ours."""


def pack(files: Mapping[str, bytes]) -> bytes:
    """A ``tar.gz`` of ``files`` (relative name -> content), without times, owners or order of its own."""
    buffer = io.BytesIO()
    # compression level and mtime are given, so that the digest does not depend on when or where it was made
    with (
        gzip.GzipFile(filename="", fileobj=buffer, mode="wb", compresslevel=9, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            member.mode = 0o644
            tar.addfile(member, io.BytesIO(files[name]))
    return buffer.getvalue()


def unpack(data: bytes, place: str) -> dict[str, bytes]:
    """The files of an archive.

    Raises:
        MendixError: MXL104, not an archive that `pack` made.
    """
    files: dict[str, bytes] = {}
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as compressed:
            # read to its end, which checks gzip's own checksum, but never more than a root can be
            content = compressed.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise _broken(place, f"it unpacks to more than {LARGEST:,} bytes")
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            for member in tar:
                if not _belongs(member) or member.name in files or len(files) == MOST:
                    raise _broken(place, f"{member.name[:80]!r} does not belong in one")
                stream = tar.extractfile(member)
                files[member.name] = stream.read() if stream else b""
    except (tarfile.TarError, zlib.error, OSError, EOFError, ValueError, OverflowError, RecursionError) as error:
        # ValueError: numbers of extended headers, which tarfile reads without a check
        raise _broken(place, str(error)) from error
    return files


def _belongs(member: tarfile.TarInfo) -> bool:
    """Whether `pack` could have made it: a plain file with a name of a root's, whole and without holes."""
    return member.type == tarfile.REGTYPE and member.sparse is None and _NAME.fullmatch(member.name) is not None


def of_root(root: Path) -> dict[str, bytes]:
    """What an archive holds of a root: its ``*.tf``, the provider lock, and the documents with their index."""
    found = sorted(path for path in root.glob("*.tf") if _NAME.fullmatch(path.name))
    lock = root / ".terraform.lock.hcl"
    code = {path.name: path.read_bytes() for path in [*found, *([lock] if lock.is_file() else [])]}
    return code | {name: path.read_bytes() for name, path in standing(root).items()}


def _broken(place: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXL104",
            f"{place} is not an archive of rendered HCL: {why}",
            hint="restore it from git or from the version history of the bucket",
        )
    )
