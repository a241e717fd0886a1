"""``release rollback``: an app back to what a former delivery brought, and with its database what was in it.

An image goes back by itself only as far as its database can: Mendix does not start on the database of a newer version,
and brings that of another domain model to its own, whatever is lost by that. So a way back over a changed model has to
be accepted by the database's name, and goes to the snapshot that was taken before the change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mendixctl.engine.delivery import choice, record, wanted
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.delivery.choice import Model
from mendixctl.engine.delivery.deploy import Options, bring, named
from mendixctl.engine.delivery.results import DeliveryResult
from mendixctl.engine.environment.site import Site
from mendixctl.engine.operation import operation
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Record
from mendixgen.diagnostics import Diagnostic, MendixError, Refused


@dataclass(frozen=True, slots=True)
class Goal:
    """The delivery to go back to, and the snapshot that has the database as it was then; empty where none is needed."""

    record: Record
    model: Model
    snapshot: str


def rollback(
    session: Session,
    environment: str,
    name: str,
    *,
    to: int = 0,
    accepted: tuple[str, ...] = (),
    options: Options | None = None,
    message: str = "",
) -> DeliveryResult:
    """Bring back what release ``to`` delivered, by default what ran before the newest delivery.

    ``accepted``: databases (``database/crm``) that lose what was written since.

    Raises:
        MendixError: MXV144, there is nothing to go back to; MXV130, its image is gone; as `deploy`.
        Refused: MXV145, the database has been changed since, and its loss is not accepted.
    """
    with operation(session, environment, f"release rollback {name}") as site:
        app = named(site, name)
        goal = find(site, app, to)
        database = f"database/{app.app.database}"
        _check(app, goal, accepted, database)
        image = wanted.find(
            site,
            app,
            digest=str(record.facts(goal.record)["digest"]),
            key=options.key if options else "",
            known=True,
        )
        asked = replace(options or Options(), accepted=())
        if goal.model is not Model.SAME:
            asked = replace(asked, strategy="recreate")
        restore = goal.snapshot if database in accepted else ""
        back_to = goal.record.number
        return bring(site, app, image, asked, action="rollback", message=message, back_to=back_to, restore=restore)


def find(site: Site, app: Application, to: int) -> Goal:
    """What to go back to.

    Raises:
        MendixError: MXV144, there is no such delivery, or none before the newest.
    """
    newest, goal, snapshot = None, None, ""
    for one in record.reached(site.store, app.name):
        newest = newest or one
        if to == one.number or (not to and record.facts(one).get("digest") != record.facts(newest).get("digest")):
            goal = one
            break
        # the oldest that was taken since has what was there then
        snapshot = str(record.facts(one).get("snapshot") or "") or snapshot
    if newest is None or goal is None:
        have = ", ".join(f"v{one.number}" for one in record.reached(site.store, app.name)) or "none"
        raise MendixError(
            Diagnostic(
                "MXV144",
                f"{app.name} has no delivery {f'v{to}' if to else 'before the newest'} to go back to",
                hint=f"there is {have}: mendixctl history {site.environment} --kind app",
            )
        )
    now, then = (choice.version_of(record.facts(one)) for one in (newest, goal))
    return Goal(goal, choice.compared(now, then), snapshot)


def _check(app: Application, goal: Goal, accepted: tuple[str, ...], database: str) -> None:
    needed = goal.model is not Model.SAME and app.app.database is not None
    for one in accepted:
        if one != database or not needed:
            raise MendixError(
                Diagnostic(
                    "MXV143",
                    f"--accept-loss {one} accepts nothing in this way back of {app.name}",
                    hint=f"its database is {database}, and goes back only where the domain model does"
                    if app.app.database
                    else f"{app.name} has no database in the YAML",
                )
            )
    if not needed or database in accepted:
        return
    way = f"its snapshot {goal.snapshot} has what was there" if goal.snapshot else "and no snapshot of then is known"
    raise Refused(
        Diagnostic(
            "MXV145",
            f"the domain model of {app.name} is {goal.model} since v{goal.record.number}: the image alone would change "
            f"the database once more, {way}",
            hint=f"--accept-loss {database} goes back with it, and loses what was written since",
        )
    )
