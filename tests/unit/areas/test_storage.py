"""The storage section: its defaults, each choice, each refusal with its place; and what its module holds."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Check, Header
from mendixgen.areas.storage import BUCKET_NAME_LENGTH, Storage
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.authoring.module import ResourceBlock

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
RULES = ("buckets", "b", "lifecycle")
LONGEST_ENVIRONMENT, ACCOUNT_LENGTH, LONGEST_BUCKET = 16, 12, 63


def section(**values: Any) -> Any:
    return Storage.Inputs.model_validate(values)


def findings(**values: Any) -> list[Check]:
    return parts.check(Storage, section(**values), HEADER)


def found(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return [(check.path, check.code) for check in findings(**values)]


def aged(**days: Any) -> list[tuple[tuple[str | int, ...], str]]:
    return found(buckets={"b": {"lifecycle": days}})


def block(address: str) -> ResourceBlock:
    return next(it for it in collect(Storage).resources if it.address == address)


def test_no_section_gives_a_bucket_for_mendix_files_and_daily_snapshots() -> None:
    made = section()

    assert list(made.buckets) == ["files"]
    assert made.buckets["files"].lifecycle.noncurrent_expire_after_days == 90
    assert made.buckets["files"].object_lock_days is None
    assert made.buckets["files"].inventory == "weekly"
    assert (made.volumes.snapshots.enabled, made.volumes.snapshots.interval_hours, made.volumes.snapshots.keep) == (
        True,
        24,
        7,
    )
    assert (made.volumes.default_class.type, made.volumes.fast_class) == ("gp3", None)
    assert findings() == []


def test_the_sections_of_a_large_environment_are_right() -> None:
    buckets = {
        "files": {"lifecycle": {"infrequent_after_days": 30, "intelligent": True}},
        "backups": {
            "lifecycle": {"glacier_after_days": 30, "deep_archive_after_days": 180, "expire_after_days": 2555},
            "object_lock_days": 30,
        },
        "logs": {"lifecycle": {"glacier_after_days": 90, "expire_after_days": 400}},
    }
    volumes = {
        "default_class": {"type": "gp3", "iops": 3000, "throughput": 125},
        "fast_class": {"type": "io2", "iops": 16000},
        "snapshots": {"interval_hours": 12, "keep": 14},
    }

    assert found(buckets=buckets, volumes=volumes) == []


@pytest.mark.parametrize(
    "name", ["Files", "files_1", "-files", "files-", "a--b", "", "a.b", "f" * (BUCKET_NAME_LENGTH + 1)]
)
def test_a_name_that_no_bucket_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        section(buckets={name: {}})


@pytest.mark.parametrize("name", ["access-logs", "s3alias", "my-s3alias"])
def test_a_name_that_is_taken_is_refused_where_it_stands(name: str) -> None:
    assert found(buckets={name: {}}) == [(("buckets", name), "MXS320")]


def test_the_longest_names_fit_into_what_s3_allows() -> None:
    assert LONGEST_ENVIRONMENT + 1 + ACCOUNT_LENGTH + 1 + BUCKET_NAME_LENGTH <= LONGEST_BUCKET


@pytest.mark.parametrize(
    ("days", "key"),
    [
        ({"infrequent_after_days": 90, "glacier_after_days": 90}, "glacier_after_days"),
        ({"glacier_after_days": 200, "deep_archive_after_days": 100}, "deep_archive_after_days"),
        ({"infrequent_after_days": 30, "expire_after_days": 30}, "expire_after_days"),
        ({"deep_archive_after_days": 365, "expire_after_days": 180}, "expire_after_days"),
        (
            {"intelligent": True, "archive_access_after_days": 200, "deep_archive_access_after_days": 180},
            "deep_archive_access_after_days",
        ),
        (
            {"noncurrent_glacier_after_days": 120, "noncurrent_expire_after_days": 90},
            "noncurrent_expire_after_days",
        ),
        ({"noncurrent_infrequent_after_days": 90}, "noncurrent_expire_after_days"),
    ],
)
def test_days_out_of_order_are_refused_at_the_later_step(days: dict[str, Any], key: str) -> None:
    assert aged(**days) == [((*RULES, key), "MXS321")]


@pytest.mark.parametrize(
    ("days", "key", "least"),
    [
        ({"infrequent_after_days": 30, "glacier_after_days": 59}, "glacier_after_days", 60),
        ({"infrequent_after_days": 30, "deep_archive_after_days": 45}, "deep_archive_after_days", 60),
        ({"glacier_after_days": 30, "deep_archive_after_days": 119}, "deep_archive_after_days", 120),
        (
            {"noncurrent_infrequent_after_days": 30, "noncurrent_glacier_after_days": 59},
            "noncurrent_glacier_after_days",
            60,
        ),
    ],
)
def test_steps_that_are_too_close_are_refused_and_the_hint_is_enough(
    days: dict[str, Any], key: str, least: int
) -> None:
    (check,) = findings(buckets={"b": {"lifecycle": days}})

    assert (check.path, check.code, check.hint) == ((*RULES, key), "MXS322", f"{least} or more")
    assert aged(**{**days, key: least}) == []


def test_intelligent_tiering_has_no_stay_before_glacier() -> None:
    assert aged(intelligent=True, infrequent_after_days=30, glacier_after_days=31) == []


@pytest.mark.parametrize("key", ["archive_access_after_days", "deep_archive_access_after_days"])
def test_an_archive_tier_without_intelligent_tiering_is_refused(key: str) -> None:
    assert aged(**{key: 180}) == [((*RULES, key), "MXS323")]
    assert aged(**{key: 180, "intelligent": True}) == []


@pytest.mark.parametrize(
    ("key", "refused"),
    [
        ("infrequent_after_days", 29),
        ("noncurrent_infrequent_after_days", 29),
        ("archive_access_after_days", 89),
        ("deep_archive_access_after_days", 179),
        ("archive_access_after_days", 731),
        ("glacier_after_days", 0),
        ("expire_after_days", 0),
        ("noncurrent_keep", 101),
        ("abort_uploads_after_days", 0),
        ("expire_after_days", True),
        ("expire_after_days", "30"),
        ("expires_after_days", 30),
    ],
)
def test_what_s3_does_not_take_is_refused(key: str, refused: Any) -> None:
    with pytest.raises(ValidationError):
        section(buckets={"b": {"lifecycle": {key: refused}}})


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "infrequent_after_days": st.integers(30, 4000),
            "glacier_after_days": st.integers(1, 4000),
            "deep_archive_after_days": st.integers(1, 4000),
            "expire_after_days": st.integers(1, 4000),
            "intelligent": st.booleans(),
        },
    )
)
def test_what_passes_is_strictly_in_order_and_what_is_in_wide_order_passes(days: dict[str, Any]) -> None:
    keys = ["infrequent_after_days", "glacier_after_days", "deep_archive_after_days", "expire_after_days"]
    steps = [days[key] for key in keys if key in days]
    gaps = [later - earlier for earlier, later in pairwise(steps)]

    problems = aged(**days)

    if not problems:
        assert all(gap > 0 for gap in gaps)
    if all(gap >= 90 for gap in gaps):
        assert problems == []
    for path, _ in problems:
        assert path[-1] in days


@pytest.mark.parametrize("mode", ["governance", "compliance"])
@pytest.mark.parametrize("inventory", ["daily", "weekly", "none"])
def test_every_choice_of_a_bucket_is_taken(mode: str, inventory: str) -> None:
    bucket = {"object_lock_days": 30, "object_lock_mode": mode, "inventory": inventory}
    assert found(buckets={"b": bucket}) == []


@pytest.mark.parametrize(("key", "value"), [("object_lock_mode", "legal"), ("inventory", "monthly"), ("public", True)])
def test_another_choice_is_refused(key: str, value: Any) -> None:
    with pytest.raises(ValidationError):
        section(buckets={"b": {key: value}})


@pytest.mark.parametrize(
    ("volume", "key", "code"),
    [
        ({"type": "gp3", "iops": 2999}, "iops", "MXS324"),
        ({"type": "gp3", "iops": 80001}, "iops", "MXS324"),
        ({"type": "io2", "iops": 16000, "throughput": 500}, "throughput", "MXS325"),
        ({"type": "gp3", "iops": 3000, "throughput": 751}, "throughput", "MXS325"),
    ],
)
@pytest.mark.parametrize("place", ["default_class", "fast_class"])
def test_a_volume_that_ebs_cannot_make_is_refused(place: str, volume: dict[str, Any], key: str, code: str) -> None:
    assert found(volumes={place: volume}) == [(("volumes", place, key), code)]


@pytest.mark.parametrize(
    "volume",
    [
        {"type": "gp3", "iops": 3000, "throughput": 750},
        {"type": "gp3", "iops": 80000, "throughput": 2000},
        {"type": "io2", "iops": 100},
        {"type": "io2", "iops": 256000},
    ],
)
def test_the_limits_of_a_volume_are_allowed(volume: dict[str, Any]) -> None:
    assert found(volumes={"fast_class": volume}) == []


@pytest.mark.parametrize("hours", [1, 2, 3, 4, 6, 8, 12, 24])
def test_every_interval_of_snapshots_is_taken(hours: int) -> None:
    assert section(volumes={"snapshots": {"interval_hours": hours}}).volumes.snapshots.interval_hours == hours


@pytest.mark.parametrize(
    "refused",
    [
        {"interval_hours": 5},
        {"keep": 0},
        {"keep": 1001},
        {"start_time": "24:00"},
        {"start_time": "3:00"},
        {"start_time": "03:00\n"},
        {"cron": "0 3 * * ? *"},
    ],
)
def test_another_schedule_is_refused(refused: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(volumes={"snapshots": refused})


def test_every_bucket_is_versioned_encrypted_private_owned_and_logged() -> None:
    addresses = {it.address for it in collect(Storage).resources}
    for kind in (
        "public_access_block",
        "ownership_controls",
        "versioning",
        "server_side_encryption_configuration",
        "policy",
        "notification",
        "lifecycle_configuration",
    ):
        assert {f"aws_s3_bucket_{kind}.this", f"aws_s3_bucket_{kind}.access_logs"} <= addresses
    assert "aws_s3_bucket_logging.this" in addresses


def test_the_log_bucket_does_not_log_into_itself() -> None:
    assert "aws_s3_bucket_logging.access_logs" not in {it.address for it in collect(Storage).resources}


def test_object_lock_is_no_argument_of_the_bucket() -> None:
    """There, turning it on would replace the bucket with all that is in it."""
    assert "object_lock_enabled" not in block("aws_s3_bucket.this").arguments


@pytest.mark.parametrize("name", ["this", "access_logs"])
def test_only_teardown_lets_a_bucket_go_with_its_objects(name: str) -> None:
    assert render(block(f"aws_s3_bucket.{name}").arguments["force_destroy"]) == "var.teardown"


def test_a_denial_about_encryption_speaks_only_of_requests_that_name_one() -> None:
    """A negated condition holds where its key is absent: without Null, every plain upload would be refused."""
    text = render(block("aws_s3_bucket_policy.this").arguments["policy"])
    for key in ("s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"):
        assert f'Null = {{ "{key}" = "false" }}' in text
    assert "aws:SecureTransport" in text


def test_a_name_of_its_own_is_one_bucket_s() -> None:
    buckets = {"a": {"name": "acme.files"}, "b": {"name": "acme.files"}, "c": {}, "d": {}}
    assert found(buckets=buckets) == [(("buckets", "b", "name"), "MXS320")]
    with pytest.raises(ValidationError):
        section(buckets={"a": {"name": "Acme_Files"}})
