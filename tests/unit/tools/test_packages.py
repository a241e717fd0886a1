"""What pip is configured to holds for uv too, or uv is not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.offline_plans import REPOSITORY, tool

packages = tool("packages")
BEST = {"UV_INDEX_STRATEGY": "unsafe-best-match"}
STAND_IN = """\
import os, sys
print(sys.argv[2], sys.argv[-1], os.environ.get("UV_DEFAULT_INDEX", "-"), file=open({log!r}, "a"))
if sys.argv[-1] == "list":
    print({config!r})
sys.exit({code} if sys.argv[2] == "uv" else 7 if sys.argv[-1] == "mendixctl" else 0)
"""
"""An interpreter whose uv ends with a code, and whose pip cannot install mendixctl."""

ASKED, GOT_UV, BY_UV, BY_PIP = "pip list -", "pip uv -", "uv mendixctl -", "pip mendixctl -"


def test_settings_become_variables() -> None:
    listed = (
        ":env:.find-links='/one /two'\n"
        "global.cert='/ca.pem'\n"
        "global.extra-index-url='\\nhttps://one.example/simple\\nhttps://two.example/simple'\n"
        "global.progress-bar='off'\n"
        "list.format='columns'\n"
    )
    assert packages.variables(listed) == {
        **BEST,
        "SSL_CERT_FILE": "/ca.pem",
        "UV_EXTRA_INDEX_URL": "https://one.example/simple https://two.example/simple",
        "UV_FIND_LINKS": "/one,/two",
    }


def test_without_settings_only_pip_s_way_to_choose_is_said() -> None:
    assert packages.variables("") == BEST


@given(st.permutations([("global", "a"), ("install", "b"), (":env:", "c")]), st.integers(1, 3))
def test_the_environment_wins_over_the_command_and_that_over_all(order: list[tuple[str, str]], number: int) -> None:
    said = order[:number]
    listed = "\n".join(f"{section}.index-url={value!r}" for section, value in said)
    assert packages.variables(listed) == {**BEST, "UV_DEFAULT_INDEX": max(value for _, value in said)}


@pytest.mark.parametrize("setting", ["install.no-binary=':all:'", "global.require-hashes='true'"])
def test_what_uv_has_no_variable_for_is_left_to_pip(setting: str) -> None:
    assert packages.variables(setting) is None


@pytest.mark.parametrize(
    ("config", "uv", "asked", "code"),
    [
        ("global.index-url='https://a.example'", 0, [ASKED, GOT_UV, "uv mendixctl https://a.example"], 0),
        ("", 1, [ASKED, GOT_UV, BY_UV, BY_PIP], 7),
        ("install.user='true'", 0, [ASKED, BY_PIP], 7),
        ("global.cert=no text of Python's", 0, [ASKED, BY_PIP], 7),
    ],
    ids=["uv", "uv fails", "a setting that uv has not", "a setting that cannot be read"],
)
def test_pip_does_what_uv_does_not(tmp_path: Path, config: str, uv: int, asked: list[str], code: int) -> None:
    log, program, python = (tmp_path / name for name in ("log", "program.py", "python"))
    program.write_text(STAND_IN.format(log=str(log), config=config, code=uv))
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {program} "$@"\n')
    python.chmod(0o755)
    variables = {name: it for name, it in os.environ.items() if not name.startswith("UV_")}
    command = [sys.executable, str(REPOSITORY / "tools" / "packages.py"), str(python), "mendixctl"]
    assert subprocess.run(command, env=variables, check=False).returncode == code
    assert log.read_text().splitlines() == asked
