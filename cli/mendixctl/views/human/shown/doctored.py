"""What ``doctor`` found: a line each, and below it the command that mends it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from mendixctl.preflight.findings import Grade
from mendixctl.views.human import preflight
from mendixctl.views.text import plural

if TYPE_CHECKING:
    from mendixctl.engine.doctor.results import DoctorResult
    from mendixctl.views.human.view import HumanView


def doctored(view: HumanView, result: DoctorResult, *, details: bool) -> None:
    room = max((len(check.title) for check in result.checks), default=0)
    for check in result.checks:
        for place, line in enumerate(check.lines):
            title = check.title if place == 0 else ""
            view.screen.line(
                (f"{line.grade.value:<8}", preflight.STYLES[line.grade]), (f"{title:<{room}}", "bold"), f"  {line.what}"
            )
            if line.command:
                view.screen.line(("mend: ", "bold cyan"), line.command, indent=10 + room)
    number = Counter(line.grade for line in result.lines)
    parts = [plural(number[grade], grade.value) for grade in (Grade.ERROR, Grade.WARNING, Grade.NOTE) if number[grade]]
    view.screen.blank()
    view.screen.line((f"{plural(len(result.checks), 'check')}: ", "bold"), ", ".join(parts) or "all is well")
    if result.preflight is not None:
        view.screen.blank()
        view.begin(result.preflight.scope)
        preflight.show(view.screen, result.preflight)
