"""The parts of an area that stand beside its declaration: ``checks.py`` and ``resources.py`` of its package.

They are found by these names, so that a declaration imports neither: not the rules, which only a section that is
there needs, and not the resources, which only the building of a module needs.
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from mendixgen.areas.contract import Area, Check, Header

if TYPE_CHECKING:
    from mendixgen.authoring.module import ModuleBuilder


def check(area: type[Area], inputs: Any, header: Header) -> list[Check]:
    """What no single field's bounds can say: ``check(inputs, header)`` of the area's ``checks.py``.

    An area without that file has no such rules. Raises `Unsound` where a rule reads a setting with a mistake of its
    own, outside of `independent`.
    """
    part = _part(area, "checks")
    return [] if part is None else list(part.check(inputs, header))


def build(area: type[Area], module: ModuleBuilder) -> None:
    """Add the area's locals and resources to ``module``: ``build(module)`` of the area's ``resources.py``.

    Raises TypeError for an area without that file.
    """
    part = _part(area, "resources")
    if part is None:
        raise TypeError(f"{area.name} has no resources.py beside its declaration in {area.__module__}")
    part.build(module)


def _part(area: type[Area], name: str) -> ModuleType | None:
    path = f"{area.__module__}.{name}"
    try:
        return import_module(path)
    except ModuleNotFoundError as error:
        if error.name != path:
            raise
        return None
