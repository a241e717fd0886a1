"""``drift`` for people: by cause, attribute by attribute, with who did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mendixctl.terraform.plan import Action, AttributeChange
from mendixctl.views.human.changes import MARKS, show_attributes, within_area
from mendixctl.views.human.results import flags, next_command, place, spec_changes
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import duration, listed, moment, plural, shorten, value

if TYPE_CHECKING:
    from mendixctl.engine.drift.results import (
        AdoptionResult,
        Drifted,
        DriftResult,
        Event,
        Planned,
        PreparedAdoption,
    )


def drifted(screen: Screen, result: DriftResult, *, details: bool) -> None:
    """Everything that differs, and what a person could do about it."""
    body(screen, result, details=details)
    if result.drifted:
        at = place(result.scope)
        next_command(screen, f"mendixctl drift{at} --accept, or mendixctl drift{at} --revert")


def body(screen: Screen, result: DriftResult, *, details: bool) -> None:
    """The differences by cause."""
    since = f", since {moment(result.since)}" if result.since else ""
    screen.line((f"Against v{result.head}", "bold"), (since, "dim"))
    if result.aws:
        _heading(screen, "Changed in AWS", "bold yellow", "outside of any release")
        for one in result.aws:
            _resource(screen, one, details=details)
    if result.spec or result.versions or result.yaml:
        _heading(screen, "Changed by the YAML", "bold", f"edits since v{result.head}, not applied yet")
        spec_changes(screen, result.spec, result.versions)
        _planned(screen, result.yaml, details=details)
    if result.generator:
        _heading(screen, "Changed by a generator or a module", "bold", "the same YAML, and something else comes of it")
        _planned(screen, result.generator, details=details)
    if result.unfinished:
        _heading(screen, f"Left undone by v{result.head}", "bold", "the next apply goes on with it")
        _planned(screen, result.unfinished, details=details)
    if result.ignored and details:
        names = f": {', '.join(listed(result.ignored, most=40))}"
        about = "changed where neither the YAML nor a module says anything"
        screen.blank()
        screen.line((f"{plural(len(result.ignored), 'resource')} {about}{names}", "dim"))
    screen.blank()
    took: Piece = (f"  ({plural(result.plans, 'plan')}, {duration(result.seconds)})", "dim")
    if result.drifted:
        screen.line((f"Drift: {plural(len(result.drifted), 'resource')}", "bold yellow"), " changed in AWS", took)
    elif result.aws:
        screen.line(("No drift.", "bold green"), " The YAML says by now what AWS has.", took)
    else:
        screen.line(("No drift.", "bold green"), f" AWS is as v{result.head} made it.", took)


def _heading(screen: Screen, title: str, style: str, note: str) -> None:
    screen.blank()
    screen.line((title, style), (f", {note}", "dim"))


def _resource(screen: Screen, one: Drifted, *, details: bool) -> None:
    deleted = one.happened == "deleted"
    mark: Piece = ("  - ", "red") if deleted else ("  ~ ", "yellow")
    note = "  deleted; an apply would create it again" if deleted else ""
    note += "  forces replacement on the way back" if one.back == "replace" else ""
    adopted: Piece = ("  the YAML says so by now", "green") if one.adopted else ""
    screen.line(mark, (f"{one.area}  ", "dim") if one.area else "", within_area(one.address, one.area), note, adopted)
    attributes = [AttributeChange(a.path, a.released, a.now, sensitive=a.sensitive) for a in one.attributes]
    show_attributes(screen, attributes, Action.UPDATE, details=details)
    for event in one.events:
        _event(screen, event)


def _event(screen: Screen, event: Event) -> None:
    source = f"  from {event.source}" if event.source else ""
    screen.line((moment(event.at), "dim"), f"  {event.name}  ", (event.who, "bold"), (source, "dim"), indent=9)


def _planned(screen: Screen, changes: Sequence[Planned], *, details: bool) -> None:
    for one in changes:
        mark, style = MARKS.get(one.change.action, ("?", ""))
        area = f"{one.change.area}  " if one.change.area else ""
        why: Piece = (f"  {one.why}" if one.why else "", "dim")
        screen.line((f"{mark:>3} ", style), (area, "dim"), within_area(one.change.address, one.change.area), why)
        if details or one.change.action not in (Action.CREATE, Action.DELETE):
            show_attributes(screen, one.change.attributes, one.change.action, details=details)


def about_to_adopt(screen: Screen, prepared: PreparedAdoption, *, details: bool) -> None:
    """The drift, the edits that would make the YAML say the same, and what no edit would."""
    body(screen, prepared.drift, details=details)
    if prepared.adoptions:
        _heading(screen, "Adopted into the YAML", "bold", "each proven by a plan that no longer changes it back")
        for one in prepared.adoptions:
            drives = within_area(one.address, "") + (f" {one.attribute}" if one.attribute else "")
            after = value(one.after) if one.after is not None else "(removed)"
            change = f"{shorten(value(one.before), 60)} -> {shorten(after, 60)}"
            screen.line((one.path, "bold"), f"  {change}", (f"  {drives}", "dim"), indent=2)
        screen.block(prepared.spec_diff.rstrip("\n").split("\n"), indent=2, diff=True)
    if prepared.rest:
        _heading(screen, "Not adopted", "bold yellow", "it stays drift until it is reverted or the YAML is edited")
        for rest in prepared.rest:
            name = f"{rest.address} {rest.attribute}".rstrip()
            screen.line(name, (f"  {rest.reason}", "dim"), indent=2)


def adopted(screen: Screen, result: AdoptionResult) -> None:
    """What became of it, and how it is recorded."""
    prepared = result.prepared
    screen.blank()
    if result.plan is None:
        nothing = "Nothing of it can be adopted." if prepared.drift.drifted else "There is nothing to adopt."
        screen.line(nothing)
        return
    fields = plural(len({one.path for one in prepared.adoptions}), "field")
    file = f"environments/{prepared.scope.environment}.yaml"
    screen.line((f"{fields} of {file} adopted.", "bold green"), _also(result.plan.counts.total))
    next_command(screen, f"mendixctl apply{flags(prepared.scope)} -m 'Adopt what was changed in AWS'")


def _also(total: int) -> str:
    if not total:
        return " The plan changes nothing; its apply records the release."
    return f" The plan still has {plural(total, 'change')} of other causes: look at it before it is applied."
