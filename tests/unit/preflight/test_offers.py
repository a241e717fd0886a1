"""Instance types, databases, Kubernetes versions and add-ons."""

from __future__ import annotations

from typing import Any

import pytest

from mendixctl.engine.preflight.pin import choose
from mendixctl.preflight.questions import addons, database_changes, databases, instance_types, kubernetes
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.areas.cluster.addons import ADDONS, versions
from mendixgen.areas.database import catalogue
from tests.support.fake_services import FakeServices, denied
from tests.unit.preflight.conftest import YAML, change, codes, subject

A, B = "eu-central-1a", "eu-central-1b"


def offering(rows: dict[str, list[str]]) -> Any:
    """EC2 with the types that each zone has."""

    def answer(**parameters: Any) -> dict[str, Any]:
        (wanted,) = parameters["Filters"]
        found = [
            {"InstanceType": kind, "Location": zone}
            for kind, zones in rows.items()
            for zone in zones
            if kind in wanted["Values"]
        ]
        return {"InstanceTypeOfferings": found}

    return FakeServices(ec2={"describe_instance_type_offerings": answer})


EVERYWHERE = {"m7i.large": [A, B], "m7i.xlarge": [A, B], "m6i.xlarge": [A, B]}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (EVERYWHERE, ["MXF130"]),
        ({**EVERYWHERE, "m7i.xlarge": [A]}, ["MXF133"]),
        ({**EVERYWHERE, "m7i.large": [A], "m6i.large": [A, B], "m5.large": [B]}, ["MXF132"]),
        ({**EVERYWHERE, "m6i.xlarge": []}, ["MXF131"]),
    ],
)
def test_the_types_of_the_node_groups(asked: Any, rows: dict[str, list[str]], expected: list[str]) -> None:
    assert codes(asked(instance_types.QUESTION, subject(), offering(rows))) == expected


def test_the_nearest_type_that_a_zone_has_is_named(asked: Any) -> None:
    rows = {**EVERYWHERE, "m7i.large": [A], "m6i.large": [A, B], "m5.large": [B], "c7i.large": [B], "m7g.large": [B]}
    found, _ = asked(instance_types.QUESTION, subject(), offering(rows))
    assert found[0].what == "eu-central-1b has none of the instance types of the node group system"
    assert found[0].evidence == "m7i.large is in eu-central-1a"
    assert found[0].hint == "eu-central-1b has m6i.large, m5.large, c7i.large"
    assert found[0].path == ("cluster", "node_groups", "system", "instance_types")


def option(version: str, **changed: Any) -> dict[str, Any]:
    zones = [{"Name": zone} for zone in changed.pop("zones", [A, B])]
    return {
        "EngineVersion": version, "StorageType": "gp3", "MultiAZCapable": True, "AvailabilityZones": zones, **changed,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([option("17.6"), option("16.9")], ["MXF140"]),
        ([option("16.9")], ["MXF141"]),
        ([], ["MXF141"]),
        ([option("17.6", StorageType="io2")], ["MXF142"]),
        ([option("17.6", MultiAZCapable=False)], ["MXF143"]),
        ([option("17.6", zones=[A])], ["MXF144"]),
    ],
)
def test_the_databases(asked: Any, options: list[dict[str, Any]], expected: list[str]) -> None:
    services = FakeServices(rds={"describe_orderable_db_instance_options": {"OrderableDBInstanceOptions": options}})
    assert codes(asked(databases.QUESTION, subject(), services)) == expected


def test_a_major_version_is_asked_for_by_its_newest_minor_one(asked: Any) -> None:
    def answer(**parameters: Any) -> dict[str, Any]:
        return {"OrderableDBInstanceOptions": [] if "EngineVersion" in parameters else [option("17.99")]}

    services = FakeServices(rds={"describe_orderable_db_instance_options": answer})
    assert codes(asked(databases.QUESTION, subject(), services)) == ["MXF140"]
    newest = catalogue.minors("postgres", "17")[-1]
    assert [parameters.get("EngineVersion") for _, parameters in services.asked] == [newest, None]


