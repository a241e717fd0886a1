"""How Chinese is written here (docs/glossary.md): the spaces, the punctuation and the words of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.support.glossary import ruled_out

HAN = r"[\u3400-\u9fff]"
FULL = r"[，。：；？！、（）「」《》]"
# CommonMark ends bold text behind punctuation only where a space follows
BOLD_END = re.compile(rf"({FULL}\*\*) ")
FENCED = re.compile(r"^```.*?^```$|^    .*$", re.MULTILINE | re.DOTALL)
IN_LINE = re.compile(r"`[^`]*`")
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
RULES = {
    "no space between Chinese and Latin": re.compile(rf"{HAN}[A-Za-z0-9]|[A-Za-z0-9]{HAN}"),
    "a space beside full-width punctuation": re.compile(rf"(?<=[^\s|]) +{FULL}|{FULL} +(?=[^|\s])"),
    "half-width punctuation after Chinese": re.compile(rf"{HAN}[,;:?!](?=\s|$|{HAN})|{HAN}\.(?=\s|$)"),
}


def mistakes(page: str) -> Iterator[str]:
    """What is not as the glossary says, each with the text around it."""
    # a span of code counts as a Latin word, emphasis as nothing, and a link as its text
    text = LINK.sub(r"\1", IN_LINE.sub("C", FENCED.sub("", page)))
    text = BOLD_END.sub(r"\1", text).replace("*", "")
    for what, rule in RULES.items():
        yield from (f"{what}: {_around(text, found.start())}" for found in rule.finditer(text))
    for word in sorted(ruled_out()):
        yield from (
            f"{word} is no word of docs/glossary.md: {_around(text, at.start())}" for at in re.finditer(word, text)
        )


def _around(text: str, at: int) -> str:
    return text[max(0, at - 12) : at + 14].replace("\n", " ")
