"""``release deploy``: an image by its digest into the cluster, by the app's strategy, and back if it fails."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mendixctl.engine.delivery import alarms, choice, record, strategies, wanted
from mendixctl.engine.delivery.application import Application, application
from mendixctl.engine.delivery.choice import Choice, Version
from mendixctl.engine.delivery.database import DENIED, Database
from mendixctl.engine.delivery.hold import held
from mendixctl.engine.delivery.results import DeliveryResult
from mendixctl.engine.delivery.strategies import Course, Failing
from mendixctl.engine.delivery.twin import Twin
from mendixctl.engine.delivery.wanted import Wanted
from mendixctl.engine.delivery.workload import Workload
from mendixctl.engine.deployment.connection import connect
from mendixctl.engine.deployment.results import State
from mendixctl.engine.environment.site import Site
from mendixctl.engine.operation import operation
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError, Refused, Severity

DEADLINE = timedelta(minutes=15)
BOTH = ("deployment_failure", "alarm")
STOPPED = (KeyboardInterrupt, Interrupted)


@dataclass(frozen=True, slots=True)
class Options:
    """``digest`` or ``commit``: which image, by default that of this checkout's build; ``again``: the ledger's newest.

    ``strategy``: another than the YAML's. ``any_time``: whatever the window. ``accepted``: databases (``database/crm``)
    that may lose what is written from now on, if the delivery fails. ``deadline``: until it has to be ready.
    """

    digest: str = ""
    commit: str = ""
    again: bool = False
    strategy: str = ""
    any_time: bool = False
    accepted: tuple[str, ...] = ()
    key: str = ""
    deadline: timedelta = DEADLINE


def deploy(
    session: Session, environment: str, name: str, options: Options | None = None, *, message: str = ""
) -> DeliveryResult:
    """Deliver an image, and record that; where it fails, the former one comes back, and the result says so.

    Raises:
        MendixError: MXV101, MXV102, MXV111, MXV130, MXV134; MXK1xx, the cluster; MXA1xx; what was begun is recorded.
        Refused: MXV121, MXV131 to MXV133, MXV135, MXV136, MXV146, MXV147; what `operation` refuses; nothing was begun.
    """
    options = options or Options()
    with operation(session, environment, f"release deploy {name}") as site:
        app = named(site, name)
        digest = options.digest
        if options.again:
            newest = next(record.reached(site.store, name), None)
            digest = str(record.facts(newest).get("digest") or "") if newest is not None else ""
            if not digest:
                raise MendixError(
                    Diagnostic("MXV130", f"the ledger knows no delivery of {name}", hint="name an image: --commit SHA")
                )
        image = wanted.find(site, app, digest=digest, tag=options.commit, key=options.key, known=options.again)
        return bring(site, app, image, options, action="deploy", message=message)


def named(site: Site, name: str) -> Application:
    """The app that is delivered.

    Raises:
        MendixError: MXV101, there is none.
        Refused: MXV102, its YAML says what runs.
    """
    app = application(site.workplace, name)
    if app.app.source is not None:
        raise Refused(
            Diagnostic(
                "MXV102",
                f"the YAML says what {name} runs, and a delivery would say something else",
                hint=f"remove source, plan, apply and deploy; from then on mendixctl release deploy {name} says it",
                location=site.workplace.specification.locate(("apps", name, "source")),
            )
        )
    return app


def bring(
    site: Site,
    app: Application,
    image: Wanted,
    options: Options,
    *,
    action: str,
    message: str,
    back_to: int = 0,
    restore: str = "",
) -> DeliveryResult:
    """Deliver an image that was found. Of a rollback: ``back_to``, the release that delivered it before, and
    ``restore``, the snapshot that the app's database goes back to with it.
    """
    session = site.session
    started = session.clock()
    api = connect(site)
    main = Workload.of(session, api, app)
    former = main.reference()
    chosen = choice.choose(
        app,
        _before(site, app, former),
        image.facts,
        started,
        asked=options.strategy,
        any_time=options.any_time or action == "rollback",
    )
    database = f"database/{app.app.database}"
    _check_accepted(app, chosen, options.accepted, database)
    if chosen.snapshot:
        _check_own(site, app)
    if database in options.accepted or restore:
        Database(session, site.clients, app).check_rights()
    with held(session, api, app.namespace, app.name) as hold:
        hold.note({"digest": image.digest, "former": former, "strategy": chosen.strategy.value})
        twin = Twin(session, api, app)
        twin.clear()
        result = DeliveryResult(
            scope=site.scope,
            app=app.name,
            action=action,
            strategy=chosen.strategy,
            model=chosen.model,
            image=image.reference,
            digest=image.digest,
            previous=former,
        )
        if not restore and former == image.reference and main.wait(timedelta(0))[0] is State.READY:
            return replace(result, done=(f"{app.name} runs it already",))
        wanted.keep(site, app, image)
        quiet = alarms.ringing(site.clients, site.environment, app.name)
        course = Course(
            site=site,
            app=app,
            main=main,
            twin=twin,
            hold=hold,
            choice=chosen,
            wanted=image,
            former=former,
            replicas=_replicas(main, app),
            deadline=options.deadline,
            watches_alarms="alarm" in _rollback_on(site),
            quiet=tuple(quiet),
            restore=restore,
        )
        session.reporter.stage("announce", chosen.announcement)
        ended = _run(course, with_database=database in options.accepted)
        kept = record.keep(
            site,
            _facts(course, image, action, back_to, ended),
            started,
            message=message,
            snapshots={database: course.snapshot} if course.snapshot else {},
            errors=ended.errors,
            done=course.done,
            interrupted=isinstance(ended.raised, STOPPED),
        )
        if ended.raised is not None:
            raise ended.raised
        return replace(
            result,
            number=kept.number,
            announcement=chosen.announcement,
            errors=ended.errors,
            returned=ended.returned,
            done=tuple(course.done),
            kept=tuple(dict.fromkeys(one for one in (course.snapshot, course.copy) if one)),
            next=_next(course, ended),
            seconds=(session.clock() - started).total_seconds(),
            warnings=tuple(_rang(name, why) for name, why in sorted(quiet.items())),
        )


def _replicas(main: Workload, app: Application) -> int:
    """How many there are, or are to be at least."""
    scale = app.app.autoscale
    return int((main.live().get("spec") or {}).get("replicas") or (scale.min if scale else app.app.replicas))


@dataclass(frozen=True, slots=True)
class _Ended:
    """How a delivery ended. ``raised``: what is raised once it is recorded."""

    errors: tuple[str, ...] = ()
    returned: bool = False
    raised: BaseException | None = None


def _run(course: Course, *, with_database: bool) -> _Ended:
    """Carry a delivery out, and take it back if it fails and may be; what a person stops always goes back."""
    reason = "deployment_failure"
    raised: BaseException | None = None
    try:
        strategies.carry_out(course)
        return _Ended()
    except Failing as error:
        said = str(error)
        reason = "alarm" if error.alarm else reason
    except STOPPED as error:
        said, reason, raised = "it was stopped", "", error
    except MendixError as error:
        said, raised = str(error), error
    if reason and reason not in _rollback_on(course.site):
        return _Ended((said, f"delivery.rollback_on does not name {reason}: nothing was taken back"), raised=raised)
    return _back(course, [said], raised, with_database=with_database)


def _back(course: Course, errors: list[str], raised: BaseException | None, *, with_database: bool) -> _Ended:
    if not course.former:
        return _Ended((*errors, f"nothing ran before, so {course.app.name} stays as it is"), raised=raised)
    try:
        strategies.take_back(course, with_database=with_database)
    except (Failing, MendixError) as error:
        return _Ended((*errors, f"the former image did not come back: {error}"), raised=raised)
    return _Ended(tuple(errors), returned=True, raised=raised)


def _before(site: Site, app: Application, former: str) -> Version:
    """What runs, as the ledger knows it; of an image that it does not know only the digest."""
    digest = former.rpartition("@")[2]
    if not digest:
        return Version()
    for one in record.reached(site.store, app.name):
        if record.facts(one).get("digest") == digest:
            return choice.version_of(record.facts(one))
    return Version(digest)


def _check_accepted(app: Application, chosen: Choice, accepted: Collection[str], database: str) -> None:
    for one in accepted:
        if one != database or not chosen.snapshot:
            raise MendixError(
                Diagnostic(
                    "MXV143",
                    f"--accept-loss {one} accepts nothing in this delivery of {app.name}",
                    hint=f"its database is {database}; it is changed only where the domain model is"
                    if app.app.database
                    else f"{app.name} has no database in the YAML",
                )
            )


def _check_own(site: Site, app: Application) -> None:
    """Check that a snapshot of the app's database would be one of what the app uses.

    Raises:
        Refused: MXV146, it was brought to a copy, which nobody has taken in yet.
    """
    store = Database(site.session, site.clients, app)
    uses = _uses(site, app, store)
    if uses in ("", store.name):
        return
    name = uses.removeprefix(f"{site.environment}-")
    raise Refused(
        Diagnostic(
            "MXV146",
            f"{app.name} uses {uses}, a copy, and this delivery would keep {store.name} instead",
            hint=_take_in(site.environment, app.name, name),
            location=app.workplace.specification.locate(("apps", app.name, "database")),
        )
    )


def _uses(site: Site, app: Application, store: Database) -> str:
    """The instance that the app uses; as the ledger has it where this role may not read the app's secret."""
    try:
        return store.uses()
    except MendixError as error:
        if error.diagnostics[0].code != DENIED:
            raise
        newest = next(record.deliveries(site.store, app.name), None)
        return str(record.facts(newest).get("moved_to") or "") if newest is not None else ""


