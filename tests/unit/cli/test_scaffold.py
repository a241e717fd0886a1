"""A new platform repository: complete, never over anything that is there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from mendixgen import packaged, scaffold
from mendixgen.diagnostics import MendixError
from mendixgen.scaffold import Beginning
from mendixgen.spec.loader import load_text
from mendixgen.versions.store import ModuleStore

DEV = Beginning("dev", "eu-central-1", "123456789012", "dev.apps.example.com")


def test_a_new_repository_has_all_that_plan_needs(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "platform"
    files = scaffold.lay_down(folder, DEV)
    assert {
        "Makefile",
        "README.md",
        "README.zh-CN.md",
        ".gitignore",
        ".terraformignore",
        "environments/dev.yaml",
        "schema/environment.zh.json",
    } <= set(files)
    modules = [name for name in files if name.startswith("modules/") and name.endswith("/module.json")]
    assert len(modules) == len(list(packaged.modules().glob("*/*/module.json")))
    for name in modules:
        original = packaged.modules() / name.removeprefix("modules/")
        assert json.loads((folder / name).read_text()) == json.loads(original.read_text())
    for name in (".gitignore", ".terraformignore"):
        assert ".mendixctl/" in (folder / name).read_text().splitlines()


def test_the_values_stand_in_the_yaml(tmp_path: Path) -> None:
    import yaml

    scaffold.lay_down(tmp_path, Beginning("qa-2", "us-gov-west-1", "000000000001", "x.example"))
    assert yaml.safe_load((tmp_path / "environments" / "qa-2.yaml").read_text()) == {
        "name": "qa-2",
        "region": "us-gov-west-1",
        "account": "000000000001",
        "target": "emulator",
        "domain": "x.example",
        "registry": {"caches": {}},
    }


def test_only_some_areas_and_what_they_need(tmp_path: Path) -> None:
    from mendixgen import lock as locks

    scaffold.lay_down(tmp_path, Beginning("dev", DEV.region, DEV.account, DEV.domain, ("storage",)))
    text = (tmp_path / "environments" / "dev.lock").read_bytes()
    assert set(locks.parse(text, "dev.lock").pins) == {"encryption", "storage"}
    with pytest.raises(MendixError) as caught:
        scaffold.lay_down(tmp_path / "new", Beginning("dev", DEV.region, DEV.account, DEV.domain, ("sotrage",)))
    assert [problem.code for problem in caught.value.diagnostics] == ["MXR101"]
    assert not (tmp_path / "new").exists()


def test_doing_it_twice_changes_nothing(tmp_path: Path) -> None:
    scaffold.lay_down(tmp_path, DEV)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    scaffold.lay_down(tmp_path, DEV)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == before


def test_what_stands_in_the_way_is_a_refusal_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("mine")
    with pytest.raises(MendixError) as caught:
        scaffold.lay_down(tmp_path, DEV)
    assert caught.value.diagnostics[0].code == "MXC121"
    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]
    with pytest.raises(MendixError, match="is a file"):
        scaffold.lay_down(tmp_path / "README.md", DEV)


@pytest.mark.parametrize(
    "beginning",
    [
        Beginning("Dev", DEV.region, DEV.account, DEV.domain),
        Beginning("a--b", DEV.region, DEV.account, DEV.domain),
        Beginning("dev\n", DEV.region, DEV.account, DEV.domain),
        Beginning("../x", DEV.region, DEV.account, DEV.domain),
        Beginning("dev", "here", DEV.account, DEV.domain),
        Beginning("dev", DEV.region, "12", DEV.domain),
        Beginning("dev", DEV.region, DEV.account, "no dots"),
        Beginning("dev", DEV.region, DEV.account, 'x.example"\nextra: 1'),
    ],
)
def test_values_that_cannot_be(tmp_path: Path, beginning: Beginning) -> None:
    with pytest.raises(MendixError) as caught:
        scaffold.lay_down(tmp_path / "new", beginning)
    assert [problem.code for problem in caught.value.diagnostics] == ["MXC120"]
    assert not (tmp_path / "new").exists()


def test_in_chinese_the_yaml_and_its_schema_speak_chinese(tmp_path: Path) -> None:
    scaffold.lay_down(tmp_path, replace(DEV, language="zh"))
    first, second, *_ = (tmp_path / "environments" / "dev.yaml").read_text(encoding="utf-8").splitlines()
    assert first == "# yaml-language-server: $schema=../schema/environment.zh.json"
    assert "由人编辑" in second
    english = scaffold.contents(DEV)["environments/dev.yaml"].decode()
    chinese = (tmp_path / "environments" / "dev.yaml").read_text(encoding="utf-8")
    bare = [[line for line in text.splitlines() if not line.startswith("#")] for text in (english, chinese)]
    assert bare[0] == bare[1]
    assert english.startswith("# yaml-language-server: $schema=../schema/environment.json\n# The only file")


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "eu-central-1"])
def test_what_a_partition_lacks_by_default_is_off_from_the_start(tmp_path: Path, region: str) -> None:
    scaffold.lay_down(tmp_path, replace(DEV, region=region))
    text = (tmp_path / "environments" / "dev.yaml").read_text(encoding="utf-8")
    assert ("  caches: {}" in text) == (region != "eu-central-1")
    made = load_text(text, "environments/dev.yaml", store=ModuleStore(tmp_path / "modules"), lock=None, name="dev")
    assert made.settings["registry"]["caches"].keys() == (
        {"ecr-public", "kubernetes", "quay"} if region == "eu-central-1" else set()
    )
    alone = scaffold.contents(replace(DEV, region=region, areas=("storage",)))
    assert "caches" not in alone["environments/dev.yaml"].decode()