def test_another_class_that_rds_sells_is_named(asked: Any) -> None:
    def answer(**parameters: Any) -> dict[str, Any]:
        sold = parameters["DBInstanceClass"] == "db.m6g.large"
        return {"OrderableDBInstanceOptions": [option("17.6")] if sold else []}

    services = FakeServices(rds={"describe_orderable_db_instance_options": answer})
    found, _ = asked(databases.QUESTION, subject(), services)
    assert found[0].hint == "near is db.m6g.large"
    assert found[0].path == ("database", "instances", "crm", "class")


def cluster_versions(**status: str) -> FakeServices:
    rows = [{"clusterVersion": version.replace("v", "1."), "versionStatus": one} for version, one in status.items()]
    return FakeServices(eks={"describe_cluster_versions": {"clusterVersions": rows}})


@pytest.mark.parametrize(
    ("services", "expected", "hint"),
    [
        (cluster_versions(v35="STANDARD_SUPPORT"), ["MXF150"], ""),
        (cluster_versions(v34="EXTENDED_SUPPORT", v36="STANDARD_SUPPORT"), ["MXF151"], 'version: "1.36"'),
        (cluster_versions(v34="EXTENDED_SUPPORT"), ["MXF151"], 'version: "1.34"'),
        (
            cluster_versions(v35="EXTENDED_SUPPORT", v36="STANDARD_SUPPORT"),
            ["MXF152"],
            'the newest that EKS has is version: "1.36"',
        ),
        (FakeServices(eks={"describe_cluster_versions": denied()}), ["MXF101"], None),
    ],
)
def test_the_version_of_kubernetes(asked: Any, services: FakeServices, expected: list[str], hint: str | None) -> None:
    found = asked(kubernetes.QUESTION, subject(), services)
    assert codes(found) == expected
    assert hint is None or found[0][0].hint == hint


def builds(**changed: list[str]) -> FakeServices:
    """EKS with the pinned builds, but for ``changed`` (underscores for hyphens)."""
    given = {name.replace("_", "-"): rows for name, rows in changed.items()}

    def answer(**parameters: Any) -> dict[str, Any]:
        name = parameters["addonName"]
        rows = given.get(name, [versions()[parameters["kubernetesVersion"]][name]])
        return {"addons": [{"addonName": name, "addonVersions": [{"addonVersion": one} for one in rows]}]}

    return FakeServices(eks={"describe_addon_versions": answer})


def test_the_builds_of_the_add_ons(asked: Any) -> None:
    assert codes(asked(addons.QUESTION, subject(), builds())) == ["MXF160"]
    newest = builds(coredns=["v9.9.9-eksbuild.10", versions()["1.35"]["coredns"], "v9.9.9-eksbuild.9"])
    found, _ = asked(addons.QUESTION, subject(), newest)
    assert codes(found) == ["MXF162", "MXF160"]
    assert "coredns v9.9.9-eksbuild.10" in found[0].evidence
    gone = builds(coredns=["v9.9.9-eksbuild.9", "v9.9.9-eksbuild.10", "v9.9.8-eksbuild.1", "v1.0.0-eksbuild.1"])
    found, _ = asked(addons.QUESTION, subject(), gone)
    assert codes(found) == ["MXF161"]
    assert found[0].evidence == "it has v9.9.9-eksbuild.10, v9.9.9-eksbuild.9, v9.9.8-eksbuild.1, ..."
    assert found[0].path == ("cluster",)


def test_a_build_that_the_yaml_gives_counts(asked: Any) -> None:
    text = YAML.replace('  version: "1.35"', '  version: "1.35"\n  addons: {coredns: {version: v1.0.0-eksbuild.1}}')
    found, _ = asked(addons.QUESTION, subject(text), builds())
    assert codes(found) == ["MXF161"]
    assert found[0].path == ("cluster", "addons", "coredns", "version")


def test_one_denial_is_enough(asked: Any) -> None:
    services = FakeServices(eks={"describe_addon_versions": denied()})
    assert codes(asked(addons.QUESTION, subject(), services)) == ["MXF101"]
    assert len(services.asked) == 1 < len(ADDONS)


