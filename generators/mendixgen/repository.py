"""Where things are in a platform repository. Paths only: nothing here reads a file's content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, MendixError


@dataclass(frozen=True, slots=True)
class Repository:
    """A platform repository: the folder that holds ``environments/`` and ``modules/``."""

    root: Path

    @classmethod
    def find(cls, start: Path) -> Repository:
        """The repository that holds ``start``.

        Raises:
            MendixError: MXC101, no folder from ``start`` upwards holds ``environments/``.
        """
        for folder in (start.resolve(), *start.resolve().parents):
            if (folder / "environments").is_dir() and (folder / "modules").is_dir():
                return cls(folder)
        raise MendixError(
            Diagnostic(
                "MXC101",
                f"{start} is not in a platform repository: no folder above it holds environments/ and modules/",
                hint="change into a platform repository, name one with -C FOLDER, or make one: mendixctl init FOLDER",
            )
        )

    @property
    def environments(self) -> Path:
        return self.root / "environments"

    @property
    def modules(self) -> Path:
        return self.root / "modules"

    @property
    def private(self) -> Path:
        """The git-ignored folder of everything that belongs to this checkout alone."""
        return self.root / ".mendixctl"

    def spec(self, environment: str) -> Path:
        return self.environments / f"{environment}.yaml"

    def lock(self, environment: str) -> Path:
        return self.environments / f"{environment}.lock"

    def terraform_root(self, environment: str) -> Path:
        return self.environments / environment

    def workspace(self, environment: str) -> Path:
        """Plans, journals, rehearsals and local state of one environment."""
        return self.private / environment

    def names(self) -> list[str]:
        """The environments that have a specification, sorted."""
        return sorted(path.stem for path in self.environments.glob("*.yaml"))

    def relative(self, path: Path) -> str:
        """``path`` as a person in the repository would name it."""
        try:
            return path.resolve().relative_to(self.root).as_posix()
        except ValueError:
            return str(path)
