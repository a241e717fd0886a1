"""``sha256:`` of texts, of files, and of a module version's code."""

from __future__ import annotations

import hashlib
from pathlib import Path


def text_digest(text: str) -> str:
    """``sha256:`` of a text."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def code_digest(folder: Path) -> str:
    """The digest of a module version's code, all of it but the README: what a release records of each module."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if _is_code(path))
    return text_digest("".join(f"{name}\0{file_digest(folder / name)}\n" for name in names))


def _is_code(path: Path) -> bool:
    return path.is_file() and path.name != "README.md" and not {".terraform", ".git"} & set(path.parts)


def file_digest(path: Path) -> str:
    """``sha256:`` of a file; an empty text where there is none."""
    try:
        with path.open("rb") as stream:
            return f"sha256:{hashlib.file_digest(stream, 'sha256').hexdigest()}"
    except FileNotFoundError:
        return ""