@pytest.mark.parametrize(
    ("addon", "before", "offered", "expected"),
    [
        ("coredns", "v1.11.1-eksbuild.1", ["v1.14.0-eksbuild.2", "v1.12.0-eksbuild.1"], "v1.14.0-eksbuild.2"),
        ("vpc-cni", "v1.20.1-eksbuild.1", ["v1.23.0-eksbuild.1", "v1.21.2-eksbuild.3"], "v1.21.2-eksbuild.3"),
        ("vpc-cni", "v1.20.1-eksbuild.1", ["v1.23.0-eksbuild.1"], "v1.23.0-eksbuild.1"),
    ],
)
def test_what_is_pinned_in_its_place(addon: str, before: str, offered: list[str], expected: str) -> None:
    assert choose(addon, before, offered) == expected


@pytest.mark.parametrize("question", [one.QUESTION for one in (instance_types, databases, kubernetes, addons)])
def test_a_plan_that_does_not_touch_them_asks_nothing(question: Any) -> None:
    assert question.concerns(subject(changes=(change("aws_vpc"),))) is None
    assert question.concerns(subject()) is not None


GIVEN = ", ".join(f'{name}: {{value: "1"}}' for name in ("work_mem", "rds.new", "rds.fixed"))
PARAMETERS = YAML.replace("storage_gb: 100}", f"storage_gb: 100, parameters: {{{GIVEN}}}}}")


def upgrading(runs: str, wanted: str) -> ResourceChange:
    """A plan's change of an instance that the YAML had as its major version."""
    before = {"engine": "postgres", "engine_version": runs.split(".", maxsplit=1)[0], "engine_version_actual": runs}
    raw = {"change": {"before": before, "after": {**before, "engine_version": wanted}}}
    address = 'module.database.aws_db_instance.this["crm"]'
    return ResourceChange(address, "database", "aws_db_instance", Action.UPDATE, raw=raw)


def engine_versions(*targets: str) -> dict[str, Any]:
    return {"DBEngineVersions": [{"ValidUpgradeTarget": [{"EngineVersion": one} for one in targets]}]}


@pytest.mark.parametrize(
    ("targets", "wanted", "expected"),
    [
        (("16.13", "17.8"), "17", ["MXF145"]),
        (("16.13", "17.8"), "17.8", ["MXF145"]),
        (("16.13",), "17", ["MXF146"]),
        ((), "17.8", ["MXF146"]),
    ],
)
def test_the_upgrades_of_databases(asked: Any, targets: tuple[str, ...], wanted: str, expected: list[str]) -> None:
    services = FakeServices(rds={"describe_db_engine_versions": engine_versions(*targets)})
    of = subject(changes=(upgrading("16.12", wanted),))
    found = asked(database_changes.QUESTION, of, services)
    assert codes(found) == expected
    if expected == ["MXF146"]:
        assert found[0][0].what == f"RDS does not upgrade crm from 16.12 to {wanted}"
        assert found[0][0].path == ("database", "instances", "crm", "version")


def test_the_parameters_of_databases_are_those_of_aws(asked: Any) -> None:
    known = [{"ParameterName": "work_mem"}, {"ParameterName": "rds.fixed", "IsModifiable": False}]
    answer = {"EngineDefaults": {"Parameters": known}}
    services = FakeServices(rds={"describe_engine_default_parameters": answer})
    found, _ = asked(database_changes.QUESTION, subject(PARAMETERS), services)
    assert [(one.code, one.path[-1]) for one in found] == [("MXF148", "rds.fixed"), ("MXF147", "rds.new")]
    assert codes(
        asked(
            database_changes.QUESTION,
            subject(PARAMETERS),
            FakeServices(rds={"describe_engine_default_parameters": denied()}),
        )
    ) == ["MXF101"]


def test_nothing_is_asked_where_no_database_changes() -> None:
    assert database_changes.QUESTION.concerns(subject(changes=())) is None
