"""The ``apps:`` of a specification: the Mendix applications that run on the platform, by name.

They are no area: what is made of them is Kubernetes' (release, replicas, memory), and several areas want to know
of them (a role, a repository, readers of a secret). What areas are told is `App.facts`, and no more, so that a
new release or a further replica of an application changes nothing of the infrastructure.

Sources: Mendix documentation, "Retrieve Environment-Sensitive Data from a Secret Store" and "Storage Plans" (the
two ways in which an app gets its credentials exclude each other), "Technical Appendix 1" (names of a MendixApp).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from mendixgen.areas.contract import AppFacts, Check, ReleaseFacts, Strict

NAME_PATTERN = r"^[a-z](?:-?[a-z0-9])*$"
NAME_LENGTH = 40
"""IAM allows 64 characters for a role's name; before the app's stand the environment (16) and ``-app-``."""

MOST_APPS = 200
RESERVED_PREFIX = "mendix-"
"""The Operator's own: its service accounts are mendix-operator, mendix-agent and so on."""
RESERVED = frozenset({"builder", "default", "deployer"})
"""Service accounts that Kubernetes makes in every namespace or that the Operator may use; an app's has its name."""

HOSTNAME_PATTERN = r"^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$"
WINDOW_PATTERN = r"^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) ([01][0-9]|2[0-3]):[0-5][0-9]$"

SHIFT_MINUTES = 10
"""How long a Network Load Balancer may go on sending new connections where it sent them before. Source: Amazon ECS
developer guide, "Network Load Balancer resources for blue/green deployments" (ECS waits for so long at each shift)."""

AppName = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=NAME_LENGTH)]
Reference = Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=63)]
ConstantName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$", max_length=200)
]
"""A constant or a scheduled event of a module: ``MyModule.MyConstant``."""
Events = Annotated[list[ConstantName], Field(min_length=1, max_length=500)]
SettingName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=200)]
Percent = Annotated[int, Field(ge=1, le=100)]


class Autoscale(Strict):
    """Replicas by load; the HorizontalPodAutoscaler of the app."""

    min: int = Field(ge=1, le=100, description="Replicas at least.")
    max: int = Field(ge=1, le=100, description="Replicas at most.")
    cpu_target: int = Field(
        50, ge=10, le=95, description="Share of the requested CPU to aim at.", json_schema_extra={"x-unit": "percent"}
    )


class Release(Strict):
    """How a new version of the app takes the place of the old one."""

    strategy: Literal["recreate", "blue-green", "canary"] = Field(
        "recreate",
        description=(
            "recreate: stop, then start, as Mendix does itself (downtime); blue-green: beside the old one, then all"
            " at once; canary: beside the old one, in steps."
        ),
    )
    steps: Annotated[list[Percent], Field(min_length=1, max_length=10)] | None = Field(
        None, description="Shares of the traffic, in percent, that a canary gets one after the other."
    )
    bake_minutes: int = Field(
        10,
        ge=1,
        le=1440,
        description="How long a step is watched before the next.",
        json_schema_extra={"x-unit": "minutes"},
    )
    window: Annotated[str, StringConstraints(pattern=WINDOW_PATTERN)] | None = Field(
        None, description='When a release with downtime may begin, UTC: "Sun 02:00".'
    )


