"""``atlantis.yaml``: one project an environment, in the waves in which `apply --all` takes them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mendixctl.engine.environment.files import read_lock
from mendixctl.engine.many.changed import Comparison
from mendixctl.engine.many.on_aws import names_on_aws
from mendixctl.engine.many.waves import waves
from mendixctl.engine.session import Session
from mendixgen import packaged
from mendixgen.files import write_if_changed

FILE = "atlantis.yaml"
"""The name that Atlantis looks for at the top of a repository."""


@dataclass(frozen=True, slots=True)
class Project:
    """One environment as Atlantis sees it. ``paths``: what it is planned again for, relative to the repository, in the
    syntax of .dockerignore.
    """

    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProjectWave:
    """Projects of one ``execution_order_group``."""

    number: int
    projects: tuple[Project, ...]


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """The file as text. ``written`` and ``current`` as of a schema; ``path`` is empty where no file was meant."""

    text: str
    path: str = ""
    written: bool = False
    current: bool = True
    diff: str = ""

    @property
    def exit_code(self) -> int:
        return 0 if self.current else 2


def atlantis(session: Session, *, write: bool = False, check: bool = False) -> PipelineResult:
    """``atlantis.yaml`` of a repository: shown, written, or compared with the one that is there.

    Raises:
        MendixError: MXP220, the waves are wrong; MXP223, no environment is on AWS; MXI101, it cannot be written.
    """
    repository = session.repository
    order = waves(repository, names_on_aws(session))
    comparison = Comparison(session)

    def project(name: str) -> Project:
        return Project(name, patterns_of(name, paths_of(session, comparison, name)))

    text = _rendered(tuple(ProjectWave(number, tuple(map(project, wave))) for number, wave in enumerate(order, 1)))
    return outcome(repository.root, FILE, text, write=write, check=check)


def outcome(root: Path, name: str, text: str, *, write: bool, check: bool) -> PipelineResult:
    """``text`` shown, written into ``name`` below ``root``, or compared with what is there.

    Raises:
        MendixError: MXI101, it cannot be written.
    """
    path = root / name
    if write:
        return PipelineResult(text, name, written=write_if_changed(path, text))
    if not check:
        return PipelineResult(text)
    found = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    lines = difflib.unified_diff(found.splitlines(True), text.splitlines(True), name, f"{name} (as it should be)")
    return PipelineResult(text, name, current=found == text, diff="".join(lines))


def paths_of(session: Session, comparison: Comparison, environment: str) -> tuple[str, ...]:
    """The files that a plan of an environment is made from; not its releases, which each apply writes."""
    lock = read_lock(session.repository, environment)
    beside = sorted(comparison.pair(environment) - {environment})
    return (
        f"environments/{environment}.yaml",
        f"environments/{environment}.lock",
        f"environments/{environment}/*",
        f"environments/{environment}/kubernetes/**",
        *(f"environments/{other}.yaml" for other in beside),
        *(f"modules/{area}/{pin.version}/**" for area, pin in sorted(lock.pins.items() if lock else ())),
    )


def patterns_of(environment: str, paths: Sequence[str]) -> tuple[str, ...]:
    """``paths`` as Atlantis matches them: what matches a folder matches all below it (moby/patternmatcher,
    ``MatchesOrParentMatches``), so that folders of the root are taken out again but for those that are meant.
    """
    root = f"environments/{environment}"
    found: list[str] = []
    for path in paths:
        found += [path, f"!{root}/*/**"] if path == f"{root}/*" else [path]
    return tuple(found)


def _rendered(found: tuple[ProjectWave, ...]) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "pipelines"),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 -- YAML; names and paths are of the characters that files of environments have
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("atlantis.yaml.j2").render(waves=found)
