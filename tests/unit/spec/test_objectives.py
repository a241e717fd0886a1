"""RPO and RTO by the mechanisms that are on: a table, and what holds whatever is said."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.spec.objectives import MECHANISMS, Datastore, check, copies, datastores, estimate, estimates

DATABASE = Datastore("database", "crm", ("database", "instances", "crm"))
ON: dict[str, dict[str, Any]] = {
    "database": {"instances": {"crm": {}}},
    "storage": {"buckets": {"files": {}}},
    "secrets": {"entries": {"key": {}}, "replicas": [{"region": "eu-west-1"}]},
    "registry": {"replicate_to": ["eu-west-1"]},
    "recovery": {"standby": "prod-dr"},
}
DAILY = {"daily": {"start_hours": 8, "completion_hours": 24}, "copy_to": {"environment": "prod-dr"}}


@pytest.mark.parametrize(
    ("kind", "settings", "rpo", "rto", "by"),
    [
        ("database", ON, 15, 65, "automated-backup replication"),
        ("bucket", ON, 15, 5, "bucket replication"),
        ("secret", ON, 1, 5, "secret replica"),
        ("image", ON, 30, 5, "image replication"),
        ("volume", ON, None, None, "nothing"),
        ("volume", {**ON, "backup": DAILY}, 3360, 245, "backup copy"),
        ("database", {"backup": DAILY}, 3360, 245, "backup copy"),
        ("database", {"backup": {"daily": {}}}, None, None, "nothing"),
        ("database", {}, None, None, "nothing"),
        ("secret", {**ON, "secrets": {}}, None, None, "nothing"),
    ],
)
def test_the_best_mechanism_counts(
    kind: str, settings: dict[str, Any], rpo: int | None, rto: int | None, by: str
) -> None:
    found = estimate(Datastore(kind, "one", (kind,)), settings)
    assert (found.rpo_minutes, found.rto_minutes, found.by) == (rpo, rto, by)


def said(settings: dict[str, Any], **recovery: Any) -> list[tuple[str, str, bool]]:
    found = check({**settings, "recovery": {**settings.get("recovery", {}), **recovery}})
    return [(".".join(map(str, one.path)), one.code, one.warns) for one in found]


def test_what_production_asks_for_is_kept_and_volumes_are_told() -> None:
    whole = {**ON, "cluster": {}, "backup": DAILY}
    assert said(whole, rpo_minutes=60, rto_minutes=240) == [
        ("recovery.rpo_minutes", "MXS616", True),
        ("recovery.rto_minutes", "MXS616", True),
    ]


def test_what_nothing_keeps_is_refused_where_it_is_asked_for() -> None:
    assert said(ON, rpo_minutes=14) == [("recovery.rpo_minutes", code, False) for code in ["MXS614"] * 3]
    assert said(ON, rto_minutes=64) == [("recovery.rto_minutes", "MXS615", False)]
    assert said({**ON, "secrets": {"entries": {"key": {}}}}, rpo_minutes=9999) == [
        ("recovery.rpo_minutes", "MXS614", False)
    ]


def test_without_a_standby_nothing_is_promised() -> None:
    assert check({**ON, "recovery": {"rpo_minutes": 1}}) == []


def test_there_always_is_a_bucket_of_files() -> None:
    assert [one.name for one in datastores({"storage": {"buckets": {"logs": {}}}})] == ["files", "logs"]


def test_each_number_has_a_source() -> None:
    assert all(one.source and one.rpo_minutes > 0 for one in MECHANISMS.values())


SCHEDULES = st.dictionaries(
    st.sampled_from(["daily", "weekly", "monthly"]),
    st.fixed_dictionaries({"start_hours": st.integers(1, 168), "completion_hours": st.integers(2, 1000)}),
)


@given(SCHEDULES, st.booleans(), st.booleans())
def test_more_mechanisms_never_lose_more(schedules: dict[str, Any], copied: bool, standby: bool) -> None:
    backup = {**schedules, **({"copy_to": {"environment": "prod-dr"}} if copied else {})}
    recovery = {"standby": "prod-dr"} if standby else {}
    less = estimate(DATABASE, {"backup": backup})
    more = estimate(DATABASE, {"backup": backup, "recovery": recovery})
    if less.rpo_minutes is not None:
        assert more.rpo_minutes is not None
        assert more.rpo_minutes <= less.rpo_minutes
    assert (less.rpo_minutes is None) == (not (copied and schedules))


@given(SCHEDULES)
def test_what_is_lost_is_no_less_than_the_time_between_two_backups(schedules: dict[str, Any]) -> None:
    found = copies({**schedules, "copy_to": {"environment": "prod-dr"}})
    assert (found is None) == (not schedules)
    if found is not None:
        assert found.rpo_minutes > min({"daily": 1440, "weekly": 10080, "monthly": 44640}[name] for name in schedules)


@given(st.integers(1, 100_000), st.integers(1, 100_000))
def test_what_is_not_refused_is_kept(rpo: int, rto: int) -> None:
    refused = {one.code for one in check({**ON, "recovery": {"standby": "x", "rpo_minutes": rpo, "rto_minutes": rto}})}
    kept = [one for one in estimates(ON) if (one.rpo_minutes or 0) <= rpo and (one.rto_minutes or 0) <= rto]
    assert (not refused) == (len(kept) == len(estimates(ON)))
