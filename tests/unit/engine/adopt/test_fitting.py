"""What of the matches is imported: never by replacing, destroying or creating anything that was not asked for."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.engine.adopt import fitting
from mendixctl.engine.adopt.inventory import Bucket, Inventory, Vpc
from mendixctl.engine.adopt.matching import Match
from mendixctl.engine.adopt.planned import Creation
from mendixctl.engine.adopt.results import LeftOut
from mendixctl.engine.recover.import_plan import Heard
from mendixctl.terraform.events import DiagnosticEvent
from mendixctl.terraform.plan import Action, AttributeChange, ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

SUBNET = Match('module.network.aws_subnet.private["a"]', "aws_subnet", "subnet-1", "network")
ROUTE = Match('module.network.aws_route.nat["a"]', "aws_route", "rtb-1_0.0.0.0/0", "network")
DATABASE = Match('module.database.aws_db_instance.this["crm"]', "aws_db_instance", "dev-crm", "database")
MATCHES = [SUBNET, ROUTE, DATABASE]


def change(one: Match, action: Action, *attributes: AttributeChange) -> ResourceChange:
    return ResourceChange(one.address, one.area, one.type, action, attributes)


def plan(*changes: ResourceChange) -> tuple[ResourceChange, ...]:
    return changes


def test_what_would_be_replaced_is_left_out_with_what_forces_it_and_the_way() -> None:
    cidr = AttributeChange("cidr_block", "10.0.0.0/24", "10.0.0.0/20", forces_replacement=True)
    tags = AttributeChange("tags.Name", None, "dev-private-a")
    (found,) = fitting.unfit(MATCHES, plan(change(SUBNET, Action.REPLACE, cidr, tags), change(ROUTE, Action.UPDATE)))
    assert (found.address, found.attributes) == (SUBNET.address, (cidr,))
    assert "AWS never changes its cidr_block" in found.why
    assert "network.subnets" in found.way


def test_what_aws_refuses_to_change_in_place_is_left_out() -> None:
    moved = AttributeChange("db_subnet_group_name", "acme", "dev-database")
    (found,) = fitting.unfit(MATCHES, plan(change(DATABASE, Action.UPDATE, moved)))
    assert "InvalidVPCNetworkStateFault" in found.why


def configuration(**needs: list[str]) -> dict[str, Any]:
    resources = [
        {"type": name.rpartition("__")[0], "name": name.rpartition("__")[2], "expressions": {"x": {"references": refs}}}
        for name, refs in needs.items()
    ]
    return {"configuration": {"root_module": {"module_calls": {"network": {"module": {"resources": resources}}}}}}


def test_what_needs_something_that_is_not_there_waits_for_it() -> None:
    said = configuration(aws_route__nat=["aws_nat_gateway.this"], aws_subnet__private=["aws_vpc.this"])
    nat = ResourceChange('module.network.aws_nat_gateway.this["b"]', "network", "aws_nat_gateway", Action.CREATE)
    (found,) = fitting.needing([SUBNET, ROUTE], plan(nat), said, "dev")
    assert found.address == ROUTE.address
    assert nat.address in found.why
    assert found.way.endswith("mendixctl adopt dev --complete")
    assert fitting.needing(MATCHES, plan(change(SUBNET, Action.IMPORT)), said, "dev") == []


@pytest.mark.parametrize("action", [Action.CREATE, Action.DELETE, Action.REPLACE])
def test_more_than_an_import_is_refused_where_its_reason_is_not_known(action: Action) -> None:
    other = ResourceChange("module.network.aws_x.y", "network", "aws_x", action)
    with pytest.raises(Refused, match=r"MXP254.*module\.network\.aws_x\.y"):
        fitting.needing(MATCHES, plan(other), configuration(aws_route__nat=[]), "dev")


def test_what_terraform_cannot_import_is_named() -> None:
    error = MendixError(Diagnostic("MXT199", "it cannot be read"))
    gone = Heard(error, said=[f"{SUBNET.address}\nCannot import non-existent remote object\n"])
    assert [(one.address, one.why) for one in fitting.failed(MATCHES, gone, "dev")] == [
        (SUBNET.address, fitting.ABSENT)
    ]
    # some providers name no address: then it is one of those that were not proven
    unnamed = Heard(error, said=["no such thing"], proven={SUBNET.address, ROUTE.address})
    assert [one.address for one in fitting.failed(MATCHES, unnamed, "dev")] == [DATABASE.address]
    with pytest.raises(MendixError, match="MXT199"):
        fitting.failed(MATCHES, Heard(error, said=["else"], proven={one.address for one in MATCHES}), "dev")


def test_an_area_that_cannot_be_planned_without_what_is_missing_waits_for_it() -> None:
    heard = Heard(MendixError(Diagnostic("MXT199", "Invalid index")))
    file = "../../modules/network/1.6.0/outputs.tf"
    heard.hear(DiagnosticEvent("diagnostic", summary="Invalid index", file=file))
    found = fitting.failed(MATCHES, heard, "dev")
    assert {one.address for one in found} == {one.address for one in MATCHES if one.area == "network"}
    assert all("--complete" in one.way for one in found)


def test_what_another_environment_has_is_not_adopted() -> None:
    bucket = Match("module.storage.aws_s3_bucket.this", "aws_s3_bucket", "files")
    vpc = Match("module.network.aws_vpc.this", "aws_vpc", "vpc-1")
    inventory = Inventory(
        "123456789012",
        "eu-central-1",
        Vpc("vpc-1", "10.0.0.0/16", {"environment": "dev"}),
        buckets=(Bucket("files", {"environment": "prod"}),),
        tagged={"arn:aws:ec2:eu-central-1:123456789012:subnet/subnet-1": {"environment": "test"}},
    )
    found = fitting.others([bucket, vpc, SUBNET, DATABASE], inventory, "dev")
    assert [(one.id, one.why.split()[-1]) for one in found] == [("files", "prod's"), ("subnet-1", "test's")]


def test_a_name_that_is_given_and_cannot_be_adopted_stops_what_would_create_it() -> None:
    wanted = [Creation(one.address, one.area, one.type, "this") for one in MATCHES]
    left_out = [
        LeftOut(DATABASE.address, "dev-crm", "it is not encrypted", "take a snapshot"),
        LeftOut(SUBNET.address, "subnet-1", "it would be replaced"),
        LeftOut("", "acme", "a cluster"),
    ]
    (found,) = fitting.taken(left_out, wanted)
    assert (found.code, DATABASE.address in found.summary) == ("MXP256", True)
    assert "take a snapshot" in found.hint
    assert fitting.taken([LeftOut(DATABASE.address, "dev-crm", fitting.ABSENT)], wanted) == ()


def test_differences_are_told_once() -> None:
    attributes = (
        AttributeChange("tags.Name", None, "x"),
        AttributeChange("tags_all.Name", None, "x"),
        AttributeChange("tags_all.environment", None, "dev"),
        AttributeChange("timeouts.create", None, "3h"),
        AttributeChange("nat_gateway_id", "nat-1", "nat-2"),
    )
    (found,) = fitting.differences(
        MATCHES, plan(change(ROUTE, Action.UPDATE, *attributes), change(SUBNET, Action.IMPORT))
    )
    assert [one.path for one in found.attributes] == ["tags.Name", "tags_all.environment", "nat_gateway_id"]
    assert found.notes == ("traffic takes another way out, from another address, at once",)


def test_what_is_not_there_is_counted_by_area_and_type() -> None:
    wanted = [
        Creation(SUBNET.address, "network", "aws_subnet", "private"),
        Creation("module.network.aws_subnet.public", "network", "aws_subnet", "public"),
        Creation("module.network.aws_vpc.this", "network", "aws_vpc", "this", managed=True),
    ]
    assert fitting.missing(wanted, [SUBNET]) == (("network", "aws_subnet", 1),)
