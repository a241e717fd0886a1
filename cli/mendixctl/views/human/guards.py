"""What the guards object to, for people: why, what it is about, and what would pass it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human.results import next_command
from mendixctl.views.human.screen import Screen

if TYPE_CHECKING:
    from mendixctl.engine import results


def show(screen: Screen, guards: results.Guards) -> None:
    """What an apply of the plan will be refused for; the changes themselves stand above, with their verdicts."""
    screen.line(("An apply of this will be refused:", "bold red"))
    for one in guards.objections:
        screen.line((one.code, "bold red"), f"  {one.summary}", indent=2)
        for address, what in one.addresses:
            screen.line(address, (f"  {what}", "dim"), indent=4)
        if one.way_past:
            screen.line(("way past: ", "dim"), one.way_past, indent=4)
    if guards.command:
        next_command(screen, guards.command)
