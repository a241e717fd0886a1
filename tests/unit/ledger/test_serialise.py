"""Records as bytes and back: nothing is lost, and nothing that was edited is believed."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.ledger.release import Author, Health, HealthCheck, Kind, Outcome, RecordedChange, Release, Status
from mendixctl.ledger.serialise import (
    FORMAT,
    OPTIONAL,
    _sealed,
    outcome_bytes,
    parse_outcome,
    parse_release,
    record_digest,
    release_bytes,
)
from mendixgen.diagnostics import MendixError

TEXT = st.text(max_size=30)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
MOMENTS = st.integers(0, 10**15).map(lambda count: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=count))
NATURAL = st.integers(0, 10**9)

CHANGES = st.builds(
    RecordedChange,
    TEXT,
    TEXT,
    TEXT,
    TEXTS,
    TEXT,
    TEXT,
    TEXT,
    st.booleans(),
    TEXT,
    TEXT,
    st.dictionaries(TEXT, TEXT, max_size=2),
)
RELEASES = st.builds(
    Release,
    number=st.integers(1, 10**6),
    environment=TEXT,
    account=TEXT,
    region=TEXT,
    target=TEXT,
    kind=st.sampled_from(Kind),
    started_at=MOMENTS,
    author=st.builds(Author, TEXT, TEXT, TEXT, TEXT),
    spec=TEXT,
    lock=TEXT,
    archive_digest=TEXT,
    predecessor=TEXT,
    message=TEXT,
    commit=TEXT,
    rollback_to=NATURAL,
    rollback_from=NATURAL,
    held_forward=TEXTS,
    changes=st.lists(CHANGES, max_size=3).map(tuple),
    plan_digest=TEXT,
    generator=TEXT,
    terraform=TEXT,
    snapshots=st.dictionaries(TEXT, TEXT, max_size=2),
    restored_release=NATURAL,
    restored_serial=NATURAL,
    extra=st.dictionaries(st.text("xyz", min_size=4, max_size=6), TEXT | st.integers() | st.none(), max_size=2),
)
CHECKS = st.builds(HealthCheck, TEXT, TEXT, TEXT, st.sampled_from(Health), TEXT)
OUTCOMES = st.builds(
    Outcome,
    status=st.sampled_from(Status),
    finished_at=MOMENTS,
    seconds=st.floats(0, 10**6).map(lambda value: round(value, 3)),
    done=TEXTS,
    failed=TEXTS,
    not_started=TEXTS,
    errors=TEXTS,
    lineage=TEXT,
    serial=NATURAL,
    proven=st.none() | st.booleans(),
    checks=st.lists(CHECKS, max_size=3).map(tuple),
)


@given(RELEASES)
def test_a_release_comes_back(release: Release) -> None:
    data = release_bytes(release)
    assert parse_release(data, "x") == release
    assert release_bytes(parse_release(data, "x")) == data


@given(OUTCOMES)
def test_an_outcome_comes_back(outcome: Outcome) -> None:
    assert parse_outcome(outcome_bytes(outcome), "x") == outcome


@given(RELEASES, st.data())
def test_no_edit_of_a_field_goes_unseen(release: Release, data: st.DataObject) -> None:
    body = json.loads(release_bytes(release))
    key = data.draw(st.sampled_from(sorted(body)))
    body[key] = data.draw(TEXT.filter(lambda text: text != body[key]))
    with pytest.raises(MendixError) as error:
        parse_release(json.dumps(body).encode(), "0001/release.json")
    assert error.value.diagnostics[0].code in {"MXL101", "MXL102"}
    assert "0001/release.json" in error.value.diagnostics[0].summary


@given(RELEASES, st.data())
def test_a_missing_or_mistyped_field_is_named_even_under_a_good_seal(release: Release, data: st.DataObject) -> None:
    body = json.loads(release_bytes(release))
    key = data.draw(st.sampled_from(sorted({one.name for one in fields(Release)} - {"extra"} - OPTIONAL)))
    if data.draw(st.booleans()):
        del body[key]
    else:
        body[key] = {"not": "this"} if key != "author" else "nobody"
    with pytest.raises(MendixError) as error:
        parse_release(_sealed(body), "x")
    assert error.value.diagnostics[0].code == "MXL101"
    assert key in error.value.diagnostics[0].summary


@given(RELEASES, OUTCOMES)
def test_a_record_from_before_the_later_fields_is_read_and_reads_as_if_they_said_nothing(
    release: Release, outcome: Outcome
) -> None:
    body = {key: value for key, value in json.loads(release_bytes(release)).items() if key not in OPTIONAL}
    old = parse_release(_sealed(body), "x")
    assert old == replace(release, snapshots={}, restored_release=0, restored_serial=0)
    assert not OPTIONAL & set(json.loads(release_bytes(old)))
    body = {key: value for key, value in json.loads(outcome_bytes(outcome)).items() if key not in OPTIONAL}
    assert parse_outcome(_sealed(body), "x") == replace(outcome, checks=())


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("snapshots", ["x"]),
        ("snapshots", {"aws_db_instance.this": 7}),
        ("restored_release", "7"),
        ("restored_serial", -1),
    ],
)
@given(release=RELEASES)
def test_a_mistyped_later_field_is_named(key: str, value: object, release: Release) -> None:
    with pytest.raises(MendixError) as error:
        parse_release(_sealed({**json.loads(release_bytes(release)), key: value}), "x")
    assert error.value.diagnostics[0].code == "MXL101"
    assert key in error.value.diagnostics[0].summary


@pytest.mark.parametrize("checks", ["x", [1], [{"kind": "cluster"}]])
@given(outcome=OUTCOMES)
def test_a_mistyped_check_is_named(checks: object, outcome: Outcome) -> None:
    with pytest.raises(MendixError) as error:
        parse_outcome(_sealed({**json.loads(outcome_bytes(outcome)), "checks": checks}), "x")
    assert "checks" in error.value.diagnostics[0].summary


@pytest.mark.parametrize(
    ("found", "whole"),
    [
        ((), None),
        ((Health.HEALTHY, Health.NO_TARGETS), Health.HEALTHY),
        ((Health.HEALTHY, Health.UNKNOWN), Health.UNKNOWN),
        ((Health.UNKNOWN, Health.UNHEALTHY, Health.HEALTHY), Health.UNHEALTHY),
    ],
)
def test_the_worst_check_is_what_they_come_to(found: tuple[Health, ...], whole: Health | None) -> None:
    checks = tuple(HealthCheck("database", "a", "b", health) for health in found)
    assert Outcome(Status.SUCCEEDED, datetime(2026, 11, 23, tzinfo=UTC), 1.0, checks=checks).health is whole


@given(st.binary(max_size=200))
def test_any_bytes_are_an_error_and_never_a_crash(data: bytes) -> None:
    for parse in (parse_release, parse_outcome):
        with pytest.raises(MendixError):
            parse(data, "x")


@given(OUTCOMES, st.dictionaries(st.text("xyz", min_size=4, max_size=6), TEXT, min_size=1))
def test_fields_of_a_newer_mendixctl_are_tolerated(outcome: Outcome, more: dict[str, str]) -> None:
    assert parse_outcome(_sealed({**json.loads(outcome_bytes(outcome)), **more}), "x") == outcome


@given(OUTCOMES)
def test_a_newer_format_is_said_to_be_newer(outcome: Outcome) -> None:
    body = {**json.loads(outcome_bytes(outcome)), "format": FORMAT + 1}
    with pytest.raises(MendixError) as error:
        parse_outcome(_sealed(body), "x")
    assert error.value.diagnostics[0].code == "MXL103"


def test_times_of_other_zones_become_utc() -> None:
    moment = datetime(2026, 11, 23, 14, tzinfo=timezone(timedelta(hours=2)))
    outcome = Outcome(Status.SUCCEEDED, moment, 1.0)
    assert parse_outcome(outcome_bytes(outcome), "x").finished_at == moment
    assert b"2026-11-23T12:00:00.000000Z" in outcome_bytes(outcome)


def test_the_digest_of_a_record_is_over_both_parts() -> None:
    digests = {
        record_digest(b"a", None),
        record_digest(b"a", b""),
        record_digest(b"a", b"b"),
        record_digest(b"b", b"a"),
    }
    assert len(digests) == 4


def _release_with(change: RecordedChange) -> Release:
    author = Author("li", "host")
    return Release(
        1, "dev", "1", "r", "aws", Kind.APPLY, datetime(2026, 1, 1, tzinfo=UTC), author, "", "", "", changes=(change,)
    )


def test_a_change_that_was_recorded_before_verdicts_had_reasons_is_read() -> None:
    body = json.loads(release_bytes(_release_with(RecordedChange("a.b", "", "update", ("x",), "reversible"))))
    assert set(body["changes"][0]) == {"address", "area", "action", "attributes", "verdict"}
    assert parse_release(_sealed(body), "x").changes[0].reason == ""


@pytest.mark.parametrize(("key", "value"), [("one_way", 1), ("reason", None), ("until", 5)])
def test_a_reason_of_the_wrong_type_is_no_record(key: str, value: object) -> None:
    body = json.loads(release_bytes(_release_with(RecordedChange("a.b", "", "update"))))
    body["changes"][0][key] = value
    with pytest.raises(MendixError, match="MXL101"):
        parse_release(_sealed(body), "x")
