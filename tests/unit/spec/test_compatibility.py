"""The compatibility gate: each rule at its place in the YAML, on a day that the test says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.lock import Lock, Pin
from mendixgen.spec.compatibility import concerns, diagnostics
from mendixgen.spec.lifecycle import WARN_DAYS, family, standings, uses
from mendixgen.spec.loader import Specification, load_text
from mendixgen.spec.source import read
from mendixgen.spec.support import Facts, facts
from mendixgen.versions.store import ModuleStore
from tests.unit.spec.samples import MINIMAL, add_module

TODAY = date(2026, 11, 23)
AWS = MINIMAL.replace("target: emulator", "target: aws")
NAMED: dict[str, Any] = {"type": "object", "additionalProperties": True}
CLUSTER: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "version": {"type": "string", "default": "1.35", "pattern": r"^1\.[0-9]+$"},
        "support": {"enum": ["standard", "extended"], "type": "string", "default": "standard"},
        "node_groups": {"type": "object", "additionalProperties": NAMED, "default": {}},
    },
}
DATABASE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"instances": {"type": "object", "additionalProperties": NAMED, "default": {}}},
}
Load = Callable[..., Specification]


def settings(
    cluster: Mapping[str, Any] | None = None,
    database: Mapping[str, tuple[str, str]] | None = None,
    **apps: Mapping[str, Any],
) -> dict[str, Any]:
    """What takes effect: a cluster, instances by name (engine, version), and apps."""
    instances = {name: {"engine": engine, "version": version} for name, (engine, version) in (database or {}).items()}
    return {
        **({"cluster": {"support": "standard", **cluster}} if cluster is not None else {}),
        "database": {"instances": instances},
        "apps": apps,
    }


def found(given: Mapping[str, Any], today: date = TODAY, table: Facts | None = None) -> list[tuple[str, str, str]]:
    """Code, dotted path and severity of each concern."""
    every = concerns(given, table or facts(), today)
    return [(one.code, ".".join(str(step) for step in one.path), one.severity.value) for one in every]


def said(given: Mapping[str, Any], today: date = TODAY, table: Facts | None = None) -> str:
    """The only concern's summary and hint."""
    (one,) = concerns(given, table or facts(), today)
    return f"{one.summary} ({one.hint})"


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Load a specification with a cluster and a database area, with the gate closed on a day."""
    add_module(tmp_path, "cluster", "9.0.0", section=CLUSTER, inputs={}, outputs={})
    add_module(tmp_path, "database", "0.9.0", section=DATABASE, inputs={}, outputs={})
    store = ModuleStore(tmp_path)
    lock = Lock(generator="0.1.0", pins={"cluster": Pin("9.0.0"), "database": Pin("0.9.0")})

    def call(text: str, today: date | None = TODAY) -> Specification:
        return load_text(text, "environments/dev.yaml", store=store, lock=lock, today=today)

    return call


def places(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    return [f"{one.location} {one.code} {one.severity.value}" for one in diagnostics]


# -- which versions are in use ---------------------------------------------------------------------


def test_every_version_in_use_is_found() -> None:
    given = settings(
        {"version": "1.35"}, {"crm": ("postgres", "17"), "erp": ("oracle-se2", "19")}, portal={"mendix": "11.6"}
    )
    assert [(one.component, one.path, one.version) for one in uses(given)] == [
        ("eks", ("cluster", "version"), "1.35"),
        ("postgres", ("database", "instances", "crm", "version"), "17"),
        ("oracle", ("database", "instances", "erp", "version"), "19"),
        ("mendix", ("apps", "portal", "mendix"), "11.6"),
    ]
    assert [one.support.days_left for one in standings(given, facts(), TODAY)] == [124, 1193, 1134, 128]


def test_an_environment_without_any_of_it_has_no_concern() -> None:
    assert found({}) == []
    assert found(settings()) == []


@pytest.mark.parametrize("engine", ["oracle", "oracle-se2", "oracle-ee-cdb"])
def test_the_family_of_an_engine(engine: str) -> None:
    assert family(engine) == "oracle"


def test_an_engine_that_the_table_does_not_have_says_nothing() -> None:
    assert found(settings(database={"a": ("mariadb", "11.4")}, crm={"mendix": "11.12", "database": "a"})) == []


# -- how long --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "today", "expected"),
    [
        ("1.35", date(2026, 11, 26), []),
        ("1.35", date(2026, 11, 27), [("MXS164", "cluster.version", "warning")]),
        ("1.35", date(2027, 3, 27), [("MXS164", "cluster.version", "warning")]),
        ("1.35", date(2027, 3, 28), [("MXS166", "cluster.version", "error")]),
        ("1.35", date(2028, 3, 28), [("MXS162", "cluster.version", "error")]),
        ("1.28", TODAY, [("MXS162", "cluster.version", "error")]),
        ("1.37", TODAY, [("MXS161", "cluster.version", "warning")]),
    ],
)
def test_the_life_of_a_cluster_that_stays_in_standard_support(version: str, today: date, expected: list[Any]) -> None:
    assert found(settings({"version": version}), today) == expected


@pytest.mark.parametrize(
    ("version", "today", "expected"),
    [
        ("1.33", TODAY, [("MXS165", "cluster.version", "warning")]),
        ("1.32", date(2026, 11, 24), [("MXS164", "cluster.version", "warning")]),
        ("1.31", TODAY, [("MXS164", "cluster.version", "warning")]),
        ("1.31", date(2026, 11, 27), [("MXS162", "cluster.version", "error")]),
    ],
)
def test_the_life_of_a_cluster_that_pays_for_extended_support(version: str, today: date, expected: list[Any]) -> None:
    assert found(settings({"version": version, "support": "extended"}), today) == expected


def test_the_warning_begins_120_days_before() -> None:
    assert WARN_DAYS == 120
    assert said(settings({"version": "1.35"}), date(2026, 11, 27)) == (
        "standard support of Kubernetes (EKS) 1.35 ends in 120 days, on 2027-03-27"
        " (AWS upgrades the cluster then, whether or not it is tested; in standard support: 1.36)"
    )
    assert "ends tomorrow" in said(settings({"version": "1.35"}), date(2027, 3, 26))
    assert "ends today" in said(settings({"version": "1.35"}), date(2027, 3, 27))


def test_what_to_do_about_a_version_that_is_over() -> None:
    assert said(settings({"version": "1.33"})) == (
        "Kubernetes (EKS) 1.33 has left standard support, and AWS upgrades a cluster with support: standard"
        " (in standard support: 1.36, 1.35, 1.34; or pay for it, with support: extended)"
    )
    assert said(settings({"version": "1.30"})) == (
        "Kubernetes (EKS) 1.30 is out of service since 2026-07-23: AWS makes no new one, and upgrades those that there"
        " are (in standard support: 1.36, 1.35, 1.34)"
    )


@pytest.mark.parametrize(
    ("engine", "version", "code"),
    [
        ("postgres", "17", None),
        ("postgres", "17.10", None),
        ("postgres", "14", "MXS164"),
        ("postgres", "13.23", "MXS165"),
        ("postgres", "10", "MXS162"),
        ("postgres", "19", "MXS161"),
        ("mysql", "8.4", None),
        ("mysql", "8.0.46", "MXS165"),
        ("mysql", "5.6", "MXS162"),
        ("oracle-se2", "19", None),
        ("oracle-ee-cdb", "26", None),
        ("oracle-ee", "12.1", "MXS162"),
    ],
)
def test_the_life_of_databases(engine: str, version: str, code: str | None) -> None:
    expected = [code] if code else []
    assert [one[0] for one in found(settings(database={"a": (engine, version)}))] == expected


def test_extended_support_of_oracle_is_oracles() -> None:
    given = settings(database={"a": ("oracle-se2", "19")})
    assert said(given, date(2030, 6, 1)).startswith("Oracle (RDS) 19 is in Oracle's Extended Support since 2029-12-31")
    given = settings(database={"a": ("mysql", "8.0")})
    assert "extended support, which costs extra, since 2026-07-31" in said(given)


@pytest.mark.parametrize(
    ("version", "today", "expected"),
    [
        ("11.12", TODAY, []),
        ("11.6", TODAY, []),
        ("11.6", date(2026, 12, 1), [("MXS164", "apps.crm.mendix", "warning")]),
        ("11.6", date(2027, 4, 1), [("MXS163", "apps.crm.mendix", "warning")]),
        ("11.7", TODAY, [("MXS163", "apps.crm.mendix", "warning")]),
        ("11.14.2", TODAY, []),
        ("10.18", TODAY, [("MXS163", "apps.crm.mendix", "warning")]),
        ("8.18", TODAY, [("MXS163", "apps.crm.mendix", "warning")]),
        ("12.0", TODAY, [("MXS161", "apps.crm.mendix", "warning")]),
    ],
)
def test_mendix_without_support_goes_on_to_run(version: str, today: date, expected: list[Any]) -> None:
    assert found(settings(crm={"mendix": version}), today) == expected


def test_a_planned_end_is_said_to_be_one() -> None:
    assert said(settings(crm={"mendix": "11.6"}), date(2027, 1, 1)) == (
        "support of Mendix 11.6 MTS ends in 89 days, on 2027-03-31, as the vendor plans it"
        " (in standard support: 11.12, 10.24, 9.24)"
    )


# -- what goes together ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mendix", "engine", "version", "refused"),
    [
        ("11.6", "postgres", "18", False),
        ("11.5", "postgres", "18", True),
        ("11.13", "postgres", "13", True),
        ("11.12", "mysql", "8.0", True),
        ("10.24", "mysql", "8.0", False),
        ("11.12", "oracle-se2", "19", False),
        ("11.12", "oracle-ee-cdb", "26", False),
        ("8.18", "postgres", "17", False),
    ],
)
def test_mendix_and_its_database(mendix: str, engine: str, version: str, refused: bool) -> None:
    given = settings(database={"main": (engine, version)}, crm={"mendix": mendix, "database": "main"})
    assert (("MXS171", "apps.crm.database", "error") in found(given)) is refused


def test_what_the_refusal_of_a_database_says() -> None:
    given = settings(database={"main": ("postgres", "18")}, crm={"mendix": "11.5", "database": "main"})
    (one,) = [one for one in concerns(given, facts(), TODAY) if one.code == "MXS171"]
    assert one.summary == "Mendix 11.5 does not support PostgreSQL 18, which main is"
    assert one.hint == ("it supports PostgreSQL 17, 16, 15, 14 and 13; 18 is supported by Mendix 9.24, 10.24 and 11.6+")


def test_a_reference_to_no_instance_is_another_rules_matter() -> None:
    assert found(settings(crm={"mendix": "11.12", "database": "gone"})) == []


@pytest.mark.parametrize("engine", ["mysql", "oracle-se2"])
def test_the_operator_makes_no_databases_there(engine: str) -> None:
    version = {"mysql": "8.4", "oracle-se2": "19"}[engine]
    app = {"mendix": "11.12", "database": "main", "identity": "storage-plan"}
    assert found(settings(database={"main": (engine, version)}, crm=app)) == [("MXS172", "apps.crm.identity", "error")]
    assert found(settings(database={"main": (engine, version)}, crm={**app, "identity": "secret-store"})) == []


def test_the_operator_makes_databases_on_postgres_for_versions_that_log_in_by_role() -> None:
    app = {"mendix": "11.12", "database": "main", "identity": "storage-plan"}
    assert found(settings(database={"main": ("postgres", "17")}, crm=app)) == []
    old = settings(database={"main": ("postgres", "14")}, crm={**app, "mendix": "9.18"})
    assert ("MXS172", "apps.crm.identity", "error") in found(old)


def test_two_apps_share_an_instance_only_where_the_operator_makes_their_databases() -> None:
    apps = {name: {"mendix": "11.12", "database": "main"} for name in ("crm", "portal")}
    assert found(settings(database={"main": ("postgres", "17")}, **apps)) == []
    assert found(settings(database={"main": ("mysql", "8.4")}, **apps)) == [
        ("MXS173", "apps.portal.database", "warning")
    ]


def test_an_operator_that_is_too_old() -> None:
    table = replace(facts(), operator=replace(facts().operator, version="2.24"))
    given = settings(crm={"mendix": "11.12"}, old={"mendix": "10.24"})
    assert found(given, table=table) == [("MXS174", "apps.crm.mendix", "error")]
    assert said(given, table=table).startswith("Mendix 11.12 needs Mendix Operator 2.25, and this is 2.24")
    assert found(settings(crm={"mendix": "11.5"}), table=table) == [("MXS163", "apps.crm.mendix", "warning")]
    assert found(given) == []


def test_a_kubernetes_that_the_operator_is_not_tested_with() -> None:
    table = replace(facts(), operator=replace(facts().operator, kubernetes="1.34"))
    apps = {"crm": {"mendix": "11.12"}}
    assert found(settings({"version": "1.35"}, **apps), table=table) == [("MXS175", "cluster.version", "warning")]
    assert found(settings({"version": "1.35"}), table=table) == []
    assert found(settings({"version": "1.35"}, **apps)) == []


def test_nodes_on_which_mendix_is_experimental() -> None:
    groups = {"apps": {"architecture": "arm64"}, "system": {"architecture": "x86_64"}, "bare": {}}
    given = settings({"version": "1.35", "node_groups": groups}, crm={"mendix": "11.12"})
    assert found(given) == [("MXS176", "cluster.node_groups.apps.architecture", "warning")]
    assert found({**given, "apps": {}}) == []


def test_there_is_no_warning_about_what_is_refused_anyway() -> None:
    table = replace(facts(), operator=replace(facts().operator, kubernetes="1.20"))
    given = settings({"version": "1.30"}, crm={"mendix": "11.12"})
    assert found(given, table=table) == [("MXS162", "cluster.version", "error")]


# -- in the file -----------------------------------------------------------------------------------


def test_refusals_and_warnings_stand_at_their_place(load: Load) -> None:
    text = AWS + (
        'cluster:\n  version: "1.30"\n'
        "database:\n  instances:\n"
        '    main: {engine: postgres, version: "18"}\n'
        '    old: {engine: mysql, version: "8.0"}\n'
        "apps:\n"
        '  crm: {mendix: "11.5", database: main}\n'
    )
    with pytest.raises(MendixError) as caught:
        load(text)
    assert places(caught.value.diagnostics) == [
        "environments/dev.yaml:7:12 MXS162 error",
        "environments/dev.yaml:13:35 MXS171 error",
    ]
    assert [one.detail for one in caught.value.diagnostics] == ["cluster.version", "apps.crm.database"]
    mended = load(text.replace("1.30", "1.35").replace("11.5", "11.12"))
    assert places(mended.warnings) == ["environments/dev.yaml:11:35 MXS165 warning"]


def test_a_modules_default_is_held_against_the_table_too(load: Load) -> None:
    assert load(AWS).settings["cluster"] == {"version": "1.35", "support": "standard", "node_groups": {}}
    assert load(AWS, date(2027, 2, 24)).warnings == ()
    (one,) = load(AWS, date(2027, 2, 25)).warnings
    assert (one.code, str(one.location), one.detail) == ("MXS164", "environments/dev.yaml:1:1", "cluster.version")
    assert one.hint.startswith("this is the default of cluster.version; ")


def test_what_somebody_wrote_is_warned_of_earlier_than_what_nobody_chose(load: Load) -> None:
    written = AWS + 'cluster: {version: "1.35"}\n'
    assert load(written, date(2026, 11, 26)).warnings == ()
    (one,) = load(written, date(2026, 11, 27)).warnings
    assert (one.code, one.detail) == ("MXS164", "cluster.version")
    assert "default" not in one.hint


def test_without_a_day_the_gate_is_open(load: Load) -> None:
    text = AWS + 'cluster: {version: "1.20"}\n'
    assert load(text, None).warnings == ()
    with pytest.raises(MendixError):
        load(text)


def test_the_emulator_runs_what_aws_has_taken_away_but_not_what_cannot_work(load: Load) -> None:
    assert places(load(MINIMAL + 'cluster: {version: "1.20"}\n').warnings) == [
        "environments/dev.yaml:6:20 MXS162 warning"
    ]
    assert [one.code for one in load(MINIMAL, date(2027, 6, 1)).warnings] == ["MXS166"]
    bad = 'database: {instances: {a: {engine: mysql, version: "8.0"}}}\napps: {crm: {mendix: "11.12", database: a}}\n'
    with pytest.raises(MendixError) as caught:
        load(MINIMAL + bad)
    assert [one.code for one in caught.value.diagnostics] == ["MXS171"]


def test_a_section_that_is_wrong_in_itself_is_not_judged(load: Load) -> None:
    with pytest.raises(MendixError) as caught:
        load(AWS + "cluster: {version: 1.20}\n")
    assert [one.code for one in caught.value.diagnostics] == ["MXS203"]


def test_the_other_problems_of_the_file_are_said_at_the_same_time(load: Load) -> None:
    with pytest.raises(MendixError) as caught:
        load(AWS + 'cluster: {version: "1.20"}\ndatabase: {instance: {}}\n')
    assert [one.code for one in caught.value.diagnostics] == ["MXS162", "MXS201"]


def test_diagnostics_need_no_loader() -> None:
    source = read('cluster:\n  version: "1.20"\n', "x.yaml")
    (one,) = diagnostics(settings({"version": "1.20"}), source, facts(), TODAY)
    assert (str(one.location), one.severity) == ("x.yaml:2:12", Severity.ERROR)


def test_the_shared_example_goes_together_on_the_day_of_the_table() -> None:
    given = settings(
        {"version": "1.35"},
        {
            "crm": ("postgres", "17"),
            "portal": ("postgres", "17"),
            "legacy": ("mysql", "8.4"),
            "erp": ("oracle-se2", "19"),
        },
        crm={"mendix": "11.6", "database": "crm"},
        portal={"mendix": "10.24", "database": "portal"},
        bridge={"mendix": "10.24", "database": "erp"},
    )
    assert found(given) == []
