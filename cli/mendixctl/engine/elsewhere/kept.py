"""Plans that builds made: sealed, kept below ``.mendixctl/<env>/elsewhere/`` until a build applies them.

Nothing here opens them. What a person is shown before an apply comes from the document that came with the plan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mendixctl.engine.plan.carried import MAGIC
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import private_folder, read_bounded, write_atomic

SECRET = 0o600


@dataclass(frozen=True, slots=True)
class Kept:
    """A plan that waits. ``result``: of the document that came with it; empty where the file was carried here alone."""

    environment: str
    plan: bytes
    result: Mapping[str, Any]
    commit: str = ""

    @property
    def expires_at(self) -> datetime | None:
        plan = self.result.get("plan")
        said = plan.get("expires_at") if isinstance(plan, dict) else None
        try:
            return datetime.fromisoformat(str(said)).astimezone(UTC) if said else None
        except ValueError:
            return None


def keep(session: Session, environment: str, plan: bytes, document: bytes, commit: str) -> Path:
    """Keep what a build brought back; the plan's file."""
    folder = _folder(session, environment)
    private_folder(folder, session.repository.private)
    path = folder / "sealed.plan"
    write_atomic(folder / "document.json", document, mode=SECRET)
    write_atomic(folder / "commit", commit, mode=SECRET)
    write_atomic(path, plan, mode=SECRET)
    return path


def forget(session: Session, environment: str) -> None:
    """Take the plan away: it was applied, or there is nothing to apply any more."""
    for name in ("sealed.plan", "document.json", "commit"):
        (_folder(session, environment) / name).unlink(missing_ok=True)


def waiting(session: Session, environment: str) -> Kept | None:
    """The plan of an environment that waits, if there is one."""
    folder = _folder(session, environment)
    try:
        plan = (folder / "sealed.plan").read_bytes()
        document = json.loads((folder / "document.json").read_bytes())
        commit = (folder / "commit").read_text()
    except (OSError, ValueError):
        return None
    result = document.get("result") if isinstance(document, dict) else None
    return Kept(environment, plan, result if isinstance(result, dict) else {}, commit)


def from_file(path: Path) -> Kept:
    """The plan in a file that ``plan --out`` wrote.

    Raises:
        MendixError: MXP136, it is none, or not sealed: a build has no way to tell who wrote it.
    """
    try:
        data = read_bounded(path, 512 << 20)
        line = data.removeprefix(MAGIC).split(b"\n", 1)[0] if data.startswith(MAGIC) else b""
        said = json.loads(line)
        name, sealed = said["environment"], said["sealed"]
        if not isinstance(name, str) or sealed is not True:
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise MendixError(
            Diagnostic(
                "MXP136",
                f"{path.name} is no plan that a build could apply: it is none, or it is not sealed",
                hint="plan it elsewhere too: mendixctl plan ENVIRONMENT --on codebuild",
                location=Location(str(path)),
            )
        ) from error
    return Kept(name, data, {})


def _folder(session: Session, environment: str) -> Path:
    return session.repository.workspace(environment) / "elsewhere"
