"""A plan, what AWS was asked before it, and the verdicts of any plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human import (
    guards,
    preflight,
    results,
    verdicts,
)
from mendixctl.views.human.changes import counts_line
from mendixctl.views.text import duration, moment, plural
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import PlanResult
    from mendixctl.engine.plan.verdicts import VerdictsResult
    from mendixctl.engine.preflight.results import PreflightResult
    from mendixctl.views.human.view import HumanView

UNREACHED = "The last release did not get here; an apply records that it is reached now."


def planned(view: HumanView, result: PlanResult, *, details: bool) -> None:
    view.plan(result, details=details)
    if not result.has_changes and not result.manifests:
        view.screen.line(("No changes.", "bold green"), " AWS is as the YAML says.", _took(result.seconds))
        if result.plan_file is not None:
            view.screen.line(UNREACHED)
            results.next_command(view.screen, f"mendixctl apply{results.flags(result.scope)}")
        return
    if result.base:  # before the first release there is nothing to roll back to
        verdicts.way_back(view.screen, result.changes, details=details)
    cluster = f", {plural(len(result.manifests.objects), 'object')} of the cluster" if result.manifests else ""
    counted = counts_line(result.counts) if result.has_changes else "AWS is as the YAML says"
    view.screen.line(("Plan: ", "bold"), counted, cluster, _took(result.seconds))
    if result.expires_at is not None:
        view.screen.line((msg("The plan can be applied until {moment}.", moment=moment(result.expires_at)), "dim"))
    if result.preflight is not None:
        preflight.of_plan(view.screen, result.preflight)
    if result.guards.objections:
        guards.show(view.screen, result.guards)
        return
    results.next_command(view.screen, f"mendixctl apply{results.flags(result.scope)}")


def asked(view: HumanView, result: PreflightResult, *, details: bool) -> None:
    preflight.show(view.screen, result, details=details)


def judged(view: HumanView, result: VerdictsResult, *, details: bool) -> None:
    verdicts.judged(view.screen, result, details=details)
    view.screen.out.file.flush()
    view.problems(result.diagnostics)


def _took(seconds: float) -> tuple[str, str]:
    return (f"  ({duration(seconds)})" if seconds else "", "dim")
