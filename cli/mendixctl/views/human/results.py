"""The smaller results for people: headers, specifications, outputs, rendered files, the emulator, versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mendixctl.engine.bootstrap import BootstrapResult
from mendixctl.engine.diff import SpecChange, VersionChange
from mendixctl.engine.outputs import OutputsResult
from mendixctl.engine.repository.results import RenderResult
from mendixctl.engine.results import RestoreAction
from mendixctl.engine.rollback.results import Held
from mendixctl.terraform.plan import AttributeChange
from mendixctl.views.human.screen import Piece, Screen, text
from mendixctl.views.text import SENSITIVE, listed, moment, plural, pretty, shorten, value
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine import results
    from mendixctl.engine.emulator import EmulatorsResult
    from mendixctl.engine.repository.schema import SchemaResult
    from mendixctl.engine.repository.versions import Versions

STEP_STYLES = {"created": "green", "changed": "yellow", "unchanged": "dim"}


def header(screen: Screen, scope: results.Scope) -> None:
    """Environment, account, region and target, so that nobody acts on the wrong one."""
    if scope.rehearsal:
        target: Piece = ("emulator (rehearsal)", "bold cyan")
    elif scope.target == "emulator":
        target = ("emulator", "cyan")
    else:
        target = ("aws", "bold yellow")
    pieces: list[Piece] = [(scope.environment, "bold reverse" if scope.target == "aws" else "bold")]
    pieces += ["  ", scope.account, "  ", scope.region, "  ", target]
    if scope.protected:
        pieces += ["  ", ("protected", "bold red")]
    screen.line(*pieces)


def next_command(screen: Screen, command: str) -> None:
    """What a person would type now, on a line of its own to copy."""
    screen.line(("Next: ", "dim"), (command, "bold"))


def flags(scope: results.Scope) -> str:
    """The options that lead the next command to the same environment."""
    return f" --env {scope.environment}" + (" --emulator" if scope.rehearsal else "")


def place(scope: results.Scope) -> str:
    """The arguments of a command that takes the environment by position."""
    return f" {scope.environment}" + (" --emulator" if scope.rehearsal else "")


def spec_changes(screen: Screen, changes: Sequence[SpecChange], versions: Sequence[VersionChange]) -> None:
    """What becomes of the YAML's values and of the modules' versions."""
    limit = max(screen.width - 30, 40)
    for change in changes:
        mark, style = (
            ("+", "green") if change.before is None else ("-", "red") if change.after is None else ("~", "yellow")
        )
        pieces: list[Piece] = [(f"{mark} ", style), change.path, "  "]
        if change.before is not None:
            pieces.append(shorten(value(change.before), limit))
        if change.before is not None and change.after is not None:
            pieces.append((" -> ", "dim"))
        if change.after is not None:
            pieces.append(shorten(value(change.after), limit))
        screen.line(*pieces, indent=2)
    version_changes(screen, versions)


def version_changes(screen: Screen, versions: Sequence[VersionChange]) -> None:
    """Areas whose module moved."""
    for one in versions:
        screen.line(
            ("~ ", "yellow"),
            msg("module {area}  {version}", area=one.area, version=one.before or word("off")),
            (" -> ", "dim"),
            one.after or word("off"),
            indent=2,
        )


def held(screen: Screen, held_forward: Sequence[Held]) -> None:
    """Settings that a rollback does not take back, and why."""
    if not held_forward:
        return
    screen.line(("Held forward: ", "bold yellow"), "these stay as they are now")
    for one in held_forward:
        asked = msg(", not {value}", value=shorten(value(one.asked), 60))
        screen.line(f"{one.path}  {shorten(value(one.kept), 60)}", asked, (f"  {one.reason}", "dim"), indent=2)


def restores(screen: Screen, steps: Sequence[results.Restore]) -> None:
    """What a rollback does about data that was deleted since, step by step."""
    if not steps:
        return
    screen.line(("Brought back: ", "bold yellow"), "data that was deleted since")
    words = {
        RestoreAction.UNDELETE: "its deletion is called off, then it is imported",
        RestoreAction.IMPORT: "it is there, so it is imported",
        RestoreAction.SNAPSHOT: "made again from the snapshot",
        RestoreAction.EMPTY: "made again, empty: what was in it is lost",
    }
    for one in steps:
        source = f" {one.source}" if one.source else ""
        ends = msg(" (possible until {moment})", moment=moment(one.until)) if one.until else ""
        data = msg(", with the data up to {moment}", moment=moment(one.data_until)) if one.data_until else ""
        style = "red" if one.action is RestoreAction.EMPTY else ""
        screen.line(one.address, (f"  {words[one.action]}", style), source, (f"{data}{ends}", "dim"), indent=2)


def outputs(screen: Screen, result: OutputsResult) -> None:
    """Every output as a person reads it: one line, or indented JSON below its name."""
    if not result.outputs:
        screen.line(msg("{environment} has no outputs yet.", environment=result.scope.environment))
        next_command(screen, f"mendixctl plan {result.scope.environment}")
        return
    for one in result.outputs:
        if one.sensitive:
            screen.line((one.name, "bold"), " = ", (SENSITIVE, "dim"))
        elif isinstance(one.value, dict | list):
            screen.line((one.name, "bold"), " =")
            screen.block(pretty(one.value), indent=2)
        else:
            screen.line((one.name, "bold"), " = ", value(one.value))


def output_changes(screen: Screen, changes: Mapping[str, AttributeChange]) -> None:
    """A plan that changes outputs alone."""
    names = [name for name, change in changes.items() if change.before != change.after or change.sensitive]
    screen.line("Only outputs change", ": " if names else "", ", ".join(listed(names)))


def rendered(screen: Screen, result: RenderResult) -> None:
    """What was written, or with --check what would be."""
    if result.check:
        if result.current:
            screen.line((result.environment, "bold"), ": the committed Terraform is what the YAML renders")
            return
        screen.block(result.diff.rstrip("\n").split("\n"), diff=True)
        screen.line((result.environment, "bold"), (": the committed Terraform is out of date", "yellow"))
        next_command(screen, f"mendixctl render {result.environment}")
        return
    touched = len(result.written) + len(result.removed)
    screen.line(
        (result.environment, "bold"),
        msg(": {amount} changed", amount=plural(touched, "file")) if touched else ": up to date",
    )
    for path in result.written:
        screen.line(("~ ", "yellow"), path, indent=2)
    for path in result.removed:
        screen.line(("- ", "red"), path, indent=2)


def bootstrapped(screen: Screen, result: BootstrapResult) -> None:
    """Each thing that the state needs and what was done about it."""
    for step in result.steps:
        screen.line((f"{step.status:<10}", STEP_STYLES[step.status]), step.name, (f"  {step.detail}", "dim"), indent=2)
    screen.line(("State is kept in ", "bold"), f"s3://{result.bucket}", (msg("  key {arn}", arn=result.key_arn), "dim"))
    next_command(screen, f"mendixctl plan {result.scope.environment}")


def emulators(screen: Screen, result: EmulatorsResult) -> None:
    """Each account's emulator: whether it runs, and where."""
    if not result.emulators:
        screen.line("No emulator was started in this repository yet.")
    for state in result.emulators:
        running: Piece = ("running", "green") if state.running else ("not running", "dim")
        action = f" ({state.action})" if state.action else ""
        screen.line("emulator of ", (state.account, "bold"), ": ", running, (action, "dim"))
        if state.running:
            screen.line(state.url, (msg("  process {pid}", pid=state.pid), "dim"), indent=2)
        if state.data:
            screen.line(
                (
                    msg("{data}  {count} KiB recorded", data=state.data, count=f"{state.journal_bytes / 1024:,.0f}"),
                    "dim",
                ),
                indent=2,
            )


def schema(screen: Screen, result: SchemaResult) -> None:
    """The schema itself, or what became of its files."""
    if not result.path:
        screen.out.file.write(result.text)
        return
    for one in (result, *result.translations):
        if one.current:
            screen.line((one.path, "bold"), " written" if one.written else " is up to date")
        else:
            screen.block(one.diff.rstrip("\n").split("\n"), diff=True)
            screen.line((one.path, "bold"), (" is out of date", "yellow"))
    if result.exit_code:
        next_command(screen, "mendixctl schema --write")


def versions(screen: Screen, result: Versions) -> None:
    """What this installation consists of."""
    rows: list[list[Piece]] = [[("mendixctl", "bold"), result.mendixctl], ["python", result.python]]
    engine = f"{result.terraform} ({result.terraform_program})" if result.terraform else "not found"
    rows.append(["terraform", engine])
    rows += [[msg("area {name}", name=name), version] for name, version in result.areas.items()]
    for name, version in result.extras.items():
        rows.append([msg("extra {name}", name=name), version or text(("not installed", "dim"))])
    screen.table(["", ""], rows)
