"""What the steps of a delivery did, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.text import duration, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.delivery.results import AppVerification, BuildResult, DeliveryResult, PushResult
    from mendixctl.views.human.view import HumanView


def built(view: HumanView, result: BuildResult, *, details: bool) -> None:
    found = result.artifact
    view.screen.line((f"{found.name} {found.version}".strip(), "bold"), f"  {found.form.value}, Mendix {found.mendix}")
    view.screen.line(("commit   ", "dim"), found.commit)
    view.screen.line(("package  ", "dim"), found.digest)
    view.screen.line(("model    ", "dim"), found.domain_model or "unknown, which counts as changed")
    view.screen.line(("in       ", "dim"), str(found.folder))
    view.screen.line(("next     ", "dim"), f"mendixctl release push {found.app} --env {result.scope.environment}")


def pushed(view: HumanView, result: PushResult, *, details: bool) -> None:
    for warning in result.warnings:
        view.notice(warning)
    scan, app = result.scan, result.artifact.app
    view.screen.line((result.reference, "bold"))
    uploaded = msg("{amount} uploaded", amount=plural(result.uploaded, "part"))
    was = word("it was there already") if result.existed else uploaded
    view.screen.line(("tag      ", "dim"), msg("{tag}, {was}", tag=result.tag, was=was))
    if scan is not None:
        found = ", ".join(f"{count} {name.lower()}" for name, count in scan.counts.items())
        view.screen.line(("scanned  ", "dim"), found or "nothing found")
    view.screen.line(("signed   ", "dim"), result.signed_by)
    view.screen.line(("next     ", "dim"), f"mendixctl release deploy {app} --env {result.scope.environment}")


def delivered(view: HumanView, result: DeliveryResult, *, details: bool) -> None:
    for warning in result.warnings:
        view.notice(warning)
    screen = view.screen
    screen.line((f"{result.app}  ", "bold"), f"{result.strategy.value}, the domain model is {result.model.value}")
    if result.announcement:
        screen.line(("announced  ", "dim"), result.announcement)
    for line in result.done:
        screen.line(("done       ", "green"), line)
    for line in result.errors:
        screen.line(("failed     ", "bold red"), line)
    if result.errors:
        back = f"the former image runs again: {result.previous}" if result.returned else "the former image is not back"
        screen.line(("           ", ""), (back, "" if result.returned else "bold red"))
    for line in result.kept:
        screen.line(("kept       ", "dim"), line)
    if result.number:
        screen.line(f"Recorded as v{result.number}, {duration(result.seconds)}.")
    for line in result.next:
        screen.line(("next       ", "dim"), line)


def verified(view: HumanView, result: AppVerification, *, details: bool) -> None:
    screen = view.screen
    screen.line((f"{result.app}  ", "bold"), (result.state, "" if result.problems else "green"), f"  {result.image}")
    if result.url:
        screen.line(("asked    ", "dim"), f"{result.url}: {result.smoke}")
    for line in result.problems:
        screen.line(("problem  ", "bold red"), line)
    if not result.problems:
        screen.line(f"As v{result.release} delivered it.")
