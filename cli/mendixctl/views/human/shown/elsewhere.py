"""A command that ran in a build: its own words were shown as they came, and here is how it ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import results
from mendixctl.views.human.changes import counts_line
from mendixctl.views.text import duration, moment
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.elsewhere.results import ElsewhereResult, PreparedElsewhere
    from mendixctl.views.human.view import HumanView

NAMED = 3
"""Files that are named."""

ENDED = {
    0: ("done", "green"),
    2: ("there are changes", "cyan"),
    3: ("refused", "bold red"),
    130: ("interrupted", "yellow"),
}


def about_to_run(view: HumanView, prepared: PreparedElsewhere, *, details: bool) -> None:
    view.screen.line(
        (prepared.environment, "bold"),
        msg(
            ": {command} of commit {commit}, in a build of {project}",
            command=prepared.command,
            commit=prepared.commit[:12],
            project=prepared.project,
        ),
    )
    if prepared.counts is not None:
        view.screen.line(counts_line(prepared.counts))
    else:
        view.screen.line(("What it changes is planned in the build, and judged there before anything is done.", "dim"))
    if prepared.expires_at is not None:
        view.screen.line((msg("It can be applied until {moment}.", moment=moment(prepared.expires_at)), "dim"))


def ran(view: HumanView, result: ElsewhereResult, *, details: bool) -> None:
    view.problems([one for one in result.diagnostics if result.exit_code not in (0, 2) or one.code == "MXP290"])
    word, style = ENDED.get(result.exit_code, ("failed", "bold red"))
    view.screen.line(
        (result.environment, "bold"),
        ": ",
        (word, style),
        (msg("  build {build}, {duration}", build=result.build, duration=duration(result.seconds)), "dim"),
    )
    if result.files:
        files = ", ".join(result.files[:NAMED]) + (", ..." if len(result.files) > NAMED else "")
        view.screen.line(msg("Now as the build left it, and to be committed: {files}", files=files))
    if result.plan_file is not None:
        results.next_command(view.screen, f"mendixctl apply --on codebuild --env {result.environment}")
