"""A document as its translation has to have it: sections, in each the code, the tables, the numbers, the paragraphs.

Two pages that say the same in two languages are the same in all of that. What a page has more or less than its twin is
told by section, so that whoever changed one knows what to write into the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.support.page_runner import plain

FENCE = re.compile(r"^```")
HEADING = re.compile(r"^(#+) (.+)$")
CODE = re.compile(r"`([^`]+)`")
ITEM = re.compile(r"^(?:[-*]|\d+\.) ")
COMMENT = re.compile(r"(?:^|(?<=\s))(?:#|//) ?\S.*$")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
LINK = re.compile(r"\]\([^)]*\)")


@dataclass
class Section:
    """What stands below one heading: ``rows`` are the cells of tables' lines, ``blocks`` the code without comments."""

    level: int
    title: str
    blocks: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    paragraphs: int = 0


def sections(page: str) -> list[Section]:
    """The page, heading by heading; what stands before the first is a section of level 0."""
    found = [Section(0, "the beginning")]
    lines = iter(page.splitlines())
    within = False
    for line in lines:
        heading = HEADING.match(line)
        if FENCE.match(line):
            found[-1].blocks.append(_block(line, lines))
            within = False
        elif heading:
            found.append(Section(len(heading[1]), heading[2]))
            within = False
        elif line.startswith("    ") and not within:
            found[-1].blocks.append(line.strip())
        elif line.startswith("|"):
            found[-1].rows.append(cells(line))
            within = False
        elif line.strip():
            if ITEM.match(line) or not within:
                found[-1].paragraphs += 1
            found[-1].text.append(line)
            within = True
        else:
            within = False
    return found


def _block(opening: str, lines: Iterator[str]) -> str:
    kept = [opening]
    for line in lines:
        if FENCE.match(line):
            break
        kept.append(COMMENT.sub("", line).rstrip())
    return "\n".join(kept)


def cells(line: str) -> list[str]:
    """The cells of a table's line; a bar within code or behind a backslash parts none."""
    kept = re.sub(r"`[^`]*`|\\\|", lambda it: it[0].replace("|", "\0"), line.strip().strip("|"))
    return [cell.replace("\0", "|").strip() for cell in kept.split("|")]


def differences(english: str, chinese: str) -> Iterator[str]:
    """What the Chinese page lacks, has too much, or has otherwise; nothing where it is as new as the English one."""
    ours, theirs = sections(english), sections(chinese)
    levels = [[section.level for section in page] for page in (ours, theirs)]
    if levels[0] != levels[1]:
        yield from _headings(ours, theirs)
        return
    for one, other in zip(ours, theirs, strict=True):
        where = f'"{one.title}" ("{other.title}")'
        mine, its = one.blocks, other.blocks
        if len(mine) == len(its):
            told = [_is_answered_in_chinese(block) for block in its]
            mine = [_answered(block) if said else block for block, said in zip(mine, told, strict=True)]
            its = [_answered(block) if said else block for block, said in zip(its, told, strict=True)]
        if mine != its:
            yield f"{where}: the code blocks differ: {_first(mine, its)}"
        yield from (f"{where}: {said}" for said in _tables(one, other))
        yield from (f"{where}: {said}" for said in _prose(one, other))


def _is_answered_in_chinese(block: str) -> bool:
    """Whether it shows commands, and what they answer in Chinese."""
    return bool(re.search(r"^\$ ", block, re.MULTILINE)) and bool(re.search("[\u4e00-\u9fff]", block))


def _answered(block: str) -> str:
    """What is typed, as it stands; of each answer how many lines it has, and the codes and numbers that never vary."""
    kept: list[str] = []
    for line in block.splitlines():
        if line.startswith(("```", "$ ")):
            kept.append(line)
        else:
            kept.append(" ".join(sorted(re.findall(r"MX[A-Z]\d{3}|\d+(?:[.,:-]\d+)*", plain(line)))))
    return "\n".join(kept)


def _headings(ours: list[Section], theirs: list[Section]) -> Iterator[str]:
    yield f"{len(ours) - 1} headings, and {len(theirs) - 1} in Chinese"
    for one, other in zip(ours, theirs, strict=False):
        if one.level != other.level:
            yield f'where the English page has {"#" * one.level} "{one.title}", the Chinese one has "{other.title}"'
            return


def _first(ours: list[str], theirs: list[str]) -> str:
    if len(ours) != len(theirs):
        return f"there are {len(ours)}, and {len(theirs)} in Chinese"
    one, other = next(pair for pair in zip(ours, theirs, strict=True) if pair[0] != pair[1])
    pairs = zip(one.splitlines(), [*other.splitlines(), ""], strict=False)
    return next((f"`{a}` is `{b}` there" for a, b in pairs if a != b), f"`{other.splitlines()[-1]}` is not here")


def _tables(one: Section, other: Section) -> Iterator[str]:
    if [len(row) for row in one.rows] != [len(row) for row in other.rows]:
        first = {row[0] for row in one.rows} - {row[0] for row in other.rows}
        yield f"{len(one.rows)} lines of tables, {len(other.rows)} in Chinese, or of another width: {sorted(first)[:5]}"
        return
    for ours, theirs in zip(one.rows, other.rows, strict=True):
        for mine, its in zip(ours, theirs, strict=True):
            said = _missing(mine, its)
            if said:
                yield f"the line `{ours[0]}`: {said}"


def _prose(one: Section, other: Section) -> Iterator[str]:
    said = _missing("\n".join(one.text), "\n".join(other.text))
    if said:
        yield said
    if one.paragraphs != other.paragraphs:
        yield f"{one.paragraphs} paragraphs and items of lists, and {other.paragraphs} in Chinese"


def _missing(english: str, chinese: str) -> str:
    """Code and numbers that one has and the other has not."""
    ours, theirs = _code(english), _code(chinese)
    parts = [f"lacks {' '.join(f'`{it}`' for it in sorted(ours - theirs))}"] if ours - theirs else []
    if theirs - ours:
        parts.append(f"still has {' '.join(f'`{it}`' for it in sorted(theirs - ours))}")
    numbers = _numbers(english) - _numbers(chinese)
    if numbers:
        parts.append(f"lacks the numbers {' '.join(sorted(numbers))}")
    return "the Chinese page " + " and ".join(parts) if parts else ""


def _code(text: str) -> set[str]:
    return {" ".join(span.split()) for span in CODE.findall(text)}


def _numbers(text: str) -> set[str]:
    return set(NUMBER.findall(CODE.sub(" ", LINK.sub("]", text))))
