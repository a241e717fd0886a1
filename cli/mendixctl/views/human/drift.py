"""``drift`` for people: by cause, attribute by attribute, with who did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from mendixctl.terraform.plan import Action, AttributeChange
from mendixctl.views.human.changes import show_attributes, within_area
from mendixctl.views.human.results import flags, next_command, place, spec_changes
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.human.symbols import MARKS
from mendixctl.views.text import clean_line, duration, listed, moment, plural, shorten, value
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.deployment.outside import ObjectOutside
    from mendixctl.engine.drift.results import (
        AdoptionResult,
        Drifted,
        DriftResult,
        Event,
        Planned,
        PreparedAdoption,
    )

ROOM = 60
"""Characters of a value."""

HAPPENED = {"deleted": word("deleted"), "added": word("added")}
"""What became of an object, where that is more than other fields."""


def drifted(screen: Screen, result: DriftResult, *, details: bool) -> None:
    """Everything that differs, and what a person could do about it."""
    body(screen, result, details=details)
    if result.drifted:
        at = place(result.scope)
        next_command(screen, msg("mendixctl drift{at} --accept, or mendixctl drift{at} --revert", at=at))
    if result.objects:
        next_command(screen, f"mendixctl deploy{place(result.scope)}")


def body(screen: Screen, result: DriftResult, *, details: bool) -> None:
    """The differences by cause."""
    since = msg(", since {moment}", moment=moment(result.since)) if result.since else ""
    screen.line((msg("Against v{head}", head=result.head), "bold"), (since, "dim"))
    if result.aws:
        _heading(screen, "Changed in AWS", "bold yellow", "outside of any release")
        for one in result.aws:
            _resource(screen, one, details=details)
    if result.objects:
        _heading(screen, "Changed in the cluster", "bold yellow", "outside of any release")
        for other in result.objects:
            _object(screen, other)
    if result.spec or result.versions or result.yaml:
        _heading(screen, "Changed by the YAML", "bold", msg("edits since v{head}, not applied yet", head=result.head))
        spec_changes(screen, result.spec, result.versions)
        _planned(screen, result.yaml, details=details)
    if result.generator:
        _heading(screen, "Changed by a generator or a module", "bold", "the same YAML, and something else comes of it")
        _planned(screen, result.generator, details=details)
    if result.unfinished:
        _heading(screen, msg("Left undone by v{head}", head=result.head), "bold", "the next apply goes on with it")
        _planned(screen, result.unfinished, details=details)
    if result.ignored and details:
        about = msg(
            "{amount} changed where neither the YAML nor a module says anything: {names}",
            amount=plural(len(result.ignored), "resource"),
            names=", ".join(listed(result.ignored, most=40)),
        )
        screen.blank()
        screen.line((about, "dim"))
    screen.blank()
    _sum(screen, result)


def _sum(screen: Screen, result: DriftResult) -> None:
    """How much of it is drift, in AWS and in the cluster."""
    took: Piece = (f"  ({plural(result.plans, 'plan')}, {duration(result.seconds)})", "dim")
    if result.objects:
        counted = plural(len(result.objects), "object")
        screen.line((msg("Drift: {amount}", amount=counted), "bold yellow"), " changed in the cluster", took)
    if result.drifted:
        counted = plural(len(result.drifted), "resource")
        screen.line((msg("Drift: {amount}", amount=counted), "bold yellow"), " changed in AWS", took)
    elif result.objects:
        return
    elif result.aws:
        screen.line(("No drift.", "bold green"), " The YAML says by now what AWS has.", took)
    else:
        screen.line(("No drift.", "bold green"), msg(" AWS is as v{head} made it.", head=result.head), took)


def _object(screen: Screen, one: ObjectOutside) -> None:
    """An object, each field with who set it."""
    mark, style = {"deleted": ("  - ", "red"), "added": ("  + ", "yellow")}.get(one.happened, ("  ~ ", "yellow"))
    happened = HAPPENED.get(one.happened, "")
    screen.line((mark, style), clean_line(one.address), "  " if happened else "", happened)
    for field in one.fields:
        who: Piece = (msg("  by {who} at {time}", who=field.manager, time=field.at) if field.manager else "", "dim")
        before, after = shorten(value(field.released), ROOM), shorten(value(field.now), ROOM)
        screen.line(f"{clean_line(field.path)}  {before}", (" -> ", "dim"), after, who, indent=9)


def _heading(screen: Screen, title: str, style: str, note: str) -> None:
    screen.blank()
    screen.line((title, style), (f", {note}", "dim"))


def _resource(screen: Screen, one: Drifted, *, details: bool) -> None:
    deleted = one.happened == "deleted"
    mark: Piece = ("  - ", "red") if deleted else ("  ~ ", "yellow")
    note = "  deleted; an apply would create it again" if deleted else ""
    replaced = "  forces replacement on the way back" if one.back == "replace" else ""
    adopted: Piece = ("  the YAML says so by now", "green") if one.adopted else ""
    screen.line(
        mark,
        Text(f"{clean_line(one.area)}  ", style="dim") if one.area else "",
        within_area(one.address, one.area),
        note,
        replaced,
        adopted,
    )
    attributes = [AttributeChange(a.path, a.released, a.now, sensitive=a.sensitive) for a in one.attributes]
    show_attributes(screen, attributes, Action.UPDATE, details=details)
    for event in one.events:
        _event(screen, event)


def _event(screen: Screen, event: Event) -> None:
    source = msg("  from {address}", address=event.source) if event.source else ""
    screen.line((moment(event.at), "dim"), f"  {event.name}  ", (event.who, "bold"), (source, "dim"), indent=9)


def _planned(screen: Screen, changes: Sequence[Planned], *, details: bool) -> None:
    for one in changes:
        mark, style = MARKS.get(one.change.action, ("?", ""))
        area = f"{one.change.area}  " if one.change.area else ""
        why: Piece = (f"  {one.why}" if one.why else "", "dim")
        screen.line(
            (f"{mark:>3} ", style),
            Text(clean_line(area), style="dim"),
            within_area(one.change.address, one.change.area),
            why,
        )
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
    file = msg("environments/{environment}.yaml", environment=prepared.scope.environment)
    screen.line(
        (msg("{fields} of {file} adopted.", fields=fields, file=file), "bold green"), _also(result.plan.counts.total)
    )
    next_command(screen, msg("mendixctl apply{flags} -m 'Adopt what was changed in AWS'", flags=flags(prepared.scope)))


def _also(total: int) -> str:
    if not total:
        return " The plan changes nothing; its apply records the release."
    return msg(
        " The plan still has {amount} of other causes: look at it before it is applied.", amount=plural(total, "change")
    )
