"""Verdicts for people: a word at each change, the reason below it, and what a rollback could not take back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mendixctl.guard.verdict import Judgement, Verdict
from mendixctl.language import translated
from mendixctl.terraform.plan import UNKNOWN
from mendixctl.views.human.screen import Piece, Screen, text
from mendixctl.views.human.symbols import STYLES
from mendixctl.views.text import listed, plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from rich.text import Text

    from mendixctl.engine.plan.verdicts import VerdictsResult
    from mendixctl.engine.results import Judged
    from mendixctl.ledger.release import RecordedChange

ONE_WAY = "one-way"
MOST = 6
"""Lines of a section that are shown without --details."""

Row = tuple[str, str, str, str]
"""Label, style, address, reason."""


def label(found: Judgement) -> tuple[str, str]:
    """The word for a judgement and its style; what merely cannot be taken back is not shown as a loss."""
    if found.one_way:
        if found.besides is Verdict.REVERSIBLE:
            return ONE_WAY, "cyan"
        return msg("{first}, {second}", first=word(found.besides.value), second=word(ONE_WAY)), STYLES[found.besides]
    return _windowed(found.verdict.value, found.window), STYLES[found.verdict]


def note(found: Judgement) -> Text:
    """The word behind a resource; nothing where it is harmless."""
    if found.verdict is Verdict.REVERSIBLE:
        return text("")
    said, style = label(found)
    return text("   ", (translated(said), style))


def tell(screen: Screen, found: Judgement, *, indent: int = 5, details: bool = False) -> None:
    """Why, on a line of its own; with ``details`` by which rule."""
    if found.reason:
        screen.line(translated(found.reason), indent=indent)
        if details and found.rule:
            source = f", {found.source}" if found.source else ""
            screen.line((f"{found.rule}{source}", "dim"), indent=indent)


def tally(changes: Iterable[Judged]) -> Text:
    """``Verdicts: 12 reversible, 1 one-way, 1 irreversible``."""
    counted: Counter[str] = Counter()
    styles: dict[str, str] = {}
    order = [ONE_WAY, *(verdict.value for verdict in Verdict)]
    for one in changes:
        found = one.judgement
        plain = found.besides if found.one_way and found.besides is not Verdict.REVERSIBLE else found.verdict
        name = ONE_WAY if found.one_way and plain is found.verdict else plain.value
        counted[name] += 1
        styles[name] = "cyan" if name == ONE_WAY else STYLES[plain]
    pieces: list[Piece] = [("Verdicts: ", "bold")]
    for name in sorted(counted, key=lambda name: (name != "reversible", order.index(name))):
        pieces += [(msg("{count} {verdict}", count=counted[name], verdict=word(name)), styles[name]), ", "]
    return text(*pieces[:-1]) if counted else text(("Nothing changes.", "bold green"))


def way_back(screen: Screen, changes: Sequence[Judged], *, details: bool = False) -> None:
    """What would happen if this very plan were rolled back, by reason; the rest in one number."""
    rows = [
        (*label(one.back), one.change.address, one.back.reason)
        for one in sorted(changes, key=lambda one: (-one.back.loses, -one.back.verdict.gravity))
        if _matters(one.back)
    ]
    _section(screen, "If this plan is rolled back", rows, len(changes), details=details)


def recorded_way_back(screen: Screen, changes: Sequence[RecordedChange]) -> None:
    """The same of a release, from its record."""
    rows: list[tuple[int, Row]] = []
    for one in changes:
        verdict = _known(one.back)
        if verdict is not None and (verdict.gravity >= Verdict.RESTORE_NEEDED.gravity or one.until):
            said = _until(verdict, one.until)
            rows.append((-verdict.gravity, (said, STYLES[verdict], one.address, one.back_reason)))
    if rows:
        rows.sort(key=lambda row: row[0])
        _section(screen, "When it is rolled back", [row for _, row in rows], len(changes), details=True)


def recorded(change: RecordedChange) -> Text:
    """The verdict of a change that a release recorded; nothing where it was harmless."""
    verdict = _known(change.verdict)
    if verdict is None or verdict is Verdict.REVERSIBLE:
        return text("")
    if change.one_way:
        return text((f"  {ONE_WAY}", "cyan"))
    return text("  ", (translated(_until(verdict, change.until)), STYLES[verdict]))


def lost(screen: Screen, drift: Sequence[Judged], *, details: bool) -> None:
    """What was done outside Terraform and cannot simply be taken back."""
    if not drift:
        return
    screen.blank()
    screen.line(("Lost outside Terraform", "bold red"), (", since the last apply", "dim"))
    kept = drift if details else drift[:MOST]
    for one in kept:
        screen.line(one.change.address, note(one.judgement), indent=2)
        tell(screen, one.judgement, details=details)
    _more(screen, len(drift) - len(kept))


def judged(screen: Screen, result: VerdictsResult, *, details: bool) -> None:
    """The verdicts of a plan that was made elsewhere, the gravest first."""
    from mendixctl.views.human.symbols import MARKS

    made = f"  Terraform {result.terraform}" if result.terraform else ""
    screen.line((result.name, "bold"), (made, "dim"), "  ", (plural(len(result.changes), "change"), "dim"))
    lost(screen, result.drift_losses, details=details)
    ordered = sorted(result.changes, key=lambda one: (-one.judgement.loses, -one.verdict.gravity))
    told = [one for one in ordered if details or one.verdict is not Verdict.REVERSIBLE or one.judgement.reason]
    if told:
        screen.blank()
    for one in told:
        mark, style = MARKS.get(one.change.action, ("?", ""))
        screen.line((f"{mark:>3} ", style), one.change.address, note(one.judgement), indent=1)
        tell(screen, one.judgement, details=details)
        names = [attribute.path for attribute in one.change.attributes if attribute.after != UNKNOWN]
        if names and one.change.action in ("update", "replace"):
            screen.line((", ".join(listed(names, most=6)), "dim"), indent=5)
    screen.blank()
    way_back(screen, result.changes, details=details)
    screen.line(tally(result.changes))


def _section(screen: Screen, title: str, rows: list[Row], total: int, *, details: bool) -> None:
    if not rows:
        if total:
            screen.line((translated(title), "bold"), (": ", "bold"), ("every change can be taken back.", "dim"))
        return
    screen.line((title, "bold"))
    grouped: dict[tuple[str, str, str], list[str]] = {}
    for said, style, address, reason in rows:
        grouped.setdefault((said, style, reason), []).append(address)
    shown = list(grouped.items())[: None if details else MOST]
    for (said, style, reason), addresses in shown:
        screen.line(
            (translated(said), style), "  ", ", ".join(listed(addresses, most=10_000 if details else 3)), indent=2
        )
        screen.line((translated(reason), "dim"), indent=4)
    _more(screen, len(grouped) - len(shown))
    rest = total - len(rows)
    if rest:
        screen.line((msg("{amount} can be taken back", amount=plural(rest, "other change")), "dim"), indent=2)


def _matters(back: Judgement) -> bool:
    """What a rollback loses, cannot do, or can do only for a time; a gap in protection is no matter of the way back."""
    return back.verdict.gravity >= Verdict.RESTORE_NEEDED.gravity or bool(back.window)


def _known(verdict: str) -> Verdict | None:
    """The verdict that a record names; None for what a newer mendixctl may have written."""
    try:
        return Verdict(verdict)
    except ValueError:
        return None


def _windowed(verdict: str, window: str) -> str:
    if not window:
        return word(verdict)
    return msg("{verdict}, {amount}", verdict=word(verdict), amount=plural(int(window[1:-1]), "day"))


def _until(verdict: Verdict, moment: str) -> str:
    if not moment or verdict is Verdict.REVERSIBLE:
        return word(verdict.value)
    return msg("{verdict} until {moment}", verdict=word(verdict.value), moment=moment[:16].replace("T", " "))


def _more(screen: Screen, count: int) -> None:
    if count:
        screen.line((msg("and {number} more: add --details", number=count), "dim"), indent=2)
