"""Pictures as SVG: text that a browser shows, a printer prints and a diff can compare. No script, nothing fetched."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from xml.sax.saxutils import escape, quoteattr

from mendixgen.diagrams.layout import HEAD, LINE, Box, Flow, Picture
from mendixgen.messages import msg, word

Say = Callable[[str], str]
"""Says a text in the language of who looks at the picture."""

FILLS = {
    "vpc": ("#f6f8fa", "#57606a"),
    "zone": ("#ffffff", "#b0b7bf"),
    "subnet": ("#eef3fb", "#8fa3c4"),
    "band": ("#fdf6e9", "#a9863c"),
    "cluster": ("#ffffff", "#a9863c"),
    "databases": ("#ffffff", "#5f7f4f"),
    "service": ("#f3eefb", "#7d63a8"),
    "edge": ("#e9f6f1", "#3f8468"),
    "outside": ("#ffffff", "#57606a"),
}
MARKS = {"added": "#116329", "removed": "#a40e26", "changed": "#7d4e00"}
"""Of what differs between two pictures."""

MARKED = {"added": word("added"), "removed": word("removed"), "changed": word("changed")}

INK = "#1b1f24"
CHARACTER = 6.7
"""Pixels of a character of 12 px, of a wide one half of them; a text that would be wider than its box is cut."""

FONTS = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

BETWEEN = 40


def draw(picture: Picture, *, say: Say = str, language: str = "en") -> str:
    """One picture, its words said by ``say`` in ``language`` (as HTML names it)."""
    shown = _said(picture, {}, say)
    return _document(shown.title, language, shown.width, shown.height, _drawn(shown, {}, 0))


def compare(before: Picture, after: Picture, *, say: Say = str, language: str = "en") -> str:
    """Two pictures side by side: what came, went or changed has a coloured frame and says so."""
    marks_before, marks_after = differences(before, after)
    width = before.width + BETWEEN + after.width
    left, right = _said(before, marks_before, say), _said(after, marks_after, say)
    parts = _drawn(left, marks_before, 0) + _drawn(right, marks_after, before.width + BETWEEN)
    title = say(msg("{before} and {after}", before=before.title, after=after.title))
    return _document(title, language, width, max(before.height, after.height), parts)


def _said(picture: Picture, marks: Mapping[str, str], say: Say) -> Picture:
    """The picture with its words in another language, and with what is marked saying so."""

    def box(one: Box) -> Box:
        mark = marks.get(one.key, "")
        title = msg("{title} ({mark})", title=one.title, mark=MARKED[mark]) if mark else one.title
        return replace(one, title=say(title), lines=tuple(say(line) for line in one.lines))

    return replace(picture, title=say(picture.title), boxes=tuple(box(one) for one in picture.boxes))


def differences(before: Picture, after: Picture) -> tuple[dict[str, str], dict[str, str]]:
    """Of either picture, which boxes are ``removed``, ``added`` or ``changed``, by their keys."""
    old = {box.key: (box.title, box.lines) for box in before.boxes}
    new = {box.key: (box.title, box.lines) for box in after.boxes}
    changed = {key: "changed" for key in old.keys() & new.keys() if old[key] != new[key]}
    removed = dict.fromkeys(old.keys() - new.keys(), "removed")
    added = dict.fromkeys(new.keys() - old.keys(), "added")
    return {**changed, **removed}, {**changed, **added}


def _document(title: str, language: str, width: int, height: int, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'lang={quoteattr(language)} role="img" aria-label={quoteattr(title)} font-family="{FONTS}" font-size="12" '
        f'fill="{INK}">'
    )
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>'
    )
    ground = f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", arrow, ground, *parts, "</svg>"]) + "\n"


def _drawn(picture: Picture, marks: Mapping[str, str], left: int) -> list[str]:
    boxes = {box.key: box for box in picture.boxes}
    title = f'<text x="20" y="36" font-size="18" font-weight="bold">{escape(picture.title)}</text>'
    flows = [_flow(flow, boxes) for flow in picture.flows if flow.start in boxes and flow.end in boxes]
    drawn = [_box(box, marks.get(box.key, "")) for box in picture.boxes]
    return [f'<g transform="translate({left} 0)">', title, *drawn, *flows, "</g>"]


def _box(box: Box, mark: str) -> str:
    fill, stroke = FILLS[box.kind]
    frame = f'stroke="{MARKS[mark]}" stroke-width="3"' if mark else f'stroke="{stroke}"'
    dashed = ' stroke-dasharray="6 4"' if mark == "removed" or box.kind == "zone" else ""
    place = f'x="{box.x}" y="{box.y}" width="{box.width}" height="{box.height}"'
    parts = [
        f"<g><title>{escape('; '.join((box.title, *box.lines)))}</title>",
        f'<rect {place} rx="6" fill="{fill}" {frame}{dashed}/>',
        _text(box, box.title, box.y + 18, bold=True),
    ]
    parts += [_text(box, line, box.y + HEAD + 10 + LINE * number) for number, line in enumerate(box.lines)]
    return "".join([*parts, "</g>"])


def _text(box: Box, words: str, y: int, *, bold: bool = False) -> str:
    shown = _cut(words, max(int((box.width - 16) / CHARACTER), 4))
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{box.x + 8}" y="{y}"{weight}>{escape(shown)}</text>'


def _cut(words: str, room: int) -> str:
    """As much as ``room`` characters take; one of Chinese is two."""
    wide = [2 if unicodedata.east_asian_width(character) in ("W", "F") else 1 for character in words]
    if sum(wide) <= room:
        return words
    kept = 0
    while kept < len(words) and sum(wide[: kept + 1]) <= room - 1:
        kept += 1
    return words[:kept] + "…"


def _flow(flow: Flow, boxes: Mapping[str, Box]) -> str:
    start, end = boxes[flow.start], boxes[flow.end]
    if end.x >= start.x + start.width:  # to the right
        y = min(start.y + start.height // 2, end.y + end.height // 2)
        points = (start.x + start.width, y, end.x, max(min(y, end.y + end.height - 8), end.y + 8))
    else:  # downwards
        x = min(max(start.x + start.width // 2, end.x + 8), end.x + end.width - 8)
        points = (x, start.y + start.height, x, end.y)
    x1, y1, x2, y2 = points
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#57606a" stroke-width="2" marker-end="url(#arrow)"/>'
