"""What the guards object to, for people: why, what it is about, and what would pass it."""

from __future__ import annotations

from collections.abc import Sequence

from mendixctl.engine.plan.results import Guards
from mendixctl.guard.refusals.classify import Refusal
from mendixctl.views.human.results import next_command
from mendixctl.views.human.screen import Screen
from mendixgen.messages import msg


def show(screen: Screen, guards: Guards) -> None:
    """What an apply of the plan will be refused for; the changes themselves stand above, with their verdicts."""
    screen.line(("An apply of this will be refused:", "bold red"))
    for one, told in zip(guards.objections, guards.refusals, strict=True):
        screen.line((one.code, "bold red"), f"  {one.summary}", indent=2)
        if one.key and told.location is not None:
            screen.line((f"--> {told.location}", "dim"), f"  {one.key}", indent=4)
        if one.allow:
            refused(screen, [it for it in guards.refused if it.setting == one.key])
        else:
            for address, what in one.addresses:
                screen.line(address, (f"  {what}", "dim"), indent=4)
        if one.way_past:
            screen.line(("way past: ", "dim"), one.way_past, indent=4)
    if guards.command:
        next_command(screen, guards.command)


def refused(screen: Screen, found: Sequence[Refusal], *, indent: int = 4) -> None:
    """What AWS will say to each change, and what to do instead."""
    for one in found:
        screen.line(one.address, (f"  {one.operation}", "dim"), indent=indent)
        said = "AWS will say: " if one.verbatim else "AWS will refuse it (its own words are not on record): "
        if not one.certain:
            said = msg("AWS will say, if {possible}: ", possible=one.possible)
        screen.line((said, "dim"), (one.code, "bold"), f": {one.text}", indent=indent + 2)
        screen.line(("instead: ", "dim"), one.instead, indent=indent + 2)
