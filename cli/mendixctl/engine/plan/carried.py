"""A saved plan in one file, for another checkout to apply: what travels between the jobs of a pipeline.

Nothing of a saved plan belongs to a machine. What an apply checks it by (YAML, lock, root, modules, provider lock,
Terraform's version, the state's serial, the expiry) stands in its manifest, and holds wherever the same commit is
checked out. Only its being nobody else's does not travel: artifacts of pipelines keep no mode, and others read them.
So the file is sealed with a passphrase that both jobs know (AES-256-GCM under a key by scrypt): nobody else reads what
the plan holds in clear, and nobody else can put another plan in its place. Without a passphrase it is readable by its
owner alone, and taken only while it is.

The file: two lines (`MAGIC`, then JSON with ``environment`` and ``sealed``), then a zip archive of the plan's files,
sealed or not. The lines are sealed with the rest (additional data).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mendixctl import zip_archives
from mendixctl.engine.environment.files import require
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.plan import saved_plan
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused, Severity
from mendixgen.files import read_bounded, write_atomic

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC: Final = b"mendixctl plan 1\n"
PASSPHRASE: Final = "MENDIXCTL_PLAN_PASSPHRASE"  # noqa: S105 -- the variable's name
"""The environment variable that seals and opens plan files. Terraform and its providers never see it."""

SHORTEST: Final = 16
"""Characters of a passphrase: the file lies where others may try as long as they like."""

LARGEST: Final = 512 << 20
"""Bytes of a plan file that are read, packed or unpacked."""

_SALT, _NONCE = 16, 12
_MEMORY = 64 << 20
"""Bytes that scrypt may take; with the numbers below it takes half of them, and a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Carried:
    """What a plan file holds."""

    environment: str
    manifest: bytes
    plan: bytes


def keep(session: Session, result: PlanResult, path: Path) -> PlanResult:
    """Write the plan that was just saved into ``path``, readable by its owner alone; where there is nothing to apply, a
    plan file that is there goes. The result, with a warning where the file is not sealed.

    Raises:
        MendixError: MXP137, the passphrase is too short, or what seals is not installed; MXI101, it cannot be written.
    """
    if result.plan_file is None:
        if _is_ours(path):
            path.unlink()
        return result
    phrase = passphrase(os.environ)
    files = PlanFiles(result.plan_file.parent)
    found = Carried(result.scope.environment, files.manifest.read_bytes(), files.plan.read_bytes())
    write_atomic(path, packed(found, phrase), mode=saved_plan.SECRET)
    if phrase:
        return result
    warning = Diagnostic(
        "MXP138",
        f"{path.name} holds every value of the plan in clear, secrets too",
        hint=f"where it leaves this machine, set {PASSPHRASE} for this command and for the apply: then it is sealed",
        severity=Severity.WARNING,
    )
    session.reporter.notice(warning)
    return replace(result, warnings=(*result.warnings, warning))


def take(session: Session, path: Path, environment: str | None) -> str:
    """Make the plan in ``path`` the saved one of this checkout, in the place of any other; the environment's name.

    Whether it may be applied here is asked when it is applied.

    Raises:
        MendixError: MXP136, it is no plan file, or another environment's than ``environment``; MXP137, it cannot be
            opened; MXP101, there is no such environment here.
        Refused: MXI105, it is not sealed, and others could write it; MXP110, another command holds the environment.
    """
    carried = unpacked(path, passphrase(os.environ))
    name = carried.environment
    if environment not in (None, name):
        raise _wrong(
            path, f"it is a plan of {name}, not of {environment}", f"mendixctl apply --plan {path} --env {name}"
        )
    require(session.repository, name)
    workspace = session.repository.workspace(name)
    with lease(workspace, name, "apply"):
        files = PlanFiles(workspace / "plans")
        files.make()
        files.clear()
        write_atomic(files.plan, carried.plan, mode=saved_plan.SECRET)
        write_atomic(files.manifest, carried.manifest, mode=saved_plan.SECRET)
    return name


