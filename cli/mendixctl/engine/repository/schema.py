"""The JSON Schema of an environment's YAML, for editors: shown, written, or checked to be current."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from mendixgen import packaged
from mendixgen.diagnostics import MendixError
from mendixgen.files import write_if_changed
from mendixgen.repository import Repository
from mendixgen.spec import schema as schemas
from mendixgen.versions.store import ModuleStore


@dataclass(frozen=True, slots=True)
class SchemaResult:
    """The schema as text. ``path`` is empty unless a file was written or checked; ``diff`` is a unified diff."""

    text: str
    path: str = ""
    written: bool = False
    current: bool = True
    diff: str = ""

    @property
    def exit_code(self) -> int:
        return 0 if self.current else 2


def schema(folder: Path) -> SchemaResult:
    """The schema for the repository around ``folder``; outside of one, for the modules that mendixctl brings."""
    try:
        modules = Repository.find(folder).modules
    except MendixError:
        modules = packaged.modules()
    return SchemaResult(_text(modules))


def file(repository: Repository, *, write: bool) -> SchemaResult:
    """Write ``schema/environment.json`` of a repository, or find out whether it is current.

    Raises:
        MendixError: MXI101, it cannot be written.
    """
    text = _text(repository.modules)
    path = repository.root / "schema" / "environment.json"
    label = repository.relative(path)
    if write:
        return SchemaResult(text, label, written=write_if_changed(path, text))
    found = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    lines = difflib.unified_diff(found.splitlines(True), text.splitlines(True), label, f"{label} (as it should be)")
    return SchemaResult(text, label, current=found == text, diff="".join(lines))


def _text(modules: Path) -> str:
    return schemas.dump(schemas.environment_schema(ModuleStore(modules)))
