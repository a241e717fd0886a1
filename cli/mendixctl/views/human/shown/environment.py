"""One environment and its repository: outputs, files, versions, the emulator."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from mendixctl.views.human import (
    results,
    support,
)
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.bootstrap import BootstrapResult
    from mendixctl.engine.diagram import DiagramResult
    from mendixctl.engine.emulator import EmulatorsResult
    from mendixctl.engine.many.atlantis import PipelineResult
    from mendixctl.engine.many.comment import CommentResult
    from mendixctl.engine.many.due import DueResult
    from mendixctl.engine.outputs import OutputsResult
    from mendixctl.engine.repository.results import UpgradeResult, UpgradesResult, ValidateResult
    from mendixctl.engine.repository.schema import SchemaResult
    from mendixctl.engine.repository.support import SupportResult
    from mendixctl.engine.repository.versions import Versions
    from mendixctl.views.human.view import HumanView
    from mendixctl.views.results import Initialised, Rendered, Script


def outputs(view: HumanView, result: OutputsResult, *, details: bool) -> None:
    results.outputs(view.screen, result)


def bootstrapped(view: HumanView, result: BootstrapResult, *, details: bool) -> None:
    results.bootstrapped(view.screen, result)


def rendered(view: HumanView, result: Rendered, *, details: bool) -> None:
    for one in result.roots:
        view.problems(one.warnings)
        results.rendered(view.screen, one)


def validated(view: HumanView, result: ValidateResult, *, details: bool) -> None:
    for one in result.environments:
        view.problems(one.diagnostics)
    for one in result.environments:
        mark = ("valid    ", "green") if one.valid else ("not valid", "bold red")
        view.screen.line(mark, f"  {one.file}")


def supported(view: HumanView, result: SupportResult, *, details: bool) -> None:
    support.table(view.screen, result)
    view.screen.out.file.flush()
    view.problems(result.diagnostics)


def upgraded(view: HumanView, result: UpgradeResult, *, details: bool) -> None:
    view.problems(result.warnings)
    if not result.versions:
        view.screen.line(msg("{environment} already has the newest modules.", environment=result.environment))
        return
    results.version_changes(view.screen, result.versions)
    results.next_command(view.screen, f"mendixctl plan {result.environment}")


def all_upgraded(view: HumanView, result: UpgradesResult, *, details: bool) -> None:
    for name, found in result.failed.items():
        view.screen.error((name, "bold red"), " stays as it was")
        view.problems(found)
    for one in result.upgrades:
        moved = ", ".join(f"{move.area} {move.before or 'off'} -> {move.after}" for move in one.versions)
        view.screen.line((one.environment, "bold"), f"  {moved or 'already has the newest modules'}")
    if any(one.versions for one in result.upgrades):
        results.next_command(view.screen, "mendixctl plan --all")


def initialised(view: HumanView, result: Initialised, *, details: bool) -> None:
    edited = msg("to be edited: {file}", file=f"environments/{result.environment}.yaml")
    view.screen.line(("A platform repository in ", ""), (result.folder, "bold"), "  ", (edited, "dim"))
    there = "" if result.folder in (".", "./") else msg("cd {quote} && ", quote=shlex.quote(result.folder))
    results.next_command(view.screen, f"{there}mendixctl plan {result.environment}")


def emulators(view: HumanView, result: EmulatorsResult, *, details: bool) -> None:
    results.emulators(view.screen, result)


def schema(view: HumanView, result: SchemaResult, *, details: bool) -> None:
    results.schema(view.screen, result)


def drawn(view: HumanView, result: DiagramResult, *, details: bool) -> None:
    """The picture as it is, or where it was written."""
    from mendixctl.views import pictures

    if result.file:
        view.screen.line(("written ", "green"), result.file)
    else:
        view.screen.out.file.write(pictures.drawn(result))


def pipeline(view: HumanView, result: PipelineResult, *, details: bool) -> None:
    """The file as it is, or what became of it."""
    if not result.path:
        view.screen.out.file.write(result.text)
    elif not result.current:
        view.screen.block(result.diff.splitlines(), diff=True)
    else:
        view.screen.line((word("written") if result.written else word("current"), "green"), " ", result.path)


def due(view: HumanView, result: DueResult, *, details: bool) -> None:
    """As it is: a job reads it."""
    names = result.environments
    view.screen.out.file.write(
        json.dumps(list(names)) + "\n" if result.array else "".join(f"{name}\n" for name in names)
    )


def commented(view: HumanView, result: CommentResult, *, details: bool) -> None:
    view.screen.line(
        (word("updated") if result.updated else word("written"), "green"),
        " ",
        msg("the comment of {environment}", environment=result.environment),
        " ",
        result.url,
    )


def script(view: HumanView, result: Script, *, details: bool) -> None:
    """As it is: a shell reads it."""
    view.screen.out.file.write(result.source)


def versions(view: HumanView, result: Versions, *, details: bool) -> None:
    results.versions(view.screen, result)
