"""By which strategy an app can be delivered: what was asked for, what Mendix allows, and the nearest that it does.

One database has one domain model, and one leader brings it there; a second runtime of another model beside it would
read and write what is not there. So two versions stand beside each other only where the model is the same. Where it is
not, somebody has to stop: the app is stopped, its database snapshotted, and started as the new version.

Sources: Mendix on Kubernetes, "Reduced Downtime Deployment"; "Storage Plans" (a second app gets a database of its own).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from mendixctl.engine.delivery.application import Application
from mendixgen.diagnostics import Diagnostic, Refused
from mendixgen.kubernetes.effects import START_SECONDS, STOP_SECONDS
from mendixgen.spec.app_needs import LEAST_BAKE_MINUTES
from mendixgen.versions.store import version_key

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
WINDOW = timedelta(hours=2)
"""How long after its moment a window takes a delivery that begins."""

TWIN_SINCE = "1.1.0"
"""The version of the workloads area that lets the app that stands beside another one be who that is."""


class Strategy(StrEnum):
    """How a new version takes the place of the old one."""

    RECREATE = "recreate"
    BLUE_GREEN = "blue-green"
    CANARY = "canary"


class Model(StrEnum):
    """What is known of the domain models of two versions."""

    SAME = "unchanged"
    OTHER = "changed"
    UNKNOWN = "not known to be the same"
    FIRST = "the first one"


@dataclass(frozen=True, slots=True)
class Version:
    """What runs, or is to run: its image's digest, Mendix's version and what the domain model comes to."""

    digest: str = ""
    mendix: str = ""
    domain_model: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """``stops``: whether the app is away, and for about how many ``seconds``. ``copies``: its database is copied first.

    ``steps``: shares of the traffic, in percent, one after the other; none where nothing stands beside.
    """

    strategy: Strategy
    model: Model
    stops: bool
    seconds: int
    snapshot: bool
    copies: bool
    steps: tuple[int, ...] = ()
    bake: timedelta = timedelta()

    @property
    def announcement(self) -> str:
        """What people are told before it begins."""
        if not self.stops:
            shares = ", ".join(f"{one} %" for one in self.steps)
            if not shares:
                return "no downtime: nothing runs yet"
            return f"no downtime: {shares} of the traffic, each watched {int(self.bake.total_seconds() // 60)} minutes"
        more = ", and for as long as its database is copied" if self.copies else ""
        more = more or (", and for as long as its database is snapshotted" if self.snapshot else "")
        return f"downtime of about {max(1, round(self.seconds / 60))} minutes from now on{more}"


def compared(old: Version, new: Version) -> Model:
    """Whether two versions can share a database: the same model, of the same Mendix, known in the same way."""
    if not old.digest:
        return Model.FIRST
    if old.digest == new.digest:
        return Model.SAME
    if not old.domain_model or not new.domain_model:
        return Model.UNKNOWN
    if old.domain_model.partition(":")[0] != new.domain_model.partition(":")[0]:
        return Model.UNKNOWN
    same = old.domain_model == new.domain_model and _release(old.mendix) == _release(new.mendix)
    return Model.SAME if same else Model.OTHER


def _release(mendix: str) -> list[str]:
    """Major, minor and patch: the runtime's own tables change with them."""
    return mendix.split(".")[:3]


