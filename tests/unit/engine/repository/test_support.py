"""Support of versions: what is shown, what a plan refuses, and that time never locks anybody out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.history import run as history_run
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.repository import render, support, upgrade, validate
from mendixctl.engine.rollback import run as rollback_run
from mendixgen.diagnostics import MendixError, Severity
from mendixgen.spec.support import Status, facts
from tests.unit.engine.conftest import Bench
from tests.unit.spec.samples import add_module
from tests.unit.spec.test_compatibility import CLUSTER, DATABASE

SECTIONS = """\
database:
  instances:
    main: {engine: postgres, version: "17"}
apps:
  crm: {mendix: "11.6", database: main}
"""


@pytest.fixture
def platform(bench: Bench) -> Bench:
    """The environment with a cluster (by default 1.35), a database and an app."""
    for area, section in (("cluster", CLUSTER), ("database", DATABASE)):
        inputs = {name: {"from": "yaml", "type": "any"} for name in section["properties"]}
        add_module(bench.repository.modules, area, "0.9.0", section=section, inputs=inputs, outputs={})
    bench.spec.write_text(bench.spec.read_text() + SECTIONS)
    return bench


def test_the_table_of_an_environment(platform: Bench) -> None:
    result = support.support(platform.session)
    assert (result.environment, result.today, result.as_of) == ("dev", date(2026, 11, 23), facts().as_of)
    assert result.exit_code == 0
    assert result.diagnostics == ()
    rows = [(one.path, one.version, one.status, one.days_left, one.is_default) for one in result.rows]
    assert rows == [
        ("cluster.version", "1.35", Status.STANDARD, 124, True),
        ("database.instances.main.version", "17", Status.STANDARD, 1193, False),
        ("apps.crm.mendix", "11.6", Status.STANDARD, 128, False),
    ]
    lines = platform.spec.read_text().split("\n")
    place = result.rows[1].location
    assert place.file == "environments/dev.yaml"
    assert lines[place.line - 1][place.column - 1 :].startswith('"17"')


def test_the_table_of_another_day(platform: Bench) -> None:
    result = support.support(platform.session, "dev", date(2027, 6, 1))
    assert [(one.status, one.days_left) for one in result.rows] == [
        (Status.EXTENDED, 300),
        (Status.STANDARD, 1003),
        (Status.ENDED, None),
    ]
    assert {one.code for one in result.diagnostics} == {"MXS166", "MXS163"}


def test_the_day_is_the_sessions(platform: Bench) -> None:
    platform.clock.moment = datetime(2027, 3, 1, tzinfo=UTC)
    assert support.support(platform.session, "dev").today == date(2027, 3, 1)
    assert [one.code for one in validate.validate(platform.session).environments[0].diagnostics] == [
        "MXS164",
        "MXS164",
    ]
    assert [one.code for one in plan_run.plan(platform.session, "dev").warnings] == ["MXS164", "MXS164"]


def test_what_cannot_work_is_shown_and_not_raised(platform: Bench) -> None:
    platform.edit('"11.6"', '"11.5"')
    platform.edit('"17"', '"18"')
    result = support.support(platform.session)
    assert [(one.code, one.severity) for one in result.diagnostics if one.severity is Severity.ERROR] == [
        ("MXS171", Severity.ERROR)
    ]
    assert result.exit_code == 1


def test_what_cannot_work_is_not_planned_rendered_or_upgraded_to(platform: Bench) -> None:
    platform.edit('"11.6"', '"11.5"')
    platform.edit('"17"', '"18"')
    assert not validate.validate(platform.session).environments[0].valid
    for attempt in (plan_run.plan, render.render, upgrade.upgrade):
        with pytest.raises(MendixError) as error:
            attempt(platform.session, "dev")
        assert [one.code for one in error.value.diagnostics] == ["MXS171"]


def test_time_locks_nobody_out(platform: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    platform.apply()
    later = replace(facts(), databases={"postgres": {"17": ["9.24"], "18": ["11.6+"]}})
    monkeypatch.setattr("mendixgen.spec.support.facts", lambda: later)
    with pytest.raises(MendixError):
        plan_run.plan(platform.session, "dev")
    assert len(history_run.history(platform.session, "dev").records) == 1
    assert destroy.prepare(platform.session, "dev").destroy.has_changes


def test_a_rollback_into_what_cannot_work_is_refused_and_changes_nothing(
    platform: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.apply()
    platform.edit('"11.6"', '"11.12"')
    platform.edit("hello", "good day")
    platform.apply()
    later = replace(facts(), databases={"postgres": {"17": ["11.12"], "16": ["11.6"]}})
    monkeypatch.setattr("mendixgen.spec.support.facts", lambda: later)
    before = platform.snapshot()
    with pytest.raises(MendixError) as error:
        rollback_run.prepare(platform.session, "dev", 1)
    assert [one.code for one in error.value.diagnostics] == ["MXP155", "MXS171"]
    assert platform.snapshot() == before


def test_an_environment_without_any_of_it(bench: Bench, tmp_path: Path) -> None:
    result = support.support(bench.session)
    assert (result.rows, result.diagnostics, result.exit_code) == ((), (), 0)
