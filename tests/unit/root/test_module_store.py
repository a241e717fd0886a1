"""The read side of modules/."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mendixgen.diagnostics import MendixError
from mendixgen.versions.store import ModuleStore, version_key
from tests.unit.spec.samples import add_module, module_json, sample_store


def code(store: ModuleStore, area: str, version: str) -> str:
    with pytest.raises(MendixError) as caught:
        store.manifest(area, version)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.hint
    return diagnostic.code


def test_versions_are_sorted_as_numbers(tmp_path: Path) -> None:
    for version in ("1.10.0", "1.9.0", "1.2.3"):
        add_module(tmp_path, "garden", version)
    for other in ("1.0", "v1.0.0", "1.0.0-rc1", "01.0.0", ".git"):
        (tmp_path / "garden" / other).mkdir()
    assert ModuleStore(tmp_path).versions("garden") == ["1.2.3", "1.9.0", "1.10.0"]


def test_the_newest_is_the_newest_released_one_unless_asked(tmp_path: Path) -> None:
    add_module(tmp_path, "garden", "1.0.0")
    add_module(tmp_path, "garden", "1.1.0", released=None)
    add_module(tmp_path, "shed", "0.1.0", released=None)
    store = ModuleStore(tmp_path)
    assert (store.newest("garden"), store.newest("garden", released_only=False)) == ("1.0.0", "1.1.0")
    assert (store.newest("shed"), store.newest("shed", released_only=False), store.newest("none")) == (
        None,
        "0.1.0",
        None,
    )
    assert store.areas() == ["garden", "shed"]


def test_a_missing_folder_is_an_empty_store(tmp_path: Path) -> None:
    assert ModuleStore(tmp_path / "nowhere").areas() == []


def test_a_manifest_is_typed_and_read_once(tmp_path: Path) -> None:
    store = sample_store(tmp_path)
    manifest = store.manifest("garden", "1.1.0")
    assert manifest is store.manifest("garden", "1.1.0")
    assert manifest.inputs["zones"].resolve == "zones"
    assert manifest.inputs["environment"].value == "name"
    assert store.manifest("house", "1.0.0").inputs["well_id"].optional


@pytest.mark.parametrize("area", ["../garden", "garden/..", "/etc", "", ".", "Garden", "garden\n"])
def test_names_do_not_leave_the_folder(tmp_path: Path, area: str) -> None:
    assert code(sample_store(tmp_path / "modules"), area, "1.0.0") == "MXR101"


@pytest.mark.parametrize("version", ["../1.0.0", "1.0.0/../1.1.0", "2.0.0", "", "1.0.0\n"])
def test_versions_that_are_not_there(tmp_path: Path, version: str) -> None:
    assert code(sample_store(tmp_path), "garden", version) == "MXR102"


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        '{"area": 1}',
        "[" * 100000,
        json.dumps(module_json("other", "1.0.0")),
        json.dumps(module_json("garden", "1.0.0", section=3)),
        json.dumps(module_json("garden", "1.0.0", inputs={"a": {"from": "x"}})),
        json.dumps(module_json("garden", "1.0.0", aliases={"west": ["terraform_data.this"]})),
        json.dumps(module_json("garden", "1.0.0", aliases={"global": ["terraform_data.other"]})),
        json.dumps(module_json("garden", "1.0.0", moves=[{"from": "a", "to": "b", "since": "x"}])),
    ],
)
def test_a_broken_manifest_is_an_error_with_its_place(tmp_path: Path, content: str) -> None:
    store = sample_store(tmp_path)
    (tmp_path / "garden" / "1.0.0" / "module.json").write_text(content)
    assert code(store, "garden", "1.0.0") == "MXR103"


def test_released_files_never_change(tmp_path: Path) -> None:
    store = sample_store(tmp_path)
    store.verify("garden", "1.0.0")
    folder = tmp_path / "garden" / "1.0.0"
    (folder / "main.tf").write_text("# changed\n")
    (folder / "more.tf").write_text("")
    with pytest.raises(MendixError) as caught:
        store.verify("garden", "1.0.0")
    assert [(d.code, d.summary.split("but ")[1]) for d in caught.value.diagnostics] == [
        ("MXR104", "main.tf was changed"),
        ("MXR104", "more.tf was added"),
    ]
    (folder / "more.tf").unlink()
    (folder / "main.tf").unlink()
    with pytest.raises(MendixError, match=r"main\.tf is missing"):
        store.verify("garden", "1.0.0")


def test_unreleased_files_may_change(tmp_path: Path) -> None:
    add_module(tmp_path, "garden", "1.0.0", released=None)
    (tmp_path / "garden" / "1.0.0" / "main.tf").write_text("# changed\n")
    ModuleStore(tmp_path).verify("garden", "1.0.0")


def test_moves_between_two_versions(tmp_path: Path) -> None:
    moves = [{"from": f"a.v{n}", "to": f"a.v{n + 1}", "since": f"1.{n}.0"} for n in (3, 1, 2)]
    add_module(tmp_path, "garden", "1.3.0", moves=moves)
    store = ModuleStore(tmp_path)
    assert [move.since for move in store.moves_between("garden", "1.1.0", "1.3.0")] == ["1.2.0", "1.3.0"]
    assert store.moves_between("garden", "1.3.0", "1.3.0") == ()


@pytest.mark.parametrize("text", ["1.0", "1.0.0\n", "1.0.0.0", "a.b.c", "-1.0.0", "01.0.0", "١.0.0"])
def test_what_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        version_key(text)
