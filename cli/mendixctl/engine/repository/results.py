"""What the use-case returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mendixctl.engine.diff import VersionChange
from mendixgen.diagnostics import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class RenderResult:
    """``written`` and ``removed`` name files relative to the repository; with ``check`` none was touched.

    ``diff`` is a unified diff from what stands in the repository to what it should be.
    """

    environment: str
    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    diff: str = ""
    check: bool = False
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def current(self) -> bool:
        return not self.diff

    @property
    def exit_code(self) -> int:
        return 2 if self.check and self.diff else 0


@dataclass(frozen=True, slots=True)
class Validated:
    """One environment's diagnostics, in the order of their positions."""

    environment: str
    file: str
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def valid(self) -> bool:
        return not any(found.severity is Severity.ERROR for found in self.diagnostics)


@dataclass(frozen=True, slots=True)
class ValidateResult:
    """Every environment that was looked at."""

    environments: tuple[Validated, ...]

    @property
    def exit_code(self) -> int:
        return 0 if all(one.valid for one in self.environments) else 1


@dataclass(frozen=True, slots=True)
class UpgradesResult:
    """Upgrades of every environment; ``failed``: what kept an environment where it was, by its name."""

    upgrades: tuple[UpgradeResult, ...]
    failed: Mapping[str, tuple[Diagnostic, ...]]

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        said = (one for upgrade in self.upgrades for one in upgrade.warnings)
        return (*said, *(one for found in self.failed.values() for one in found))

    @property
    def exit_code(self) -> int:
        return 1 if self.failed else 0


@dataclass(frozen=True, slots=True)
class UpgradeResult:
    """The pins that changed in the lock."""

    environment: str
    versions: tuple[VersionChange, ...]
    warnings: tuple[Diagnostic, ...] = ()
