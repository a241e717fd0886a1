"""What cannot be adopted, and what a change in place means, is said in words."""

from __future__ import annotations

from mendixctl.engine.adopt import unfit
from mendixctl.engine.adopt.inventory import Bucket, Cluster, Database, Group, Inventory, RouteTable, Subnet, Vpc
from mendixctl.engine.adopt.matching import Match
from mendixctl.engine.adopt.planned import Creation
from mendixctl.engine.adopt.unmatched import unmatched
from mendixctl.terraform.plan import AttributeChange
from mendixctl.terraform.state import Instance, State


def test_the_way_is_told_by_what_forces_the_replacement() -> None:
    assert "copy-db-snapshot" in unfit.way("aws_db_instance", ["storage_encrypted"])
    assert "network.subnets" in unfit.way("aws_subnet", ["cidr_block"])
    assert "beside it" in unfit.way("aws_eks_cluster", ["access_config[0].x"])
    assert unfit.way("aws_other", ["name"])


def test_a_database_stays_in_its_subnet_group() -> None:
    moved = AttributeChange("db_subnet_group_name", "acme", "dev-database")
    told = unfit.refused_in_place("aws_db_instance", [moved])
    assert told is not None
    assert "InvalidVPCNetworkStateFault" in told[0]
    assert unfit.refused_in_place("aws_db_instance", [AttributeChange("multi_az", False, True)]) is None


def test_a_cluster_goes_to_access_entries_in_two_steps() -> None:
    path = "access_config[0].authentication_mode"
    told = unfit.refused_in_place("aws_eks_cluster", [AttributeChange(path, "CONFIG_MAP", "API")])
    assert told is not None
    assert "api-and-config-map" in told[1]
    between = AttributeChange(path, "CONFIG_MAP", "API_AND_CONFIG_MAP")
    assert unfit.refused_in_place("aws_eks_cluster", [between]) is None


def test_notes_say_what_users_feel() -> None:
    found = unfit.notes(
        "aws_db_instance",
        [
            AttributeChange("manage_master_user_password", None, True),
            AttributeChange("tags.team", "web", None),
            AttributeChange("tags.Name", None, "dev-crm"),
        ],
    )
    assert "master password" in found[0]
    assert found[1] == "it loses tags: team (to keep them, write them in tags: of the YAML)"
    assert unfit.notes("aws_eip", [AttributeChange("tags.Name", None, "x")]) == ()


def test_what_nothing_in_the_yaml_stands_for_is_named() -> None:
    vpc = Vpc(
        "vpc-1",
        "10.0.0.0/16",
        subnets=(
            Subnet("subnet-1", "10.0.0.0/20", "eu-central-1a"),
            Subnet("subnet-2", "10.0.16.0/20", "eu-central-1b"),
        ),
        tables=(RouteTable("rtb-1", main=True), RouteTable("rtb-2")),
        groups=(Group("sg-1", "web"), Group("sg-2", "db"), Group("acl-1", "", "network ACL")),
    )
    inventory = Inventory(
        "123456789012",
        "eu-central-1",
        vpc,
        buckets=(Bucket("mine"), Bucket("theirs", {"environment": "prod"})),
        databases=(Database("crm", "postgres", "17.4", "db.t4g.medium", 20),),
        clusters=(Cluster("acme", "1.33"),),
    )
    wanted = [
        Creation("module.storage.aws_s3_bucket.this", "storage", "aws_s3_bucket", "this"),
        Creation("module.cluster.aws_eks_cluster.this", "cluster", "aws_eks_cluster", "this"),
        Creation(
            "module.database.aws_db_instance.this",
            "database",
            "aws_db_instance",
            "this",
            values={"identifier": "dev-crm"},
        ),
    ]
    taken = [Match('module.network.aws_subnet.private["a"]', "aws_subnet", "subnet-1")]
    found = {one.id: one for one in unmatched(inventory, wanted, taken, State())}
    assert set(found) == {"subnet-2", "rtb-2", "", "acl-1", "mine", "crm", "acme"}
    assert "web, db" in found[""].why
    assert "--new-db-instance-identifier dev-crm" in found["crm"].way
    # of what the plan has no area for nothing is said
    assert {one.id for one in unmatched(inventory, [], taken, State())} == {"subnet-2", "rtb-2", "", "acl-1"}


def test_a_database_of_the_state_is_known_by_the_name_that_people_give_it() -> None:
    inventory = Inventory(
        "123456789012",
        "eu-central-1",
        databases=(Database("acme-crm", "postgres", "17.4", "db.t4g.medium", 20, encrypted=True),),
    )
    address = 'module.database.aws_db_instance.this["crm"]'
    wanted = [Creation(address, "database", "aws_db_instance", "this", values={"identifier": "acme-crm"})]
    attributes = {"id": "db-6D41C19775C5C69B8F74FCCDF3", "identifier": "acme-crm"}
    state = State(instances={address: Instance(address, "aws_db_instance", "module.database", attributes=attributes)})
    assert [one.id for one in unmatched(inventory, wanted, [], State())] == ["acme-crm"]
    assert unmatched(inventory, wanted, [], state) == ()
