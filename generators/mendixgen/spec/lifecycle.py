"""How long the versions in use are supported: which those are, how each stands on a day, and what to say of it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from mendixgen.diagnostics import Severity
from mendixgen.spec.support import Component, Facts, Lifetime, Status, Support
from mendixgen.spec.wording import Path

WARN_DAYS = 120
"""How long before the end of support a warning begins: time for a test, a maintenance window and a way back."""

WARN_DAYS_OF_DEFAULTS = 30
"""The same where nobody chose the version: it is the maintainers' to renew the default before (`make lint` tells them),
and only who stays with an old module, and is about to be upgraded by AWS, has to hear of it."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One finding: where in the specification, what, and whether the environment can be used with it."""

    path: Path
    code: str
    summary: str
    hint: str
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class Use:
    """A version that the environment uses of a component of the table; ``of`` names the one that is meant."""

    component: str
    path: Path
    version: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A use, and how it stands on a day."""

    use: Use
    component: Component
    support: Support


def uses(settings: Mapping[str, Any]) -> list[Use]:
    """Every version that ``settings`` name: sections with their defaults, and ``apps``."""
    found = []
    cluster = settings.get("cluster", {})
    if "version" in cluster:
        found.append(Use("eks", ("cluster", "version"), str(cluster["version"])))
    for name, instance in databases(settings).items():
        path = ("database", "instances", name, "version")
        found.append(Use(family(instance["engine"]), path, str(instance["version"]), name))
    for name, app in settings.get("apps", {}).items():
        if "mendix" in app:
            found.append(Use("mendix", ("apps", name, "mendix"), str(app["mendix"]), name))
    return found


def standings(settings: Mapping[str, Any], facts: Facts, today: date) -> list[Standing]:
    """Every version in use that the table has a component for, and how it stands."""
    known = [(use, facts.components.get(use.component)) for use in uses(settings)]
    return [Standing(use, one, one.support(use.version, today)) for use, one in known if one is not None]


def family(engine: str) -> str:
    """The engine without its edition: ``oracle`` of ``oracle-se2-cdb``."""
    return engine.partition("-")[0]


def databases(settings: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The instances of which engine and version are known."""
    instances = settings.get("database", {}).get("instances", {})
    return {name: one for name, one in instances.items() if "engine" in one and "version" in one}


def unknown(every: list[Standing], facts: Facts) -> Iterator[Concern]:
    """Versions that came after the table."""
    for one in every:
        if one.support.status is Status.UNKNOWN:
            summary = f"{_name(one)} is newer than what this mendixctl knows of ({one.component.newest})"
            hint = f"its support table is of {facts.as_of}: a newer mendixctl may know whether everything goes with it"
            yield Concern(one.use.path, "MXS161", summary, hint, Severity.WARNING)


def ended(every: list[Standing], today: date) -> Iterator[Concern]:
    """Versions without any support: AWS takes them away; Mendix leaves them to themselves."""
    for one in every:
        if one.support.status is not Status.ENDED:
            continue
        last = _last_day(one.support.lifetime)
        when = f" since {last}" if last else ""
        hint = _instead(one.component, today)
        if one.component.refuse:
            summary = f"{_name(one)} is out of service{when}: AWS makes no new one, and upgrades those that there are"
            yield Concern(one.use.path, "MXS162", summary, hint)
        else:
            summary = f"{_name(one)} has no support{when}: there are no fixes for it, security fixes included"
            yield Concern(one.use.path, "MXS163", summary, hint, Severity.WARNING)


def ending(
    every: list[Standing], settings: Mapping[str, Any], written: Container[Path] | None = None
) -> Iterator[Concern]:
    """Versions whose support, of the kind that they are in, ends soon.

    ``written``: the paths that the file sets, where the rest are defaults; None, all of them.
    """
    for one in every:
        days, last, life = one.support.days_left, one.support.ends, one.support.lifetime
        soon = WARN_DAYS if written is None or one.use.path in written else WARN_DAYS_OF_DEFAULTS
        if days is None or last is None or life is None or days > soon:
            continue
        kind = f"{one.support.status} support" if life.extended else "support"
        when = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days, on {last}")
        planned = ", as the vendor plans it" if life.planned else ""
        summary = f"{kind} of {_name(one)} ends {when}{planned}"
        hint = _instead(one.component, last + timedelta(days=1))
        if one.use.component == "eks" and settings["cluster"].get("support") == "standard":
            hint = f"AWS upgrades the cluster then, whether or not it is tested; {hint}"
        yield Concern(one.use.path, "MXS164", summary, hint, Severity.WARNING)


def extended(every: list[Standing]) -> Iterator[Concern]:
    """Versions in extended support, which is paid for; those that leave it soon are `ending`."""
    for one in every:
        life, days = one.support.lifetime, one.support.days_left
        if one.support.status is not Status.EXTENDED or life is None or (days is not None and days <= WARN_DAYS):
            continue
        paid = "Oracle's Extended Support" if one.component.name == "oracle" else "extended support, which costs extra,"
        summary = f"{_name(one)} is in {paid} since {life.standard}"
        yield Concern(one.use.path, "MXS165", summary, f"it ends on {life.extended}", Severity.WARNING)


def upgraded_by_aws(every: list[Standing], settings: Mapping[str, Any], today: date) -> Iterator[Concern]:
    """A cluster that may not enter extended support, at a version that is in it."""
    if settings.get("cluster", {}).get("support") != "standard":
        return
    for one in every:
        if one.use.component == "eks" and one.support.status is Status.EXTENDED:
            summary = f"{_name(one)} has left standard support, and AWS upgrades a cluster with support: standard"
            hint = f"{_instead(one.component, today)}; or pay for it, with support: extended"
            yield Concern(one.use.path, "MXS166", summary, hint)


def _name(one: Standing) -> str:
    life = one.support.lifetime
    label = f" {life.label}" if life is not None and life.label in ("LTS", "MTS") else ""
    return f"{one.component.title} {one.use.version}{label}"


def _last_day(life: Lifetime | None) -> date | None:
    return (life.extended or life.standard) if life else None


def _instead(component: Component, today: date) -> str:
    good = component.current(today)
    return f"in standard support: {', '.join(good)}" if good else "see the vendor's list of versions"
