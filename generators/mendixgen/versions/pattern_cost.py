"""Whether a pattern of a ``module.json`` is matched in bounded time, whoever wrote it. Pure.

Python's matcher tries every way in which a pattern can read a text, so what it costs is how many ways there are: a
number that grows exponentially where a loop can read the same text in two ways, and as a power of the length where
several loops in a row can share it (Weideman et al., "Analyzing Matching Time Behavior of Backtracking Regular
Expression Matchers by Using Ambiguity of NFA"). The automaton here is Glushkov's: a state is a place in the pattern
that reads a character. A repetition with a bound counts as one without, so that the answer errs on the safe side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from re import _constants as sre
from re import _parser
from typing import Any

MOST_PLACES = 120
"""Places of a pattern that read a character; the longest one of the modules has 94."""

_OTHER = 1 << 128
_EVERY = (1 << 129) - 1
"""The characters of ASCII, and one bit for all others."""

_CATEGORIES = {
    sre.CATEGORY_DIGIT: r"\d",
    sre.CATEGORY_NOT_DIGIT: r"\D",
    sre.CATEGORY_SPACE: r"\s",
    sre.CATEGORY_NOT_SPACE: r"\S",
    sre.CATEGORY_WORD: r"\w",
    sre.CATEGORY_NOT_WORD: r"\W",
}
_START = frozenset({sre.AT_BEGINNING, sre.AT_BEGINNING_STRING})


class Unbounded(Exception):
    """The pattern is not one that is matched in bounded time, or not known to be one."""


@lru_cache(maxsize=1024)
def is_bounded(pattern: str) -> bool:
    """Whether matching takes at most the square of the text's length, which `mendixgen.spec.structure` bounds.

    Lookarounds, references and flags are not looked into: a pattern with one is not bounded.

    Raises:
        re.error, OverflowError, RecursionError: it is no pattern.
    """
    try:
        places = _Places.of(pattern)
        return not places.is_exponential() and places.most_shared() <= 1
    except Unbounded:
        return False


@dataclass
class _Part:
    """A part of a pattern: places that it can begin and end with, and whether it can be empty."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    empty: bool = True


