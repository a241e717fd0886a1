"""The compatibility gate: versions whose support ends or has ended, and versions that do not go together.

It reads what an environment's sections come to, the defaults of the pinned modules included, and holds that
against `mendixgen.spec.support`. What cannot work is an error; what will stop working, costs more or is not
tested is a warning. Each rule is a function, here or (how long a version is supported) in `lifecycle`, and says
all of its kind. What day it is comes from outside.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from mendixgen.diagnostics import Diagnostic, Severity
from mendixgen.messages import msg
from mendixgen.spec import deliveries, edges, lifecycle, quotas
from mendixgen.spec.lifecycle import Concern, databases, family, standings
from mendixgen.spec.source import Source
from mendixgen.spec.support import Facts, covers, number
from mendixgen.spec.wording import Path, dotted

OF_AWS = frozenset({"MXS162", "MXS166", "MXS178"})
"""What AWS refuses, some of it from some day on, and the emulator never does: there it is a warning."""


def concerns(
    settings: Mapping[str, Any],
    facts: Facts,
    today: date,
    written: Container[Path] | None = None,
    domain: str = "",
) -> list[Concern]:
    """Everything that the gate has to say of an environment on a day; no warning about what is refused anyway.

    ``written``: the paths that the file sets, where the rest are defaults; None, all of them. ``domain``: the
    environment's.
    """
    every = standings(settings, facts, today)
    found = [
        *lifecycle.unknown(every, facts),
        *lifecycle.ended(every, today),
        *lifecycle.ending(every, settings, written),
        *lifecycle.extended(every),
        *lifecycle.upgraded_by_aws(every, settings, today),
        *unsupported_databases(settings, facts),
        *unprovisioned_databases(settings, facts),
        *shared_databases(settings, facts),
        *old_operator(settings, facts),
        *untested_kubernetes(settings, facts),
        *untested_processors(settings, facts),
        *quotas.concerns(settings),
        *edges.concerns(settings, domain),
        *deliveries.concerns(settings),
    ]
    refused = {one.path for one in found if one.severity is Severity.ERROR}
    return [one for one in found if one.severity is Severity.ERROR or one.path not in refused]


def diagnostics(
    settings: Mapping[str, Any], source: Source, facts: Facts, today: date, *, emulated: bool = False, domain: str = ""
) -> list[Diagnostic]:
    """`concerns` at their places in the file; what is a module's default is said to be one.

    ``emulated``: the environment is on the emulator, which runs what AWS has taken out of service.
    """
    found = []
    for one in concerns(settings, facts, today, source.values, domain):
        is_default = one.path not in source.values
        hint = (
            msg("this is the default of {dotted}; {hint}", dotted=dotted(one.path), hint=one.hint)
            if is_default
            else one.hint
        )
        severity = Severity.WARNING if emulated and one.code in OF_AWS else one.severity
        found.append(Diagnostic(one.code, one.summary, hint, dotted(one.path), source.locate(one.path), severity))
    return found


def unsupported_databases(settings: Mapping[str, Any], facts: Facts) -> Iterator[Concern]:
    """Apps on an engine or a version of it that their version of Mendix does not support."""
    for name, app, instance in _apps_on_databases(settings):
        engine, version = family(instance["engine"]), str(instance["version"])
        good = facts.supported_by(str(app["mendix"]), engine)
        if good and not facts.supports(str(app["mendix"]), engine, version):
            title = _title(facts, engine)
            summary = msg(
                "Mendix {value} does not support {title} {version}, which {value_2} is",
                value=app["mendix"],
                title=title,
                version=version,
                value_2=app["database"],
            )
            hint: str = msg("it supports {title} {listed}", title=title, listed=_listed(good))
            others = _listed(facts.databases[engine].get(_known(facts, engine, version), ()))
            hint += msg("; {version} is supported by Mendix {others}", version=version, others=others) if others else ""
            yield Concern(("apps", name, "database"), "MXS171", summary, hint)


def unprovisioned_databases(settings: Mapping[str, Any], facts: Facts) -> Iterator[Concern]:
    """Apps for which the Operator is to make a database that it cannot make."""
    operator = facts.operator
    for name, app, instance in _apps_on_databases(settings):
        if app.get("identity") != "storage-plan":
            continue
        engine = family(instance["engine"])
        path: Path = ("apps", name, "identity")
        if engine not in operator.provisions:
            makes = _listed([_title(facts, one) for one in sorted(operator.provisions)])
            summary = msg(
                "the {title} makes no databases on {title_2}, only on {makes}",
                title=operator.title,
                title_2=_title(facts, engine),
                makes=makes,
            )
            yield Concern(path, "MXS172", summary, "identity: secret-store, with a database that is made beforehand")
        elif not covers(operator.provisions_for, str(app["mendix"])):
            first = operator.provisions_for.removesuffix("+")
            summary = msg(
                "Mendix {value} cannot log in to its database by IAM role; {first} is the first that can",
                value=app["mendix"],
                first=first,
            )
            yield Concern(path, "MXS172", summary, "identity: secret-store")


def shared_databases(settings: Mapping[str, Any], facts: Facts) -> Iterator[Concern]:
    """A second app on an instance where nobody makes a database for it."""
    first: dict[str, str] = {}
    for name, app, instance in _apps_on_databases(settings):
        engine, reference = family(instance["engine"]), str(app["database"])
        if engine in facts.operator.provisions:
            continue
        other = first.setdefault(reference, name)
        if other != name:
            summary = msg(
                "{reference} is {other}'s already, and on {title} nobody makes a second database",
                reference=reference,
                other=other,
                title=_title(facts, engine),
            )
            hint = "make a database and a user for each app yourself, or give each an instance of its own"
            yield Concern(("apps", name, "database"), "MXS173", summary, hint, Severity.WARNING)


def old_operator(settings: Mapping[str, Any], facts: Facts) -> Iterator[Concern]:
    """Apps that need a newer Operator than the platform's."""
    operator = facts.operator
    for name, app in settings.get("apps", {}).items():
        needs = [one for one in operator.needed if covers(one.mendix, str(app["mendix"]))]
        need = max(needs, key=lambda one: number(one.operator), default=None)
        if need is not None and number(operator.version) < number(need.operator):
            summary = msg(
                "Mendix {value} needs {title} {operator}, and this is {version}",
                value=app["mendix"],
                title=operator.title,
                operator=need.operator,
                version=operator.version,
            )
            yield Concern(("apps", name, "mendix"), "MXS174", summary, need.why)


