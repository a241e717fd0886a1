"""The digests of a module: of each file, and of its Terraform and code, not of README.md and module.json."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

UNCOUNTED = frozenset({"README.md", "module.json"})


def file_digest(content: bytes) -> str:
    """The digest of one file as ``module.json`` writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def digest_of(digests: Mapping[str, str]) -> str:
    """The digest over the files' digests (``{"main.tf": "sha256:..."}``): sha256 over sorted lines of
    path, a zero byte, the file's sha256 in hex."""
    lines = (f"{name}\0{digest.removeprefix('sha256:')}\n" for name, digest in sorted(digests.items()))
    return f"sha256:{hashlib.sha256(''.join(lines).encode()).hexdigest()}"


def file_digests(folder: Path) -> dict[str, str]:
    """The digests of the files of a module that count, by path relative to it. Hidden files do not count
    (Terraform leaves ``.terraform`` behind when a module is tried alone)."""
    return {
        name: file_digest(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and (name := path.relative_to(folder).as_posix()) not in UNCOUNTED
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    }
