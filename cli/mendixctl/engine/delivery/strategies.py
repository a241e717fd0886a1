"""How a new image takes the place of the one that runs, and how that one comes back: step by step.

What fails, or makes an alarm ring, is told by `Failing`; whoever carries the steps out decides what becomes of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta

from mendixctl.engine.delivery import alarms, database
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.delivery.choice import Choice
from mendixctl.engine.delivery.database import Database
from mendixctl.engine.delivery.hold import Hold
from mendixctl.engine.delivery.twin import Twin
from mendixctl.engine.delivery.wanted import Wanted
from mendixctl.engine.delivery.workload import Workload
from mendixctl.engine.deployment.results import State
from mendixctl.engine.environment.site import Site

LOOK = timedelta(minutes=1)
"""How often alarms are looked at while a step is watched."""
DRAIN = timedelta(minutes=2)
"""How long the twin still answers what it was asked before the traffic went back."""


class Failing(Exception):
    """A delivery cannot go on. ``alarm``: because one rings, and not because something does not start."""

    def __init__(self, why: str, *, alarm: bool = False) -> None:
        super().__init__(why)
        self.alarm = alarm


@dataclass
class Course:
    """A delivery under way. ``former``: the image that ran, empty where none did. ``quiet``: alarms that rang before.

    ``restore``: a snapshot that the app's database goes back to with it. ``done``: what was done; ``snapshot`` and
    ``copy``: of the database, once they are there; ``moved_from``: the instance that the app used before the copy.
    """

    site: Site
    app: Application
    main: Workload
    twin: Twin
    hold: Hold
    choice: Choice
    wanted: Wanted
    former: str
    replicas: int
    deadline: timedelta
    watches_alarms: bool
    quiet: Collection[str] = ()
    restore: str = ""
    done: list[str] = field(default_factory=list)
    snapshot: str = ""
    copy: str = ""
    moved_from: str = ""

    @property
    def database(self) -> Database:
        return Database(self.site.session, self.site.clients, self.app, self.hold.renew)

    def stage(self, name: str, detail: str) -> None:
        self.hold.renew()
        self.site.session.reporter.stage(name, detail)

    def note(self, text: str) -> None:
        self.done.append(f"{self.site.session.clock():%H:%M:%S} {text}")


def carry_out(course: Course) -> None:
    """Bring the new image where it is wanted.

    Raises:
        Failing: it does not start, or an alarm rings.
        MendixError: the cluster or AWS cannot be asked.
    """
    if course.choice.steps:
        _beside(course)
    else:
        _in_place(course)


def take_back(course: Course, *, with_database: bool) -> None:
    """Bring the former image back, and with the database what was in it, where that was accepted.

    Raises:
        Failing: it does not start either.
        MendixError: the cluster or AWS cannot be asked.
    """
    course.stage("rollback", course.former[-71:])
    if course.choice.steps:
        _back_from_beside(course)
    else:
        _back_in_place(course, with_database=with_database)


def _in_place(course: Course) -> None:
    """Stop, start: as the Operator does it; where the database is changed by that, with a snapshot in between."""
    if course.restore:
        # from a snapshot that stands, so the app goes on meanwhile
        name = database.again(course.restore, f"{course.site.session.clock():%m%d%H%M}")
        course.copy = course.database.copy(course.restore, name)
    if course.choice.snapshot:
        course.stage("stop", course.app.name)
        course.main.scale(0)
        if not course.main.stopped(course.deadline, course.hold.renew):
            raise Failing(f"{course.app.name} did not stop, so its database was not snapshotted")
        course.note(f"{course.app.name} stopped: nothing writes to {course.database.name}")
        _keep_database(course)
    if course.restore:
        _move(course)
    course.stage("deploy", course.wanted.reference)
    course.main.run(course.wanted.reference)
    if course.choice.snapshot:
        course.main.scale(course.replicas)
    _ready(course, course.main, f"{course.app.name} runs {course.wanted.digest[:19]}")
    release = course.app.app.release
    watched = release.bake_minutes if "bake_minutes" in release.model_fields_set else 0
    _watch(course, timedelta(minutes=watched))


def _keep_database(course: Course) -> None:
    moment = f"{course.site.session.clock():%Y%m%d-%H%M}"
    name = database.called(course.database.name, course.wanted.digest, moment)
    course.snapshot = course.database.snapshot(name)
    course.note(f"snapshot {name}")
    if course.choice.copies:
        course.copy = course.database.copy(name, name)
        course.note(f"copy {name}, as it was before, kept until somebody deletes it")


def _move(course: Course) -> None:
    """Bring the app, which is stopped, to the copy of its database."""
    course.moved_from = course.database.point_at(course.copy)
    course.note(f"{course.app.name} uses {course.copy}, as its database was before")


def _beside(course: Course) -> None:
    """The new one beside the old one, step by step; then the old one made new behind it, and the twin taken away."""
    course.stage("twin", course.twin.workload.name)
    course.twin.start(course.wanted.reference)
    _ready(course, course.twin.workload, f"{course.twin.workload.name} runs {course.wanted.digest[:19]}")
    for percent in course.choice.steps:
        course.stage("share", f"{percent} %")
        course.twin.share(percent)
        course.note(f"{percent} % of the traffic to {course.wanted.digest[:19]}")
        _watch(course, course.choice.bake)
    course.stage("deploy", course.wanted.reference)
    course.main.run(course.wanted.reference)
    _ready(course, course.main, f"{course.app.name} runs {course.wanted.digest[:19]}, behind its twin")
    _give_back(course)


def _give_back(course: Course) -> None:
    course.twin.unshare()
    course.note(f"all traffic to {course.app.name}")
    course.site.session.sleep(DRAIN.total_seconds())
    course.hold.renew()
    course.twin.clear()
    course.note(f"{course.twin.workload.name} taken away")


def _back_from_beside(course: Course) -> None:
    if course.main.reference() != course.former:
        # the twin goes on serving meanwhile: it is the one that answers
        course.main.run(course.former)
        _ready(course, course.main, f"{course.app.name} runs the former image again")
    course.twin.unshare()
    course.note(f"all traffic to {course.app.name}, which runs what it did before")
    course.twin.clear()


def _back_in_place(course: Course, *, with_database: bool) -> None:
    if course.moved_from:
        # the copy belongs to the image that did not start: the former image has what it used before
        course.main.scale(0)
        course.database.point_at(course.moved_from)
        course.note(f"{course.app.name} uses {course.moved_from} again")
        course.moved_from = ""
    elif with_database and course.snapshot:
        course.stage("restore", course.snapshot)
        course.main.scale(0)
        course.copy = course.copy or course.database.copy(course.snapshot, course.snapshot)
        _move(course)
    course.main.run(course.former)
    if course.choice.snapshot:
        course.main.scale(course.replicas)
    _ready(course, course.main, f"{course.app.name} runs the former image again")


def _ready(course: Course, workload: Workload, then: str) -> None:
    course.stage("health", workload.name)
    state, message = workload.wait(course.deadline, course.hold.renew)
    if state is State.FAILED:
        raise Failing(f"{workload.name} does not start: {message}")
    if state is State.WAITING:
        minutes = int(course.deadline.total_seconds() // 60)
        raise Failing(f"{workload.name} was not ready after {minutes} minutes: {message}")
    course.note(then)


def _watch(course: Course, length: timedelta) -> None:
    """Look at the alarms for so long, and at the end of it; and that what is watched goes on running."""
    session = course.site.session
    until = session.clock() + length
    while True:
        course.hold.renew()
        if course.watches_alarms:
            rings = alarms.ringing(course.site.clients, course.site.environment, course.app.name)
            new = {name: why for name, why in rings.items() if name not in course.quiet}
            if new:
                raise Failing("; ".join(f"{name} rings: {why}" for name, why in sorted(new.items())), alarm=True)
        watched = course.twin.workload if course.choice.steps else course.main
        state, message = watched.wait(timedelta(0))
        if state is State.FAILED:
            raise Failing(f"{watched.name} fell over: {message}")
        left = until - session.clock()
        if left <= timedelta(0):
            return
        session.sleep(min(left, LOOK).total_seconds())
