"""What of a state is in a backup plan: by ARN, by pattern, by tag, and what needs none."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.backup.covered import Coverage, coverage
from mendixctl.terraform.state import Instance

DATABASE = "arn:aws:rds:eu-central-1:123456789012:db:prod-crm"
FILES = "arn:aws:s3:::prod-123456789012-files"
VOLUME = "arn:aws:ec2:eu-central-1:123456789012:volume/vol-1"
PLAN = Instance("aws_backup_plan.this", "aws_backup_plan", attributes={"id": "one", "name": "prod-daily"})


def selection(**given: Any) -> Instance:
    return Instance("aws_backup_selection.this", "aws_backup_selection", attributes={"plan_id": "one", **given})


def resource(kind: str, arn: str, **attributes: Any) -> Instance:
    return Instance(f"{kind}.this", kind, attributes={"arn": arn, **attributes})


def found(*instances: Instance) -> dict[str, Coverage]:
    return {one.kind: one for one in coverage([PLAN, *instances])}


def test_what_is_named_is_covered_and_what_is_not_is_a_gap() -> None:
    told = found(
        selection(resources=[DATABASE]),
        resource("aws_db_instance", DATABASE),
        resource("aws_s3_bucket", FILES, bucket="prod-123456789012-files"),
    )
    assert (told["RDS"].plans, told["RDS"].is_gap) == (("prod-daily",), False)
    assert (told["S3"].plans, told["S3"].is_gap) == ((), True)


def test_conditions_are_all_to_be_met_and_tags_are_those_with_the_defaults() -> None:
    conditions = [{"string_equals": [{"key": "aws:ResourceTag/snapshots", "value": "prod"}], "string_like": []}]
    volumes = selection(resources=["arn:aws:ec2:*:*:volume/*"], condition=conditions)
    assert found(volumes, resource("aws_ebs_volume", VOLUME, tags_all={"snapshots": "prod"}))["EBS"].plans
    assert found(volumes, resource("aws_ebs_volume", VOLUME, tags_all={"snapshots": "dev"}))["EBS"].is_gap
    assert found(volumes, resource("aws_db_instance", DATABASE, tags_all={"snapshots": "prod"}))["RDS"].is_gap


def test_a_tag_alone_selects_and_what_is_excluded_is_not_selected() -> None:
    tagged = selection(resources=[], selection_tag=[{"type": "STRINGEQUALS", "key": "backup", "value": "yes"}])
    assert found(tagged, resource("aws_db_instance", DATABASE, tags_all={"backup": "yes"}))["RDS"].plans
    but = selection(resources=["*"], not_resources=["arn:aws:rds:*"])
    assert found(but, resource("aws_db_instance", DATABASE))["RDS"].is_gap


def test_what_needs_none_has_a_reason() -> None:
    told = found(
        resource("aws_s3_bucket", FILES, bucket="prod-123456789012-access-logs"),
        resource("aws_db_instance", DATABASE, replicate_source_db="prod-crm"),
        resource("aws_opensearch_domain", "arn:aws:es:eu-central-1:123456789012:domain/prod"),
    )
    assert {kind: (one.is_gap, bool(one.reason)) for kind, one in told.items()} == {
        "S3": (False, True),
        "RDS": (False, True),
        "aws_opensearch_domain": (False, True),
    }


def test_buckets_of_an_environment_that_need_none_are_told_from_those_that_do() -> None:
    names = {"audit-results": False, "delivery": False, "edge-logs": False, "files": True, "my-results-files": True}
    for name, is_gap in names.items():
        (one,) = coverage([resource("aws_s3_bucket", FILES, bucket=f"prod-123456789012-{name}")])
        assert (name, one.is_gap) == (name, is_gap)


@given(st.text("ab*:/", max_size=8), st.text("ab:/", max_size=8))
def test_a_pattern_fits_as_a_glob_does(pattern: str, text: str) -> None:
    """Against the plainest way to say it: each star takes some of the text."""

    def fits(left: str, right: str) -> bool:
        if not left:
            return not right
        if left[0] == "*":
            return any(fits(left[1:], right[index:]) for index in range(len(right) + 1))
        return bool(right) and left[0] == right[0] and fits(left[1:], right[1:])

    told = found(selection(resources=[pattern]), resource("aws_s3_bucket", text, bucket="files"))
    assert bool(told["S3"].plans) is fits(pattern, text)
