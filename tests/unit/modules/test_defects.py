"""The list of known defects: it is about versions that were released, and each is mended in one that was."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from mendixgen import packaged
from mendixgen.diagnostics import Severity
from mendixgen.lock import Lock, Pin
from mendixgen.spec.loader import load_text
from mendixgen.versions import defects
from mendixgen.versions.store import ModuleStore, version_key

STORE = ModuleStore(packaged.modules())
SPEC = """\
name: prod
region: eu-central-1
account: "123456789012"
target: aws
domain: apps.example.com
"""


@pytest.mark.parametrize("one", defects.known(), ids=lambda it: it.id)
def test_each_is_mended_in_a_released_version_that_comes_after_one_that_has_it(one: defects.Defect) -> None:
    assert STORE.manifest(one.area, one.fixed_in).released
    assert any(
        STORE.manifest(one.area, version).released and version_key(version) < version_key(one.fixed_in)
        for version in STORE.versions(one.area)
    )
    assert one.what
    assert one.source


def test_each_has_a_name_of_its_own() -> None:
    assert len({one.id for one in defects.known()}) == len(defects.known())


def test_the_newest_version_of_no_area_has_one() -> None:
    assert [area for area in STORE.areas() if defects.of(area, STORE.newest(area, released_only=False) or "")] == []


def test_the_list_says_when_it_was_made() -> None:
    table = json.loads((Path(defects.__file__).parents[1] / "data" / "defects.json").read_text("utf-8"))
    assert date.fromisoformat(table["as_of"]) >= date(2026, 11, 29)


def test_a_defect_of_china_is_one_of_china() -> None:
    everywhere = {"cluster-key-grants", "events-to-encrypted-topics"}
    assert {one.id for one in defects.of("encryption", "1.1.0", "aws")} == everywhere
    assert {one.id for one in defects.of("encryption", "1.1.0", "aws-cn")} == {*everywhere, "via-service-in-china"}


@pytest.mark.parametrize(("version", "codes"), [("1.1.0", ["MXR109"] * 2), ("1.1.1", ["MXR109"]), ("1.1.2", [])])
def test_an_environment_on_a_version_with_a_defect_is_told(version: str, codes: list[str]) -> None:
    lock = Lock(generator="0.1.0", pins={"encryption": Pin(version)})
    found = load_text(SPEC, "prod.yaml", store=STORE, lock=lock, today=date(2026, 11, 29)).warnings

    assert [one.code for one in found] == codes
    assert all(one.severity is Severity.WARNING for one in found)
    assert all("mendixctl modules upgrade prod encryption" in one.hint for one in found)


def test_what_only_reads_an_environment_is_not_told() -> None:
    lock = Lock(generator="0.1.0", pins={"encryption": Pin("1.1.0")})
    assert load_text(SPEC, "prod.yaml", store=STORE, lock=lock).warnings == ()
