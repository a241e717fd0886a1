"""What happens now: a live line for each resource in flight, with its age; plain lines where nothing can be live."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from mendixctl.language import translated
from mendixctl.terraform.events import ChangeEvent, Event, ResourceEvent
from mendixctl.views.human.changes import within_area
from mendixctl.views.human.screen import Screen, text
from mendixctl.views.human.symbols import MARKS
from mendixctl.views.text import clean_line, duration, plural
from mendixgen.messages import msg

STAGES = {
    "render": "writing Terraform",
    "emulator": "reaching the emulator",
    "init": "initialising Terraform",
    "plan": "planning",
    "show": "reading the plan",
    "preflight": "asking AWS what it would say",
    "copy": "keeping a copy of the state",
    "snapshot": "taking a snapshot",
    "apply": "applying",
    "look": "looking for",
    "deploy": "applying to the cluster",
    "build": "in a build of CodeBuild",
    "undelete": "bringing back",
    "prove": "proving: a plan that must be empty",
    "record": "recording the release",
    "health": "checking health",
    "restore": "putting the state back",
    "drill": "restoring, to measure it",
    "trail": "asking CloudTrail",
    "verify": "checking what was recorded",
}
VERBS = {"create": "creating", "update": "changing", "delete": "destroying", "read": "reading", "replace": "replacing"}
DONE = {"create": "created", "update": "changed", "delete": "destroyed", "read": "read", "replace": "replaced"}
REMIND = 30.0
"""Seconds after which a resource in flight is named again in a log that nobody can redraw."""


@dataclass(slots=True)
class _Flight:
    action: str
    since: float
    told: float


class Progress:
    """Shows stages and Terraform's events on standard error. ``stop`` leaves nothing but finished lines."""

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen = screen
        self._console = screen.err
        self._clock = clock
        self._live: Live | None = None
        self._stage = ""
        self._detail = ""
        self._stage_since = 0.0
        self._flights: dict[str, _Flight] = {}
        self._done = 0
        self._seen = 0
        self._expected = 0
        self._coming: list[int] = []

    def expect(self, *totals: int) -> None:
        """How many steps each of the coming applies has."""
        self._coming = list(totals)

    def stage(self, name: str, detail: str = "") -> None:
        """A step begins; what was in flight before it is over."""
        self._stage, self._detail, self._stage_since = name, detail, self._clock()
        self._flights.clear()
        self._done = self._seen = self._expected = 0
        if name == "apply" and self._coming:
            self._expected = self._coming.pop(0)
        if self._console.is_terminal:
            if self._live is None:
                self._spinner = Spinner("dots")
                self._live = Live(
                    console=self._console,
                    get_renderable=self._picture,
                    refresh_per_second=8,
                    transient=True,
                    redirect_stdout=False,
                    redirect_stderr=False,
                )
                self._live.start()
        else:
            self._tell(text(translated(STAGES.get(name, name)), f": {detail}" if detail else ""))

    def event(self, event: Event) -> None:
        """One of Terraform's events; those that say nothing new for a person are passed over."""
        if isinstance(event, ResourceEvent):
            if event.kind.startswith("refresh"):
                self._seen += event.phase == "complete"
            elif event.kind.startswith("apply") and event.action != "read":
                self._resource(event)
        elif isinstance(event, ChangeEvent) and event.kind == "planned_change":
            self._seen += 1

    def stop(self) -> None:
        """Take the live lines away."""
        if self._live is not None:
            live, self._live = self._live, None
            live.stop()

    def _resource(self, event: ResourceEvent) -> None:
        now = self._clock()
        if event.phase == "start":
            self._flights[event.address] = _Flight(event.action, now, now)
        elif event.phase == "progress":
            flight = self._flights.setdefault(event.address, _Flight(event.action, now - event.elapsed, now))
            if not self._console.is_terminal and now - flight.told >= REMIND:
                flight.told = now
                self._tell(
                    text(
                        "    still ",
                        translated(VERBS.get(event.action, event.action)),
                        f" {event.address}  {duration(now - flight.since)}",
                    )
                )
        else:
            ended = self._flights.pop(event.address, None)
            age = event.elapsed or (now - ended.since if ended else 0.0)
            self._done += event.phase == "complete"
            self._finished(event, age)

    def _finished(self, event: ResourceEvent, age: float) -> None:
        area = area_of(event.address)
        mark, style = MARKS.get(event.action, ("?", ""))
        if event.phase == "errored":
            mark, style = "!", "bold red"
        word = translated("failed" if event.phase == "errored" else DONE.get(event.action, event.action))
        count = f"{self._done}/{self._expected}" if self._expected >= self._done else str(self._done)
        self._tell(
            text(
                (f"{count:>9} ", "dim"),
                (f"{mark} ", style),
                f"{area}  " if area else "",
                within_area(event.address, area),
                (f"  {word}", style if event.phase == "errored" else "dim"),
                (f"  {duration(age)}", "dim"),
            )
        )

    def _tell(self, line: Text) -> None:
        """One lasting line."""
        self._console.print(line, soft_wrap=not self._console.is_terminal)

    def _picture(self) -> RenderableType:
        """The live lines: a total, then the oldest resources in flight, as many as the terminal has room for."""
        now = self._clock()
        name = translated(STAGES.get(self._stage, self._stage))
        head = text((name, "bold"), f": {self._detail}" if self._detail else "")
        if self._stage == "apply":
            total = f"/{self._expected}" if self._expected >= self._done else ""
            done = msg("{done}{total} done, {count} in flight", done=self._done, total=total, count=len(self._flights))
            head.append(f"  {translated(done)}")
        elif self._seen:
            head.append(f"  {translated(plural(self._seen, 'resource'))}")
        head.append(f"  {duration(now - self._stage_since)}", style="dim")
        self._spinner.update(text=head)
        room = max(self._console.height - 4, 1)
        flights = list(self._flights.items())  # at once: this runs on rich's thread, events come on another
        oldest = sorted(flights, key=lambda item: item[1].since)
        lines = [self._flight(address, flight, now) for address, flight in oldest[:room]]
        if len(oldest) > room:
            lines.append(text((msg("    and {value} more", value=len(oldest) - room), "dim")))
        return Group(self._spinner, *lines)

    def _flight(self, address: str, flight: _Flight, now: float) -> Text:
        area = area_of(address)
        mark, style = MARKS.get(flight.action, ("?", ""))
        line = text(
            (f"  {mark:>3} ", style),
            f"{translated(VERBS.get(flight.action, flight.action))} ",
            (f"{area}  " if area else "", "bold"),
            within_area(address, area),
        )
        age = f"  {duration(now - flight.since)}"
        line.truncate(max(self._console.width - len(age) - 1, 20), overflow="ellipsis")
        return line.append(age, style="dim")


def area_of(address: str) -> str:
    """The area that an address belongs to: its first module."""
    first, _, rest = clean_line(address).partition(".")
    return rest.partition(".")[0].partition("[")[0] if first == "module" else ""
