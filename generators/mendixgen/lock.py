"""The lock of an environment: which module versions it runs, and which release a checkout is based on.

``environments/<env>.lock`` is generated and committed. It is read strictly: what is not understood is an
error with its place, because a pin that was silently dropped would destroy an area.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mendixgen import __version__
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.versions.store import ModuleStore, is_version, version_key

_HOME = ("name", "account", "region", "state")


@dataclass(frozen=True, slots=True)
class Pin:
    """One area's module version; ``lowered_from`` is the higher one that the state may still be at.

    While ``lowered_from`` is set the root carries the inverse of the moves between the two versions.
    """

    version: str
    lowered_from: str | None = None


@dataclass(frozen=True, slots=True)
class Home:
    """Which environment the base release is of, and where: none of it ever changes.

    ``state`` is where its state and ledger are: ``s3://bucket/key``, or ``local``.
    """

    name: str
    account: str
    region: str
    state: str


@dataclass(frozen=True, slots=True)
class Lock:
    """The content of ``environments/<env>.lock``. ``base`` is 0 before the first release.

    ``home`` is None before the first release, and in a lock that an older mendixctl wrote.
    """

    generator: str
    base: int = 0
    pins: Mapping[str, Pin] = field(default_factory=dict)
    home: Home | None = None

    def with_base(self, base: int) -> Lock:
        """The same lock, based on another release; without any it has no home either."""
        return replace(self, base=base, generator=__version__, home=self.home if base else None)

    def at(self, home: Home) -> Lock:
        """The same lock, with where its base release is."""
        return replace(self, home=home)


def create(store: ModuleStore, *, kind: str = "environment", written: Collection[str] = ()) -> Lock:
    """The lock of a new specification: every area of its kind at its newest released version.

    An area without any released version is off, whatever the target is, until it is turned on by name. One that asks
    for a further provider configuration is off as well, unless it is in ``written``, the keys of the YAML: each costs a
    process of its own, and not every partition has it.
    """
    pins = {}
    for area in store.areas():
        version = store.newest(area)
        manifest = store.manifest(area, version) if version else None
        if version and manifest and manifest.kind == kind and (not manifest.aliases or area in written):
            pins[area] = Pin(version)
    return Lock(generator=__version__, pins=pins)


def create_for(store: ModuleStore, data: Mapping[str, Any]) -> Lock:
    """The lock that a new specification gets, by the kind that its plain ``data`` says."""
    return create(store, kind="foundation" if data.get("kind") == "foundation" else "environment", written=data.keys())


def upgrade(lock: Lock, area: str, version: str) -> Lock:
    """``lock`` with ``area`` at ``version``, turned on if it was off; a lower version is lowered to."""
    pin = lock.pins.get(area)
    if pin is not None and version_key(version) < version_key(pin.version):
        return lower(lock, area, version)
    return _with(lock, area, _raised(pin, version))


def _raised(pin: Pin | None, version: str) -> Pin:
    """Going up drops ``lowered_from`` once it is reached; before that the rest is still to be undone."""
    if pin and pin.lowered_from and version_key(pin.lowered_from) > version_key(version):
        return Pin(version, pin.lowered_from)
    return Pin(version)


def lower(lock: Lock, area: str, version: str) -> Lock:
    """``lock`` with ``area`` at a lower ``version``, remembering the highest one that the state may be at."""
    pin = lock.pins[area]
    highest = max(pin.lowered_from or pin.version, pin.version, key=version_key)
    return _with(lock, area, Pin(version, highest) if version_key(highest) > version_key(version) else Pin(version))


def without(lock: Lock, area: str) -> Lock:
    """``lock`` with ``area`` off."""
    return replace(lock, generator=__version__, pins={name: pin for name, pin in lock.pins.items() if name != area})


def back_to(lock: Lock, wanted: Lock) -> Lock:
    """``lock`` with the areas and versions of ``wanted``: lowered or raised from where the state is now."""
    lock = replace(lock, pins={area: pin for area, pin in lock.pins.items() if area in wanted.pins})
    for area, pin in wanted.pins.items():
        lock = upgrade(lock, area, pin.version)
    return lock


def _with(lock: Lock, area: str, pin: Pin) -> Lock:
    return replace(lock, generator=__version__, pins={**lock.pins, area: pin})


def dump(lock: Lock, environment: str) -> str:
    """The text of the lock file: stable order, one line a fact, so that a diff reads well."""
    lines = [
        f"# Generated by mendixctl for environments/{environment}.yaml; do not edit, but commit.",
        "# The module versions that this environment runs, and the release that this checkout is based on.",
        f"generator: {lock.generator}",
        f"base: {lock.base}",
    ]
    if lock.home is not None:
        lines.append("home:")
        lines += [f"  {key}: {json.dumps(getattr(lock.home, key))}" for key in _HOME]
    lines.append("areas:" if lock.pins else "areas: {}")
    for area, pin in sorted(lock.pins.items()):
        lines += [f"  {area}:", f"    version: {pin.version}"]
        if pin.lowered_from:
            lines.append(f"    lowered_from: {pin.lowered_from}")
    return "\n".join(lines) + "\n"


def parse(text: str | bytes, file: str) -> Lock:
    """Read the text of a lock file.

    Raises:
        MendixError: MXS1xx for what is not YAML, MXR110 for what is YAML and no lock; all of them at once.
    """
    from mendixgen.spec.source import read

    source = read(text, file)
    hint = "this file is generated; take it back from git (git checkout), or run: mendixctl sync"
    problems = [
        Diagnostic("MXR110", summary, hint=hint, location=source.locate(path))
        for path, summary in _problems(source.data)
    ]
    if problems:
        raise MendixError(sorted(problems, key=lambda found: found.location or Location("")))
    pins = {area: Pin(raw["version"], raw.get("lowered_from")) for area, raw in source.data["areas"].items()}
    home = Home(**source.data["home"]) if "home" in source.data else None
    return Lock(generator=source.data["generator"], base=source.data.get("base", 0), pins=pins, home=home)


def _problems(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Everything for which ``data`` is no lock: a path, and what is wrong there."""
    for key in data:
        if key not in ("generator", "base", "home", "areas"):
            yield (key,), f"a lock has no {key!r}; it has generator, base, home and areas"
    if not isinstance(data.get("generator"), str) or not data["generator"]:
        yield ("generator",), "generator must be the version of mendixctl that wrote the lock"
    base = data.get("base", 0)
    if not isinstance(base, int) or isinstance(base, bool) or base < 0:
        yield ("base",), "base must be the number of a release, or 0 before the first"
    home = data.get("home")
    if "home" in data and not (
        isinstance(home, dict) and set(home) == set(_HOME) and all(isinstance(text, str) for text in home.values())
    ):
        yield ("home",), f"home must have the texts {', '.join(_HOME)}, and nothing else"
    if not isinstance(data.get("areas"), dict):
        yield ("areas",), "areas must be a mapping of areas to versions"
        return
    for area, raw in data["areas"].items():
        for path, summary in _pin_problems(area, raw):
            yield ("areas", area, *path), summary


def _pin_problems(area: str, raw: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    if not isinstance(raw, dict):
        yield (), f"{area} must have a version"
        return
    for key in raw:
        if key not in ("version", "lowered_from"):
            yield (key,), f"an area in a lock has no {key!r}; it has version and lowered_from"
    version, lowered = raw.get("version"), raw.get("lowered_from")
    if not is_version(version):
        yield ("version",), f"the version of {area} must be three numbers, such as 1.0.0"
    elif lowered is not None and not is_version(lowered):
        yield ("lowered_from",), f"lowered_from of {area} must be three numbers, such as 1.1.0"
    elif lowered is not None and version_key(lowered) <= version_key(str(version)):
        yield ("lowered_from",), f"lowered_from of {area} must be higher than its version {version}"
