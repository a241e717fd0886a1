"""The versions of the areas' modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import (
    modules,
)

if TYPE_CHECKING:
    from mendixctl.views.human.view import HumanView
    from mendixctl.views.results import ModuleBuild, ModuleList
    from mendixgen.versions.life_cycle import Release
    from mendixgen.versions.semver import Comparison
    from mendixgen.versions.store import Manifest


def modules_built(view: HumanView, result: ModuleBuild, *, details: bool) -> None:
    modules.built(view.screen, result.report)
    view.problems(result.warnings)


def module_released(view: HumanView, result: Release, *, details: bool) -> None:
    modules.released(view.screen, result)


def modules_listed(view: HumanView, result: ModuleList, *, details: bool) -> None:
    modules.all_versions(view.screen, result.versions)


def module_shown(view: HumanView, result: Manifest, *, details: bool) -> None:
    modules.one(view.screen, result)


def modules_compared(view: HumanView, result: Comparison, *, details: bool) -> None:
    modules.compared(view.screen, result)
