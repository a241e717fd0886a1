"""Documents that people keep or hand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.reports.words import known, said, worded
from mendixgen.messages import word

if TYPE_CHECKING:
    from mendixctl.engine.audit.report import ReportedRelease, ReportResult


def audit(result: ReportResult) -> str:
    """The report of an environment for its auditors, as Markdown."""
    day = f"{result.made:%Y-%m-%d}"
    named = ", ".join(result.foundations) or said("none known here")
    lines = [
        f"# {worded('Audit of {environment}, {day}', environment=_cell(result.environment), day=day)}",
        "",
        worded(
            "Account {account}, {region}, target {target}. Release v{head} is the newest, this checkout is at v{base}."
            " Foundations: {names}.",
            account=result.account,
            region=result.region,
            target=result.target,
            head=result.head,
            base=result.base,
            names=named,
        ),
        "",
        f"## {said('Risks')}",
        "",
        *_heading(word("risk"), word("standing"), word("measure"), word("there"), "seen in, or what to write"),
    ]
    for risk in result.risks:
        for number, it in enumerate(risk.measures):
            first = (said(risk.what), said(word(risk.standing.value))) if number == 0 else ("", "")
            there = said(word("yes" if it.there else "no"))
            lines.append(_row(*first, said(it.what), there, known(it.place) if it.there else said(it.remedy)))
    lines += ["", f"## {said('Areas')}", "", *_heading(word("area"), word("module"))]
    lines += [_row(area, version) for area, version in result.areas.items()]
    lines += [_row(area, said(word("off"))) for area in result.off]
    columns = ("release", "kind", "ended", "by", "began", "changes", "why")
    lines += ["", f"## {said('Releases')}", "", *_heading(*(word(it) for it in columns))]
    lines += [_release(it) for it in result.releases]
    lines += ["", f"## {said('Drift')}", ""]
    if result.drifted is None:
        lines.append(said("Not asked."))
    else:
        unchanged = said("Nothing was changed outside of releases.")
        lines += [f"- {_cell(address)}" for address in result.drifted] or [unchanged]
    return "\n".join(lines) + "\n"


def _release(one: ReportedRelease) -> str:
    kind, status = said(word(one.kind)), said(word(one.status))
    return _row(f"v{one.number}", kind, status, one.by, f"{one.began:%Y-%m-%d %H:%M}", str(one.changes), one.message)


def _heading(*names: str) -> list[str]:
    """The head of a table."""
    return [f"| {' | '.join(said(name) for name in names)} |", f"|{'---|' * len(names)}"]


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cell(it) for it in cells)} |"


def _cell(text: str) -> str:
    """Text of users within a cell: one line, and nothing that ends it or is markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{it}" if it in "|`*_[]<>\\" else it for it in flat)