def choose(
    app: Application, old: Version, new: Version, now: datetime, *, asked: str = "", any_time: bool = False
) -> Choice:
    """The strategy of a delivery. ``asked``: another than the YAML's; ``any_time``: whatever its window is.

    Raises:
        Refused: MXV132, it is not the time; MXV135, that cannot be done with Mendix, and what comes nearest.
    """
    said = app.app.release
    strategy = Strategy(asked or said.strategy)
    model = compared(old, new)
    database = app.app.database is not None
    if model is Model.FIRST:
        return Choice(Strategy.RECREATE, model, stops=False, seconds=START_SECONDS, snapshot=False, copies=False)
    away = STOP_SECONDS + START_SECONDS
    if strategy is Strategy.RECREATE:
        if said.window is not None and not any_time:
            _check_window(app, said.window, now)
        changes = model is not Model.SAME and database
        return Choice(strategy, model, stops=True, seconds=away, snapshot=changes, copies=False)
    if model is not Model.SAME:
        if strategy is Strategy.CANARY:
            raise _cannot(
                app,
                f"the domain model is {model}, and a canary of it would write another into the one database",
                "--strategy blue-green stops the app, keeps a copy of its database, and starts the new version; "
                "--strategy recreate keeps a snapshot",
            )
        if app.app.identity == "storage-plan" or not database:
            raise _cannot(
                app,
                f"the domain model is {model}, and its database is not one that the environment's YAML names",
                "--strategy recreate stops the app and starts the new version",
            )
        return Choice(strategy, model, stops=True, seconds=away, snapshot=True, copies=True)
    _check_twin(app)
    steps = tuple(said.steps or (100,)) if strategy is Strategy.CANARY else (100,)
    bake = timedelta(minutes=max(said.bake_minutes, LEAST_BAKE_MINUTES))
    return Choice(strategy, model, stops=False, seconds=0, snapshot=False, copies=False, steps=steps, bake=bake)


def in_window(window: str, now: datetime) -> bool:
    """Whether a moment, UTC, is in a window: ``Sun 02:00`` and two hours on."""
    return now - _last(window, now) < WINDOW


def next_window(window: str, now: datetime) -> datetime:
    """When a window opens next, UTC."""
    return _last(window, now) + timedelta(days=7)


def _last(window: str, now: datetime) -> datetime:
    day, _, clock = window.partition(" ")
    hour, _, minute = clock.partition(":")
    at = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    at -= timedelta(days=(now.weekday() - DAYS.index(day)) % 7)
    return at if at <= now else at - timedelta(days=7)


def _check_window(app: Application, window: str, now: datetime) -> None:
    if in_window(window, now):
        return
    opens = next_window(window, now)
    raise Refused(
        Diagnostic(
            "MXV132",
            f"{app.name} is away while it is delivered, and may be on {window} UTC; now it is {now:%a %H:%M}",
            hint=f"the window opens on {opens:%Y-%m-%d at %H:%M} UTC, for two hours; --any-time does not wait for it",
            location=app.workplace.specification.locate(("apps", app.name, "release", "window")),
        )
    )


def _check_twin(app: Application) -> None:
    """Check that an app can stand beside itself."""
    if app.app.identity == "storage-plan":
        raise _cannot(
            app,
            "an app on storage plans that stands beside another gets a database of its own, an empty one",
            "identity: secret-store, or --strategy recreate",
        )
    if not app.platform.listeners:
        raise _cannot(
            app,
            "traffic is shared out by the gateway, and the environment has no listener that leads to it",
            "turn ingress on, or --strategy recreate",
        )
    if f"{app.name}-next" in app.platform.apps:
        raise _cannot(app, f"{app.name}-next is an app of its own", "another name for that, or --strategy recreate")
    pin = app.workplace.specification.pins.get("workloads")
    pinned = pin.version if pin is not None else "0.0.0"
    if version_key(pinned) < version_key(TWIN_SINCE):
        raise _cannot(
            app,
            f"workloads {pinned} lets nobody but {app.name} itself be {app.name} to AWS",
            f"mendixctl modules upgrade {app.workplace.environment} workloads (to {TWIN_SINCE}), plan and apply; or "
            "--strategy recreate",
        )


def _cannot(app: Application, why: str, nearest: str) -> Refused:
    return Refused(
        Diagnostic(
            "MXV135",
            f"{app.name} cannot be delivered as {app.app.release.strategy}: {why}",
            hint=nearest,
            location=app.workplace.specification.locate(("apps", app.name, "release")),
        )
    )


def version_of(facts: Mapping[str, object]) -> Version:
    """What a record of the ledger, or the annotations of an image, say of a version."""
    return Version(*(str(facts.get(name) or "") for name in ("digest", "mendix", "domain_model")))