def passphrase(variables: Mapping[str, str]) -> str:
    """What seals plan files; empty where nothing does.

    Raises:
        MendixError: MXP137, it is too short.
    """
    phrase = variables.get(PASSPHRASE, "")
    if phrase and len(phrase) < SHORTEST:
        raise _closed(
            f"{PASSPHRASE} has {len(phrase)} characters", f"{SHORTEST} or more, such as: openssl rand -hex 32"
        )
    return phrase


def packed(carried: Carried, phrase: str) -> bytes:
    """The content of a plan file."""
    head = MAGIC + json.dumps({"environment": carried.environment, "sealed": bool(phrase)}).encode() + b"\n"
    body = zip_archives.packed({"plan.json": carried.manifest, "plan.tfplan": carried.plan})
    if phrase:
        salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
        body = salt + nonce + _cipher(phrase, salt).encrypt(nonce, body, head)
    return head + body


def unpacked(path: Path, phrase: str) -> Carried:
    """What a plan file holds.

    Raises:
        MendixError: MXP136, it is none, or was damaged; MXP137, it is sealed with another passphrase.
        Refused: MXI105, it is not sealed, and others than its owner may read or write it.
    """
    try:
        data = read_bounded(path, LARGEST)
    except OSError as error:
        raise _wrong(path, error.strerror or str(error)) from error
    try:
        line, body = data.removeprefix(MAGIC).split(b"\n", 1) if data.startswith(MAGIC) else (b"", b"")
        said = json.loads(line)
        environment, sealed = said["environment"], said["sealed"]
        if not isinstance(environment, str) or not isinstance(sealed, bool):
            raise TypeError
    except (ValueError, KeyError, TypeError) as error:
        raise _wrong(path, "it was not written by mendixctl plan --out, or by another version") from error
    if sealed:
        body = _opened(path, body, phrase, data[: len(data) - len(body)])
    else:
        _check_private(path)
    try:
        entries = zip_archives.unpacked(body, LARGEST)
        return Carried(environment, entries["plan.json"], entries["plan.tfplan"])
    except (zip_archives.UnreadableArchive, KeyError) as error:
        raise _wrong(path, "it is damaged") from error


def _opened(path: Path, body: bytes, phrase: str, head: bytes) -> bytes:
    if not phrase:
        raise _closed(f"{path.name} is sealed", f"set {PASSPHRASE} to what it was sealed with")
    salt, nonce, sealed = body[:_SALT], body[_SALT : _SALT + _NONCE], body[_SALT + _NONCE :]
    cipher = _cipher(phrase, salt)
    from cryptography.exceptions import InvalidTag

    try:
        return cipher.decrypt(nonce, sealed, head)
    except (InvalidTag, ValueError) as error:
        raise _closed(
            f"{path.name} is sealed with another passphrase, or was changed since",
            f"{PASSPHRASE} must be that of the job that planned; else plan again",
        ) from error


def _cipher(phrase: str, salt: bytes) -> AESGCM:
    try:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    except ImportError as error:
        raise _closed("what seals plan files is not installed", "pip install 'mendixctl[aws]'") from error
    return AESGCM(hashlib.scrypt(phrase.encode(), salt=salt, n=1 << 15, r=8, p=1, maxmem=_MEMORY, dklen=32))


def _check_private(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise Refused(
            Diagnostic(
                "MXI105",
                f"{path.name} is not sealed, and others may read or write it: who wrote it, nothing says",
                hint=f"seal it when it is planned ({PASSPHRASE}); or, if you know whose it is: chmod 600 {path.name}",
                location=Location(str(path)),
            )
        )


def _is_ours(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as stream:
        return stream.read(len(MAGIC)) == MAGIC
    return False


def _wrong(path: Path, why: str, hint: str = "") -> MendixError:
    hint = hint or "write one: mendixctl plan ENVIRONMENT --out FILE"
    return MendixError(
        Diagnostic("MXP136", f"{path.name} is no plan to apply: {why}", hint=hint, location=Location(str(path)))
    )


def _closed(why: str, hint: str) -> MendixError:
    return MendixError(Diagnostic("MXP137", f"the plan file cannot be sealed or opened: {why}", hint=hint))
