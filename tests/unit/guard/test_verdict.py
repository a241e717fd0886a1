"""Verdicts in order, and the moment at which a way back closes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mendixctl.guard.verdict import REVERSIBLE, Judgement, Verdict, gravest

NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_verdicts_are_ordered_by_gravity() -> None:
    assert [verdict.value for verdict in sorted(Verdict, key=lambda verdict: verdict.gravity)] == [
        "reversible",
        "windowed",
        "restore-needed",
        "irreversible",
    ]
    assert gravest([Verdict.WINDOWED, Verdict.IRREVERSIBLE, Verdict.REVERSIBLE]) is Verdict.IRREVERSIBLE
    assert gravest([]) is Verdict.REVERSIBLE


@pytest.mark.parametrize(("window", "days"), [("P7D", 7), ("P30D", 30), ("", None), ("P1Y", None), ("7", None)])
def test_a_window_in_days_ends_at_a_moment(window: str, days: int | None) -> None:
    expected = NOW + timedelta(days=days) if days else None
    assert Judgement(Verdict.WINDOWED, window=window).until(NOW) == expected


def test_only_what_is_irreversible_and_not_merely_one_way_loses_something() -> None:
    assert Judgement(Verdict.IRREVERSIBLE).loses
    assert not Judgement(Verdict.IRREVERSIBLE, one_way=True).loses
    assert not Judgement(Verdict.RESTORE_NEEDED).loses
    assert not REVERSIBLE.loses
