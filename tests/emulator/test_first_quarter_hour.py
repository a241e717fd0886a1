"""docs/first-quarter-hour.md is run from its first command to its last, and shows what comes of them in each language.

It is one walk: each result is shown in English, which the page has, and in Chinese, which docs/zh has.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.emulator import control
from mendixgen.repository import Repository
from tests.support.page_runner import Shell, failures

pytestmark = pytest.mark.emulator

TOP = Path(__file__).parents[2]
PAGE, TWIN = TOP / "docs" / "first-quarter-hour.md", TOP / "docs" / "zh" / "first-quarter-hour.md"
COMMAND = """#!/bin/sh
exec '{python}' '{tool}' '{place}' "$@"
"""
GIT = "[user]\nname = A. Person\nemail = a@example.com\n[init]\ndefaultBranch = main\n"


@pytest.fixture
def shell(tmp_path: Path, terraform_in_processes: str) -> Iterator[Shell]:
    """What a newcomer has: the commands of this installation, a name for git, and an empty folder."""
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".gitconfig").write_text(GIT)
    variables = {
        key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "MENDIXCTL_LANG", "LC_"))
    }
    path = os.pathsep.join((str(tmp_path / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]))
    made = Shell(tmp_path / "home", {**variables, "HOME": str(tmp_path / "home"), "PATH": path, "LANG": "C.UTF-8"})
    command = tmp_path / "bin" / "mendixctl"
    command.parent.mkdir()
    command.write_text(
        COMMAND.format(python=sys.executable, tool=TOP / "tools" / "two_languages.py", place=made.second)
    )
    command.chmod(0o755)
    yield made
    repository = Repository(tmp_path / "home" / "platform")
    for status in control.status(repository):
        control.stop(repository, status.account)


def test_the_page_is_what_a_newcomer_sees(shell: Shell) -> None:
    page, twin = (path.read_text(encoding="utf-8") for path in (PAGE, TWIN))
    assert list(failures(page, shell, twin)) == []
