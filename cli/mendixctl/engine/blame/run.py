"""``blame``: the release, person, commit and time that last changed a field of the YAML, a module or a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.engine.blame.chains import GONE, Chains, Path, ResourceStep, ValueChange, follow, leaves
from mendixctl.engine.blame.results import (
    Altered,
    BlameResult,
    Cause,
    FieldBlame,
    ModuleBlame,
    ResourceBlame,
    Touched,
    causes,
)
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.history.run import opened
from mendixctl.engine.secret_fields import AreaOf, Hidden, masked
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Record
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.spec.edit import same
from mendixgen.spec.structure import nearest
from mendixgen.spec.wording import dotted


def blame(session: Session, environment: str, what: str = "") -> BlameResult:
    """Every field of the YAML with its last change; or what ``what`` names: an area with its fields and resources, a
    path of the YAML with all below it, or a resource by its address (without ``[...]``: all its instances).

    Raises:
        MendixError: MXD101 nothing is called that; MXL101 to MXL108, the ledger cannot be believed.
    """
    workplace, store = opened(session, environment)
    records = store.records()
    found = _Blame(workplace, records)
    return found.everything() if not what else found.named(what)


@dataclass
class _Blame:
    workplace: Workplace
    records: list[Record]

    def __post_init__(self) -> None:
        areas = AreaOf(self.workplace)
        self.area_of = areas
        self.chains: Chains = follow(self.records, areas)
        self.causes: dict[int, Cause] = causes({record.number: record for record in self.records})
        self.current = dict(leaves(self.workplace.specification.data))
        """What the YAML says now, applied or not."""
        self.hidden = Hidden(self.workplace.store, areas)

    def everything(self) -> BlameResult:
        return self.result("", self.current, (), ())

    def named(self, what: str) -> BlameResult:
        resources = [address for address in self.chains.resources if _is_address(what, address)]
        areas = {*self.chains.modules, *self.chains.areas.values(), *self.workplace.lock.pins} - {""}
        area = what.removeprefix("module.")
        if area in areas:
            inside = [address for address, owner in self.chains.areas.items() if owner == area]
            paths = [path for path in self.paths() if self.area_of(path) == area]
            return self.result(what, paths, [a for a in inside if a in self.chains.resources], [area])
        if resources:
            owners = {self.chains.areas[address] for address in resources} - {""}
            return self.result(what, (), resources, sorted(owners))
        paths = [path for path in self.paths() if _is_below(what, path)]
        if paths:
            return self.result(what, paths, (), ())
        raise self.unknown(what, areas)

    def paths(self) -> list[Path]:
        """Every path there is or was: those of the YAML in its order, then those that are gone."""
        return list(dict.fromkeys([*self.current, *self.chains.values, *self.chains.fields]))

    def result(self, what: str, paths: Iterable[Path], addresses: Iterable[str], areas: Iterable[str]) -> BlameResult:
        fields = [self.field(path) for path in paths]
        return BlameResult(
            scope=self.workplace.scope,
            file=self.workplace.specification.file,
            head=self.records[-1].number if self.records else 0,
            what=what,
            fields=tuple(sorted(fields, key=lambda one: (one.line == 0, one.line))),
            resources=tuple(self.resource(address) for address in sorted(addresses)),
            modules=tuple(self.module(area) for area in areas),
        )

    def field(self, path: Path) -> FieldBlame:
        secret = self.hidden(path)
        value = self.current.get(path)
        show = masked if secret else _as_is
        there = path in self.current
        return FieldBlame(
            path=dotted(path),
            line=self.workplace.specification.locate(path, key=True).line if there else 0,
            value=show(value),
            secret=secret,
            applied=same(value, self.chains.values.get(path)),
            tried=self.chains.pending.get(path, 0),
            changes=tuple(self.altered(change, show) for change in self.chains.fields.get(path, ())),
        )

    def altered(self, change: ValueChange, show: Callable[[Any], Any]) -> Altered:
        return Altered(self.causes[change.release], show(change.before), show(change.after))

    def module(self, area: str) -> ModuleBlame:
        pin = self.workplace.lock.pins.get(area)
        changes = tuple(self.altered(change, _as_is) for change in self.chains.modules.get(area, ()))
        return ModuleBlame(area, pin.version if pin else "", changes)

    def resource(self, address: str) -> ResourceBlame:
        steps = self.chains.resources[address]
        area = self.chains.areas[address]
        versions = {change.release: change for change in self.chains.modules.get(area, ())}
        return ResourceBlame(
            address=address,
            area=area,
            exists=steps[-1].action not in GONE,
            changes=tuple(self.touched(step, versions) for step in steps),
        )

    def touched(self, step: ResourceStep, versions: Mapping[int, ValueChange]) -> Touched:
        moved = versions.get(step.release)
        module = f"{moved.before or 'off'} -> {moved.after or 'off'}" if moved else ""
        return Touched(self.causes[step.release], step.action, step.address, step.attributes, step.verdict, module)

    def unknown(self, what: str, areas: Iterable[str]) -> MendixError:
        known = [*sorted(areas), *self.chains.resources, *(dotted(path) for path in self.paths())]
        near = nearest(what, known)
        return MendixError(
            Diagnostic(
                "MXD101",
                f"{self.workplace.environment} has, and had, no area, resource or YAML path {what!r}",
                hint=f"did you mean {near[0]}?"
                if near
                else f"without one, every field is listed: mendixctl blame {self.workplace.environment}",
            )
        )


def _is_address(what: str, address: str) -> bool:
    """Whether ``what`` names the resource: as it is, without its instance's key, or without its module; an object of
    the cluster as it is.
    """
    return what == address or any(
        what in (whole, whole.partition("[")[0]) for whole in (address, address.split(".", 2)[-1]) if "." in whole
    )


def _is_below(what: str, path: Path) -> bool:
    return any(what == dotted(path[:length]) for length in range(1, len(path) + 1))


def _as_is(value: Any) -> Any:
    return value
