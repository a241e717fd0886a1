"""``--report FILE``: what was shown, as a file that others look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mendixgen.messages import msg

if TYPE_CHECKING:
    from mendixctl.engine.history.results import HistoryResult
    from mendixctl.engine.plan.results import PlanResult

F = TypeVar("F", bound=Callable[..., Any])

KINDS = (".html", ".md")


class ReportFile(click.ParamType[Path]):
    """A file whose ending says what it is written in."""

    name = "file"

    def __init__(self, *, kinds: Sequence[str] = KINDS) -> None:
        self._kinds = kinds

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        path = Path(value)
        if path.suffix not in self._kinds:
            self.fail(
                msg("{value} does not end in {names}", value=repr(value), names=" or ".join(self._kinds)), param, ctx
            )
        return path


def page_option() -> Callable[[F], F]:
    """``--report FILE`` of what is written as a page only."""
    return click.option(
        "--report", type=ReportFile(kinds=(".html",)), metavar="FILE", help="Also write it to FILE.html, as a timeline."
    )


def report_option() -> Callable[[F], F]:
    """``--report FILE``, as often as there are files."""
    return click.option(
        "--report",
        "reports",
        multiple=True,
        type=ReportFile(),
        metavar="FILE",
        help="Also write it to FILE: .html is one page for a browser, .md a comment for a pull request. Repeatable.",
    )


def write(result: PlanResult, folder: Path, reports: Sequence[Path]) -> None:
    """Write each report of a plan; relative names start in ``folder``.

    Raises:
        MendixError: MXI101, one cannot be written.
    """
    from mendixctl.views.reports import markdown, page
    from mendixgen.files import write_atomic

    for path in reports:
        text = page.plan(result) if path.suffix == ".html" else markdown.plan(result)
        write_atomic(folder / path, text)


def write_timeline(result: HistoryResult, folder: Path, report: Path) -> None:
    """Write the timeline of an environment's releases.

    Raises:
        MendixError: MXI101, it cannot be written.
    """
    from mendixctl.views.reports import timeline
    from mendixgen.files import write_atomic

    write_atomic(folder / report, timeline.history(result))
