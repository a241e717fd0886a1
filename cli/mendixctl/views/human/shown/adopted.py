"""A YAML that was proposed for an account, and what of an account is taken into a state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from mendixctl.views.human import guards, results
from mendixctl.views.text import plural, shorten, value
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.adopt.matching import Match
    from mendixctl.engine.adopt.results import AdoptResult, Difference, LeftOut, ProposalResult
    from mendixctl.terraform.plan import AttributeChange
    from mendixctl.views.human.view import HumanView

ROOM = 56
TAGS = ("tags.", "tags[", "tags_all.", "tags_all[")


def proposed(view: HumanView, result: ProposalResult, *, details: bool) -> None:
    view.problems(result.warnings)
    view.screen.block(result.text.rstrip("\n").split("\n"), indent=2)
    view.screen.blank()
    _left_out(view, result.left_out, "No YAML adopts")
    view.screen.line((result.file, "bold"), f" was written from what {result.account} has in {result.region}.")
    if result.areas:
        names, turn_on = ", ".join(result.areas), f"mendixctl modules upgrade {result.environment} AREA"
        view.screen.line((msg("Its areas: {names}. Another one: {turn_on}", names=names, turn_on=turn_on), "dim"))
    view.screen.line((f"Read and mend it, move it to {result.target}, and then:", "dim"))
    results.next_command(view.screen, f"mendixctl adopt {result.environment}")


def adopted(view: HumanView, result: AdoptResult, *, details: bool) -> None:
    view.problems(result.warnings)
    _imports(view, result.adopted, details=details)
    _differences(view, result.differences)
    _left_out(view, result.left_out, "Not adopted")
    _missing(view, result)
    if result.refusals:
        view.screen.out.file.flush()
        view.problems(result.refusals)
    elif result.plan is None:
        view.screen.line(("Nothing to import.", "bold green"), " The state has all that can be adopted of this YAML.")
        results.next_command(view.screen, f"mendixctl plan{results.place(result.scope)}")
    elif result.plan.guards.objections:
        guards.show(view.screen, result.plan.guards)
    else:
        results.next_command(view.screen, f"mendixctl apply{results.flags(result.scope)}")


def _imports(view: HumanView, found: Sequence[Match], *, details: bool) -> None:
    if not found:
        return
    view.screen.line(("To import", "bold"), f": {plural(len(found), 'resource')}, there already")
    for kind, number in Counter(one.type for one in found).items():
        view.screen.line(f"{number:>4}  {kind}", indent=2)
        for one in found if details else ():
            if one.type == kind:
                view.screen.line((f"{one.address}  ", "dim"), one.id, indent=8)
    view.screen.blank()


def _differences(view: HumanView, found: Sequence[Difference]) -> None:
    if not found:
        return
    view.screen.line(("Changed in place", "bold yellow"), " by the apply, because the YAML says otherwise")
    for difference in found:
        view.screen.line(("~ ", "yellow"), difference.address, (f"  {difference.id}", "dim"), indent=2)
        _tags(view, difference.attributes)
        for it in difference.attributes:
            if not it.path.startswith(TAGS):
                before, after = shorten(value(it.before), ROOM), shorten(value(it.after), ROOM)
                view.screen.line(f"{it.path}  {before}", (" -> ", "dim"), after, indent=6)
        for note in difference.notes:
            view.screen.line(("note: ", "bold cyan"), note, indent=6)
    view.screen.blank()


def _missing(view: HumanView, result: AdoptResult) -> None:
    if not result.missing:
        return
    areas = Counter[str]()
    for area, _, number in result.missing:
        areas[area] += number
    counted = ", ".join(f"{area} {number}" for area, number in areas.most_common())
    amount = plural(areas.total(), "resource")
    what = msg("{amount} that an ordinary plan creates ({counted})", amount=amount, counted=counted)
    view.screen.line(("Not there yet", "bold"), ": ", what)
    view.screen.blank()


def _tags(view: HumanView, attributes: Sequence[AttributeChange]) -> None:
    """The tags in one line: what is added, what another value replaces, what goes."""
    marks: dict[str, list[str]] = {"+": [], "~": [], "-": []}
    for it in attributes:
        if it.path.startswith(TAGS):
            name = it.path.partition("tags_all" if it.path.startswith("tags_all") else "tags")[2].strip('.["]')
            marks["+" if it.before is None else "-" if it.after is None else "~"].append(name)
    said = [f"{mark} {', '.join(names)}" for mark, names in marks.items() if names]
    if said:
        view.screen.line(msg("tags  {names}", names="  ".join(said)), indent=6)


def _left_out(view: HumanView, found: Sequence[LeftOut], title: str) -> None:
    if not found:
        return
    view.screen.line((title, "bold yellow"), f": {len(found)}")
    for one in found:
        name = one.address or one.id
        view.screen.line(("- ", "yellow"), (f"{name}  ", "bold") if name else "", one.why, indent=2)
        if one.way:
            view.screen.line((msg("way: {way}", way=one.way), "dim"), indent=6)
    view.screen.blank()
