"""Who has a role, an alias or a zone is asked for by its name, and counts as owned like what AWS lists."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.plan.names import look_up
from mendixctl.guard.owned import UNLISTED
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import MendixError, Refused
from tests.support.fake_aws import FakeClients
from tests.unit.engine.conftest import Bench

ROLE, ALIAS, ZONE = "dev-node", "alias/dev-database", "apps.example.com"
KEY = {"Arn": "arn:aws:kms:eu-central-1:123456789012:key/1", "KeyId": "1"}


class World:
    """IAM, KMS and Route 53 in one client; ``owner``: whose everything is, nobody's where it is empty."""

    def __init__(self, owner: str = "", *, denied: bool = False) -> None:
        self.owner, self.denied = owner, denied

    def client(self, service: str, region: str = "") -> World:
        assert service in {"iam", "kms", "route53"}
        return self

    def _there(self, missing: str) -> None:
        if self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, "Get")
        if not self.owner:
            raise ClientError({"Error": {"Code": missing}}, "Get")

    def get_role(self, RoleName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._there("NoSuchEntity")
        return {
            "Role": {"Arn": f"arn:aws:iam::1:role/{RoleName}", "Tags": [{"Key": "environment", "Value": self.owner}]}
        }

    def describe_key(self, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        self._there("NotFoundException")
        assert KeyId == ALIAS
        return {"KeyMetadata": KEY}

    def list_resource_tags(self, KeyId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return {"Tags": [{"TagKey": "environment", "TagValue": self.owner}]}

    def list_hosted_zones_by_name(self, DNSName: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        if self.denied:
            self._there("")
        mine = [{"Name": f"{DNSName}.", "Id": f"/hostedzone/Z{number}"} for number in (1, 2)] if self.owner else []
        return {"HostedZones": [*mine, {"Name": "later.example.com.", "Id": "/hostedzone/Z3"}]}

    def list_tags_for_resource(self, ResourceType: str, ResourceId: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        tags = [{"Key": "environment", "Value": self.owner}] if ResourceId == "Z2" else []
        return {"ResourceTagSet": {"Tags": tags}}


NAMES = [("aws_iam_role", ROLE), ("aws_kms_alias", ALIAS), ("aws_route53_zone", ZONE)]


def test_each_is_found_with_whose_it_is() -> None:
    assert {kind for kind, _ in NAMES} == UNLISTED.keys()
    found = look_up(World("prod"), NAMES)  # type: ignore[arg-type]
    assert {named: one.tags["environment"] for named, one in found.items()} == dict.fromkeys(NAMES, "prod")
    assert "Z2" in found["aws_route53_zone", ZONE].arn


def test_what_is_not_there_is_nobodys() -> None:
    assert look_up(World(), NAMES) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("named", NAMES)
def test_what_may_not_be_asked_is_said_with_the_permission(named: tuple[str, str]) -> None:
    with pytest.raises(MendixError) as error:
        look_up(World(denied=True), [named])  # type: ignore[arg-type]
    assert (error.value.diagnostics[0].code, named[1] in error.value.diagnostics[0].summary) == ("MXA103", True)


def test_a_role_of_another_environment_is_not_created(
    bench: Bench, aws: FakeClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World("prod")
    known = aws.client
    monkeypatch.setattr(aws, "client", lambda service, region="": world if service == "iam" else known(service, region))
    attribute = AttributeChange("name", None, ROLE)
    address = "module.notes.aws_iam_role.this"
    bench.play.changes = (ResourceChange(address, "notes", "aws_iam_role", Action.CREATE, (attribute,)),)
    result = plan_run.plan(bench.session, "dev", ask_aws=False)
    assert [one.code for one in result.guards.objections] == ["MXG109"]
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev"))
    assert f"role/{ROLE}" in error.value.diagnostics[0].detail
