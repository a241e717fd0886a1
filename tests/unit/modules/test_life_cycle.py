"""Unreleased, released, changed: what `build` and `release` do with what stands in modules/.

The files come from a stand-in for the authoring engine (tests/golden/authoring runs the real one), so that
every state of a module can be tried in milliseconds.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from mendixgen.versions import life_cycle
from mendixgen.areas.contract import Area, AreaInputs, Output, setting
from mendixgen.authoring import build as authoring_build
from mendixgen.authoring import manifest as manifests
from mendixgen.authoring import provider
from mendixgen.digests import digest_of, file_digests
from mendixgen.authoring.rendering import variables_of
from mendixgen.diagnostics import MendixError
from mendixgen.versions.semver import Bump

DAY = dt.date(2026, 1, 31)


class Sample(Area):
    """A sample."""

    name = "sample"
    version = "1.0.0"
    outputs = {"id": Output("aws_vpc.this.id", "ID.")}  # noqa: RUF012
    main = "# one\n"

    class Inputs(AreaInputs):
        """Inputs."""

        size: int = setting(1, description="Size.")


def with_(**attributes: Any) -> type[Sample]:
    return type("Sample", (Sample,), {"__doc__": Sample.__doc__, **attributes})


@pytest.fixture(autouse=True)
def engine(monkeypatch: pytest.MonkeyPatch) -> None:
    def module_files(area: Any, schema: object, released: str | None = None) -> dict[str, str]:
        files = {"main.tf": area.main, "code/index.py": "x = 1\n"}
        manifest = manifests.manifest(area, variables_of(area), ["aws_vpc.this"], files, released)
        return {**files, "README.md": getattr(area, "readme", "# Sample\n"), "module.json": manifests.to_text(manifest)}

    monkeypatch.setattr(authoring_build, "module_files", module_files)
    monkeypatch.setattr(provider, "load", lambda: None)


def code_of(caught: pytest.ExceptionInfo[MendixError]) -> str:
    return str(caught.value.diagnostics[0].code)


def built_and_released(folder: Path, area: type[Sample] = Sample) -> None:
    assert life_cycle.build([area], folder).ok
    life_cycle.release(area, folder, date=DAY)


def test_a_build_writes_what_is_missing_and_nothing_twice(tmp_path: Path) -> None:
    (first,) = life_cycle.build([Sample], tmp_path).modules
    (second,) = life_cycle.build([Sample], tmp_path).modules
    assert (first.outcome, second.outcome) == ("written", "current")
    assert set(first.files) == {"main.tf", "code/index.py", "README.md", "module.json"}


def test_an_unreleased_version_follows_its_code_and_loses_old_files(tmp_path: Path) -> None:
    life_cycle.build([Sample], tmp_path)
    stale = tmp_path / "sample/1.0.0/old.tf"
    stale.write_text("")
    kept = tmp_path / "sample/1.0.0/.terraform/x"
    kept.parent.mkdir()
    kept.write_text("")
    (built,) = life_cycle.build([with_(main="# two\n")], tmp_path).modules
    assert set(built.files) == {"main.tf", "module.json", "old.tf"}
    assert (tmp_path / "sample/1.0.0/main.tf").read_text() == "# two\n"
    assert not stale.exists()
    assert kept.exists()


def test_check_writes_nothing_and_names_what_is_outdated(tmp_path: Path) -> None:
    life_cycle.build([Sample], tmp_path)
    report = life_cycle.build([with_(main="# two\n")], tmp_path, check=True)
    assert [it.code for it in report.problems] == ["MXM106"]
    assert report.modules[0].files == ("main.tf", "module.json")
    assert (tmp_path / "sample/1.0.0/main.tf").read_text() == "# one\n"


def test_a_released_version_never_changes(tmp_path: Path) -> None:
    built_and_released(tmp_path)
    report = life_cycle.build([with_(main="# two\n")], tmp_path)
    assert [it.code for it in report.problems] == ["MXM102"]
    assert (tmp_path / "sample/1.0.0/main.tf").read_text() == "# one\n"


def test_a_released_version_that_its_code_still_says_is_current(tmp_path: Path) -> None:
    built_and_released(tmp_path)
    report = life_cycle.build([Sample], tmp_path, check=True)
    assert report.ok
    assert report.modules[0].outcome == "current"
    assert report.verified == (("sample", "1.0.0"),)


def test_words_of_a_released_readme_may_change(tmp_path: Path) -> None:
    built_and_released(tmp_path)
    assert life_cycle.build([with_(readme="# Better\n")], tmp_path).ok
    assert life_cycle.verify(tmp_path).ok


@pytest.mark.parametrize("name", ["main.tf", "code/index.py", "new.tf"])
def test_a_released_version_that_was_edited_is_found(tmp_path: Path, name: str) -> None:
    built_and_released(tmp_path)
    (tmp_path / "sample/1.0.0" / name).write_text("# edited\n")
    report = life_cycle.verify(tmp_path)
    assert [it.code for it in report.problems] == ["MXM107"]
    assert name in report.problems[0].summary


def test_the_first_release_writes_its_date_and_only_that(tmp_path: Path) -> None:
    life_cycle.build([Sample], tmp_path)
    path = tmp_path / "sample/1.0.0/module.json"
    before = json.loads(path.read_text())
    done = life_cycle.release(Sample, tmp_path, date=DAY)
    assert done.comparison is None
    assert json.loads(path.read_text()) == before | {"released": "2026-01-31"}


def test_what_is_not_built_or_not_current_is_not_released(tmp_path: Path) -> None:
    with pytest.raises(MendixError) as caught:
        life_cycle.release(Sample, tmp_path, date=DAY)
    assert code_of(caught) == "MXM103"
    life_cycle.build([Sample], tmp_path)
    with pytest.raises(MendixError) as caught:
        life_cycle.release(with_(main="# two\n"), tmp_path, date=DAY)
    assert code_of(caught) == "MXM103"


def test_a_release_happens_once(tmp_path: Path) -> None:
    built_and_released(tmp_path)
    with pytest.raises(MendixError) as caught:
        life_cycle.release(Sample, tmp_path, date=DAY)
    assert code_of(caught) == "MXM104"


def test_a_number_that_is_too_low_is_refused_and_says_why(tmp_path: Path) -> None:
    built_and_released(tmp_path)
    later = with_(version="1.1.0", outputs={})
    life_cycle.build([later], tmp_path)
    with pytest.raises(MendixError) as caught:
        life_cycle.release(later, tmp_path, date=DAY)
    assert code_of(caught) == "MXM105"
    assert "2.0.0" in caught.value.diagnostics[0].summary
    assert caught.value.diagnostics[0].detail == "output id removed"


def test_a_number_that_is_high_enough_is_released(tmp_path: Path) -> None:
    built_and_released(tmp_path)
    later = with_(version="2.0.0", outputs={})
    built_and_released(tmp_path, later)
    found = life_cycle.diff("sample", tmp_path, "1.0.0", "2.0.0")
    assert found.bump is Bump.MAJOR
    listed = [(it.version, it.newest, it.released) for it in life_cycle.list_modules(tmp_path)]
    assert listed == [("2.0.0", True, "2026-01-31"), ("1.0.0", False, "2026-01-31")]
    assert life_cycle.show("sample", tmp_path).version == "2.0.0"
    assert life_cycle.show("sample", tmp_path, "1.0.0").version == "1.0.0"


def test_an_unknown_area_gets_a_suggestion(tmp_path: Path) -> None:
    with pytest.raises(MendixError) as caught:
        life_cycle.build(["netwrok"], tmp_path)
    assert code_of(caught) == "MXM101"
    assert caught.value.diagnostics[0].hint == "did you mean network?"


def test_the_digest_is_of_names_and_contents_but_not_of_words(tmp_path: Path) -> None:
    life_cycle.build([Sample], tmp_path)
    folder = tmp_path / "sample/1.0.0"
    before = file_digests(folder)
    assert set(before) == {"main.tf", "code/index.py"}
    (folder / "README.md").write_text("other\n")
    assert file_digests(folder) == before
    (folder / "main.tf").rename(folder / "other.tf")
    assert digest_of(file_digests(folder)) != digest_of(before)


def test_the_section_schema_has_settings_only_and_checks_names(tmp_path: Path) -> None:
    life_cycle.build([Sample], tmp_path)
    section = json.loads((tmp_path / "sample/1.0.0/module.json").read_text())["section"]
    assert list(section["properties"]) == ["size"]
    assert section["additionalProperties"] is False
