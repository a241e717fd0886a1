"""Asking again until something is so: with growing pauses, up to a deadline, by the session's clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from mendixctl.engine.session import Session

FIRST, GROWTH, LONGEST = 2.0, 1.5, 30.0
"""Seconds: the first pause, what each is longer by, and the longest."""


def rounds(session: Session, deadline: timedelta) -> Iterator[None]:
    """One round now, one after each pause, and a last one when the deadline has come. Never none."""
    end = session.clock() + deadline
    pause = FIRST
    while True:
        yield
        left = (end - session.clock()).total_seconds()
        if left <= 0:
            return
        session.sleep(min(pause, left))
        pause = min(pause * GROWTH, LONGEST)
