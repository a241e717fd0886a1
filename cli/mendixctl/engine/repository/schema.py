"""The JSON Schema of an environment's YAML, for editors: shown, written, or checked to be current.

``schema/environment.json`` is in English, and ``schema/environment.zh.json`` the same with descriptions in Chinese:
which of them a YAML is written by, its first line says.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mendixctl.language.choice import ENGLISH, LANGUAGES
from mendixctl.language.speaker import Speaker
from mendixgen import packaged
from mendixgen.diagnostics import MendixError
from mendixgen.files import write_if_changed
from mendixgen.repository import Repository
from mendixgen.spec import schema as schemas
from mendixgen.versions.store import ModuleStore


@dataclass(frozen=True, slots=True)
class SchemaResult:
    """The schema as text. ``path`` is empty unless a file was written or checked; ``diff`` is a unified diff.

    ``translations``: the files of the other languages.
    """

    text: str
    path: str = ""
    written: bool = False
    current: bool = True
    diff: str = ""
    language: str = ENGLISH
    translations: tuple[SchemaResult, ...] = ()

    @property
    def exit_code(self) -> int:
        return 0 if self.current and all(one.current for one in self.translations) else 2


def name(language: str) -> str:
    """The file of a language."""
    return "environment.json" if language == ENGLISH else f"environment.{language}.json"


def schema(folder: Path, language: str = ENGLISH) -> SchemaResult:
    """The schema for the repository around ``folder``; outside of one, for the modules that mendixctl brings."""
    try:
        modules = Repository.find(folder).modules
    except MendixError:
        modules = packaged.modules()
    return SchemaResult(_text(_schema(modules), language), language=language)


def file(repository: Repository, *, write: bool) -> SchemaResult:
    """Write the schemas of a repository, or find out whether they are current.

    A repository without the file of another language has none; writing makes it.

    Raises:
        MendixError: MXI101, one cannot be written.
    """
    made = _schema(repository.modules)
    others = [one for one in LANGUAGES if one != ENGLISH and (write or _path(repository, one).is_file())]
    translations = tuple(_file(repository, made, one, write=write) for one in others)
    return _file(repository, made, ENGLISH, write=write, translations=translations)


def _file(
    repository: Repository,
    made: Mapping[str, Any],
    language: str,
    *,
    write: bool,
    translations: tuple[SchemaResult, ...] = (),
) -> SchemaResult:
    text = _text(made, language)
    path = _path(repository, language)
    label = repository.relative(path)
    written, current, diff = False, True, ""
    if write:
        written = write_if_changed(path, text)
    else:
        found = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
        wanted = f"{label} (as it should be)"
        diff = "".join(difflib.unified_diff(found.splitlines(True), text.splitlines(True), label, wanted))
        current = found == text
    return SchemaResult(text, label, written, current, diff, language, translations)


def _path(repository: Repository, language: str) -> Path:
    return repository.root / "schema" / name(language)


def _schema(modules: Path) -> Mapping[str, Any]:
    return schemas.environment_schema(ModuleStore(modules))


def _text(made: Mapping[str, Any], language: str) -> str:
    return schemas.dump(made if language == ENGLISH else schemas.translated(made, Speaker.of(language).say))