class App(Strict):
    """One Mendix application."""

    mendix: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,2}\.[0-9]{1,2}(?:\.[0-9]{1,2})?$")] = Field(
        description='Mendix version that the app is made with, in quotes: "11.6".'
    )
    replicas: int = Field(2, ge=0, le=100, description="Replicas; where autoscale is given, at first.")
    cpu: float = Field(1, ge=0.1, le=64, description="CPU of a replica.", json_schema_extra={"x-unit": "cores"})
    memory_gb: float = Field(2, ge=0.5, le=512, description="Memory of a replica.", json_schema_extra={"x-unit": "GB"})
    database: Reference | None = Field(None, description="The database instance, of database.instances, that it uses.")
    files: Reference | None = Field(None, description="The bucket, of storage.buckets, that its files are kept in.")
    hostname: Annotated[str, StringConstraints(pattern=HOSTNAME_PATTERN, max_length=253)] | None = Field(
        None, description="The name by which it is reached; by default <app>.<domain>."
    )
    identity: Literal["secret-store", "storage-plan"] = Field(
        "secret-store",
        description=(
            "secret-store: its credentials come from Secrets Manager, its role is made by the workloads area."
            " storage-plan: the Mendix Operator makes its role, database and folder when the app is made."
        ),
    )
    autoscale: Autoscale | None = Field(None, description="Replicas by load; without it there are always as many.")
    namespace: Annotated[str, StringConstraints(pattern=NAME_PATTERN, max_length=63)] | None = Field(
        None, description="The namespace that it runs in, of workloads.namespaces; by default the first of them."
    )
    source: Annotated[str, StringConstraints(pattern=r"^(https|oci-image)://[!-~]+$", max_length=2000)] | None = Field(
        None,
        description=(
            "What is deployed: https:// of a package, or oci-image:// of an image by its digest. Left out, that is the"
            " delivery's to say."
        ),
    )
    constants: dict[ConstantName, Annotated[str, StringConstraints(max_length=4096)]] = Field(
        default_factory=dict, description="Values of constants (MyModule.MyConstant). Never a secret.", max_length=500
    )
    secrets: dict[ConstantName, Reference] = Field(
        default_factory=dict,
        description="Constants whose values are secrets: the entry of secrets.entries by constant.",
        max_length=100,
    )
    settings: dict[SettingName, str | int | bool] = Field(
        default_factory=dict, description="Custom settings of the runtime. Never a secret.", max_length=200
    )
    scheduled_events: Literal["all", "none"] | Events = Field(
        "all", description="Scheduled events that run: all, none, or those listed (MyModule.MyEvent)."
    )
    log_level: Literal["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG", "TRACE"] = Field(
        "INFO", description="Least severe log messages that are kept."
    )
    release: Release = Field(default_factory=Release, description="How a new version takes the place of the old one.")

    def facts(self) -> AppFacts:
        """What areas may know of it."""
        return AppFacts(database=self.database, files=self.files, hostname=self.hostname, identity=self.identity)

    def release_facts(self) -> ReleaseFacts:
        """What the delivery may know of how it is released."""
        given = self.release
        return ReleaseFacts(strategy=given.strategy, window=given.window, bake_minutes=given.bake_minutes)


Apps = Annotated[dict[AppName, App], Field(max_length=MOST_APPS)]


def arguments(apps: Mapping[str, App]) -> dict[str, dict[str, Any]]:
    """What a root passes to a module that asks for the apps: of each app only what is not the default."""
    return {name: app.facts().model_dump(exclude_defaults=True) for name, app in apps.items()}


def check(apps: Mapping[str, App], domain: str) -> list[Check]:
    """What no single field's bounds can say of the apps. Paths begin with ``apps``."""
    found: list[Check] = []
    taken: dict[str, str] = {}
    for name, app in apps.items():
        path = ("apps", name)
        if name.startswith(RESERVED_PREFIX) or name in RESERVED:
            summary = (
                f"{name} is a name of the Mendix Operator or of Kubernetes, and an app's service account is its name"
            )
            found.append(Check(path, "MXS131", summary, f"choose a name that does not begin with {RESERVED_PREFIX}"))
        if app.autoscale is not None and app.autoscale.min > app.autoscale.max:
            summary = f"min ({app.autoscale.min}) is more than max ({app.autoscale.max})"
            found.append(Check((*path, "autoscale", "min"), "MXS132", summary, f"{app.autoscale.max} or less"))
        found += _check_release((*path, "release"), app.release)
        hostname = app.hostname or f"{name}.{domain}"
        if hostname in taken:
            summary = f"{hostname} is {taken[hostname]}'s already"
            place = (*path, "hostname") if app.hostname else path
            found.append(Check(place, "MXS134", summary, "each app needs a hostname of its own"))
        taken.setdefault(hostname, name)
    return found


def _check_release(path: tuple[str, ...], release: Release) -> list[Check]:
    found = []
    steps = release.steps
    if steps is not None and release.strategy != "canary":
        summary = f"steps are a canary's, and the strategy is {release.strategy}"
        found.append(Check((*path, "steps"), "MXS133", summary, "remove steps, or write strategy: canary"))
    elif steps is not None and (steps != sorted(set(steps)) or steps[-1] != 100):
        summary = f"steps must rise and end at 100; they are {', '.join(map(str, steps))}"
        found.append(Check((*path, "steps"), "MXS133", summary, "for example [10, 50, 100]"))
    if release.window is not None and release.strategy != "recreate":
        summary = f"a window is for a release with downtime, and {release.strategy} has none"
        found.append(Check((*path, "window"), "MXS133", summary, "remove window, or write strategy: recreate"))
    return found


def dangling(
    apps: Mapping[str, App], buckets: Collection[str] | None, databases: Collection[str] | None
) -> list[Check]:
    """References of apps to what is not there. ``None`` for a collection: its area is off, nothing can be said."""
    found = []
    known: tuple[tuple[str, str, Collection[str] | None], ...] = (
        ("files", "storage.buckets", buckets),
        ("database", "database.instances", databases),
    )
    for name, app in apps.items():
        for key, section, names in known:
            wanted = getattr(app, key)
            if wanted is not None and names is not None and wanted not in names:
                have = ", ".join(names) or "nothing"
                found.append(
                    Check(("apps", name, key), "MXS135", f"there is no {wanted} in {section}", f"there is {have}")
                )
    return found
