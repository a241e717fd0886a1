"""``blame`` and ``verify`` for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mendixctl.language import translated
from mendixctl.views.human.changes import VERDICT_STYLES, within_area
from mendixctl.views.human.releases import STATUS_STYLES
from mendixctl.views.human.screen import Piece, Screen, text
from mendixctl.views.human.symbols import ACTIONS, MARKS
from mendixctl.views.text import listed, moment, plural, shorten, value
from mendixgen.diagnostics import Diagnostic, Severity
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from rich.text import Text

    from mendixctl.engine.blame.results import Altered, BlameResult, Cause, FieldBlame, ResourceBlame
    from mendixctl.engine.history.verify import VerifyResult

COMMIT = 8
"""Characters of a commit that people read."""

SHORT = 44


def blamed(screen: Screen, result: BlameResult) -> None:
    """The whole file as a table, one line a field; or what was asked for with every change."""
    if not result.what:
        _table(screen, result)
        return
    for module in result.modules:
        screen.line(("module ", "dim"), (module.area, "bold"), "  ", module.version or word("off"))
        _chain(screen, module.changes, lambda version: str(version) or translated(word("off")))
    for field in result.fields:
        _field(screen, result, field)
    for resource in result.resources:
        _resource(screen, resource)


def _table(screen: Screen, result: BlameResult) -> None:
    if not result.head:
        screen.line(msg("{environment} has no releases yet.", environment=result.scope.environment))
        return
    rows: list[list[Piece]] = []
    for field in result.fields:
        last = field.last
        note: Piece = (f"  {_not_applied(field)}", "yellow") if not field.applied else ""
        told = text(f"{field.path}  ", (shorten(value(field.value), SHORT), "bold"), note)
        if last is not None and field.applied and last.before is not None:
            told = text(told, (msg("  was {value}", value=shorten(value(last.before), SHORT)), "dim"))
        rows.append([*_cells(last.cause if last else None), (f"{field.line}", "dim"), told])
    screen.table(["release", "when", "who", "commit", "line", "field"], rows)


def _cells(cause: Cause | None) -> list[Piece]:
    if cause is None:
        return [("-", "dim"), "", "", ""]
    return [(f"v{cause.release}", "bold"), moment(cause.at), _who(cause), (cause.commit[:COMMIT], "dim")]


def _not_applied(field: FieldBlame) -> str:
    return (
        msg("not in effect: v{tried} did not bring it about", tried=field.tried) if field.tried else "not applied yet"
    )


def _field(screen: Screen, result: BlameResult, field: FieldBlame) -> None:
    place = f"  {result.file}:{field.line}" if field.line else "  no longer in the YAML"
    pieces: list[Piece] = [(field.path, "bold"), f"  {value(field.value)}" if field.line else "", (place, "dim")]
    if not field.applied:
        pieces.append((f"  {_not_applied(field)}", "yellow"))
    screen.line(*pieces)
    _chain(screen, field.changes, value)


def _chain(screen: Screen, changes: Sequence[Altered], show: Callable[[Any], str]) -> None:
    """Every change, the newest first."""
    limit = max((screen.width - 50) // 2, SHORT)
    for change in reversed(changes):
        before, after = shorten(show(change.before), limit), shorten(show(change.after), limit)
        screen.line(*_told(change.cause), before, (" -> ", "dim"), after, indent=2)
        _why(screen, change.cause)


def _resource(screen: Screen, resource: ResourceBlame) -> None:
    gone: Piece = ("" if resource.exists else "  no longer there", "dim")
    screen.line((resource.address, "bold"), gone)
    for change in reversed(resource.changes):
        mark, style = MARKS.get(change.action, ("?", ""))
        told: list[Piece] = [*_told(change.cause), (f"{mark} ", style), ACTIONS.get(change.action, change.action)]
        if change.address != resource.address:
            told.append((msg("  as {address}", address=within_area(change.address, resource.area)), "cyan"))
        if change.attributes and change.action not in ("create", "delete"):
            told.append((f"  {', '.join(listed(change.attributes, most=6))}", ""))
        if change.verdict not in ("", "reversible"):
            told.append((f"  {change.verdict}", VERDICT_STYLES.get(change.verdict, "")))
        if change.module:
            told.append((msg("  module {version}", version=change.module), "dim"))
        screen.line(*told, indent=2)
        _why(screen, change.cause)


def _told(cause: Cause) -> list[Piece]:
    release: Text = text((f"v{cause.release:<4}", "bold"))
    status: Piece = ""
    if cause.status.value != "succeeded":
        status = (f"{cause.status.value}  ", STATUS_STYLES[cause.status])
    commit: Piece = (f"{cause.commit[:COMMIT]}  " if cause.commit else "", "dim")
    return [release, f" {moment(cause.at)}  ", f"{_who(cause)}  ", commit, status]


def _why(screen: Screen, cause: Cause) -> None:
    if cause.message:
        screen.line((cause.message, "dim"), indent=8)


def _who(cause: Cause) -> str:
    return cause.author.git.partition(" <")[0] or cause.author.user


def verified(screen: Screen, result: VerifyResult, show: Callable[[Sequence[Diagnostic]], None]) -> None:
    """What was looked at and whether it is sound; ``show`` puts the findings on standard error, as all problems."""
    problems = [finding.diagnostic for one in result.environments for finding in one.findings]
    screen.out.file.flush()
    show([*problems, *result.module_findings])
    for one in result.environments:
        errors = sum(finding.diagnostic.severity is Severity.ERROR for finding in one.findings)
        mirrored = msg(", {mirrored} of them mirrored here", mirrored=one.mirrored) if one.mirrored else ""
        screen.line(
            _mark(errors),
            f"  {one.environment}  ",
            (msg("{amount} in {place}", amount=plural(one.releases, "release"), place=one.place), "dim"),
            (mirrored, "dim"),
        )
    errors = sum(one.severity is Severity.ERROR for one in result.module_findings)
    screen.line(_mark(errors), "  modules  ", (f"{plural(result.modules, 'version')}", "dim"))


def _mark(errors: int) -> Piece:
    return (f"{plural(errors, 'error'):<10}", "bold red") if errors else ("sound     ", "green")
