"""Many environments for people: a line each, and the errors of each under its name."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mendixctl.app import main
from mendixctl.views.human import HumanView
from mendixgen.diagnostics import Diagnostic, Severity
from tests.support.small_repository import SPEC, small_repository
from tests.unit.cli import samples


def shown(result: object) -> tuple[list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    HumanView(out=out, err=err).show(result)
    return out.getvalue().splitlines(), err.getvalue()


def test_plans_are_a_table_and_the_errors_stand_under_their_names() -> None:
    lines, errors = shown(samples.MANY_PLANNED)
    (prod,) = [line for line in lines if line.startswith("prod")]
    assert prod.split()[:6] == ["prod", "planned", "3", "0", "1", "0"]
    assert "irreversible" in prod
    (dev,) = [line for line in lines if line.startswith("dev")]
    assert "unchanged" in dev
    assert dev.endswith("as in v3")
    assert lines[-2].startswith("1 unchanged, 1 planned, 1 failed  3 environments compared in 12 ms")
    assert lines[-1] == "Next: mendixctl apply --all"
    assert errors.index("test") < errors.index("MXS204")


def test_the_next_command_goes_where_the_plans_were_made() -> None:
    lines, _ = shown(replace(samples.MANY_PLANNED, place="codebuild"))
    assert lines[-1] == "Next: mendixctl apply --all --on codebuild"
    unfinished = Diagnostic("MXP290", "it wrote the provider lock", severity=Severity.WARNING)
    rows = tuple(replace(row, diagnostics=(unfinished,)) for row in samples.MANY_PLANNED.rows)
    lines, _ = shown(replace(samples.MANY_PLANNED, rows=rows))
    assert not lines[-1].startswith("Next:")  # no plan is kept


def test_what_lives_on_this_machine_is_not_listed_for_builds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository = small_repository(tmp_path / "platform")
    repository.spec("prod").write_text(SPEC.format(name="prod", target="aws"))
    listed = ["-C", str(repository.root), "--json", "plan", "--all", "--list"]
    for more, names in ((["--on", "codebuild"], ["prod"]), ([], ["dev", "prod"])):
        assert main([*listed, *more]) == 0
        found = json.loads(capsys.readouterr().out)["result"]["environments"]
        assert [row["environment"] for row in found] == names


def test_applies_say_what_was_not_begun() -> None:
    lines, errors = shown(samples.MANY_APPLIED)
    assert [line.split()[0] for line in lines[1:4]] == ["1", "2", "3"]
    assert "applied v4" in lines[1]
    assert "not started" in lines[3]
    assert lines[-1] == "Next: mendixctl status test"
    assert "MXP141" in errors


def test_before_the_question_the_waves_are_shown() -> None:
    lines, _ = shown(samples.MANY_PREPARED)
    assert lines[0] == "Wave 1"
    assert "No plan waits for test." in lines


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan"],
        ["plan", "dev", "--all"],
        ["plan", "--all", "--details"],
        ["plan", "--env", "dev", "--undelete"],
        ["apply", "--all", "--env", "dev"],
        ["apply", "--all", "--accept-loss", "a.b"],
        ["modules", "upgrade"],
        ["plan", "dev", "--on", "codebuild", "--emulator"],
        ["plan", "dev", "--on", "codebuild", "--details"],
        ["plan", "dev", "--on", "jenkins"],
        ["apply", "--on", "codebuild", "--emulator"],
        ["rollback", "v1", "--on", "codebuild"],
    ],
)
def test_what_does_not_go_together_is_wrong_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["-C", str(tmp_path), *arguments]) == 1
    assert "MXC113" in capsys.readouterr().err