class _Places:
    def __init__(self) -> None:
        self.reads: list[int] = []
        self.after: list[list[int]] = []
        self.looped: set[int] = set()
        self._leads: dict[int, set[int]] = {}

    @classmethod
    def of(cls, pattern: str) -> _Places:
        parsed = _parser.parse(pattern)
        if parsed.state.flags & ~re.UNICODE:
            raise Unbounded
        found = cls()
        items = list(parsed)
        anchored = bool(items) and items[0][0] is sre.AT and items[0][1] in _START
        # a pattern that may begin anywhere is one behind a loop that reads anything
        searched = _Part() if anchored else found._repeated(found._place(_EVERY), least=0)
        found._in_row(searched, found._sequence(items))
        return found

    def _place(self, reads: int) -> _Part:
        if len(self.reads) >= MOST_PLACES:
            raise Unbounded
        self.reads.append(reads)
        self.after.append([])
        index = len(self.reads) - 1
        return _Part([index], [index], empty=False)

    def _sequence(self, items: Iterable[tuple[Any, Any]]) -> _Part:
        whole = _Part()
        for operation, argument in items:
            whole = self._in_row(whole, self._part(operation, argument))
        return whole

    def _in_row(self, one: _Part, other: _Part) -> _Part:
        self._follow(one.last, other.first)
        return _Part(
            one.first + other.first if one.empty else one.first,
            other.last + one.last if other.empty else other.last,
            one.empty and other.empty,
        )

    def _follow(self, ends: list[int], begins: list[int]) -> None:
        for end in ends:
            self.after[end] += begins

    def _part(self, operation: Any, argument: Any) -> _Part:
        if operation is sre.AT:
            return _Part()
        if operation in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            return self._place(_characters(operation, argument))
        if operation is sre.SUBPATTERN:
            _, added, removed, inner = argument
            if added or removed:
                raise Unbounded
            return self._sequence(inner)
        if operation is sre.BRANCH:
            branches = [self._sequence(inner) for inner in argument[1]]
            if sum(one.empty for one in branches) > 1:  # two ways to read nothing
                raise Unbounded
            return _Part(
                [place for one in branches for place in one.first],
                [place for one in branches for place in one.last],
                any(one.empty for one in branches),
            )
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT):
            least, most, inner = argument
            part = self._sequence(inner)
            if part.empty:  # each round may read nothing, and so may none
                raise Unbounded
            return self._repeated(part, least) if most > 1 else _Part(part.first, part.last, not least)
        raise Unbounded

    def _repeated(self, part: _Part, least: int) -> _Part:
        self._follow(part.last, part.first)
        # what stands in a repetition is reached from where it begins, and leads to where it ends
        self.looped |= set(range(min(part.first), len(self.reads)))
        return _Part(part.first, part.last, not least)

    def is_exponential(self) -> bool:
        """Whether some text leads from a place back to it in two ways."""
        for place in self.looped:
            nexts = self.after[place]
            if len(nexts) > len(set(nexts)) and any(
                nexts.count(one) > 1 and place in self._reachable(one) for one in nexts
            ):
                return True
            apart = {(a, b) for a in nexts for b in nexts if a < b and self.reads[a] & self.reads[b]}
            if any(place in self._reachable(end) for end in self._joined(apart)):
                return True
        return False

    def _joined(self, apart: set[tuple[int, int]]) -> Iterator[int]:
        """Places at which two ways that read the same text meet again."""
        seen, waiting = set(apart), list(apart)
        while waiting:
            one, other = waiting.pop()
            for a, b in self._together(one, other):
                if a == b:
                    yield a
                elif (pair := (min(a, b), max(a, b))) not in seen:
                    seen.add(pair)
                    waiting.append(pair)

    def most_shared(self) -> int:
        """How many times in a row a loop can hand over to a later one what either could read."""
        follows = {
            one: [other for other in self.looped if other != one and self._shares(one, other)] for one in self.looped
        }
        return max((self._longest(one, follows, frozenset()) for one in self.looped), default=0)

    def _longest(self, place: int, follows: dict[int, list[int]], seen: frozenset[int]) -> int:
        rest = [other for other in follows[place] if other not in seen]
        return max((1 + self._longest(other, follows, seen | {place}) for other in rest), default=0)

    def _shares(self, one: int, other: int) -> bool:
        """Whether a text leads from ``one`` to itself, to ``other``, and from ``other`` to itself."""
        if other not in self._reachable(one):
            return False
        goal, start = (one, other, other), (one, one, other)
        seen, waiting = {start}, [start]
        while waiting:
            a, b, c = waiting.pop()
            for x, y in self._together(a, b):
                for z in self.after[c]:
                    state = x, y, z
                    if self.reads[x] & self.reads[y] & self.reads[z] and state not in seen:
                        if state == goal:
                            return True
                        seen.add(state)
                        waiting.append(state)
        return False

    def _together(self, one: int, other: int) -> Iterator[tuple[int, int]]:
        """Where two places can go by the same character."""
        for a in self.after[one]:
            for b in self.after[other]:
                if self.reads[a] & self.reads[b]:
                    yield a, b

    def _reachable(self, place: int) -> set[int]:
        """The place, and all that it leads to."""
        if place not in self._leads:
            seen, waiting = {place}, [place]
            while waiting:
                for one in self.after[waiting.pop()]:
                    if one not in seen:
                        seen.add(one)
                        waiting.append(one)
            self._leads[place] = seen
        return self._leads[place]


def _characters(operation: Any, argument: Any) -> int:
    """The characters that a place reads, a bit each."""
    if operation is sre.LITERAL:
        return _bit(argument)
    if operation is sre.NOT_LITERAL:
        return (_EVERY & ~_bit(argument)) | _OTHER
    if operation is sre.ANY:
        return _EVERY
    reads, negated = 0, False
    for kind, value in argument:
        if kind is sre.NEGATE:
            negated = True
        elif kind is sre.LITERAL:
            reads |= _bit(value)
        elif kind is sre.RANGE:
            low, high = value
            reads |= sum(1 << code for code in range(low, min(high, 127) + 1)) | (_OTHER if high > 127 else 0)
        elif kind is sre.CATEGORY and value in _CATEGORIES:
            reads |= sum(1 << code for code in range(128) if re.match(_CATEGORIES[value], chr(code))) | _OTHER
        else:
            raise Unbounded
    return (_EVERY & ~reads) | _OTHER if negated else reads


def _bit(code: int) -> int:
    return 1 << code if code < 128 else _OTHER
