"""A field, an error or a type of resource, explained."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mendixctl.guard.verdict import Verdict
from mendixctl.language import current, translated
from mendixctl.language.choice import ENGLISH
from mendixctl.language.spacing import joined
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.human.symbols import STYLES
from mendixctl.views.text import listed, value
from mendixgen.messages import word

if TYPE_CHECKING:
    from mendixctl.engine.explain.results import ExplainedError, ExplainedField, ExplainedResource, ExplainResult
    from mendixctl.views.human.view import HumanView

MARKS = {
    "one_way": ("cannot be taken back", "bold yellow"),
    "create_only": ("replaces", "bold magenta"),
    "secret": ("secret", "bold yellow"),
    "follows": ("follows", ""),
    "held_with": ("held with", ""),
}
HOLDS = {
    "data": "What is lost with one",
    "identity": "What is new in a new one",
    "plain": "A later plan makes the same again.",
    "unknown": "The guard knows no kind of it, and takes a deletion for one that loses data.",
}
_BRACES = re.compile(r"\{([^{}]+)\}")
"""What a rule fills in from the plan; here there is none."""


def explained(view: HumanView, result: ExplainResult, *, details: bool) -> None:
    if result.field is not None:
        _field(view.screen, result.field)
    elif result.error is not None:
        _error(view.screen, result.error)
    elif result.resource is not None:
        _resource(view.screen, result.resource)


def _field(screen: Screen, field: ExplainedField) -> None:
    where = f"  {field.area} {field.module}" if field.area else "  header"
    screen.line((field.path, "bold"), (where, "dim"))
    if field.description:
        screen.line(translated(field.description), indent=2)
    screen.blank()
    rows: list[list[Piece]] = [[("type", "dim"), field.type]]
    if field.unit:
        rows.append([("unit", "dim"), field.unit])
    if field.has_default and field.default not in (None, "", [], {}):
        rows.append([("default", "dim"), value(field.default)])
    elif field.required:
        rows.append([("default", "dim"), "none: it has to be set"])
    rows += [[("bounds", "dim"), bound] for bound in field.bounds]
    if field.examples:
        rows.append([("example", "dim"), ", ".join(field.examples)])
    for mark in field.marks:
        named, style = MARKS[mark.name]
        rows.append([(named, style), translated(mark.why)])
    screen.table(["", ""], rows)
    if field.keys:
        screen.blank()
        screen.line(("Below it", "bold"))
        screen.table(
            ["", "", ""],
            [[f"  {key.name}", (key.type, "dim"), _key(key.description, required=key.required)] for key in field.keys],
        )
    _several(screen, word("Reaches"), field.reaches)


def _key(description: str, *, required: bool) -> str:
    said = translated(description)
    return joined([said, " ", translated("Required.")]) if required else said


def _error(screen: Screen, error: ExplainedError) -> None:
    error = _in_chinese(error) if current() != ENGLISH else error
    screen.line((error.code, "bold"), (f"  {error.part}", "dim"))
    screen.line(error.happened, indent=2)
    if error.remedy:
        screen.line(("What to do: ", "bold"), error.remedy, indent=2)


def _in_chinese(error: ExplainedError) -> ExplainedError:
    """As the page of errors says it in Chinese, where this installation has that page."""
    from mendixctl.engine.explain.errors import parse
    from mendixgen import packaged

    try:
        text = (packaged.documents() / "zh" / "errors.md").read_text(encoding="utf-8")
    except OSError:
        return error
    return parse(text).get(error.code, error)


def _resource(screen: Screen, resource: ExplainedResource) -> None:
    screen.line((resource.address or resource.type, "bold"))
    told = translated(HOLDS[resource.kind])
    screen.line(told, *([": ", translated(resource.holds)] if resource.holds else []), indent=2)
    for place in resource.places:
        screen.blank()
        screen.line((place.area, "bold"), (f"  {place.module}", "dim"))
        screen.block(listed(place.addresses), indent=2)
    _several(screen, "Fields that reach it", resource.fields)
    if resource.rules:
        screen.blank()
        screen.line(("What the guard says of its changes", "bold"))
        for rule in resource.rules:
            looks = f"  {', '.join(rule.looks_at)}" if rule.looks_at else ""
            screen.line((word(rule.verdict), STYLES[Verdict(rule.verdict)]), f"  {', '.join(rule.on)}{looks}", indent=2)
            screen.line(translated(rule.reason), indent=4)
            screen.line((f"{rule.id}, {rule.source}", "dim"), indent=4)
    if resource.refusals:
        screen.blank()
        screen.line(("What AWS refuses", "bold"))
        for refusal in resource.refusals:
            screen.line((refusal.code, "bold yellow"), "  ", translated(refusal.title), indent=2)
            screen.line("instead: ", translated(_BRACES.sub(_named, refusal.instead)), indent=4)
            screen.line((f"{refusal.id}, {', '.join(refusal.operations)}", "dim"), indent=4)
    _several(screen, word("Runbooks"), resource.runbooks)


def _named(match: re.Match[str]) -> str:
    return f"<{match[1]}>"


def _several(screen: Screen, title: str, items: Iterable[str]) -> None:
    shown = list(items)
    if shown:
        screen.blank()
        screen.line((title, "bold"))
        screen.block(listed(shown, most=24), indent=2)
