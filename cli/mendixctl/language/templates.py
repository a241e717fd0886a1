"""English texts found again among the catalogue's templates, with what stands in their places.

Most texts reach a view as plain English: from a record that was written a year ago, from another process, from a
function that knows of no language. A template is found by its own words, and each of its places takes what stands
there. The template with the most words of its own goes first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from string import Formatter

_WORD = re.compile(r"[A-Za-z]+")
_NUMBER = r"[-+]?\d[\d,.]*"
LEAST_WEIGHT = 6
"""Letters of a template below which no text is taken for it: ``{address} is {verdict}`` would fit any sentence."""

LEAST_BEGINNING = 16
"""Letters of a template that a longer text may begin with."""

COUNT = "count"
"""What the places of numbers are called, alone or with a number behind: ``{count}``, ``{count_2}``."""


@dataclass(frozen=True)
class Template:
    """A text with places: ``key`` in the form of `str.format`, and its literal parts and names in turn."""

    key: str
    parts: tuple[tuple[str, str | None], ...]

    @staticmethod
    def of(key: str) -> Template:
        return Template(key, tuple((literal, name) for literal, name, _, _ in Formatter().parse(key)))

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches a whole text; the names are groups."""
        made = []
        seen: set[str] = set()
        for literal, name in self.parts:
            made.append(re.escape(literal))
            if name is None:
                continue
            if name in seen:
                made.append(f"(?P={name})")
            else:
                made.append(f"(?P<{name}>{_NUMBER if name.startswith(COUNT) else '.*?'})")
            seen.add(name)
        return re.compile("".join(made), re.DOTALL)

    @cached_property
    def weight(self) -> int:
        """Letters of its own."""
        return sum(len(word) for literal, _ in self.parts for word in _WORD.findall(literal))

    @property
    def constant(self) -> bool:
        """Whether it has no places."""
        return all(name is None for _, name in self.parts)

    @cached_property
    def length(self) -> int:
        """Characters of its own."""
        return sum(len(literal) for literal, _ in self.parts)

    @property
    def sure(self) -> bool:
        """Whether it has enough of its own that a text which is somebody's data is not taken for it."""
        words = sum(len(_WORD.findall(literal)) for literal, _ in self.parts)
        numbers = all(name.startswith(COUNT) for _, name in self.parts if name)
        return (words >= 3 and self.weight >= 8) or (words >= 2 and self.weight >= 12) or (numbers and self.weight >= 3)

    @cached_property
    def telling(self) -> bool:
        """Whether it has enough of its own that a text of this tool is taken for it."""
        return self.sure or self.weight >= LEAST_WEIGHT

    @cached_property
    def whole_words(self) -> set[str]:
        """Words of its own that touch no place, so that they stand in a text as they stand here."""
        found = set()
        for index, (literal, _) in enumerate(self.parts):
            open_left = index > 0
            open_right = self.parts[index][1] is not None
            for match in _WORD.finditer(literal):
                if (match.start() or not open_left) and (match.end() < len(literal) or not open_right):
                    found.add(match.group())
        return found


class Templates:
    """All templates of a catalogue, each filed under the rarest of its words."""

    def __init__(self, keys: Iterable[str]) -> None:
        every = [one for one in map(Template.of, keys) if one.telling]
        often = Counter(word for one in every for word in one.whole_words)
        self._by_word: dict[str, list[Template]] = {}
        self._wordless: list[Template] = []
        for one in every:
            if one.whole_words:
                rarest = min(one.whole_words, key=lambda word: (often[word], -len(word), word))
                self._by_word.setdefault(rarest, []).append(one)
            else:
                self._wordless.append(one)

    def find(self, text: str, *, sure: bool) -> tuple[Template, dict[str, str]] | None:
        """The template that ``text`` was made of and what stands in its places; ``sure``: no weak ones."""
        for one in sorted(self._candidates(text), key=lambda one: (-one.weight, -one.length)):
            if one.constant or (sure and not one.sure):
                continue
            match = one.pattern.fullmatch(text)
            if match is not None:
                return one, match.groupdict()
        return None

    def begin(self, text: str) -> tuple[Template, dict[str, str], str] | None:
        """The template that ``text`` begins with, what stands in its places, and what was put behind it."""
        for one in sorted(self._candidates(text), key=lambda one: (-one.weight, -one.length)):
            if one.weight >= LEAST_BEGINNING and one.parts[-1][1] is None:
                match = one.pattern.match(text)
                if match is not None and (rest := text[match.end() :])[:1] in (" ", ":", ";", ","):
                    return one, match.groupdict(), rest
        return None

    def _candidates(self, text: str) -> Iterator[Template]:
        for word in set(_WORD.findall(text)):
            yield from self._by_word.get(word, ())
        yield from self._wordless
