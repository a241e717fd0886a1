"""``release verify``: whether an app runs what was delivered, is ready, answers, and no alarm of it rings."""

from __future__ import annotations

from datetime import timedelta

from mendixctl.engine.delivery import alarms, record
from mendixctl.engine.delivery.application import application
from mendixctl.engine.delivery.results import AppVerification
from mendixctl.engine.delivery.workload import Workload
from mendixctl.engine.deployment.connection import connect
from mendixctl.engine.deployment.results import State
from mendixctl.engine.operation import operation
from mendixctl.engine.polling import rounds
from mendixctl.engine.session import Session

SMOKE = timedelta(minutes=2)
"""For how long an app that has just started is asked again."""
SECONDS = 10.0


def verify(
    session: Session, environment: str, name: str, *, url: str = "", deadline: timedelta = timedelta(minutes=5)
) -> AppVerification:
    """Look at an app. ``url``: what is asked for, by default its hostname's start page; on the emulator nothing is.

    Raises:
        MendixError: MXV101, MXV134; MXK1xx, MXA1xx.
    """
    with operation(session, environment, f"release verify {name}") as site:
        app = application(site.workplace, name)
        newest = next(record.reached(site.store, name), None)
        said = str(record.facts(newest).get("digest") or "") if newest is not None else ""
        main = Workload.of(session, connect(site), app)
        session.reporter.stage("health", name)
        state, message = main.wait(deadline)
        runs = main.reference()
        problems = []
        if state is not State.READY:
            problems.append(f"it is {state.value}: {message}")
        if said and not runs.endswith(said):
            problems.append(f"it is asked to run {runs or 'nothing'}, and v{_number(newest)} delivered {said}")
        if not said:
            problems.append("the ledger knows no delivery of it")
        rings = alarms.ringing(site.clients, environment, name)
        problems += [f"{one} rings: {why}" for one, why in sorted(rings.items())]
        place = url or ("" if site.scope.target == "emulator" else f"https://{app.platform.hostname(name)}/")
        answer = ""
        if place:
            session.reporter.stage("smoke", place)
            answer, well = _asked(session, place)
            problems += [] if well else [f"{place} answers {answer}"]
        return AppVerification(
            scope=site.scope,
            app=name,
            release=_number(newest),
            digest=said,
            image=runs,
            state=state.value,
            message=message,
            alarms=tuple(sorted(rings)),
            url=place,
            smoke=answer,
            problems=tuple(problems),
        )


def _number(newest: object) -> int:
    return int(getattr(newest, "number", 0))


def _asked(session: Session, url: str) -> tuple[str, bool]:
    """What an address answers, and whether that is well: anything but an error of the server or a page that is not."""
    import urllib3

    said = "nothing"
    with urllib3.PoolManager(retries=False) as pool:
        for _ in rounds(session, SMOKE):
            try:
                response = pool.request("GET", url, timeout=SECONDS, redirect=False)
            except urllib3.exceptions.HTTPError as error:
                said = type(error).__name__
                continue
            said = str(response.status)
            # a page behind a sign-in answers 401, or leads to it
            if response.status < 400 or response.status in {401, 403}:
                return said, True
    return said, False
