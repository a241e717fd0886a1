"""The command line itself: exit codes, advice, what it imports, and how it fails."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from mendixctl.app import SECTIONS, cli
from mendixctl.command_line import Command, shared_options
from mendixgen import __version__
from mendixgen.diagnostics import Diagnostic, Interrupted, MendixError, Refused
from tests.unit.cli.conftest import Engine, Ran

NAMES = [name for section in SECTIONS.values() for name in section]
Run = Callable[..., Ran]
SOURCES = Path(__file__).parents[3]


def commands() -> dict[str, click.Command]:
    """Every command by its full name, those within groups too."""
    context = click.Context(cli, info_name="mendixctl")
    found: dict[str, click.Command] = {}
    for name in NAMES:
        command = cli.get_command(context, name)
        assert command is not None
        found[name] = command
        if isinstance(command, click.Group):
            found.update({f"{name} {inner}": one for inner, one in command.commands.items()})
    return found


@pytest.mark.parametrize(
    "arguments", [("plann",), ("plan",), ("plan", "dev", "--bogus"), ("modules", "bild"), ("rollback", "x")]
)
def test_wrong_usage_exits_1_and_points_to_the_help(run: Run, arguments: tuple[str, ...]) -> None:
    ran: Ran = run(*arguments)
    assert ran.code == 1
    assert ran.out == ""
    assert ran.err.startswith("error MXC113: ")
    assert "--help" in ran.err


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (("plann",), "Did you mean 'plan'?"),
        (("plan", "dev", "--emulater"), "--emulator"),
        (("modules", "bild"), "'build'"),
    ],
)
def test_the_nearest_word_is_offered(run: Run, arguments: tuple[str, ...], advice: str) -> None:
    assert advice in run(*arguments).err


def test_wrong_usage_is_told_in_json_too(run: Run) -> None:
    ran: Ran = run("--json", "plann")
    assert json.loads(ran.out)["diagnostics"][0]["code"] == "MXC113"
    assert ran.err == ""


@pytest.mark.parametrize("arguments", [("--help",), ("-h",), ("plan", "--help"), ("modules", "--help"), ("--version",)])
def test_help_and_version_exit_0(run: Run, arguments: tuple[str, ...]) -> None:
    ran: Ran = run(*arguments)
    assert ran.code == 0
    assert ran.out


def test_version(run: Run) -> None:
    assert run("--version").out == f"mendixctl {__version__}\n"


def test_nothing_at_all_shows_the_help_and_exits_1(run: Run) -> None:
    ran: Ran = run()
    assert (ran.code, ran.out) == (1, "")
    assert "Usage: mendixctl" in ran.err


def test_help_lists_every_command_in_its_section(run: Run) -> None:
    text = run("--help").out
    for section, names in SECTIONS.items():
        assert f"{section}:" in text
        for name, line in names.items():
            assert f"  {name}" in text
            assert line in text


@pytest.mark.parametrize("name", commands())
def test_every_command_has_help_and_the_shared_options(name: str) -> None:
    command = commands()[name]
    assert command.help
    assert command.help.splitlines()[0].endswith(".") or "\n" in command.help
    wanted = {option.name for option in shared_options()}
    assert wanted <= {parameter.name for parameter in command.params}
    assert isinstance(command, Command | click.Group)


@pytest.mark.parametrize("name", commands())
def test_every_command_takes_no_two_options_of_one_name(name: str) -> None:
    options = [option for parameter in commands()[name].params for option in parameter.opts]
    assert len(options) == len(set(options))


def test_the_reference_is_current() -> None:
    result = subprocess.run(
        [sys.executable, "tools/documentation.py", "--check"], cwd=SOURCES, env=environment(), check=False
    )
    assert result.returncode == 0, "make docs"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MendixError(Diagnostic("MXP101", "no such environment")), 1),
        (Refused(Diagnostic("MXP110", "the plan is stale")), 3),
        (Interrupted(Diagnostic("MXT120", "stopped")), 130),
        (KeyboardInterrupt(), 130),
    ],
)
def test_failures_become_exit_codes(run: Run, engine: Engine, error: BaseException, code: int) -> None:
    engine.answer("plan.run.plan", error)
    ran: Ran = run("plan", "dev")
    assert ran.code == code
    assert "Traceback" not in ran.err
    shown = json.loads(run("plan", "dev", "--json").out)
    assert shown["exit_code"] == code
    assert shown["result"] is None
    assert shown["diagnostics"]


def test_a_defect_is_called_one_and_its_report_holds_no_values(run: Run, engine: Engine, repository: Path) -> None:
    engine.answer("plan.run.plan", ValueError("the password is hunter2"))
    ran: Ran = run("plan", "hunter2")
    assert ran.code == 1
    assert ran.err.startswith("error MXC199: this is a defect of mendixctl: ValueError")
    (report,) = (repository / ".mendixctl" / "crashes").iterdir()
    text = report.read_text()
    assert "ValueError" in text
    assert "commands/plan.py" in text
    assert "command: plan" in text
    assert "hunter2" not in text + ran.err
    assert str(repository) not in text
    assert report.stat().st_mode & 0o777 == 0o600


def test_outside_a_repository(run: Run, tmp_path: Path) -> None:
    ran: Ran = run("-C", str(tmp_path), "validate")
    assert ran.code == 1
    assert "MXC101" in ran.err


def test_folders_add_up_and_have_to_exist(run: Run, engine: Engine, repository: Path, tmp_path: Path) -> None:
    engine.answer("plan.run.plan", MendixError(Diagnostic("MXP101", "x")))
    assert "MXP101" in run("-C", str(tmp_path), "plan", "dev", "-C", "platform").err
    assert "MXC112" in run("plan", "dev", "-C", "nowhere").err


def environment() -> dict[str, str]:
    """A subprocess's environment that finds this checkout."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCES / "cli"), str(SOURCES / "generators")])}


