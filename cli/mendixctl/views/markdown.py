"""Documents that people keep or hand on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendixctl.engine.audit.report import ReportResult


def audit(result: ReportResult) -> str:
    """The report of an environment for its auditors, as Markdown."""
    lines = [
        f"# Audit of {_cell(result.environment)}, {result.made:%Y-%m-%d}",
        "",
        (
            f"Account {result.account}, {result.region}, target {result.target}. Release v{result.head} is the newest,"
            f" this checkout is at v{result.base}. Foundations: {', '.join(result.foundations) or 'none known here'}."
        ),
        "",
        "## Risks",
        "",
        "| risk | standing | measure | there | seen in, or what to write |",
        "|---|---|---|---|---|",
    ]
    for risk in result.risks:
        for number, it in enumerate(risk.measures):
            first = (risk.what, risk.standing.value) if number == 0 else ("", "")
            lines.append(_row(*first, it.what, "yes" if it.there else "no", it.place if it.there else it.remedy))
    lines += ["", "## Areas", "", "| area | module |", "|---|---|"]
    lines += [_row(area, version) for area, version in result.areas.items()]
    lines += [_row(area, "off") for area in result.off]
    lines += [
        "",
        "## Releases",
        "",
        "| release | kind | ended | by | began | changes | why |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        _row(f"v{it.number}", it.kind, it.status, it.by, f"{it.began:%Y-%m-%d %H:%M}", str(it.changes), it.message)
        for it in result.releases
    ]
    lines += ["", "## Drift", ""]
    if result.drifted is None:
        lines.append("Not asked.")
    else:
        lines += [f"- {_cell(address)}" for address in result.drifted] or ["Nothing was changed outside of releases."]
    return "\n".join(lines) + "\n"


def _row(*cells: str) -> str:
    return f"| {' | '.join(_cell(it) for it in cells)} |"


def _cell(text: str) -> str:
    """Text of users within a cell: one line, and nothing that ends it or is markup."""
    flat = " ".join(text.split())
    return "".join(f"\\{it}" if it in "|`*_[]<>\\" else it for it in flat)
