"""What ``backup`` and ``recovery`` show to people: gaps first, both numbers, and what is about to happen."""

from __future__ import annotations

import io
from typing import Any

import pytest

from mendixctl.views.human import backups, recoveries
from mendixctl.views.human.screen import Screen
from tests.unit.cli import continuity_samples as samples


def shown(show: Any, result: Any) -> str:
    out = io.StringIO()
    show(Screen(color=False, out=out, err=out), result)
    return out.getvalue()


def test_gaps_stand_first_and_are_counted() -> None:
    text = shown(backups.coverage, samples.COVERED)
    assert text.index("aws_s3_bucket.this") < text.index("aws_db_instance.this")
    assert "1 resource in no backup plan" in text
    assert "2026-03-04 05:06 UTC" in text
    assert "needs none: logs that AWS writes" in text
    assert samples.COVERED.exit_code == 2


def test_a_drill_tells_both_numbers_and_what_was_asked_for() -> None:
    text = shown(recoveries.drill, samples.DRILL)
    assert "5.0 minutes" in text
    assert "25.0 minutes" in text
    assert "it has no backups" in text
    assert "RPO 60 minutes, RTO 240 minutes" in text


@pytest.mark.parametrize("said", ["as it was in prod at 2026-03-04", "final snapshot", "restore_from", "names lead"])
def test_what_a_failover_does_is_said_before_it_is_asked_for(said: str) -> None:
    assert said in shown(recoveries.prepared, samples.PREPARED_SWITCH)


def test_what_was_done_and_what_comes_next() -> None:
    text = shown(recoveries.switched, samples.SWITCHED)
    assert "names lead to prod-dr" in text
    assert "mendixctl plan prod-dr" in text
    assert shown(recoveries.plan, samples.RECOVERY_PLAN).startswith("# Recovery plan of prod")
