"""The database section: its defaults, each choice, each refusal with its place; and what its module promises."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mendixgen.areas import parts
from mendixgen.areas.contract import Check, Header
from mendixgen.areas.database import Database, catalogue, parameters
from mendixgen.areas.database.catalogue import Product
from mendixgen.areas.database.checks import DAY, LOGS, WEEK
from mendixgen.areas.database.settings import NAME_LENGTH
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render
from mendixgen.authoring.module import ResourceBlock

HEADER = Header("prod", "eu-central-1", "123456789012", "aws", "apps.example.com")
LONGEST_ENVIRONMENT, LONGEST_IDENTIFIER = 16, 63
ORACLE = {"engine": "oracle-se2", "version": "19", "class": "db.m5.large"}
ENTERPRISE = {"engine": "oracle-ee", "version": "19", "class": "db.m5.large"}
MYSQL = {"engine": "mysql", "version": "8.4", "class": "db.m7g.large"}


def section(**values: Any) -> Any:
    return Database.Inputs.model_validate(values)


def instance(**values: Any) -> Any:
    return section(instances={"a": values}).instances["a"]


def findings(header: Header = HEADER, **values: Any) -> list[Check]:
    return parts.check(Database, section(instances={"a": values}), header)


def found(**values: Any) -> list[tuple[tuple[str | int, ...], str]]:
    """Places below the instance, and codes."""
    return [(check.path[2:], check.code) for check in findings(**values)]


def block(address: str) -> ResourceBlock:
    return next(it for it in collect(Database).resources if it.address == address)


def test_no_section_gives_one_protected_redundant_postgres() -> None:
    made = section().instances["mendix"]

    assert (made.engine, made.version, made.instance_class) == ("postgres", "17", "db.t4g.medium")
    assert (made.multi_az, made.deletion_protection, made.final_snapshot, made.replicas) == (True, True, True, 0)
    assert (made.storage_gb, made.storage_type, made.backup_retention_days) == (20, "gp3", 7)
    assert (made.performance_insights.enabled, made.performance_insights.retention_days) == (True, 7)
    assert (made.monitoring_interval, made.log_retention_days, made.proxy, made.restore_from) == (60, 365, None, None)
    assert "failover" in section().events.categories
    assert parts.check(Database, section(), HEADER) == []


def test_the_sections_of_a_large_environment_are_right() -> None:
    instances = {
        "crm": {
            "engine": "postgres",
            "version": "17",
            "class": "db.m7g.large",
            "storage_gb": 200,
            "max_storage_gb": 1000,
            "replicas": 1,
            "backup_retention_days": 14,
        },
        "legacy": {**MYSQL, "storage_gb": 100},
        "erp": {**ORACLE, "storage_gb": 200, "license": "license-included"},
    }

    assert parts.check(Database, section(instances=instances), HEADER) == []


@pytest.mark.parametrize("name", ["CRM", "crm_1", "-crm", "crm-", "c--m", "1crm", "", "c" * (NAME_LENGTH + 1)])
def test_a_name_that_no_instance_can_have_is_refused(name: str) -> None:
    with pytest.raises(ValidationError):
        section(instances={name: {}})


def test_the_longest_names_fit_into_what_rds_allows() -> None:
    assert LONGEST_ENVIRONMENT + 1 + NAME_LENGTH + len("-replica-15") <= LONGEST_IDENTIFIER
    assert LONGEST_ENVIRONMENT + 1 + NAME_LENGTH + len("-final-20261123020000") <= LONGEST_IDENTIFIER


def test_the_name_of_a_replica_is_refused() -> None:
    checks = parts.check(Database, section(instances={"a-replica-1": {}}), HEADER)

    assert [(it.path, it.code) for it in checks] == [(("instances", "a-replica-1"), "MXS473")]


@pytest.mark.parametrize("engine", ["postgres", "mysql", "oracle-se2", "oracle-se2-cdb", "oracle-ee", "oracle-ee-cdb"])
def test_every_version_of_every_engine_is_taken(engine: str) -> None:
    for version in catalogue.majors(engine):
        for minor in (version, *catalogue.minors(engine, version)):
            assert found(**{"engine": engine, "version": minor, "class": "db.r5.large"}) == [], minor


@pytest.mark.parametrize(
    ("engine", "version"),
    [("postgres", "12"), ("postgres", "17.1"), ("mysql", "5.7"), ("mysql", "8"), ("mysql", "17"), ("oracle-se2", "21")],
)
def test_a_version_that_rds_does_not_have_is_refused(engine: str, version: str) -> None:
    assert found(**{"engine": engine, "version": version, "class": "db.r5.large"}) == [(("version",), "MXS461")]


def test_automatic_upgrades_of_a_pinned_version_would_drift() -> None:
    assert found(version="17.6", minor_upgrades="automatic") == [(("minor_upgrades",), "MXS462")]
    for version, policy in (("17.6", "manual"), ("17.6", None), ("17", "automatic"), ("17", "manual")):
        assert found(version=version, minor_upgrades=policy) == []


@pytest.mark.parametrize(
    "given",
    [
        {"class": "db.m7g.huge"},
        {"class": "db.z9.large"},
        {"class": "db.m4.large"},
        {**ORACLE, "class": "db.m7g.large"},
        {**ORACLE, "class": "db.r5.8xlarge"},
        {"engine": "mysql", "version": "8.0", "class": "db.m8a.large"},
    ],
)
def test_a_class_that_the_engine_does_not_run_on_is_refused(given: dict[str, Any]) -> None:
    assert found(**given) == [(("class",), "MXS463")]


def test_the_licence_decides_on_the_classes() -> None:
    assert found(**{**ORACLE, "class": "db.r5b.large"}) == [(("class",), "MXS463")]
    assert found(**{**ORACLE, "class": "db.r5b.large", "license": "bring-your-own-license"}) == []


def test_a_class_of_the_replicas_is_checked_too() -> None:
    assert found(replicas=1, replica_class="db.m7g.huge") == [(("replica_class",), "MXS463")]
    assert found(replicas=0, replica_class="db.m7g.huge") == []


def test_a_family_that_the_region_does_not_have_is_refused() -> None:
    header = Header("prod", "af-south-1", "123456789012", "aws", "apps.example.com")

    checks = findings(header, **{"class": "db.m7g.large"})

    assert [(it.path[2:], it.code) for it in checks] == [(("class",), "MXS463")]
    assert "af-south-1 has no m7g" in checks[0].summary


def test_a_region_that_the_table_does_not_know_is_not_checked() -> None:
    header = Header("prod", "xx-north-1", "123456789012", "aws", "apps.example.com")

    assert findings(header, **{"class": "db.m7g.large"}) == []


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"license": "license-included"}, "license"),
        ({**MYSQL, "license": "bring-your-own-license"}, "license"),
        ({**ENTERPRISE, "license": "license-included"}, "license"),
    ],
)
def test_a_licence_that_is_not_sold_is_refused(given: dict[str, Any], place: str) -> None:
    assert found(**given) == [((place,), "MXS460")]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"storage_gb": 100, "max_storage_gb": 109}, True),
        ({"storage_gb": 100, "max_storage_gb": 50}, True),
        ({"storage_gb": 100, "max_storage_gb": 110}, False),
        ({"storage_gb": 100, "max_storage_gb": 100}, False),
    ],
)
def test_storage_grows_by_a_tenth_or_never(given: dict[str, Any], refused: bool) -> None:
    assert found(**given) == ([(("max_storage_gb",), "MXS465")] if refused else [])


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"storage_gb": 399, "iops": 12000}, "iops"),
        ({"storage_gb": 399, "throughput": 500}, "throughput"),
        ({"storage_gb": 400, "iops": 11999}, "iops"),
        ({"storage_gb": 400, "iops": 64001}, "iops"),
        ({**ORACLE, "storage_gb": 199, "iops": 12000}, "iops"),
        ({"storage_type": "io2", "storage_gb": 100}, "storage_type"),
        ({"storage_type": "io2", "storage_gb": 99, "iops": 1000}, "storage_gb"),
        ({"storage_type": "io2", "storage_gb": 100, "iops": 100001}, "iops"),
        ({"storage_type": "io2", "storage_gb": 100, "iops": 1000, "throughput": 500}, "throughput"),
    ],
)
def test_storage_that_rds_cannot_make_is_refused(given: dict[str, Any], place: str) -> None:
    assert found(**given) == [((place,), "MXS466")]


@pytest.mark.parametrize(
    "given",
    [
        {"storage_gb": 400, "iops": 12000, "throughput": 500},
        {"storage_gb": 400, "iops": 64000, "throughput": 4000},
        {**ORACLE, "storage_gb": 200, "iops": 12000},
        {"storage_type": "io2", "storage_gb": 100, "iops": 100000},
    ],
)
def test_the_limits_of_storage_are_allowed(given: dict[str, Any]) -> None:
    assert found(**given) == []


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({**ORACLE, "replicas": 1}, "replicas"),
        ({**ENTERPRISE, "replicas": 6}, "replicas"),
        ({**ORACLE, "proxy": {}}, "proxy"),
        ({**ORACLE, "iam_authentication": True}, "iam_authentication"),
        ({**ORACLE, "certificate_authority": "rds-ca-ecc384-g1"}, "certificate_authority"),
        ({"oracle_encryption": "native"}, "oracle_encryption"),
    ],
)
def test_what_an_engine_does_not_have_is_refused(given: dict[str, Any], place: str) -> None:
    assert found(**given) == [((place,), "MXS467")]


@pytest.mark.parametrize(
    "given",
    [
        {**ENTERPRISE, "replicas": 5},
        {**ORACLE, "oracle_encryption": "native", "certificate_authority": "rds-ca-ecc384-g1"},
        {**ORACLE, "iam_authentication": False},
        {**MYSQL, "replicas": 15, "proxy": {"iam_auth": "required"}},
        {"certificate_authority": "rds-ca-rsa4096-g1", "iam_authentication": False},
        {"storage_type": "gp3", "apply": "in-window", "multi_az": False},
    ],
)
def test_what_an_engine_has_is_taken(given: dict[str, Any]) -> None:
    assert found(**given) == []


def test_performance_insights_has_its_limits() -> None:
    small = {"engine": "mysql", "version": "8.4", "class": "db.t4g.small"}
    assert found(**small) == [(("class",), "MXS464")]
    assert found(**small, performance_insights={"enabled": False}) == []
    place = ("performance_insights", "advanced")
    assert found(performance_insights={"advanced": True}) == [(place, "MXS464")]
    assert found(performance_insights={"advanced": True, "retention_days": 465}) == []
    with pytest.raises(ValidationError):
        instance(performance_insights={"retention_days": 30})


def test_what_forces_tls_and_what_is_no_log_is_refused() -> None:
    assert found(parameters={"rds.force_ssl": {"value": "0"}}) == [(("parameters", "rds.force_ssl"), "MXS468")]
    place = ("parameters", "require_secure_transport")
    assert found(**MYSQL, parameters={"require_secure_transport": {"value": "0"}}) == [(place, "MXS468")]
    assert found(parameters={"work_mem": {"value": "65536", "apply": "pending-reboot"}}) == []
    assert found(logs=["postgresql", "slowquery"]) == [(("logs", 1), "MXS468")]
    assert found(logs=["upgrade", "upgrade"]) == [(("logs", 1), "MXS468")]
    for kind, engine in (("postgres", {}), ("mysql", MYSQL), ("oracle", ORACLE)):
        assert found(**engine, logs=list(LOGS[kind])) == []


@pytest.mark.parametrize(
    ("settings", "name", "code"),
    [
        ({}, "innodb_buffer_pool_size", "MXS474"),
        ({"version": "16"}, "transaction_timeout", "MXS474"),
        ({"version": "17"}, "transaction_timeout", None),
        ({"version": "16"}, "old_snapshot_threshold", None),
        ({"version": "17"}, "old_snapshot_threshold", "MXS474"),
        ({}, "rds.logical_replication", None),
        ({}, "auto_explain.log_min_duration", None),
        ({}, "wrok_mem", "MXS475"),
        (MYSQL, "work_mem", "MXS474"),
        (MYSQL, "query_cache_size", "MXS474"),
        ({**MYSQL, "version": "8.0"}, "expire_logs_days", None),
        (MYSQL, "expire_logs_days", "MXS474"),
        (MYSQL, "max_connections", None),
        (ORACLE, "open_cursors", None),
        (ORACLE, "sql_mode", "MXS474"),
        (ORACLE, "_hidden", "MXS475"),
    ],
)
def test_a_parameter_is_one_of_the_engine_and_the_version(settings: Any, name: str, code: str | None) -> None:
    told = findings(**settings, parameters={name: {"value": "1"}})
    assert [(check.path[2:], check.code) for check in told] == ([(("parameters", name), code)] if code else [])
    assert [check.warns for check in told] == ([code == "MXS475"] if code else [])


def test_the_table_of_parameters_is_sorted_dated_and_says_where_names_begin_and_end() -> None:
    assert parameters.as_of() >= "2026-11-30"
    table = json.loads((Path(parameters.__file__).parents[2] / "data" / "rds_parameters.json").read_text("utf-8"))
    for kind, row in table["engines"].items():
        names = row["names"].split()
        assert names == sorted(set(names)), kind
        bounded = [
            name for part in ("since", "until") for listed in row.get(part, {}).values() for name in listed.split()
        ]
        assert set(bounded) <= set(names), kind


@pytest.mark.parametrize(
    ("engine", "source", "target", "expected"),
    [
        ("postgres", "17.5", "17.6", None),
        ("postgres", "16.9", "17.5", True),
        ("postgres", "16.10", "17.5", False),
        ("postgres", "14.18", "17.11", True),
        ("postgres", "17.7", "18.1", True),
        ("postgres", "17.8", "18.1", False),
        ("postgres", "16.4", "17.5", None),
        ("mysql", "8.0.46", "8.4.5", True),
        ("mysql", "5.7.44", "8.4.5", False),
        ("mysql", "8.0.46", "9.7.1", False),
        ("oracle-se2", "19", "21", False),
        ("oracle-ee-cdb", "19", "26", True),
        ("mariadb", "10.6", "10.11", None),
    ],
)
def test_what_aws_upgrades_in_one_step(engine: str, source: str, target: str, expected: bool | None) -> None:
    assert catalogue.is_upgrade(engine, source, target) is expected


def test_each_minor_version_of_postgres_is_in_the_table_of_upgrades_once() -> None:
    rounds = json.loads((Path(catalogue.__file__).parents[2] / "data" / "rds.json").read_text("utf-8"))["upgrades"]
    listed = [version for one in rounds["postgres"]["rounds"] for version in one.split()]
    assert sorted(listed) == sorted(
        it for each in catalogue.majors("postgres") for it in catalogue.minors("postgres", each)
    )
    assert catalogue.upgrade_targets("postgres", "17.10") == ["17.11", "18.4", "18.6"]


def test_the_name_of_the_first_database_is_one_that_the_engine_takes() -> None:
    assert found(database_name="postgres") == [(("database_name",), "MXS469")]
    assert found(**MYSQL, database_name="Sys") == [(("database_name",), "MXS469")]
    assert found(**ORACLE, database_name="ABCDEFGHI") == [(("database_name",), "MXS469")]
    assert found(**ORACLE, database_name="ERP") == []


@pytest.mark.parametrize(
    ("backup", "maintenance", "place"),
    [
        ("02:00-02:29", "sun:03:30-sun:04:30", "backup_window"),
        ("02:00-03:00", "sun:03:30-sun:03:45", "maintenance_window"),
        ("02:00-03:00", "sun:02:30-sun:03:30", "maintenance_window"),
        ("23:30-00:30", "mon:00:00-mon:01:00", "maintenance_window"),
        ("02:00-03:00", "sun:23:30-mon:03:00", "maintenance_window"),
        ("02:00-03:00", "mon:04:00-sun:04:00", "maintenance_window"),
    ],
)
def test_windows_that_rds_refuses_are_refused(backup: str, maintenance: str, place: str) -> None:
    assert found(backup_window=backup, maintenance_window=maintenance) == [((place,), "MXS470")]


@given(st.integers(0, DAY - 1), st.integers(30, 240), st.integers(0, 7 * DAY - 1), st.integers(30, 1440))
def test_windows_meet_exactly_if_they_share_a_minute(begin: int, length: int, weekly: int, long: int) -> None:
    backup = f"{clock(begin)}-{clock(begin + length)}"
    maintenance = f"{day(weekly)}:{clock(weekly)}-{day(weekly + long)}:{clock(weekly + long)}"
    backups = {(start * DAY + begin + minute) % (7 * DAY) for start in range(7) for minute in range(length)}
    meets = any((weekly + minute) % (7 * DAY) in backups for minute in range(long))

    checks = found(backup_window=backup, maintenance_window=maintenance)

    assert checks == ([(("maintenance_window",), "MXS470")] if meets else [])


def clock(minute: int) -> str:
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


def day(minute: int) -> str:
    return WEEK[minute // DAY % 7]


@pytest.mark.parametrize(
    ("source", "place", "code"),
    [
        ({}, (), "MXS471"),
        ({"time": "2026-11-23T02:00:00Z"}, (), "MXS471"),
        ({"snapshot": "s", "instance": "b"}, (), "MXS471"),
        ({"snapshot": "s", "time": "2026-11-23T02:00:00Z"}, ("time",), "MXS471"),
        ({"instance": "a"}, ("instance",), "MXS471"),
        ({"instance": "c"}, ("instance",), "MXS472"),
        ({"instance": "m"}, ("instance",), "MXS472"),
    ],
)
def test_a_source_that_cannot_be_restored_is_refused(source: dict[str, str], place: tuple[str, ...], code: str) -> None:
    instances = {"a": {"restore_from": source}, "b": {}, "m": MYSQL}

    checks = parts.check(Database, section(instances=instances), HEADER)

    assert [(it.path, it.code) for it in checks] == [(("instances", "a", "restore_from", *place), code)]


@pytest.mark.parametrize(
    "source",
    [
        {"snapshot": "prod-crm-final-20261123020000"},
        {"instance": "b"},
        {"instance": "b", "time": "2026-11-23T02:00:00Z"},
        {"resource_id": "db-ABCDEFGHIJKLMNOPQRSTUVWXYZ", "time": "2026-11-23T02:00:00Z"},
        {"backup_arn": "arn:aws:rds:eu-west-1:123456789012:auto-backup:ab-xyz"},
    ],
)
def test_every_source_is_taken(source: dict[str, str]) -> None:
    instances = {"a": {"restore_from": source}, "b": {}}

    assert parts.check(Database, section(instances=instances), HEADER) == []


@pytest.mark.parametrize(
    "refused",
    [
        {"engine": "mariadb"},
        {"license": "mine"},
        {"storage_type": "gp2"},
        {"storage_gb": 19},
        {"replicas": 16},
        {"backup_retention_days": 0},
        {"backup_retention_days": 36},
        {"backup_window": "2:00-3:00"},
        {"maintenance_window": "03:00-04:00"},
        {"apply": "now"},
        {"minor_upgrades": "yes"},
        {"oracle_encryption": "none"},
        {"certificate_authority": "rds-ca-2019"},
        {"monitoring_interval": 7},
        {"log_retention_days": 100},
        {"parameters": {"a b": {"value": "1"}}},
        {"parameters": {"a": {"value": "1", "apply": "later"}}},
        {"proxy": {"iam_auth": "maybe"}},
        {"restore_from": {"time": "yesterday", "instance": "b"}},
        {"restore_from": {"resource_id": "db-lower"}},
        {"publicly_accessible": True},
        {"password": "x"},
    ],
)
def test_another_choice_is_refused(refused: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        instance(**refused)


def test_the_events_are_those_that_rds_has() -> None:
    assert section(events={"categories": ["failure"], "emails": ["dba@example.com"]}).events.emails
    refused: dict[str, Any]
    for refused in ({"categories": ["boredom"]}, {"categories": []}, {"emails": ["nobody"]}):
        with pytest.raises(ValidationError):
            section(events=refused)


def test_only_teardown_lets_an_instance_go() -> None:
    guarded = block("aws_db_instance.this").arguments

    assert render(guarded["deletion_protection"]) == "each.value.deletion_protection && !var.teardown"
    assert guarded["delete_automated_backups"] is False
    assert "plantimestamp()" in render(guarded["final_snapshot_identifier"])


def test_nothing_that_is_said_once_replaces_an_instance() -> None:
    ignored = {render(it) for it in block("aws_db_instance.this").lifecycle["ignore_changes"]}

    assert ignored == {
        "db_name",
        "final_snapshot_identifier",
        "kms_key_id",
        "restore_to_point_in_time",
        "snapshot_identifier",
        "username",
    }


def test_striped_storage_says_what_it_has() -> None:
    """Grown from 200 to 500 GB, the provider would ask for the 3000 IOPS of before, which RDS refuses."""
    text = render(next(it for it in collect(Database).locals if it.name == "instances").value)
    assert re.search(r"iops *= it.iops == null && local.striped\[name\] \? 12000 : it.iops", text)
    assert re.search(r"throughput *= it.throughput == null && local.striped\[name\] \? 500 : it.throughput", text)
    engines = render(next(it for it in collect(Database).locals if it.name == "engines").value)
    assert re.findall(r"striped_from *= (\d+)", engines) == ["400", "400", "200"]


def test_a_restore_names_no_database() -> None:
    name = render(block("aws_db_instance.this").arguments["db_name"])
    assert name == "each.value.restore_from == null ? each.value.database_name : null"


def test_no_password_is_kept_anywhere() -> None:
    """What RDS does not manage is made while Terraform applies, and written only."""
    for resource in collect(Database).resources:
        assert not {"password", "master_password", "secret_string"} & set(resource.arguments), resource.address
    made = block("aws_db_instance.this").arguments
    assert render(made["manage_master_user_password"]) == "each.value.replicas == 0 ? true : null"
    assert render(made["password_wo"]) == "each.value.replicas == 0 ? null : substr(sha256(uuid()), 0, 30)"
    assert "password_wo" not in block("aws_db_instance.replica").arguments


def test_an_instance_with_replicas_has_a_secret_and_a_rotation_of_its_own() -> None:
    """RDS: "Creating read replicas for source instance ... where ManageMasterUserPassword is enabled is not
    supported"."""
    managed, own = "aws_secretsmanager_secret_rotation.master", "aws_secretsmanager_secret_rotation.source"
    assert "if it.replicas == 0" in render(block(managed).for_each)
    assert render(block(own).for_each) == "local.own_masters"
    assert block(own).arguments["rotate_immediately"] is True
    locals_ = {it.name: render(it.value) for it in collect(Database).locals}
    assert "if it.replicas > 0" in locals_["own_masters"]
    assert "it.replicas > 0 ? aws_secretsmanager_secret.master[name].arn" in locals_["master_secret_arns"]
    text = render(block("aws_secretsmanager_secret_policy.master").arguments["policy"])
    assert "role/*-deployer" in text


def test_every_role_carries_the_boundary() -> None:
    roles = [it for it in collect(Database).resources if it.type == "aws_iam_role"]

    assert {it.name for it in roles} == {"monitoring", "proxy", "rotation"}
    assert {render(it.arguments["permissions_boundary"]) for it in roles} == {"var.boundary_arn"}


def test_the_table_says_when_and_whence() -> None:
    assert catalogue.as_of() >= "2026-11-23"
    for engine in ("postgres", "mysql", "oracle-se2", "oracle-ee"):
        for whose in (*catalogue.licenses(engine), *((None,) if not engine.startswith("oracle") else ())):
            assert catalogue.families_in(Product(engine, whose), "eu-central-1")
