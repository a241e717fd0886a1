"""Verdicts for people: the word, the reason below it, the way back, and no alarm where nothing is lost."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mendixctl.engine import results
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.ledger.release import RecordedChange
from mendixctl.terraform.plan import Action
from mendixctl.views.human import HumanView
from tests.unit.cli import samples

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def shown_plan(*changes: results.Judged, details: bool = False, **parts: object) -> list[str]:
    out = io.StringIO()
    HumanView(out=out, err=io.StringIO()).show(samples.plan(*changes, **parts), details=details)
    return out.getvalue().splitlines()


def test_each_change_has_its_verdict_and_below_it_the_reason() -> None:
    lines = shown_plan(samples.BUCKET, samples.GROWN, samples.UPGRADED_CLUSTER, samples.VPC)
    place = lines.index(' -/+ aws_s3_bucket.this["files"]   irreversible')
    assert "would be gone" in lines[place + 1]
    assert "   ~ aws_eks_cluster.this   windowed, 7 days" in lines
    assert "Verdicts: 1 reversible, 1 one-way, 1 windowed, 1 irreversible" in lines


def test_growth_is_named_one_way_and_not_a_loss() -> None:
    lines = shown_plan(samples.GROWN)
    assert "   ~ aws_db_instance.this   one-way" in lines
    assert not any("irreversible" in line for line in lines)
    both = results.Judged(
        samples.GROWN.change,
        replace(samples.GROWN.judgement, besides=Verdict.RESTORE_NEEDED),
        samples.GROWN.back,
    )
    assert "   ~ aws_db_instance.this   restore-needed, one-way" in shown_plan(both)


def test_a_plan_says_what_a_rollback_of_it_could_not_take_back() -> None:
    lines = shown_plan(samples.GROWN, samples.UPGRADED_CLUSTER, samples.VPC)
    section = lines[lines.index("If this plan is rolled back") :]
    assert "  one-way  module.database.aws_db_instance.this" in section
    assert "  windowed, 7 days  module.cluster.aws_eks_cluster.this" in section
    assert "  1 other change can be taken back" in section


def test_where_all_can_be_taken_back_one_line_says_so_and_no_verdict_is_counted() -> None:
    lines = shown_plan(samples.VPC)
    assert "If this plan is rolled back: every change can be taken back." in lines
    assert not any(line.startswith("Verdicts:") for line in lines)


def test_before_the_first_release_there_is_nothing_to_roll_back_to() -> None:
    assert not any("rolled back" in line for line in shown_plan(samples.VPC, base=0))


def test_changes_with_the_same_reason_are_one_line() -> None:
    many = [
        results.Judged(
            samples.change(f"module.storage.aws_s3_bucket.this[{number}]", Action.CREATE).change,
            back=Judgement(Verdict.IRREVERSIBLE, "with what it holds"),
        )
        for number in range(40)
    ]
    lines = shown_plan(*many)
    (line,) = [line for line in lines if "  irreversible  module.storage" in line]
    assert line.endswith("this[0], module.storage.aws_s3_bucket.this[1], and 38 more")
    assert any("this[39]" in line for line in shown_plan(*many, details=True))


def test_what_was_lost_outside_terraform_is_told() -> None:
    lines = shown_plan(samples.VPC, drift_losses=(samples.BUCKET,))
    place = lines.index("Lost outside Terraform, since the last apply")
    assert lines[place + 1] == '  module.storage.aws_s3_bucket.this["files"]   irreversible'


def test_before_an_apply_what_is_lost_in_place_is_named_as_well() -> None:
    out = io.StringIO()
    lost = results.Judged(samples.VPC.change, Judgement(Verdict.IRREVERSIBLE, "backups are deleted"))
    HumanView(out=out, err=io.StringIO()).show(replace(samples.PREPARED, plan=samples.plan(lost)))
    assert "   ~ aws_vpc.this   irreversible" in out.getvalue().splitlines()
    assert "backups are deleted" in out.getvalue()


def test_a_release_shows_verdicts_reasons_and_until_when() -> None:
    upgraded = samples.UPGRADED_CLUSTER.recorded_at(NOW)
    assert upgraded.until == "2026-12-02T12:00:00+00:00"
    record = samples.record(2)
    release = replace(record.release, changes=(upgraded, samples.GROWN.recorded_at(NOW), samples.VPC.recorded))
    out = io.StringIO()
    HumanView(out=out, err=io.StringIO()).show(replace(samples.SHOWN, record=replace(record, release=release)))
    text = out.getvalue()
    assert "version  windowed until 2026-12-02 12:00" in text
    assert "allocated_storage  one-way" in text
    assert "When it is rolled back" in text
    assert "  1 other change can be taken back" in text


@pytest.mark.parametrize("verdict", ["", "reversible", "of a newer mendixctl"])
def test_a_verdict_that_says_nothing_here_is_left_out(verdict: str) -> None:
    record = samples.record(2)
    change = RecordedChange("aws_vpc.this", "", "update", verdict=verdict, back=verdict)
    out = io.StringIO()
    shown = replace(samples.SHOWN, record=replace(record, release=replace(record.release, changes=(change,))))
    HumanView(out=out, err=io.StringIO()).show(shown)
    assert not any(word in out.getvalue() for word in ("reversible", "newer", "rolled back"))
