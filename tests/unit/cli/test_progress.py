"""What happens now: resources in flight on a terminal, lasting lines elsewhere, and never an error of its own."""

from __future__ import annotations

import io
from typing import Literal

import pytest
from rich.console import Console

from mendixctl.terraform.events import ChangeEvent, ResourceEvent
from mendixctl.views.human.progress import Progress, area_of
from mendixctl.views.human.screen import Screen


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def resource(
    phase: Literal["start", "progress", "complete", "errored"], name: str = "this", *, elapsed: float = 0.0
) -> ResourceEvent:
    address = f"module.network.aws_vpc.{name}"
    return ResourceEvent(f"apply_{phase}", address=address, action="create", phase=phase, elapsed=elapsed)


def drawn(progress: Progress) -> str:
    """The live lines at this moment, on a console of their own."""
    out = io.StringIO()
    Console(file=out, force_terminal=True, width=80, color_system=None).print(progress._picture())
    return out.getvalue()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_plain_lines_where_nothing_can_be_live(clock: Clock) -> None:
    err = io.StringIO()
    progress = Progress(Screen(err=err), clock)
    progress.expect(2)
    progress.stage("apply")
    progress.event(resource("start"))
    clock.now = 12.0
    progress.event(resource("complete", elapsed=12.0))
    progress.event(resource("start", "other"))
    progress.event(resource("errored", "other", elapsed=1.0))
    progress.stop()
    assert err.getvalue().splitlines() == [
        "applying",
        "      1/2 + network  aws_vpc.this  created  12 s",
        "      1/2 ! network  aws_vpc.other  failed  1.0 s",
    ]


def test_a_log_is_reminded_now_and_then(clock: Clock) -> None:
    err = io.StringIO()
    progress = Progress(Screen(err=err), clock)
    progress.stage("apply")
    progress.event(resource("start"))
    for second in range(10, 71, 10):
        clock.now = second
        progress.event(resource("progress", elapsed=float(second)))
    lines = err.getvalue().splitlines()[1:]
    assert [line.split("  ")[-1] for line in lines] == ["30 s", "1 m 00 s"]


def test_the_live_picture_has_ages_and_a_total(clock: Clock) -> None:
    screen = Screen(err=io.StringIO())
    screen.err = Console(file=io.StringIO(), force_terminal=True, width=80, height=12, color_system=None)
    progress = Progress(screen, clock)
    progress.expect(20)
    progress.stage("apply")
    try:
        for number in range(15):
            progress.event(resource("start", f"n{number}"))
        clock.now = 45.0
        picture = drawn(progress)
    finally:
        progress.stop()
    lines = picture.splitlines()
    assert "0/20 done, 15 in flight  45 s" in lines[0]
    assert lines[1].split() == ["+", "creating", "network", "aws_vpc.n0", "45", "s"]
    assert lines[-1].strip() == "and 7 more"
    assert len(lines) <= 12


def test_planning_counts_what_was_seen(clock: Clock) -> None:
    screen = Screen(err=io.StringIO())
    screen.err = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    progress = Progress(screen, clock)
    progress.stage("plan")
    try:
        progress.event(ResourceEvent("refresh_complete", address="a.b", phase="complete"))
        progress.event(ChangeEvent("planned_change", address="a.b", action="create"))
        picture = drawn(progress)
    finally:
        progress.stop()
    assert "planning  2 resources" in picture


def test_a_reader_that_has_gone_does_not_stop_an_apply(clock: Clock) -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    progress = Progress(Screen(err=Gone()), clock)
    progress.stage("apply")
    progress.event(resource("start"))
    progress.event(resource("complete", elapsed=1.0))
    progress.stop()


@pytest.mark.parametrize(
    ("address", "area"),
    [
        ("module.network.aws_vpc.this", "network"),
        ('module.network["a.b"].aws_vpc.this', "network"),
        ("aws_vpc.this", ""),
        ("", ""),
    ],
)
def test_the_area_is_the_first_module(address: str, area: str) -> None:
    assert area_of(address) == area
