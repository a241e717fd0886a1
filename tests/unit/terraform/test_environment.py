"""Terraform's variables and its CLI configuration."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendixctl.terraform.cli_config import VARIABLE, for_mirror
from mendixctl.terraform.environment import terraform_environment
from mendixgen.diagnostics import MendixError


def made(inherited: dict[str, str], given: dict[str, str | None] | None = None, config: Path | None = None):
    return terraform_environment(inherited, given or {}, data_directory=Path("/data"), cli_config=config)


@pytest.mark.parametrize(
    "name",
    ["TF_CLI_ARGS", "TF_CLI_ARGS_apply", "TF_LOG", "TF_LOG_PATH", "TF_WORKSPACE", "TF_VAR_x", "TF_REATTACH_PROVIDERS"],
)
def test_what_changes_terraforms_behaviour_is_left_out(name: str):
    assert name not in made({name: "x"})


@pytest.mark.parametrize("name", ["PATH", "AWS_PROFILE", "HTTPS_PROXY", "TF_PLUGIN_CACHE_DIR", "TF_TOKEN_example_com"])
def test_what_is_the_users_own_is_kept(name: str):
    assert made({name: "x"})[name] == "x"


def test_the_providers_heap_may_grow_unless_the_user_says_how_far():
    assert made({})["GOGC"] == "400"
    assert made({"GOGC": "50"})["GOGC"] == "50"


def test_what_is_asked_for_wins():
    found = made({"TF_VAR_x": "theirs", "AWS_PROFILE": "p"}, {"TF_VAR_x": "ours", "AWS_PROFILE": None})
    assert found["TF_VAR_x"] == "ours"
    assert "AWS_PROFILE" not in found


def test_terraforms_log_can_be_asked_for():
    assert made({"TF_LOG": "TRACE", "MENDIXCTL_TF_LOG": "DEBUG"})["TF_LOG"] == "DEBUG"


def test_a_cli_configuration_that_is_not_there_is_not_named(tmp_path: Path):
    there = tmp_path / "terraform.rc"
    assert "TF_CLI_CONFIG_FILE" not in made({"TF_CLI_CONFIG_FILE": str(there)})
    there.touch()
    assert made({"TF_CLI_CONFIG_FILE": str(there)})["TF_CLI_CONFIG_FILE"] == str(there)
    assert made({"TF_CLI_CONFIG_FILE": str(there)}, config=Path("/ours"))["TF_CLI_CONFIG_FILE"] == "/ours"


def test_no_mirror_no_file(tmp_path: Path):
    assert for_mirror({}, tmp_path) is None
    assert for_mirror({VARIABLE: "  "}, tmp_path) is None
    assert list(tmp_path.iterdir()) == []


def test_a_mirror_serves_what_it_holds_and_the_registry_the_rest(tmp_path: Path):
    mirror = tmp_path / 'odd "name\\'
    (mirror / "registry.terraform.io" / "hashicorp" / "aws" / "5.100.0").mkdir(parents=True)
    (mirror / "example.com" / "team" / "own").mkdir(parents=True)
    (mirror / "lost+found").mkdir()
    path = for_mirror({VARIABLE: str(mirror)}, tmp_path / "private")
    assert path == tmp_path / "private" / "terraform.rc"
    names = '["example.com/team/own", "registry.terraform.io/hashicorp/aws"]'
    text = path.read_text()
    assert f"include = {names}" in text
    assert f"exclude = {names}" in text
    assert '/odd \\"name\\\\"' in text


def test_a_mirror_that_is_none_is_refused(tmp_path: Path):
    for name in (tmp_path / "missing", tmp_path):
        with pytest.raises(MendixError, match="MXT131"):
            for_mirror({VARIABLE: str(name)}, tmp_path / "private")
    assert not (tmp_path / "private").exists()
