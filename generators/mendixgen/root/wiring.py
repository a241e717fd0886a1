"""What areas need of each other: the outputs that their wired inputs name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.lock import Lock
from mendixgen.versions.store import Manifest, ModuleStore, version_key


@dataclass(frozen=True, slots=True)
class Unmet:
    """An input of ``area`` that asks for ``output`` of ``other``, which is off, or on in a version without it."""

    area: str
    variable: str
    other: str
    output: str
    off: bool


def unmet(on: Mapping[str, Manifest]) -> Iterator[Unmet]:
    """What the modules that are ``on`` (by area) need and do not get. An optional input lacks nothing of an area
    that is off; of one that is on it does.
    """
    for area, manifest in on.items():
        for variable in manifest.inputs.values():
            if variable.source != "wired":
                continue
            other, _, output = variable.reference.partition(".")
            if other not in on:
                if not variable.optional:
                    yield Unmet(area, variable.name, other, output, off=True)
            elif output not in on[other].outputs:
                yield Unmet(area, variable.name, other, output, off=False)


def manifests(store: ModuleStore, lock: Lock) -> dict[str, Manifest]:
    """The modules that are on, by area."""
    return {area: store.manifest(area, pin.version) for area, pin in lock.pins.items()}


def completed(store: ModuleStore, lock: Lock, newest: Callable[[str], str], *, asked: str | None = None) -> Lock:
    """``lock`` with the areas on and new enough that the others are wired to; nothing is ever lowered for it.

    ``newest`` gives the version of an area to turn on or raise to. ``asked``: an area whose version was given, and
    which stays at that.
    """
    while True:
        needed = {need.other for need in unmet(manifests(store, lock))} - {asked}
        higher = {
            area: version
            for area, version in ((area, newest(area)) for area in sorted(needed))
            if area not in lock.pins or version_key(version) > version_key(lock.pins[area].version)
        }
        if not higher:
            return lock
        for area, version in higher.items():
            lock = locks.upgrade(lock, area, version)


def check_wiring(environment: str, on: Mapping[str, Manifest]) -> None:
    """Check that the modules that are ``on`` in an environment give each other what they need.

    Raises:
        MendixError: MXR107 an area that is needed is off, MXR108 one is on in a version without the output.
    """
    location = Location(f"environments/{environment}.lock")
    problems = [
        Diagnostic(
            "MXR107",
            f"the area {need.area} needs {need.other} ({need.variable}), and {need.other} is off in this environment",
            hint=f"turn it on: mendixctl modules upgrade {environment} {need.other}",
            location=location,
        )
        if need.off
        else Diagnostic(
            "MXR108",
            f"{need.area} {on[need.area].version} needs the output {need.output} of {need.other}, "
            f"which {need.other} {on[need.other].version} does not have",
            hint=f"take a newer {need.other}: mendixctl modules upgrade {environment} {need.other}",
            location=location,
        )
        for need in unmet(on)
    ]
    if problems:
        raise MendixError(problems)