def test_help_imports_click_and_nothing_heavy() -> None:
    program = "import sys; from mendixctl.app import main; main(['--help']); print(*sys.modules, file=sys.stderr)"
    shown = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True
    )
    loaded = {name.partition(".")[0] for name in shown.stderr.split()}
    heavy = {
        "rich",
        "pydantic",
        "jsonschema",
        "boto3",
        "botocore",
        "moto",
        "cdktf",
        "jinja2",
        "yaml",
        "ruamel",
        "mendixgen",
    }
    assert not loaded & heavy
    ours = {name for name in shown.stderr.split() if name.startswith("mendixctl.")}
    of_language = {"mendixctl.language", "mendixctl.language.choice"}
    assert ours == {"mendixctl.app", "mendixctl.application", "mendixctl.command_line", *of_language}


def test_a_closed_pipe_is_quiet() -> None:
    program = f"{sys.executable} -m mendixctl.app --help | true"
    for _ in range(3):
        shown = subprocess.run(program, shell=True, capture_output=True, text=True, env=environment(), check=False)
        assert shown.stderr == ""


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(run: Run, shell: str) -> None:
    ran: Ran = run("completion", shell)
    assert ran.code == 0
    assert "_MENDIXCTL_COMPLETE" in ran.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mendixctl pl", {"plan"}),
        ("mendixctl plan ", {"dev", "prod"}),
        ("mendixctl apply --env p", {"prod"}),
        ("mendixctl rollback --env prod v", {"v1", "v12"}),
        ("mendixctl modules sh", {"show"}),
        ("mendixctl modules show net", {"network"}),
        ("mendixctl modules show network ", {"1.0.0"}),
        ("mendixctl modules upgrade prod st", {"storage"}),
        ("mendixctl modules upgrade prod network --to ", {"1.0.0"}),
        ("mendixctl modules show /etc ", {"1.0.0"}),
    ],
)
def test_completion_knows_environments_releases_areas_and_versions(
    repository: Path, words: str, expected: set[str]
) -> None:
    for name in ("dev", "prod"):
        (repository / "environments" / f"{name}.yaml").write_text("")
    for number in ("0001", "0012"):
        (repository / "environments" / "prod" / "releases" / number).mkdir(parents=True)
    (repository / "modules" / "network" / "1.0.0").mkdir(parents=True)
    (repository / "modules" / "network" / "1.0.0" / "module.json").write_text("{}")
    completing = {
        **environment(),
        "_MENDIXCTL_COMPLETE": "bash_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": str(len(words.split()) - (not words.endswith(" "))),
    }
    shown = subprocess.run(
        [sys.executable, "-m", "mendixctl.app"], capture_output=True, text=True, env=completing, check=True
    )
    assert {line.partition(",")[2] for line in shown.stdout.splitlines()} == expected
    assert shown.stderr == ""


@pytest.mark.parametrize("group", ["modules", "emulator"])
def test_the_help_of_a_group_says_whole_sentences(group: str, run: Callable[..., Ran]) -> None:
    assert "..." not in run(group, "--help").out.partition("Commands:")[2]
