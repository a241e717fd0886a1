"""Looks for planted secrets in every file below a folder, in the forms in which programs write them."""

from __future__ import annotations

import base64
import json
import stat
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote


def forms(secret: str) -> set[bytes]:
    """What a file would hold if it held ``secret``. Written here again, so that the search does not trust the mask."""
    raw = secret.encode()
    found = {raw, json.dumps(secret)[1:-1].encode(), quote(raw, safe="").encode(), base64.b64encode(raw).rstrip(b"=")}
    found |= {line.strip().encode() for line in secret.splitlines() if len(line) > 12}
    return found | {json.dumps(json.dumps(secret))[3:-3].encode(), secret.replace("&", "&amp;").encode()}


def held(content: bytes, secrets: Iterable[str]) -> set[str]:
    """Those of ``secrets`` that stand in ``content``."""
    return {secret for secret in secrets if any(form in content for form in forms(secret))}


def files(folder: Path) -> Iterator[Path]:
    """Every plain file, but Terraform's providers, which are links or hundreds of megabytes."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and "providers" not in path.parts and ".git" not in path.parts:
            yield path


def holders(folder: Path, secrets: Iterable[str]) -> dict[str, set[str]]:
    """File -> the secrets in it, for those that hold any."""
    known = list(secrets)
    found = {path.relative_to(folder).as_posix(): held(path.read_bytes(), known) for path in files(folder)}
    return {name: some for name, some in found.items() if some}


def exposed(folder: Path, names: Iterable[str], private: Path) -> list[str]:
    """What of files that hold secrets others could get at: by their mode, or because git has them."""
    problems = []
    for name in names:
        path = folder / name
        if stat.S_IMODE(path.stat().st_mode) != 0o600:
            problems.append(f"{name} has mode {stat.S_IMODE(path.stat().st_mode):o}")
        if not path.is_relative_to(private):
            problems.append(f"{name} is not in {private.name}")
            continue
        above = [parent for parent in path.parents if parent == private or private in parent.parents]
        problems += [f"{parent} is open" for parent in above if stat.S_IMODE(parent.stat().st_mode) & 0o077]
    return problems


def in_git(folder: Path, secrets: Iterable[str]) -> dict[str, set[str]]:
    """As `holders`, in everything that git ever got, whatever stands in the folder now."""
    subprocess.run(["git", "-C", str(folder), "add", "-A"], check=True, capture_output=True)
    names = subprocess.run(["git", "-C", str(folder), "ls-files", "-z"], check=True, capture_output=True).stdout
    known = list(secrets)
    found = {name: held((folder / name).read_bytes(), known) for name in names.decode().split("\0") if name}
    return {name: some for name, some in found.items() if some}
