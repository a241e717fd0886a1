"""The runner of pages runs what a reader would type, and is not content with other output."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.page_runner import Shell, Written, alike, failures, steps

PAGE = """\
# A page

```yaml a.yaml
name: a
```

```
$ mkdir below && cd below
$ cat ../a.yaml
name: a
$ false
$ echo $?
1
```
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "here").mkdir()
    return Shell(tmp_path / "here", {"PATH": os.environ["PATH"]})


def test_a_page_has_files_and_commands_with_what_they_show() -> None:
    file, *commands = steps(PAGE)
    assert file == Written("a.yaml", "name: a\n")
    assert [step.text for step in commands if not isinstance(step, Written)][:2] == [
        "mkdir below && cd below",
        "cat ../a.yaml",
    ]


def test_a_command_without_output_has_to_succeed(shell: Shell) -> None:
    (failure,) = failures(PAGE, shell)
    assert failure.startswith("line 11: $ false\n(exit code 1)")


def test_folder_and_exit_code_stay_from_one_command_to_the_next(shell: Shell) -> None:
    page = PAGE.replace("$ false\n", "$ cat nothing; cd ..\n").replace(
        "$ echo $?\n1", "$ ls\na.yaml\nbelow\n$ echo $?\n0"
    )
    assert list(failures(page, shell)) == []


def test_other_output_is_told_with_both(shell: Shell) -> None:
    (failure,) = failures(PAGE.replace("\nname: a\n$ false", "\nname: b\n$ false"), shell)
    assert failure.endswith("name: a\n--- and the page shows:\nname: b")


def test_what_varies_is_compared_as_such_and_nothing_else() -> None:
    assert alike(["v1 at 2026-11-30 05:49 (24 s)"], ["v1 at 2027-01-01 00:00 (1 m 02 s)"])
    assert alike(["first", "...", "last"], ["first", "second", "third", "last"])
    assert not alike(["first", "...", "last"], ["first", "second"])
    assert not alike(["35 to add"], ["36 to add"])
    assert not alike(["a.b"], ["axb"])


def test_a_page_and_its_twin_are_one_walk(shell: Shell) -> None:
    page = "```\n$ printf 'done\\n' && printf '完成\\n' > ../second.out\ndone\n$ echo 1\n1\n```\n"
    twin = page.replace("done\n$", "完成\n$")
    assert list(failures(page, shell, twin)) == []
    (told,) = failures(page, shell, page)
    assert told.endswith("完成\n--- and the page shows:\ndone")
    (told,) = failures(page, shell, twin.replace("echo 1", "echo 2"))
    assert told == "line 4: $ echo 1\nstands elsewhere in the twin"
    (told,) = failures(page, shell, f"{twin}\n```\n$ echo 3\n```\n")
    assert told == "the twin goes on where the page has ended"