def untested_kubernetes(settings: Mapping[str, Any], facts: Facts) -> Iterator[Concern]:
    """A Kubernetes that the Operator's list does not go up to."""
    version = settings.get("cluster", {}).get("version")
    if version is not None and settings.get("apps") and number(version) > number(facts.operator.kubernetes):
        operator = facts.operator
        summary = msg(
            "{title} {version} supports Kubernetes up to {kubernetes}, not {version_2}",
            title=operator.title,
            version=operator.version,
            kubernetes=operator.kubernetes,
            version_2=version,
        )
        hint = msg("wait for an Operator that supports it, or stay at {kubernetes}", kubernetes=operator.kubernetes)
        yield Concern(("cluster", "version"), "MXS175", summary, hint, Severity.WARNING)


def untested_processors(settings: Mapping[str, Any], facts: Facts) -> Iterator[Concern]:
    """Nodes on which Mendix is experimental."""
    if not settings.get("apps"):
        return
    for name, group in settings.get("cluster", {}).get("node_groups", {}).items():
        if group.get("architecture") == "arm64":
            path = ("cluster", "node_groups", name, "architecture")
            summary = msg(
                "Mendix and the {title} are experimental on arm64, and not meant for production",
                title=facts.operator.title,
            )
            yield Concern(path, "MXS176", summary, "x86_64 for the nodes that apps run on", Severity.WARNING)


# -- reading and wording ---------------------------------------------------------------------------


def _apps_on_databases(settings: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Each app with the instance that it names; that the instance exists is checked elsewhere."""
    instances = databases(settings)
    for name, app in settings.get("apps", {}).items():
        if app.get("database") in instances:
            yield name, app, instances[app["database"]]


def _title(facts: Facts, engine: str) -> str:
    component = facts.components.get(engine)
    return component.title.partition(" (")[0] if component else engine


def _known(facts: Facts, engine: str, version: str) -> str:
    life = facts.components[engine].lifetime(version) if engine in facts.components else None
    return life.version if life else version


def _listed(items: Iterable[str]) -> str:
    words = list(items)
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}" if words else ""
