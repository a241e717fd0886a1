"""What a person and a program are shown of a command that ran in a build."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

from mendixctl.engine.elsewhere.results import ElsewhereResult, PreparedElsewhere
from mendixctl.engine.plan.results import Counts
from mendixctl.views.both import BothViews
from mendixctl.views.human import HumanView
from mendixctl.views.json.view import JsonView
from mendixgen.diagnostics import Diagnostic

RAN = ElsewhereResult(
    "prod",
    "plan",
    "base-builds-plan",
    "base-builds-plan:1",
    2,
    61.0,
    {"base": 4, "plan": {"file": "/in/the/build", "digest": "abc"}},
    plan_file=Path("/here/sealed.plan"),
)
REFUSED = replace(RAN, exit_code=3, result=None, plan_file=None, diagnostics=(Diagnostic("MXG101", "it loses data"),))


def shown(result: object) -> tuple[list[str], str]:
    out, err = io.StringIO(), io.StringIO()
    view = HumanView(out=out, err=err)
    view.line("prod", "a line\x1b[31m of the build")
    view.show(result)
    return out.getvalue().splitlines(), err.getvalue()


def test_its_lines_stand_behind_its_name_and_no_escape_takes_effect() -> None:
    lines, errors = shown(RAN)
    assert errors.startswith("prod | a line")
    assert "\x1b" not in errors
    assert lines == [
        "prod: there are changes  build base-builds-plan:1, 1 m 01 s",
        "Next: mendixctl apply --on codebuild --env prod",
    ]


def test_a_refusal_is_told_with_its_code() -> None:
    lines, errors = shown(REFUSED)
    assert lines[0].startswith("prod: refused")
    assert "MXG101" in errors


def test_before_the_question_it_says_what_will_run_where() -> None:
    prepared = PreparedElsewhere("prod", "apply", "base-builds-apply", "0123456789abcdef", "prod", Counts(add=2), 4)
    lines, _ = shown(prepared)
    assert lines[0] == "prod: apply of commit 0123456789ab, in a build of base-builds-apply"
    assert "2 to add" in lines[1]
    lines, _ = shown(replace(prepared, command="rollback", counts=None))
    assert "judged there" in lines[1]


def test_a_program_reads_what_the_command_would_have_written_here() -> None:
    out = io.StringIO()
    JsonView(out, lambda: "plan").show(RAN)
    said = json.loads(out.getvalue())
    assert said["exit_code"] == 2
    assert said["result"] == {"base": 4, "plan": {"file": "/here/sealed.plan", "digest": "abc"}}


def test_a_file_gets_the_document_while_people_read(tmp_path: Path) -> None:
    err = io.StringIO()
    path = tmp_path / "document.json"
    view = BothViews(HumanView(out=io.StringIO(), err=err), path, lambda: "plan")
    view.notice(Diagnostic("MXP138", "in clear"))
    view.failed([Diagnostic("MXG101", "it loses data")], 3)
    view.close()
    said = json.loads(path.read_text())
    assert (said["exit_code"], [one["code"] for one in said["diagnostics"]]) == (3, ["MXP138", "MXG101"])
    assert "MXG101" in err.getvalue()
    assert path.stat().st_mode & 0o777 == 0o600
