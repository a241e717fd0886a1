"""Incidents, for people: a table of them, what was written, when something is due, and what was kept."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mendixctl.views.human.screen import Piece
from mendixctl.views.text import moment, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.incident.results import (
        DeadlinesResult,
        Incident,
        IncidentReport,
        IncidentResult,
        IncidentsResult,
        Kept,
    )
    from mendixctl.views.human.view import HumanView

STYLES = {"kept": "green", "missed": "bold red", "running": "yellow"}
NONE = "-"

DAYS = (word("Mon"), word("Tue"), word("Wed"), word("Thu"), word("Fri"), word("Sat"), word("Sun"))
DONE = {"acknowledged": word("acknowledged"), "solved": word("solved")}


def listed(view: HumanView, result: IncidentsResult, *, details: bool) -> None:
    if not result.incidents:
        when = msg("began in {month}", month=result.month) if result.month else "is open"
        view.screen.line(msg("No incident of {environment} {when}.", environment=result.scope.environment, when=when))
        return
    headings = ["id", "priority", "alarm", "began", "answer by", "response", "solve by", "solution", "who"]
    view.screen.table(headings, [_row(one) for one in result.incidents])


def written(view: HumanView, result: IncidentResult, *, details: bool) -> None:
    one = result.incident
    who = one.solved_by if result.done == "solved" else one.acknowledged_by
    view.screen.line(
        (f"{one.id} ", "green"), (DONE.get(result.done, result.done), "green"), (msg("  by {who}", who=who), "dim")
    )
    if result.done == "acknowledged":
        view.screen.line(
            word("response"),
            " ",
            (one.response, STYLES[one.response]),
            msg("; to be solved by {moment}", moment=moment(one.solve_by)),
        )
    else:
        response, solution = (one.response, STYLES[one.response]), (one.solution, STYLES[one.solution])
        view.screen.line(word("response"), " ", response, ", ", word("solution"), " ", solution)


def due(view: HumanView, result: DeadlinesResult, *, details: bool) -> None:
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(result.timezone)

    def local(at: datetime) -> str:
        there = at.astimezone(zone)
        return msg("{day} {moment}", day=DAYS[there.weekday()], moment=there.strftime("%Y-%m-%d %H:%M %Z"))

    view.screen.table(
        [f"{result.priority}, {result.hours}", result.timezone, "UTC"],
        [
            [what, (local(at), "" if at is result.start else "bold"), at.astimezone(UTC).strftime("%Y-%m-%d %H:%M")]
            for what, at in (
                (word("begins"), result.start),
                (word("answer by"), result.respond_by),
                (word("solve by"), result.solve_by),
            )
        ],
    )


def reported(view: HumanView, result: IncidentReport, *, details: bool) -> None:
    headings = ["priority", "incidents", "responses kept", "missed", "median", "solutions kept", "missed", "median"]
    view.screen.line((msg("Incidents that began in {month}", month=result.month), "bold"))
    view.screen.table(
        headings,
        [[it.priority, f"{it.incidents}", *_judged(it.response), *_judged(it.solution)] for it in result.priorities],
    )
    if result.missed:
        view.screen.blank()
        view.screen.line(
            (msg("{amount} with a missed deadline", amount=plural(len(result.missed), "incident")), "bold red")
        )
        view.screen.table(
            ["id", "priority", "alarm", "began", "response", "solution"],
            [[it.id, it.priority, it.alarm_name, moment(it.started_at), *_outcome(it)] for it in result.missed],
        )


def _row(one: Incident) -> list[Piece]:
    response, solution = _outcome(one)
    return [
        one.id,
        one.priority,
        one.alarm_name,
        moment(one.started_at),
        moment(one.respond_by),
        response,
        moment(one.solve_by),
        solution,
        one.solved_by or one.acknowledged_by or (NONE, "dim"),
    ]


def _outcome(one: Incident) -> list[Piece]:
    return [(one.response, STYLES[one.response]), (one.solution, STYLES[one.solution])]


def _judged(kept: Kept) -> list[Piece]:
    share = "" if kept.percent is None else f" ({kept.percent:g} %)"
    return [
        f"{kept.kept}{share}",
        (f"{kept.missed}", "bold red" if kept.missed else ""),
        NONE if kept.median is None else msg("{count} min", count=f"{kept.median:g}"),
    ]
