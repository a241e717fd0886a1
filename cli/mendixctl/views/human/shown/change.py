"""What is about to be changed, and what was: applies, rollbacks, destroys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.ledger.release import Kind
from mendixctl.views.human import (
    manifests,
    releases,
    results,
    states,
)
from mendixctl.views.human.changes import counts_line, show_changes, show_summary
from mendixctl.views.text import clean_line, moment
from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.apply.results import ApplyResult, PreparedApply
    from mendixctl.engine.destroy import DestroyResult, PreparedDestroy
    from mendixctl.engine.rollback.results import PreparedRollback, RollbackResult
    from mendixctl.views.human.view import HumanView


def about_to_apply(view: HumanView, prepared: PreparedApply, *, details: bool) -> None:
    if details:
        view.plan(prepared.plan, details=True)
    else:
        show_summary(view.screen, prepared.plan.changes)
        manifests.show(view.screen, prepared.plan.manifests)
        states.snapshots(view.screen, prepared.plan)
    made = msg(", planned {moment}", moment=moment(prepared.plan.created_at)) if prepared.plan.created_at else ""
    view.screen.line((f"v{prepared.number}", "bold"), ": ", counts_line(prepared.plan.counts), (made, "dim"))
    view.expect(prepared.plan)


def applied(view: HumanView, result: ApplyResult, *, details: bool) -> None:
    releases.outcome(view.screen, result)
    release = result.record.release
    if release.only_took_in:  # an ordinary plan would make a second time what waits to be adopted
        results.next_command(view.screen, f"mendixctl adopt{results.place(result.scope)} --complete")
        return
    adopted = release.kind is Kind.ADOPT  # the manifests are for when all is there
    command = "plan" if adopted else "deploy" if result.to_deploy else "history"
    results.next_command(view.screen, f"mendixctl {command}{results.place(result.scope)}")


def about_to_roll_back(view: HumanView, prepared: PreparedRollback, *, details: bool) -> None:
    view.screen.line((msg("Back from v{head} to v{version}", head=prepared.head, version=prepared.version), "bold"))
    results.spec_changes(view.screen, prepared.spec, prepared.versions)
    results.held(view.screen, prepared.held_forward)
    results.restores(view.screen, prepared.restores)
    view.plan(prepared.plan, details=details)
    view.screen.line((f"v{prepared.number}", "bold"), ": ", counts_line(prepared.plan.counts))
    view.expect(prepared.plan)


def rolled_back(view: HumanView, result: RollbackResult, *, details: bool) -> None:
    if result.apply is not None:
        releases.outcome(view.screen, result.apply)
    proof = (
        (" A plan afterwards is empty.", "green") if result.proven else (" A plan afterwards is not empty:", "yellow")
    )
    view.screen.line(
        (
            msg("{environment} is back at v{version}.", environment=result.scope.environment, version=result.version),
            "bold green",
        ),
        proof,
    )
    if result.remaining:
        show_changes(view.screen, result.remaining)
    for one in result.objects:
        view.screen.line(
            ("kubernetes  ", "dim"), f"{one.change.does.value} {clean_line(one.change.key.address)}", indent=2
        )
    results.held(view.screen, result.held_forward)
    results.restores(view.screen, result.restores)
    if result.apply is not None and result.apply.to_deploy:
        results.next_command(view.screen, f"mendixctl deploy{results.place(result.scope)}")
    if not result.scope.rehearsal:
        results.next_command(view.screen, f"git add environments && git commit -m 'Back to v{result.version}'")


def about_to_destroy(view: HumanView, prepared: PreparedDestroy, *, details: bool) -> None:
    if prepared.teardown.has_changes:
        view.screen.line(("Step 1: disarm what protects the data", "bold"))
        show_changes(view.screen, prepared.teardown.changes)
        view.screen.blank()
    view.screen.line(("Step 2: destroy" if prepared.teardown.has_changes else "Destroy", "bold"))
    manifests.show(view.screen, prepared.destroy.manifests)
    show_changes(view.screen, prepared.destroy.changes, attributes=False)
    states.snapshots(view.screen, prepared.destroy)
    view.screen.blank()
    view.screen.line((f"v{prepared.number}", "bold"), ": ", counts_line(prepared.destroy.counts))
    view.screen.line(("What this destroys cannot be brought back by a rollback.", "bold red"))
    view.expect(prepared.teardown, prepared.destroy)


def destroyed(view: HumanView, result: DestroyResult, *, details: bool) -> None:
    for step in (result.teardown, result.destroy):
        if step is not None:
            releases.outcome(view.screen, step)
    view.screen.line(
        (msg("{environment} is destroyed.", environment=result.scope.environment), "bold"), " Its history is kept."
    )