def _take_in(environment: str, app: str, name: str) -> str:
    """How a copy of a database becomes the app's."""
    where = f"database.instances and apps.{app}.database of environments/{environment}.yaml"
    return f"write {name} into {where}, and take it in: mendixctl plan {environment} --adopt"


def _rollback_on(site: Site) -> Sequence[str]:
    said: Sequence[str] = site.workplace.specification.settings.get("delivery", {}).get("rollback_on", BOTH)
    return said


def _rang(name: str, why: str) -> Diagnostic:
    return Diagnostic(
        "MXV138",
        f"{name} was in alarm before this delivery began, and is not looked at: {why}",
        severity=Severity.WARNING,
    )


def _facts(course: Course, image: Wanted, action: str, back_to: int, ended: _Ended) -> dict[str, object]:
    """What the ledger keeps of a delivery."""
    manifest = course.main.live().get("spec") or {}
    return {
        "app": course.app.name,
        "action": action,
        "strategy": course.choice.strategy.value,
        "model": course.choice.model.value,
        "digest": image.digest,
        "image": image.reference,
        "commit": image.commit,
        "version": image.version,
        "mendix": image.mendix,
        "domain_model": image.domain_model,
        "previous": course.former.rpartition("@")[2],
        "snapshot": course.snapshot,
        "copy": course.copy,
        "moved_to": course.copy if course.moved_from else "",
        "returned": ended.returned,
        "manifest": hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest(),
        **({"back_to": back_to} if back_to else {}),
    }


def _next(course: Course, ended: _Ended) -> tuple[str, ...]:
    environment, app = course.site.environment, course.app.name
    taken_in: tuple[str, ...] = ()
    if course.moved_from:
        taken_in = (_take_in(environment, app, course.copy.removeprefix(f"{environment}-")),)
    if not ended.errors:
        return (f"mendixctl release verify {app} --env {environment}", *taken_in)
    return taken_in or (f"mendixctl history {environment} --kind app",)
