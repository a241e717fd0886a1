"""Times on the command line: a date, a date with a time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from mendixgen.messages import msg

_AGO = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Moment(click.ParamType[datetime]):
    """``2026-11-01``, ``2026-11-01T10:00``, or ``12h``, ``7d``, ``2w`` ago.

    In the person's own zone unless it says one. ``ends``: a date alone means the end of that day.
    """

    name = "when"

    def __init__(self, *, ends: bool = False) -> None:
        self._ends = ends

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        ago = _AGO.fullmatch(text)
        if ago:
            return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            self.fail(
                msg(
                    "{value} is no time: write 2026-11-01, 2026-11-01T10:00, or 12h, 7d, 2w for ago", value=repr(value)
                ),
                param,
                ctx,
            )
        if self._ends and _DATE.fullmatch(text):
            found += timedelta(days=1, microseconds=-1)
        try:
            return found.astimezone(UTC)
        except (OverflowError, ValueError, OSError):
            self.fail(msg("{value} is out of range", value=repr(value)), param, ctx)
