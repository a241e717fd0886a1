"""A plan as Markdown for a pull request: what matters in full, the rest folded, and never more than the sites take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from mendixctl.views.reports.content import Area, Change, Content, of_plan
from mendixctl.views.reports.words import pair, run, said, worded
from mendixctl.views.text import plural
from mendixgen.messages import msg, word

if TYPE_CHECKING:
    from mendixctl.engine.plan.results import PlanResult

LARGEST = 65_536
"""Characters of a comment that GitHub takes; GitLab takes 1,000,000. Counted here as bytes, which are never fewer."""

WHOLE = "`mendixctl plan --report plan.html`"
ROOM_FOR_THE_REST = 4_096
LONGEST_VALUE = 300


def plan(result: PlanResult, *, largest: int = LARGEST) -> str:
    """The comment, at most ``largest`` bytes of UTF-8. What does not fit is counted by area, the harmless first."""
    content = of_plan(result, longest=LONGEST_VALUE)
    text = "\n".join(_head(content)) + "\n"
    room = largest - ROOM_FOR_THE_REST
    left: dict[str, int] = {}
    blocks = sorted(_blocks(content), key=lambda block: block[0])
    kept: list[tuple[int, str]] = []
    size = _bytes(text)
    for place, (_, area, count, block) in enumerate(blocks):
        if size + _bytes(block) <= room:
            kept.append((place, block))
            size += _bytes(block)
        else:
            left[area] = left.get(area, 0) + count
    text += "".join(block for _, block in kept)
    if left:
        rest = run(f"{area} {number:,}" for area, number in sorted(left.items()))
        words = msg("Not shown here, for want of room: {names}.", names=rest)
        text += f"\n**{said(words)}** {worded('{command} has all of it.', command=WHOLE)}\n"
    if content.command:
        text += f"\n{worded('Apply: {command}', command=code(content.command))}\n"
    return text if _bytes(text) <= largest else text.encode()[:largest].decode(errors="ignore")


def _head(content: Content) -> Iterator[str]:
    counts = run(f"{number:,} {words}" for _, words, number in content.counts) or said("no changes")
    yield f"## {pair(content.title, counts)}"
    yield ""
    facts = dict(content.facts)
    shown = ("account", "region", "target", "from release", "can be applied until")
    yield " · ".join(f"{said(name)} {code(facts[name])}" for name in shown if name in facts)
    if content.verdicts:
        yield ""
        each = [
            (worded("{count} {verdict}", count=number, verdict=name), gravity)
            for name, number, gravity in content.verdicts
        ]
        yield pair(said("Verdicts"), run(f"**{words}**" if gravity > 1 else words for words, gravity in each))
    if content.objections or content.refusals:
        yield f"\n> [!CAUTION]\n> **{said('An apply of this will be refused.')}**"
        for name, summary, addresses in content.objections[:20]:
            yield f"> - {pair(name, escaped(summary))}"
            for address in addresses[:10]:
                yield f">   - {code(address)}"
        for address, text, instead in content.refusals[:20]:
            answer = worded("AWS will say {answer}; instead: {what}", answer=code(text), what=escaped(instead))
            yield f"> - {pair(code(address), answer)}"
    for warning in content.warnings[:10]:
        yield f"\n> [!WARNING]\n> {escaped(warning)}"
    if content.way_back:
        yield f"\n### {said('If this is rolled back')}\n"
        for one in content.way_back[:12]:
            named = [code(address) for address in one.addresses[:3]]
            rest = len(one.addresses) - len(named)
            named += [said(msg("and {count} more", count=f"{rest:,}"))] if rest else []
            yield f"- **{one.verdict}** {pair(escaped(one.reason), run(named))}"
    yield ""


def _blocks(content: Content) -> Iterator[tuple[int, str, int, str]]:
    """Each with its rank (what is grave first), its area, how many changes it is, and its text."""
    for one in content.drift:
        yield 1, said(word("drift")), 1, f"\n{pair(said('Lost outside Terraform'), _line(one))}"
    for area in content.areas:
        for change in area.shown:
            yield 4 - change.gravity, area.name, 1, f"\n{pair(area.name, _line(change))}{_attributes(change)}"
        if area.folded:
            yield 5, area.name, 0, f"\n{pair(area.name, area.line)}\n"
            yield 6, area.name, len(area.folded), _names(area)


def _line(change: Change) -> str:
    verdict = f" **{change.verdict}**" if change.verdict else ""
    was = f" ({worded('was {address}', address=code(change.was))})" if change.was else ""
    reason = f"<br>{escaped(change.reason)}" if change.reason else ""
    return f"{code(change.sign)} {code(change.address)}{was} {change.becomes}{verdict}{reason}\n"


def _attributes(change: Change) -> str:
    lines = []
    for one in change.attributes:
        if one.diff:
            lines += [f"  {one.path}:", *one.diff]
        else:
            lines += [f"- {one.path} = {one.before}"] if one.before else []
            lines += [f"+ {one.path} = {one.after}"] if one.after else []
    if not lines:
        return ""
    title = said(plural(len(change.attributes), "attribute"))
    return f"<details><summary>{title}</summary>\n\n{fenced(lines, 'diff')}\n</details>\n"


def _names(area: Area) -> str:
    lines = [f"+ {one.address}" for one in area.folded]
    return f"<details><summary>{pair(escaped(area.name), area.line)}</summary>\n\n{fenced(lines, 'diff')}\n</details>\n"


def fenced(lines: list[str], language: str = "") -> str:
    """A block of code in which nothing ends it too early."""
    text = "\n".join(lines)
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(longest + 1, 3)
    return f"{fence}{language}\n{text}\n{fence}\n"


def code(text: str) -> str:
    """Text as code within a line, whatever backticks it has."""
    if "`" not in text:
        return f"`{text}`"
    fence = "`" * (max(len(run) for run in re.findall(r"`+", text)) + 1)
    return f"{fence} {text} {fence}"


def escaped(text: str) -> str:
    """Text that is neither markup nor HTML, and mentions nobody."""
    plain = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_{}\[\]|#!~])", r"\\\1", plain).replace("@", "&#64;")


def _bytes(text: str) -> int:
    return len(text.encode())
