"""What an environment costs, and what its auditors ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mendixctl.views.human.screen import Piece
from mendixctl.views.human.symbols import ACTIONS
from mendixctl.views.text import plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.audit.report import ReportResult
    from mendixctl.engine.cost.estimate import EstimateResult, Line
    from mendixctl.engine.cost.price_list import PricesResult
    from mendixctl.engine.cost.recommend import Commitment, RecommendResult
    from mendixctl.views.human.view import HumanView
    from mendixctl.views.results import AuditDocument

STANDINGS = {"covered": "green", "partly": "yellow", "open": "bold red"}
OLD_DAYS = 180
"""Prices that are older are said to be."""


def estimated(view: HumanView, result: EstimateResult, *, details: bool) -> None:
    """Line by line, by area, and what the sum does not have."""
    screen = view.screen
    screen.table(["area", "what", "USD a month"], [_priced(it) for it in result.lines])
    screen.blank()
    screen.table(["area", "USD a month"], [[area, f"{usd:,.2f}"] for area, usd in result.by_area.items()])
    screen.line(
        msg(
            "{environment} costs USD {count} a month at least, in {region}.",
            environment=result.environment,
            count=f"{result.total:,.2f}",
            region=result.region,
        )
    )
    if result.without_price:
        count = plural(len(result.without_price), "line")
        screen.line(
            (msg("{number} without a price, not in the sum: mendixctl cost prices --refresh", number=count), "yellow")
        )
    if result.unknown:
        screen.line(
            (msg("Nothing is known of what these areas cost: {names}", names=", ".join(result.unknown)), "yellow")
        )
    for area, what in result.by_use.items():
        screen.line((msg("not counted, {area}: {what}", area=area, what=what), "dim"), indent=2)
    if any(not it.confirmed for it in result.lines if it.usd is not None):
        screen.line(("~ not read at its source for this table", "dim"))
    if result.oldest is not None and (age := (result.today - result.oldest).days) > OLD_DAYS:
        screen.line((msg("The oldest price is {age} days old: mendixctl cost prices --refresh", age=age), "yellow"))
    if result.planned:
        _planned(view, result)


def _planned(view: HumanView, result: EstimateResult) -> None:
    screen = view.screen
    screen.blank()
    screen.table(
        ["change", "address", "USD a month"],
        [[ACTIONS.get(it.action, it.action), it.address, _difference(it.usd)] for it in result.deltas],
    )
    screen.line(msg("The plan that waits: {count} USD a month.", count=f"{result.change:+,.2f}"))
    if result.unpriced:
        screen.line((msg("Nothing is known of what these cost: {names}", names=", ".join(result.unpriced)), "yellow"))


def _difference(usd: float | None) -> Piece:
    return ("no price", "yellow") if usd is None else f"{usd:+,.2f}"


def _priced(line: Line) -> list[Piece]:
    if line.usd is None:
        return [line.area, line.what, ("no price", "yellow")]
    return [line.area, line.what, f"{'' if line.confirmed else '~'}{line.usd:,.2f}"]


def recommended(view: HumanView, result: RecommendResult, *, details: bool) -> None:
    """Each commitment with the command that finds it; and of what there is none."""
    screen = view.screen
    for it in result.commitments:
        screen.line(_what(it))
        screen.line((it.command, "dim"), indent=2)
    if not result.commitments:
        screen.line(msg("There is nothing of {environment} to commit to.", environment=result.environment))
    for why in result.left_out:
        screen.line((msg("left out: {why}", why=why), "dim"))
    screen.line("Nothing was bought. A commitment cannot be taken back: look at the load of 90 days first.")


def _what(it: Commitment) -> str:
    if it.kind == "reserved-instances":
        return msg(
            "{what}: reserve {number} x {size}, {covered} of {steady} units ({share})",
            what=it.what,
            number=it.count,
            size=it.size,
            covered=f"{it.covered:g}",
            steady=f"{it.steady:g}",
            share=f"{it.share:.0%}",
        )
    if it.covered is None:
        return msg(
            "{what}: a Compute Savings Plan for {share} of it; a price is missing for how much",
            what=it.what,
            share=f"{it.share:.0%}",
        )
    return msg(
        "{what}: a Compute Savings Plan for USD {count} of {count_2} an hour ({share})",
        what=it.what,
        count=f"{it.covered:.2f}",
        count_2=f"{it.steady:.2f}",
        share=f"{it.share:.0%}",
    )


def read(view: HumanView, result: PricesResult, *, details: bool) -> None:
    """How many prices there are now."""
    view.screen.line(
        msg(
            "{count} prices of {names} are in {path}; commit it.",
            count=f"{result.prices:,}",
            names=", ".join(result.regions),
            path=result.path,
        )
    )


def reported(view: HumanView, result: ReportResult, *, details: bool) -> None:
    """Risks first, then what was done."""
    screen = view.screen
    screen.line(
        msg(
            "{environment}: account {account}, {region}, target {target}",
            environment=result.environment,
            account=result.account,
            region=result.region,
            target=result.target,
        )
    )
    screen.blank()
    rows: list[list[Piece]] = []
    for risk in result.risks:
        rows.append([(risk.standing.value, STANDINGS[risk.standing.value]), risk.what, ""])
        for it in risk.measures:
            mark: Piece = ("yes", "green") if it.there else ("no", "red")
            rows.append([mark, f"  {it.what}", it.place if it.there else it.remedy])
    screen.table(["", "risk and measures", "seen in, or what to write"], rows)
    screen.blank()
    screen.table(
        ["release", "kind", "ended", "by", "began", "changes"],
        [
            [f"v{it.number}", word(it.kind), word(it.status), it.by, f"{it.began:%Y-%m-%d %H:%M}", str(it.changes)]
            for it in result.releases
        ],
    )
    if not result.releases:
        screen.line("There are no releases yet.")
    if result.drifted is None:
        screen.line(("What AWS changed outside was not asked: --drift", "dim"))
    else:
        screen.line(msg("AWS changed outside of releases: {value}", value=", ".join(result.drifted) or "nothing"))
    screen.line(msg("Missing: {amount}.", amount=plural(result.open, "measure")))


def handed_on(view: HumanView, result: AuditDocument, *, details: bool) -> None:
    """As it is: Markdown is read by other programs."""
    from mendixctl.views.markdown import audit

    view.screen.out.file.write(audit(result.report))
