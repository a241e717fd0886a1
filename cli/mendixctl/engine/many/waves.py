"""The order in which many environments are applied: ``waves:`` in ``mendixctl.yaml``, or one that does no harm."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from typing import Any

from mendixctl.engine.environment.files import read_text
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.repository import Repository
from mendixgen.spec.source import Source, read, scan

FILE = "mendixctl.yaml"
"""At the top of the repository: what holds for it as a whole."""

SETTINGS = ("codebuild", "pipelines", "waves")
"""What it may say: the order of applies here, of pipelines what `mendixctl.engine.many.pipelines` reads, and of builds
what `mendixctl.engine.elsewhere.settings` does."""


def waves(repository: Repository, environments: Sequence[str]) -> list[list[str]]:
    """``environments`` in their waves; each wave is begun when the one before it is well. Empty waves are left out.

    Raises:
        MendixError: MXP220, ``mendixctl.yaml`` does not say which wave an environment is in, or says it wrongly.
    """
    path = repository.root / FILE
    if not path.is_file():
        return by_kind(repository, environments)
    source = read(read_text(path, FILE), FILE)
    if source.data and set(source.data) <= {"codebuild", "pipelines"}:
        return by_kind(repository, environments)
    return sorted_into(source, environments, repository.names())


def sorted_into(source: Source, environments: Sequence[str], known: Sequence[str]) -> list[list[str]]:
    """The waves that a file says. A wave is a name, a pattern (``*-dev``), or a list of those; the first that has an
    environment counts.

    Raises:
        MendixError: MXP220.
    """
    said = source.data.get("waves")
    unknown = next((key for key in source.data if key not in SETTINGS), None)
    if unknown is not None:
        hint = f"those that there are: {', '.join(SETTINGS)}"
        raise _wrong(source, (unknown,), f"{FILE} has no setting {unknown!r}", hint)
    if not isinstance(said, list) or not all(_is_wave(wave) for wave in said):
        raise _wrong(source, ("waves",), "waves is a list of environments, or of lists of them", EXAMPLE)
    patterns = [[wave] if isinstance(wave, str) else wave for wave in said]
    for number, wave in enumerate(patterns):
        for pattern in wave:
            if not fnmatch.filter(known, pattern):
                raise _wrong(source, ("waves", number), f"no environment is called {pattern}", ", ".join(known))
    found: list[list[str]] = [[] for _ in patterns]
    for name in environments:
        place = next((n for n, wave in enumerate(patterns) if any(fnmatch.fnmatchcase(name, p) for p in wave)), None)
        if place is None:
            raise _wrong(source, ("waves",), f"{name} is in no wave", 'add it to one; a last wave "*" takes all others')
        found[place].append(name)
    return [wave for wave in found if wave]


EXAMPLE = "waves: [foundation, dev, [staging, prod-dr], prod]"


def by_kind(repository: Repository, environments: Sequence[str]) -> list[list[str]]:
    """Where nothing is written: what an account has once, then the emulator's and the unprotected, then standbys, then
    the rest; what is most exposed comes last.
    """
    found: list[list[str]] = [[], [], [], []]
    for name in environments:
        found[_rank(scan(read_text(repository.spec(name), name), f"environments/{name}.yaml").data)].append(name)
    return [wave for wave in found if wave]


def _rank(data: Mapping[str, Any]) -> int:
    if data.get("kind") == "foundation":
        return 0
    if data.get("target") == "emulator" or data.get("protected") is False:
        return 1
    return 2 if data.get("standby_of") else 3


def _is_wave(wave: object) -> bool:
    several = isinstance(wave, list) and wave and all(isinstance(one, str) for one in wave)
    return isinstance(wave, str) or bool(several)


def _wrong(source: Source, path: tuple[str | int, ...], summary: str, hint: str) -> MendixError:
    return MendixError(Diagnostic("MXP220", summary, hint=hint, location=source.locate(path)))
