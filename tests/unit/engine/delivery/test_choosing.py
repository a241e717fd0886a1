"""Which strategy is possible: by the models of both versions, the hour, and what the environment has."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.delivery import alarms, choice, database, twin
from mendixctl.engine.delivery.application import Application
from mendixctl.engine.delivery.choice import DAYS, Choice, Model, Version, choose, compared
from mendixgen.diagnostics import Refused
from mendixgen.lock import Pin
from mendixgen.spec.apps import App

OLD = Version("sha256:1", "11.6.0.1", "metadata:a")
SUNDAY = datetime(2026, 11, 29, 2, 30, tzinfo=UTC)


class Place:
    """As much of an environment as a choice looks at."""

    environment = "dev"

    def __init__(self, apps: dict[str, App], workloads: str, listeners: bool) -> None:
        self.specification: Any = type(
            "Specification",
            (),
            {
                "pins": {"workloads": Pin(workloads)},
                "locate": staticmethod(lambda path, key=False: None),
                "header": type("Header", (), {"apps": apps, "domain": "example.com"}),
                "settings": {"ingress": {"listeners": [{"port": 443}] if listeners else []}},
            },
        )


def app(workloads: str = "1.1.0", listeners: bool = True, others: tuple[str, ...] = (), **said: Any) -> Application:
    made = App.model_validate({"mendix": "11.6", "database": "crm", **said})
    apps = {"crm": made, **dict.fromkeys(others, made)}
    place: Any = Place(apps, workloads, listeners)
    return Application("crm", made, place)


def chosen(given: Application, new: Version, **options: Any) -> Choice:
    return choose(given, options.pop("old", OLD), new, options.pop("now", SUNDAY), **options)


def refused(given: Application, new: Version, **options: Any) -> Any:
    with pytest.raises(Refused) as error:
        chosen(given, new, **options)
    return error.value.diagnostics[0]


SAME = replace(OLD, digest="sha256:2")
OTHER = replace(SAME, domain_model="metadata:b")


@pytest.mark.parametrize(
    ("new", "model"),
    [
        (SAME, Model.SAME),
        (OTHER, Model.OTHER),
        (replace(SAME, mendix="11.6.1.9"), Model.OTHER),
        (replace(SAME, mendix="11.6.0.9"), Model.SAME),
        (replace(SAME, domain_model=""), Model.UNKNOWN),
        (replace(SAME, domain_model="project:a"), Model.UNKNOWN),
        (replace(OTHER, digest=OLD.digest), Model.SAME),
    ],
)
def test_models_are_the_same_only_where_that_is_known(new: Version, model: Model) -> None:
    assert compared(OLD, new) is model
    assert compared(Version(), new) is Model.FIRST


@given(st.text(max_size=3), st.text(max_size=3), st.text(max_size=3), st.text(max_size=3))
def test_what_is_not_known_is_never_the_same(a: str, b: str, c: str, d: str) -> None:
    one, two = Version("sha256:1", a, b), Version("sha256:2", c, d)
    if compared(one, two) is Model.SAME:
        assert b
        assert (a, b) == (c, d)
    assert compared(one, two) is compared(two, one)


CANARY = {"strategy": "canary", "steps": [10, 50, 100], "bake_minutes": 20}


def test_a_canary_takes_its_steps_and_is_watched_long_enough() -> None:
    found = chosen(app(release=CANARY), SAME)
    assert (found.steps, found.bake, found.stops) == ((10, 50, 100), timedelta(minutes=20), False)
    assert found.announcement == "no downtime: 10 %, 50 %, 100 % of the traffic, each watched 20 minutes"
    short = chosen(app(release={"strategy": "canary", "bake_minutes": 1}), SAME)
    assert (short.steps, short.bake) == ((100,), timedelta(minutes=10))


def test_a_changed_model_is_no_canary() -> None:
    said = refused(app(release=CANARY), OTHER)
    assert said.code == "MXV135"
    assert "--strategy blue-green" in said.hint
    found = chosen(app(release=CANARY), OTHER, asked="blue-green")
    assert (found.stops, found.snapshot, found.copies, found.steps) == (True, True, True, ())
    assert "copied" in found.announcement


def test_blue_green_needs_a_database_to_copy_where_the_model_changes() -> None:
    release = {"strategy": "blue-green"}
    assert chosen(app(release=release), SAME).steps == (100,)
    assert refused(app(release=release, database=None), OTHER).code == "MXV135"
    assert refused(app(release=release, identity="storage-plan"), OTHER).code == "MXV135"


def test_nobody_stands_beside_an_app_that_cannot_be_shared() -> None:
    release = {"strategy": "blue-green"}
    assert "a database of its own" in refused(app(release=release, identity="storage-plan"), SAME).summary
    assert "no listener" in refused(app(listeners=False, release=release), SAME).summary
    assert "app of its own" in refused(app(others=("crm-next",), release=release), SAME).summary
    assert "workloads 1.0.0" in refused(app(workloads="1.0.0", release=release), SAME).summary


def test_recreate_keeps_its_window_and_a_snapshot() -> None:
    given = app(release={"strategy": "recreate", "window": "Sun 02:00"})
    assert chosen(given, SAME).snapshot is False
    assert chosen(given, OTHER).snapshot is True
    late = SUNDAY + timedelta(hours=3)
    said = refused(given, SAME, now=late)
    assert (said.code, "2026-12-06 at 02:00" in said.hint) == ("MXV132", True)
    assert chosen(given, SAME, now=late, any_time=True).stops
    assert not chosen(app(database=None), OTHER).snapshot
    assert chosen(given, SAME, old=Version(), now=late).model is Model.FIRST


moments = st.integers(0, 365 * 24 * 3600).map(lambda one: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=one))


@given(moments, st.sampled_from(DAYS), st.integers(0, 23), st.integers(0, 59))
def test_a_window_opens_once_a_week_for_two_hours(now: datetime, day: str, hour: int, minute: int) -> None:
    window = f"{day} {hour:02d}:{minute:02d}"
    opens = choice.next_window(window, now)
    assert now < opens <= now + timedelta(days=7)
    assert (opens.strftime("%a"), opens.hour, opens.minute) == (day, hour, minute)
    assert choice.in_window(window, opens)
    assert not choice.in_window(window, opens - timedelta(seconds=1))
    assert choice.in_window(window, opens + choice.WINDOW - timedelta(seconds=1))
    assert not choice.in_window(window, opens + choice.WINDOW)


@pytest.mark.parametrize(
    ("alarm", "own"),
    [
        ("prod-delivery-crm", True),
        ("prod-crm-errors", True),
        ("prod-crmx-errors", False),
        ("prod-xcrm", False),
        ("prod-dr-crm", True),
        ("test-crm", False),
    ],
)
def test_alarms_are_an_apps_by_their_name(alarm: str, own: bool) -> None:
    assert alarms.is_about(alarm, "prod", "crm") is own


def test_a_secret_is_moved_to_another_host() -> None:
    said = {"database-host": "old.rds:5432", "database-jdbc-url": "jdbc:x://old.rds/crm", "other": "old.rds"}
    assert database.moved(said, "old.rds", "new.rds") == {
        "database-host": "new.rds:5432",
        "database-jdbc-url": "jdbc:x://new.rds/crm",
        "other": "old.rds",
    }
    assert database.moved({"database-host": "elsewhere"}, "old.rds", "new.rds") is None


@given(st.from_regex(r"[a-z](-?[a-z0-9]){0,80}", fullmatch=True))
def test_names_of_snapshots_are_ones_that_rds_takes(name: str) -> None:
    found = database.called(name, "sha256:" + "a" * 64, "20261129-0200")
    assert len(found) <= 63
    assert "--" not in found
    assert not found.endswith("-")


def test_a_route_names_every_method_and_shares_all_of_the_traffic() -> None:
    *services, route = twin.routing(app(), 30)
    assert [one["spec"]["selector"] for one in services] == [
        {"privatecloud.mendix.com/app": "crm"},
        {"privatecloud.mendix.com/app": "crm-next"},
    ]
    (rule,) = route["spec"]["rules"]
    assert [one["weight"] for one in rule["backendRefs"]] == [70, 30]
    assert {one["method"] for one in rule["matches"]} == set(twin.METHODS)
    assert rule["sessionPersistence"]["type"] == "Cookie"
    assert route["spec"]["hostnames"] == ["crm.example.com"]


@pytest.mark.parametrize("name", ["crm", "a", "of", "database", "allow"])
def test_what_stands_beside_an_app_is_named_after_it_whatever_it_is_called(name: str) -> None:
    assert twin.renamed(name, name) == f"{name}-next"
    assert twin.renamed(f"allow-database-of-{name}", name) == f"allow-database-of-{name}-next"
