"""Credentials, regions and zones."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.preflight.questions import credentials, zones
from tests.support.fake_services import FakeServices, denied
from tests.unit.preflight.conftest import YAML, codes, subject


@pytest.fixture(autouse=True)
def _no_region(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in credentials.VARIABLES:
        monkeypatch.delenv(name, raising=False)


def regions(status: str) -> dict[str, Any]:
    return {"Regions": [{"RegionName": "eu-central-1", "OptInStatus": status}]}


@pytest.mark.parametrize(
    ("arn", "status", "expected"),
    [
        ("arn:aws:sts::123456789012:assumed-role/deployer/x", "opt-in-not-required", ["MXF110", "MXF110"]),
        ("arn:aws:sts::123456789012:assumed-role/deployer/x", "not-opted-in", ["MXF110", "MXF114"]),
        ("arn:aws:sts::999999999999:assumed-role/deployer/x", "opted-in", ["MXF111"]),
        ("arn:aws-cn:sts::123456789012:assumed-role/deployer/x", "opted-in", ["MXF112"]),
    ],
)
def test_whose_credentials_these_are(asked: Any, arn: str, status: str, expected: list[str]) -> None:
    services = FakeServices(ec2={"describe_regions": regions(status)})
    assert codes(asked(credentials.QUESTION, subject(caller=arn), services)) == expected


def test_a_region_in_the_environment_is_compared(asked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    services = FakeServices(ec2={"describe_regions": regions("opted-in")})
    found, _ = asked(credentials.QUESTION, subject(), services)
    assert codes(found) == ["MXF113", "MXF110", "MXF110"]
    assert "AWS_REGION is us-east-1" in found[0].what


def test_the_account_is_asked_where_ec2_may_not_be(asked: Any) -> None:
    services = FakeServices(
        ec2={"describe_regions": denied()}, account={"get_region_opt_status": {"RegionOptStatus": "DISABLED"}}
    )
    assert codes(asked(credentials.QUESTION, subject(), services)) == ["MXF110", "MXF114"]


def test_what_nobody_may_ask_is_said(asked: Any) -> None:
    services = FakeServices(ec2={"describe_regions": denied()}, account={"get_region_opt_status": denied()})
    found, missed = asked(credentials.QUESTION, subject(), services)
    assert codes(found) == ["MXF110"]
    assert [one.what for one in missed] == [
        "not asked, because no permission for ec2:DescribeRegions",
        "not asked, because no permission for account:GetRegionOptStatus",
    ]


def zone(letter: str, identity: str, state: str = "available", **more: Any) -> dict[str, Any]:
    return {"ZoneName": f"us-east-1{letter}", "ZoneId": identity, "State": state, **more}


IN_VIRGINIA = YAML.replace("eu-central-1", "us-east-1")


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (zone("b", "use1-az2"), ["MXF120"]),
        (zone("b", "use1-az3"), ["MXF123"]),
        (zone("b", "use1-az2", "impaired", Messages=[{"Message": "Power."}]), ["MXF122"]),
        (zone("b", "use1-az2", OptInStatus="not-opted-in"), ["MXF121"]),
        (zone("c", "use1-az2"), ["MXF121"]),
    ],
)
def test_the_zones_of_the_network(asked: Any, second: dict[str, Any], expected: list[str]) -> None:
    services = FakeServices(ec2={"describe_availability_zones": {"AvailabilityZones": [zone("a", "use1-az1"), second]}})
    found, missed = asked(zones.QUESTION, subject(IN_VIRGINIA), services)
    assert (codes(found), missed) == (expected, [])
    if expected != ["MXF120"]:
        assert found[0].hint.startswith("zones that would do: [a")


def test_a_network_without_a_cluster_may_have_any_zone() -> None:
    assert zones.QUESTION.concerns(subject(IN_VIRGINIA))[1] is True
