"""The options of health checks after an apply."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

import click

from mendixgen.messages import msg

F = TypeVar("F", bound=Callable[..., Any])

UNITS = {"s": "seconds", "m": "minutes", "h": "hours"}
LONGEST = timedelta(hours=24)


class Duration(click.ParamType[timedelta]):
    """``90s``, ``10m`` or ``2h``, up to a day."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        if isinstance(value, timedelta):
            return value
        match = re.fullmatch(r"([0-9]{1,5})([smh])", value, re.ASCII)
        length = timedelta(**{UNITS[match[2]]: int(match[1])}) if match else None
        if length is None or not timedelta(0) <= length <= LONGEST:
            self.fail(msg("{value} is no duration: write 90s, 10m or 2h, up to 24h", value=repr(value)), param, ctx)
        return length


def check_options() -> Callable[[F], F]:
    """``--no-checks`` and ``--check-deadline``, as one argument ``checks``: the deadline, or None for no checks."""

    def options(function: F) -> F:
        return _no_checks()(_deadline()(function))

    return options


def _deadline() -> Callable[[F], F]:
    return click.option(
        "--check-deadline",
        "deadline",
        type=Duration(),
        default="10m",
        show_default=True,
        metavar="DURATION",
        help="How long what was applied may take to be healthy: 90s, 10m, 2h.",
    )


def _no_checks() -> Callable[[F], F]:
    return click.option(
        "--no-checks", "unchecked", is_flag=True, help="Do not ask AWS afterwards whether what was applied is healthy."
    )
