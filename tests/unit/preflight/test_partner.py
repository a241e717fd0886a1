"""What the other environment of a pair has to have before this one replicates to it, or from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mendixctl.preflight.questions import partner
from tests.support.fake_services import FakeServices, denied, missing
from tests.unit.preflight.conftest import YAML, codes, subject

NEIGHBOURS = """\
neighbours:
  prod-dr: {region: eu-west-1, account: "123456789012", domain: dr.example.com}
recovery: {standby: prod-dr}
"""
STANDBY = """\
name: prod-dr
region: eu-west-1
account: "123456789012"
target: aws
domain: dr.example.com
neighbours:
  prod: {region: eu-central-1, account: "123456789012", domain: apps.example.com}
database:
  instances:
    crm: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 100}
recovery:
  primary: prod
"""
Ask = Callable[..., Any]


def versioning(**buckets: Any) -> FakeServices:
    return FakeServices(s3={"get_bucket_versioning": lambda **asked: buckets.get(asked["Bucket"].rsplit("-")[-1])})


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"Status": "Enabled"}, ["MXF220"]),
        ({"Status": "Suspended"}, ["MXF221"]),
        ({}, ["MXF221"]),
        (missing("NoSuchBucket"), ["MXF221"]),
        (denied(), ["MXF101"]),
    ],
)
def test_a_primary_replicates_to_versioned_buckets_of_its_standby(asked: Ask, status: Any, expected: list[str]) -> None:
    found = asked(partner.QUESTION, subject(YAML + NEIGHBOURS), versioning(files=status))
    assert codes(found) == expected
    if expected == ["MXF221"]:
        assert "prod-dr-123456789012-files" in found[0][0].what


def test_a_standby_replicates_backups_of_databases_that_exist(asked: Ask) -> None:
    services = FakeServices(rds={"describe_db_instances": missing("DBInstanceNotFound")})
    found = asked(partner.QUESTION, subject(STANDBY), services)
    assert codes(found) == ["MXF222"]
    assert "prod-crm" in found[0][0].what
    assert services.asked == [("describe_db_instances", {"DBInstanceIdentifier": "prod-crm"})]


@pytest.mark.parametrize(
    ("answer", "expected"),
    [({"items": []}, ["MXF220"]), (missing("UninitializedAccountException", 400), ["MXF223"]), (denied(), ["MXF101"])],
)
def test_servers_need_a_service_that_is_initialised(asked: Ask, answer: Any, expected: list[str]) -> None:
    text = STANDBY + "  elastic_disaster_recovery: true\n"
    services = FakeServices(
        drs={"describe_replication_configuration_templates": answer}, rds={"describe_db_instances": {}}
    )
    assert codes(asked(partner.QUESTION, subject(text), services)) == expected


def test_nothing_is_asked_where_nothing_is_replicated() -> None:
    assert partner.QUESTION.concerns(subject(YAML)) is None
    first = YAML + NEIGHBOURS.replace("prod-dr}", "prod-dr, replicate_buckets: false}")
    assert partner.QUESTION.concerns(subject(first)) is None
    assert partner.QUESTION.concerns(subject(STANDBY)) == {
        "buckets": [],
        "databases": ["prod-crm"],
        "servers": False,
    }
    assert partner.QUESTION.concerns(subject(YAML + NEIGHBOURS, changes=())) is None
