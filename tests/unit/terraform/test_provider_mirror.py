"""The search for a filesystem mirror of the AWS provider."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "tools" / "provider_mirror.py"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("provider_mirror", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unpacked(tool: ModuleType, mirror: Path, version: str = "5.100.0", platform: str = "") -> Path:
    folder = mirror.joinpath(tool.HOST, *tool.PROVIDER, version, platform or tool.machine_platform())
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_v{version}_x5").touch()
    return mirror


def search(tool: ModuleType, start: Path, **environment: str) -> Path | None:
    return tool.find(start, {"XDG_DATA_DIRS": "/nowhere", **environment}, start / "nobody", 2.0)


def test_an_unpacked_mirror_below_other_folders(tool: ModuleType, tmp_path: Path):
    mirror = unpacked(tool, tmp_path / "a" / "b" / "plugins")
    assert search(tool, tmp_path) == mirror


def test_a_packed_mirror(tool: ModuleType, tmp_path: Path):
    folder = tmp_path.joinpath("m", tool.HOST, *tool.PROVIDER)
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-aws_5.100.0_{tool.machine_platform()}.zip").touch()
    assert search(tool, tmp_path) == tmp_path / "m"


@pytest.mark.parametrize("version", ["4.67.0", "5.98.0", "6.0.0", "5.100.0-beta1"])
def test_a_version_that_the_modules_do_not_allow(tool: ModuleType, tmp_path: Path, version: str):
    unpacked(tool, tmp_path / "m", version)
    assert search(tool, tmp_path) is None


def test_another_platform(tool: ModuleType, tmp_path: Path):
    unpacked(tool, tmp_path / "m", platform="plan9_mips")
    assert search(tool, tmp_path) is None


def test_the_nearest_usable_one_and_not_that_of_an_initialised_root(tool: ModuleType, tmp_path: Path):
    unpacked(tool, tmp_path / ".terraform" / "providers")
    unpacked(tool, tmp_path / "m", platform="plan9_mips")
    mirror = unpacked(tool, tmp_path / "x" / "y" / "z")
    assert search(tool, tmp_path) == mirror


def test_the_one_that_is_asked_for_or_none(tool: ModuleType, tmp_path: Path):
    asked = unpacked(tool, tmp_path / "z" / "asked")
    unpacked(tool, tmp_path / "a")
    assert search(tool, tmp_path, MENDIXCTL_PROVIDER_MIRROR=str(asked)) == asked
    assert search(tool, tmp_path, MENDIXCTL_PROVIDER_MIRROR=str(tmp_path)) is None


def test_the_one_of_terraforms_configuration_goes_before_the_search(tool: ModuleType, tmp_path: Path):
    mirror = unpacked(tool, tmp_path / "z" / "deep")
    unpacked(tool, tmp_path / "a")
    configuration = tmp_path / "terraform.rc"
    configuration.write_text(f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n')
    assert search(tool, tmp_path, TF_CLI_CONFIG_FILE=str(configuration)) == mirror


def test_links_are_not_followed_and_remote_mounts_not_entered(tool: ModuleType, tmp_path: Path):
    elsewhere = unpacked(tool, tmp_path / "elsewhere" / "m")
    start = tmp_path / "start"
    start.mkdir()
    (start / "link").symlink_to(elsewhere.parent)
    assert search(tool, start) is None
    found = tool.walk(tmp_path / "elsewhere", time.monotonic() + 2, frozenset({str(elsewhere)}))
    assert list(found) == []


def test_the_mount_table(tool: ModuleType, tmp_path: Path):
    table = tmp_path / "mounts"
    table.write_text("/dev/sda / ext4 rw 0 0\nhost:/x /mnt/nfs nfs4 rw 0 0\n/dev/sdb /data xfs rw 0 0\n")
    assert tool.remote_mounts(table) == {"/mnt/nfs"}
    assert tool.remote_mounts(tmp_path / "missing") == frozenset()


def test_the_search_ends_in_time(tool: ModuleType, tmp_path: Path):
    for number in range(50):
        (tmp_path / str(number)).mkdir()
    assert tool.find(tmp_path, {"XDG_DATA_DIRS": "/nowhere"}, tmp_path / "nobody", 0.0) is None


def test_the_script_prints_the_folder_or_nothing(
    tool: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("MENDIXCTL_PROVIDER_MIRROR", raising=False)
    monkeypatch.setattr(tool, "configured", lambda environment, home: iter(()))
    assert tool.main(["--start", str(tmp_path)]) == 0
    assert capsys.readouterr().out == ""
    mirror = unpacked(tool, tmp_path / "m")
    assert tool.main(["--start", str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{mirror}\n"
