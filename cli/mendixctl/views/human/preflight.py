"""What AWS says before an apply, for people: what is wrong with AWS's own words, and what was not asked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mendixctl.language import translated
from mendixctl.preflight.findings import Grade
from mendixctl.views.human.results import next_command
from mendixctl.views.human.screen import Piece, Screen
from mendixctl.views.text import moment, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.preflight.results import Preflight, PreflightResult
    from mendixctl.preflight.findings import Answer, Finding

STYLES = {Grade.OK: "green", Grade.NOTE: "cyan", Grade.WARNING: "bold yellow", Grade.ERROR: "bold red"}
CACHED = "cached"


def show(screen: Screen, result: PreflightResult, *, details: bool = False) -> None:
    """Every question; what is as it should be in one line, the rest with evidence and advice."""
    for one in result.pinned:
        screen.line(
            ("pinned", "green"),
            msg(
                "  {addon} {version} in {file} (it was {before})",
                addon=one.addon,
                version=one.version,
                file=result.file,
                before=one.before,
            ),
        )
    for answer in result.preflight.answers:
        _answer(screen, answer, details=details)
    screen.blank()
    screen.line(_summary(result.preflight))
    if result.preflight.grade is not Grade.ERROR:
        flags = " --emulator" if result.scope.rehearsal else ""
        next_command(screen, f"mendixctl plan {result.scope.environment}{flags}")


def of_plan(screen: Screen, asked: Preflight) -> None:
    """What a person who reviews a plan has to know; that the rest is as it should be."""
    told = asked.of(Grade.ERROR, Grade.WARNING)
    if told:
        screen.line(("AWS says of this:", "bold"))
        for finding in told:
            _finding(screen, finding)
    screen.line(_summary(asked))


def _answer(screen: Screen, answer: Answer, *, details: bool) -> None:
    kept: Piece = (msg("  asked {moment}", moment=moment(answer.asked_at)), "dim") if answer.status == CACHED else ""
    screen.line((f"{answer.grade.value:<8}", STYLES[answer.grade]), (translated(answer.title), "bold"), kept)
    for finding in answer.findings:
        if details or finding.grade is not Grade.OK:
            _finding(screen, finding)
        else:
            screen.line((finding.what, "dim"), indent=8)


def _finding(screen: Screen, finding: Finding) -> None:
    style = STYLES[finding.grade]
    screen.line(
        (word(finding.grade.value), style), (f" {finding.code}", style), ": ", translated(finding.what), indent=2
    )
    if finding.location is not None:
        screen.line((f"--> {finding.location}", "dim"), indent=4)
    if finding.evidence:
        screen.line(("AWS: ", "dim"), finding.evidence, indent=4)
    if finding.hint:
        first, *more = translated(finding.hint).split("\n")
        screen.line(("hint: ", "bold cyan"), first, indent=4)
        for line in more:
            screen.line(line, indent=10)


def _summary(asked: Preflight) -> Piece:
    if not asked.answers:
        return ("Preflight: nothing to ask.", "dim")
    number = Counter(finding.grade for finding in asked.findings)
    parts = [plural(number[grade], grade.value) for grade in (Grade.ERROR, Grade.WARNING, Grade.NOTE) if number[grade]]
    about = "the plan" if asked.of_plan else "all that the YAML asks for"
    found = ", ".join(parts) or "nothing in the way"
    return (
        msg(
            "Preflight of {about}: {amount}, {found}.",
            about=about,
            amount=plural(len(asked.answers), "question"),
            found=found,
        ),
        STYLES[asked.grade],
    )
