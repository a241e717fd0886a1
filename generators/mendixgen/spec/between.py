"""What only several specifications together can show: a standby that could not take over from its primary.

All of it is a warning. A network's block can never be changed, so an error would leave no way to mend it, and
the environment that a standby names may be kept in another repository. What a standby takes from its primary is the
same by itself (`mendixgen.spec.inheritance`); what is compared here is what it says otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from mendixgen.diagnostics import Diagnostic, Severity
from mendixgen.spec.inheritance import Combined, foreign
from mendixgen.spec.loader import Specification
from mendixgen.spec.quotas import quotas
from mendixgen.spec.structure import suggestion
from mendixgen.spec.wording import Path, dotted
from mendixgen.versions.store import ModuleStore

LOG_POLICY = "aws_cloudwatch_log_resource_policy"


def warnings(
    name: str, specifications: Mapping[str, Specification], known: Collection[str], store: ModuleStore
) -> list[Diagnostic]:
    """What is odd about the environment ``name`` beside the others, in the order of its file.

    ``specifications`` are those that are sound, by name; ``known`` all environments that there are.
    """
    own = specifications[name]
    primary = own.header.standby_of
    if primary is None:
        return []
    if primary not in known:
        hint = suggestion(primary, known) or "if it is in another repository, nothing has to be done"
        summary = f"there is no environment {primary} here that {name} could stand by for"
        return [_warning(own, ("standby_of",), "MXS191", summary, hint)]
    if primary not in specifications:
        return []
    other = specifications[primary]
    return sorted(_beside(own, other, store), key=lambda one: one.location or own.locate(()))


def crowded(name: str, specifications: Mapping[str, Specification], store: ModuleStore) -> list[Diagnostic]:
    """What the environments of one account and region have too much of together; at the region of ``name``."""
    own = specifications[name]
    if own.header.target != "aws":
        return []
    place = (own.header.account, own.header.region)
    beside = [
        one
        for one in specifications.values()
        if (one.header.account, one.header.region, one.header.target) == (*place, "aws")
    ]
    number = sum(
        address.startswith(f"{LOG_POLICY}.")
        for one in beside
        for area, pin in one.pins.items()
        for address in store.manifest(area, pin.version).addresses
    )
    quota = quotas()["log-policies"]
    if number <= quota.default:
        return []
    summary = f"{len(beside)} environments have {number} {quota.title} together: AWS gives {quota.default} and no more"
    return [_warning(own, ("region",), "MXS177", summary, "spread them over several accounts or regions")]


def _beside(own: Specification, other: Specification, store: ModuleStore) -> Iterator[Diagnostic]:
    primary = other.header.name
    if own.header.region == other.header.region:
        summary = f"the standby is in {own.header.region}, the region of {primary} itself"
        yield _warning(own, ("region",), "MXS192", summary, "a standby helps when it is in another region")
    for path, block in _blocks(own, store):
        overlapped = next((theirs for _, theirs in _blocks(other, store) if block.overlaps(theirs)), None)
        if overlapped is not None:
            summary = f"{block} overlaps {overlapped} of {primary}, which this environment stands by for"
            hint = "take a block of its own before the first apply: overlapping networks can never be connected"
            yield _warning(own, path, "MXS193", summary, hint)
    yield from _apps(own, other)
    yield from _databases(own, other)
    yield from _taken(own, other)


def _apps(own: Specification, other: Specification) -> Iterator[Diagnostic]:
    """Apps that have no standby, and names that nobody would answer for."""
    primary = other.header.name
    for name, app in other.header.apps.items():
        there = own.header.apps.get(name)
        if there is None:
            summary = f"the app {name} of {primary} is not in its standby, so it does not come back here"
            yield _warning(own, ("apps", name), "MXS194", summary, "leave apps to what is taken from the primary")
        elif app.hostname is not None and there.hostname != app.hostname:
            summary = f"{name} is reached as {app.hostname} in {primary}; this standby would not answer to that name"
            hint = f"write apps.{name}.hostname: {app.hostname} in {own.file} if it is to, and a certificate for it"
            yield _warning(own, ("standby_of",), "MXS195", summary, hint)


def _databases(own: Specification, other: Specification) -> Iterator[Diagnostic]:
    """Databases into which what the primary's hold could not be restored."""
    primary = other.header.name
    mine, theirs = (one.settings.get("database", {}).get("instances", {}) for one in (own, other))
    if "database" not in own.settings or "database" not in other.settings:
        return
    for name, there in theirs.items():
        path: Path = ("database", "instances", name)
        here = mine.get(name)
        if here is None:
            summary = f"the database {name} of {primary} is not in its standby: its data come back nowhere"
            yield _warning(own, path, "MXS196", summary, "leave database.instances to what is taken from the primary")
        elif here.get("engine") != there.get("engine"):
            summary = f"{name} is {here.get('engine')} here and {there.get('engine')} in {primary}"
            hint = "a database is restored by the engine that it was saved by: write the same, or leave it out"
            yield _warning(own, (*path, "engine"), "MXS197", summary, hint)
        elif _number(here.get("version")) < _number(there.get("version")):
            summary = f"{name} is of version {here.get('version')} here and {there.get('version')} in {primary}"
            hint = "RDS restores into the same version or a newer one: leave version out"
            yield _warning(own, (*path, "version"), "MXS197", summary, hint)


def _number(version: Any) -> tuple[int, ...]:
    """A version as far as both tell it: 17 is not lower than 17.6."""
    return tuple(int(part) for part in str(version).split(".")[:1] if part.isdigit())


def _taken(own: Specification, other: Specification) -> Iterator[Diagnostic]:
    """What is taken and cannot be of use here, at its place in the primary's file."""
    if not isinstance(own.source, Combined):
        return
    for path, value in foreign(other.data, own.source.base):
        summary = f"{dotted(path)} is of {other.header.region}, and {own.header.name}, which takes it, is not"
        hint = f"write what {own.header.name} has in place of {value} in {own.file}"
        yield _warning(own, path, "MXS198", summary, hint)
    if other.header.standby_of is not None:
        summary = f"{other.header.name} is a standby itself; only what its own file says is taken from it"
        yield _warning(own, ("standby_of",), "MXS199", summary, f"name {other.header.standby_of}")


def _blocks(specification: Specification, store: ModuleStore) -> Iterator[tuple[Path, IPv4Network]]:
    """The network's blocks, that of the module's default included where the YAML gives none."""
    pin = specification.pins.get("network")
    if pin is None:
        return
    section = specification.sections["network"]
    properties = store.manifest("network", pin.version).section.get("properties", {})
    primary = section.get("cidr", properties.get("cidr", {}).get("default"))
    if primary:
        yield ("network", "cidr"), IPv4Network(primary)
    for index, block in enumerate(section.get("secondary_cidrs", ())):
        yield ("network", "secondary_cidrs", index), IPv4Network(block)


def _warning(specification: Specification, path: Path, code: str, summary: str, hint: str) -> Diagnostic:
    return Diagnostic(code, summary, hint=hint, location=specification.locate(path), severity=Severity.WARNING)
