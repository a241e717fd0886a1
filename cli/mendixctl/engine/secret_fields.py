"""To which area a path of the YAML belongs, and whether its value must not be shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixctl.engine.diff import SpecChange
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.terraform.plan import SENSITIVE
from mendixgen.diagnostics import MendixError
from mendixgen.spec.edit import same
from mendixgen.spec.secrecy import is_secret
from mendixgen.spec.wording import dotted
from mendixgen.versions.store import ModuleStore

Path = tuple[str | int, ...]


class AreaOf:
    """The area that a path of the YAML belongs to; an empty text for what stands above the areas."""

    def __init__(self, workplace: Workplace) -> None:
        store = workplace.store
        self._foundations: dict[str, str] = {}
        self._sections = set(store.areas())
        for area, pin in workplace.lock.pins.items():
            try:
                manifest = store.manifest(area, pin.version)
            except MendixError:  # of what is not there nothing is known, and nothing is shown
                continue
            if manifest.kind != "environment":
                self._sections.discard(area)
                self._foundations |= dict.fromkeys(manifest.section.get("properties", {}), area)

    def __call__(self, path: Path) -> str:
        first = str(path[0])
        return first if first in self._sections else self._foundations.get(first, "")

    def within(self, path: Path) -> Path:
        """The path below its area's section."""
        return path[1:] if str(path[0]) in self._sections else path

    def prefix(self, area: str) -> Path:
        """Where an area's section begins in the YAML."""
        return (area,) if area in self._sections else ()


class Hidden:
    """Whether a value must not be shown: if any version of its module that there is says so.

    Of an area whose module is not there at all nothing is known, so nothing is shown.
    """

    def __init__(self, store: ModuleStore, area_of: AreaOf) -> None:
        self._store = store
        self._area_of = area_of
        self._known: dict[str, list[Mapping[str, Any]]] = {}

    def __call__(self, path: Path) -> bool:
        from mendixgen.spec.header import Header, json_schema

        area = self._area_of(path)
        if not area:
            known = str(path[0]) in Header.model_fields
            return is_secret(path, json_schema()) if known else True
        return any(is_secret(self._area_of.within(path), schema) for schema in self._schemas(area))

    def _schemas(self, area: str) -> list[Mapping[str, Any]]:
        if area not in self._known:
            found = []
            for version in self._store.versions(area):
                try:
                    found.append(self._store.manifest(area, version).section)
                except MendixError:
                    found.append({"x-secret": True})
            self._known[area] = found
        return self._known[area]


def masked(value: Any) -> Any:
    """A secret value as it is shown; what is not set is not."""
    return None if value is None else SENSITIVE


def value_changes(before: Mapping[Path, Any], after: Mapping[Path, Any], hidden: Hidden) -> tuple[SpecChange, ...]:
    """What differs between the values of two specifications, one by one, secret ones masked."""
    found = []
    for path in dict.fromkeys([*before, *after]):
        one, other = before.get(path), after.get(path)
        if not same(one, other):
            secret = hidden(path)
            found.append(SpecChange(dotted(path), masked(one) if secret else one, masked(other) if secret else other))
    return tuple(found)
