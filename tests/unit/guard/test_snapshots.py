"""Which databases get a snapshot before a change, and under what name."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.guard.snapshots import PlannedSnapshot, needed, snapshot_name
from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.terraform.plan import Action, ResourceChange

ADDRESS = 'module.database.aws_db_instance.this["main"]'
DIGEST = f"sha256:{'1f2e3d4c' * 8}"
NEEDED = Judgement(Verdict.RESTORE_NEEDED)


def change(action: Action = Action.UPDATE, type_: str = "aws_db_instance", **before: Any) -> ResourceChange:
    raw = {"change": {"before": {"identifier": "prod-main", "cluster_identifier": "prod-aurora", **before}}}
    return ResourceChange(ADDRESS, "database", type_, action, raw=raw)


@pytest.mark.parametrize("action", [Action.UPDATE, Action.DELETE, Action.REPLACE])
@pytest.mark.parametrize(
    ("judgement", "expected"),
    [
        (Judgement(), False),
        (Judgement(Verdict.WINDOWED), False),
        (NEEDED, True),
        (Judgement(Verdict.IRREVERSIBLE), True),
        (Judgement(Verdict.IRREVERSIBLE, one_way=True), False),
        (Judgement(Verdict.IRREVERSIBLE, one_way=True, besides=Verdict.RESTORE_NEEDED), True),
    ],
)
def test_what_a_plan_alone_does_not_take_back_is_kept_first(
    action: Action, judgement: Judgement, expected: bool
) -> None:
    found = needed([(change(action), judgement)])
    assert found == ((PlannedSnapshot(ADDRESS, "aws_db_instance", "prod-main"),) if expected else ())


def test_a_cluster_is_known_by_its_own_identifier() -> None:
    (found,) = needed([(change(type_="aws_rds_cluster"), NEEDED)])
    assert found.identifier == "prod-aurora"


@pytest.mark.parametrize(
    "given_change",
    [
        change(Action.CREATE),
        change(Action.MOVE),
        change(Action.FORGET),
        change(type_="aws_s3_bucket"),
        change(type_="aws_rds_cluster_instance"),
        change(replicate_source_db="prod-main"),
        change(type_="aws_rds_cluster", replication_source_identifier="arn:aws:rds:x"),
    ],
)
def test_what_has_no_data_of_its_own_is_not(given_change: ResourceChange) -> None:
    assert needed([(given_change, NEEDED)]) == ()


def test_a_database_without_a_name_is_not_passed_over() -> None:
    (found,) = needed([(ResourceChange(ADDRESS, "database", "aws_db_instance", Action.DELETE), NEEDED)])
    assert found.identifier == ""


@given(
    st.sampled_from([("aws_db_instance", 255), ("aws_rds_cluster", 63)]),
    st.from_regex(r"[a-zA-Z](-?[a-zA-Z0-9]){0,62}", fullmatch=True).filter(
        lambda text: text.isascii() and len(text) < 64
    ),
    st.integers(1, 10**6),
)
def test_names_are_what_rds_allows_and_one_a_release(kind: tuple[str, int], identifier: str, number: int) -> None:
    planned = PlannedSnapshot("a", kind[0], identifier)
    name = snapshot_name(planned, number, DIGEST)
    assert len(name) <= kind[1]
    assert re.fullmatch(r"[a-z](-?[a-z0-9])*", name)
    assert name != snapshot_name(planned, number + 1, DIGEST)
    assert name != snapshot_name(planned, number, DIGEST.replace("1", "2"))


def test_a_name_says_of_what_and_before_which_release() -> None:
    assert snapshot_name(PlannedSnapshot("a", "aws_db_instance", "prod-main"), 8, DIGEST) == "prod-main-v8-1f2e3d4c"
