"""Clone and promote in a repository: files, comments, checks, and refusals that write nothing."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.copies import clone, promote
from mendixctl.engine.copies.settings import adjusted
from mendixctl.engine.repository.validate import validate
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.support.small_repository import SPEC
from tests.unit.engine.conftest import Bench

TOP = Path(__file__).resolve().parents[4]


def session(tmp_path: Path) -> Session:
    """This repository's own environments, copied."""
    shutil.copytree(TOP / "environments", tmp_path / "environments", ignore=shutil.ignore_patterns("kubernetes"))
    (tmp_path / "modules").symlink_to(TOP / "modules")
    return Session(Repository(tmp_path))


def test_production_in_another_region_is_valid_with_its_comments(tmp_path: Path) -> None:
    at = session(tmp_path)
    result = clone.clone(at, "prod", "prod-eu", region="eu-west-3")
    text = at.repository.spec("prod-eu").read_text()
    assert "zones: 3" in text
    assert "# cost allocation tags, on every resource" in text
    assert "# percent, a CloudWatch target-tracking policy" in text
    assert result.files == ("environments/prod-eu.yaml", "environments/prod-eu.lock")
    (checked,) = validate(at, ["prod-eu"]).environments
    assert checked.valid
    lock = at.repository.lock("prod-eu").read_text()
    assert "base: 0" in lock
    assert "home:" not in lock
    with pytest.raises(MendixError, match="MXP230"):
        clone.clone(at, "prod", "prod-eu", region="eu-west-3")


def test_what_stands_in_the_way_is_told_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    at = session(tmp_path)
    with pytest.raises(Refused) as error:
        clone.clone(at, "prod", "prod-x", region="eu-west-1", cidr="10.20.0.0/16", settings=["network.zones=6"])
    codes = {one.code for one in error.value.diagnostics}
    assert codes == {"MXP231"}
    assert all(one.hint and one.location for one in error.value.diagnostics)
    assert not at.repository.spec("prod-x").exists()


def test_a_name_that_cannot_be_is_told_by_validation(tmp_path: Path) -> None:
    at = session(tmp_path)
    with pytest.raises(MendixError):
        clone.clone(at, "prod", "a-name-that-is-too-long", region="eu-west-1")
    assert not at.repository.spec("a-name-that-is-too-long").exists()


def test_an_environment_without_a_network_is_copied(bench: Bench) -> None:
    result = clone.clone(bench.session, "dev", "test")
    assert result.files[0] == "environments/test.yaml"
    assert "network" not in bench.repository.spec("test").read_text()
    assert validate(bench.session, ["test"]).environments[0].valid


def test_a_section_is_carried_over_and_the_others_comments_stay(bench: Bench) -> None:
    other = bench.repository.spec("test")
    other.write_text(SPEC.format(name="test", target="emulator").replace("hello", "nothing yet"))
    checked = promote.promote(bench.session, "dev", "test", ["notes"], check=True)
    assert not checked.written
    assert "nothing yet" in other.read_text()
    result = promote.promote(bench.session, "dev", "test", ["notes.texts"])
    assert [(one.path, one.before, one.after) for one in result.changes] == [
        ("notes.texts.first", "nothing yet", "hello")
    ]
    assert "# the oldest" in other.read_text()
    assert "+    first: hello" in result.diff
    assert promote.promote(bench.session, "dev", "test", ["notes"]).changes == ()


def test_what_is_each_environments_own_stays(bench: Bench) -> None:
    before: dict[str, Any] = {"crm": {"hostname": "a", "replicas": 1}, "old": {"replicas": 1}}
    wanted: dict[str, Any] = {"crm": {"hostname": "b", "replicas": 3, "cpu": 1}, "new": {"hostname": "c", "cpu": 2}}
    assert promote._carried(wanted, before, {"hostname", "replicas"}) == {
        "crm": {"hostname": "a", "replicas": 1, "cpu": 1},
        "new": {"cpu": 2},
    }


@pytest.mark.parametrize(("section", "code"), [("region", "MXP233"), ("garden", "MXP232"), ("notes.nothing", "MXP232")])
def test_what_cannot_be_promoted(bench: Bench, section: str, code: str) -> None:
    bench.repository.spec("test").write_text(SPEC.format(name="test", target="emulator"))
    with pytest.raises(MendixError, match=code):
        promote.promote(bench.session, "dev", "test", [section])


def test_single_settings_are_set_and_dropped() -> None:
    data = {"a": {"b": [1, 2]}, "c": 3}
    assert adjusted(data, ["a.b[1]=5", "d.e=[x, y]", "c=text"], ["a.b[0]"]) == {
        "a": {"b": [5]},
        "c": "text",
        "d": {"e": ["x", "y"]},
    }
    assert data == {"a": {"b": [1, 2]}, "c": 3}


@pytest.mark.parametrize(
    ("settings", "dropped"),
    [(["a"], []), (["=1"], []), (["c.d=1"], []), (["a.b[9]=1"], []), ([], ["a.x"]), ([], ["x.y"]), (["[1]=2"], [])],
)
def test_a_path_that_leads_nowhere_is_refused(settings: list[str], dropped: list[str]) -> None:
    with pytest.raises(MendixError, match="MXP234"):
        adjusted({"a": {"b": [1]}, "c": 3}, settings, dropped)
