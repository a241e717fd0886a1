"""Planned changes: grouped by area, each with its mark, its verdict and what becomes of its attributes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.text import Text

from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixctl.views.folds import Fold, fold
from mendixctl.views.human.screen import Piece, Screen, text
from mendixctl.views.human.symbols import MARKS, STYLES
from mendixctl.views.human.verdicts import note, tell
from mendixctl.views.text import SENSITIVE, UNKNOWN, clean_line, line_diff, listed, plural, shorten, shorten_pair, value
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import Counts
    from mendixctl.engine.results import Judged

VERDICT_STYLES = STYLES
ORDER = [Action.CREATE, Action.UPDATE, Action.MOVE, Action.IMPORT, Action.FORGET, Action.REPLACE, Action.DELETE]
DIFF_LINES = 30
DRIFT_LINES = 10
NAME_ROOM = 34


def show_changes(screen: Screen, changes: Iterable[Judged], *, details: bool = False, attributes: bool = True) -> None:
    """The changes of a plan, area by area; what is taken away stands last, next to the question that follows.

    Of many harmless additions only the number by type is told, unless ``details`` asks for each.
    """
    ordered = sorted(changes, key=lambda judged: judged.change.area)
    folded = 0
    open_line = False  # whether the line above is of an area of which nothing else is told
    for area, group in groupby(ordered, key=lambda judged: judged.change.area):
        inside = sorted(group, key=lambda judged: ORDER.index(judged.change.action))
        parts = Fold(tuple(inside), ()) if details else fold(inside)
        folded += len(parts.folded)
        if parts.shown or not open_line:
            screen.blank()
        open_line = not parts.shown
        if open_line:
            screen.line((area or "root", "bold"), "  ", (parts.line, "green"))
            continue
        screen.line((area or "root", "bold"), (f"  {plural(len(inside), 'change')}", "dim"))
        if parts.folded:
            screen.line(("  + ", "green"), (parts.line, "green"), indent=1)
        for judged in parts.shown:
            _resource(screen, judged.change, note(judged.judgement))
            tell(screen, judged.judgement, details=details)
            if attributes and (details or judged.change.action not in (Action.CREATE, Action.DELETE)):
                show_attributes(screen, judged.change.attributes, judged.change.action, details=details)
    if folded:
        screen.line((msg("Each of the {count} by name: add --details", count=f"{folded:,}"), "dim"))


def show_summary(screen: Screen, changes: Iterable[Judged]) -> None:
    """A plan that was shown before, in brief: counts by area, and by name what is taken away or lost."""
    ordered = sorted(changes, key=lambda judged: judged.change.area)
    for area, group in groupby(ordered, key=lambda judged: judged.change.area):
        inside = list(group)
        counted = Counter(judged.change.action for judged in inside)
        pieces: list[Piece] = [(f"{area or 'root'}  ", "bold")]
        for action in ORDER:
            if counted[action]:
                mark, style = MARKS[action]
                pieces += [(f"{mark}{counted[action]}", style), " "]
        screen.line(*pieces, indent=2)
        for judged in inside:
            taken = judged.change.action in (Action.REPLACE, Action.DELETE)
            if taken or judged.judgement.loses or judged.judgement.restore_needed:
                _resource(screen, judged.change, note(judged.judgement))
                tell(screen, judged.judgement)


def show_drift(screen: Screen, drift: Sequence[ResourceChange], *, details: bool) -> None:
    """What changed outside Terraform since the last release: by name, with --details attribute by attribute."""
    kept = drift if details else drift[:DRIFT_LINES]
    for change in kept:
        names = "" if details else ", ".join(listed((one.path for one in change.attributes), most=4))
        _resource(screen, change, text((f"   {change.area}  {names}", "dim")))
        if details:
            show_attributes(screen, change.attributes, change.action, details=True)
    if len(kept) < len(drift):
        screen.line((msg("and {value} more: add --details", value=len(drift) - len(kept)), "dim"), indent=5)


def _resource(screen: Screen, change: ResourceChange, note: Text) -> None:
    mark, style = MARKS.get(change.action, ("?", ""))
    pieces: list[Piece] = [(f"{mark:>3} ", style), within_area(change.address, change.area), note]
    if change.previous_address and change.previous_address != change.address:
        pieces.append((msg("   was {address}", address=within_area(change.previous_address, change.area)), "cyan"))
    screen.line(*pieces, indent=1)


def within_area(address: str, area: str) -> str:
    """``module.network.aws_vpc.this`` as ``aws_vpc.this``: the area stands above it."""
    return address.removeprefix(f"module.{area}.") if area else address


def show_attributes(
    screen: Screen, attributes: Iterable[AttributeChange], action: Action, *, details: bool = False
) -> None:
    """Each attribute on one line if it fits, else below each other, and long texts as a diff."""
    shown = [one for one in attributes if not (one.before is None and one.after is None)]
    room = min(max((cell_len(clean_line(one.path)) for one in shown), default=0), NAME_ROOM)
    for attribute in shown:
        _attribute(screen, attribute, action, room, details=details)


def _attribute(screen: Screen, attribute: AttributeChange, action: Action, room: int, *, details: bool) -> None:
    indent = 9
    name = clean_line(attribute.path)
    name += " " * max(room - cell_len(name), 0)
    note: Piece = ("   forces replacement", "bold magenta") if attribute.forces_replacement else ""
    if attribute.sensitive:
        screen.line(name, "  ", (SENSITIVE, "dim"), note, indent=indent)
        return
    if action in (Action.CREATE, Action.DELETE):
        one = attribute.after if action is Action.CREATE else attribute.before
        screen.line(name, "  ", _single(screen, one, indent + room + 2, details=details), indent=indent)
        return
    diff = line_diff(attribute.before, attribute.after)
    if diff is not None:
        screen.line(name.rstrip(), note, indent=indent)
        kept = diff if details else diff[:DIFF_LINES]
        screen.block(kept, indent=indent + 2, diff=True)
        if len(kept) < len(diff):
            screen.line(
                (msg("{value} more lines: add --details", value=len(diff) - len(kept)), "dim"), indent=indent + 2
            )
        return
    before, after = value(attribute.before), value(attribute.after)
    if indent + room + cell_len(before) + cell_len(after) + 24 <= screen.width:
        arrow: Piece = (" -> ", "dim")
        screen.line(
            name, "  ", _styled(before, attribute.before), arrow, _styled(after, attribute.after), note, indent=indent
        )
        return
    if not details:
        before, after = shorten_pair(before, after, screen.width - indent - 4)
    screen.line(name.rstrip(), note, indent=indent)
    screen.line(("- ", "red"), _styled(before, attribute.before), indent=indent + 2)
    screen.line(("+ ", "green"), _styled(after, attribute.after), indent=indent + 2)


def _single(screen: Screen, of: Any, indent: int, *, details: bool) -> Text:
    """A value alone behind its name; with --details nothing is left out."""
    shown = value(of)
    return _styled(shown if details else shorten(shown, max(screen.width - indent, 40)), of)


def _styled(shown: str, of: Any) -> Text:
    return text((shown, "dim" if of is None or of in (SENSITIVE, UNKNOWN) else ""))


def counts_line(counts: Counts) -> Text:
    """``3 to add, 1 to change, 1 to replace, 0 to destroy``; what there is none of is left out, these three apart."""
    parts: list[Piece] = [(msg("{add} to add", add=counts.add), "green" if counts.add else "dim")]
    parts += [", ", (msg("{change} to change", change=counts.change), "yellow" if counts.change else "dim")]
    if counts.replace:
        parts += [", ", (msg("{replace} to replace", replace=counts.replace), "magenta")]
    parts += [", ", (msg("{remove} to destroy", remove=counts.remove), "red" if counts.remove else "dim")]
    if counts.move:
        parts += [", ", (msg("{move} to move", move=counts.move), "cyan")]
    if counts.imported:
        parts += [", ", (msg("{imported} to import", imported=counts.imported), "cyan")]
    return text(*parts)
