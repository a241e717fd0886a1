"""Which elements of two lists are the same ones: the longest common part, and what is alike of the rest. Pure.

A set in Terraform's JSON is a list in an order of its own that depends on the elements alone (go-cty orders them by
value, or by a hash of it), so what two sets have in common stands in the same order in both: their longest common
part is their intersection, and sets need no other treatment than lists.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence

Pair = tuple[int, int]
"""An index before, and an index after."""

MOST_MATCHES = 200_000
"""Pairs of equal elements up to which the longest common part is exact; beyond it is merely a common part."""

MOST_COMPARISONS = 10_000
"""Pairs of different elements up to which they are asked how alike they are; beyond they pair off in their order."""


def common(before: Sequence[Hashable], after: Sequence[Hashable]) -> list[Pair]:
    """A longest common subsequence, as pairs of indices that rise on both sides.

    By Hunt and Szymanski: a longest rising chain of the pairs of equal elements, in O((r + n) log n) for r such pairs.
    """
    places: dict[Hashable, list[int]] = defaultdict(list)
    for index, element in enumerate(after):
        places[element].append(index)
    if sum(len(places[element]) for element in before if element in places) > MOST_MATCHES:
        return _longest((index, (new,)) for index, new in _by_count(before, places))
    return _longest((index, reversed(places[element])) for index, element in enumerate(before) if element in places)


def _by_count(before: Sequence[Hashable], places: dict[Hashable, list[int]]) -> Iterator[Pair]:
    """The first of each kind with the first, the second with the second: few pairs, however often elements repeat."""
    seen: dict[Hashable, int] = defaultdict(int)
    for index, element in enumerate(before):
        if seen[element] < len(places.get(element, ())):
            yield index, places[element][seen[element]]
        seen[element] += 1


def _longest(matches: Iterator[tuple[int, Sequence[int] | Iterator[int]]]) -> list[Pair]:
    """The longest chain of pairs that rises on both sides; the second sides of one first side come falling."""
    ends: list[int] = []  # the smallest second side with which a chain of each length can end
    chains: list[tuple[Pair, object]] = []  # such a chain, its last pair first
    for old, news in matches:
        for new in news:
            length = bisect_left(ends, new)
            chain = ((old, new), chains[length - 1] if length else None)
            if length == len(ends):
                ends.append(new)
                chains.append(chain)
            else:
                ends[length], chains[length] = new, chain
    found: list[Pair] = []
    link: object = chains[-1] if chains else None
    while isinstance(link, tuple):
        found.append(link[0])
        link = link[1]
    return found[::-1]


def gaps(pairs: Sequence[Pair], before: int, after: int) -> Iterator[tuple[range, range]]:
    """What stands between the pairs, of lists with ``before`` and ``after`` elements; either side may be empty."""
    old = new = 0
    for next_old, next_new in (*pairs, (before, after)):
        if next_old > old or next_new > new:
            yield range(old, next_old), range(new, next_new)
        old, new = next_old + 1, next_new + 1


def alike(before: Sequence[int], after: Sequence[int], likeness: Callable[[int, int], float]) -> list[Pair]:
    """As many pairs as the shorter side has, in order, and of all such pairings the one that is most alike.

    ``likeness`` of two indices is from 0 to 1.
    """
    if len(before) == len(after) or len(before) * len(after) > MOST_COMPARISONS:
        return list(zip(before, after, strict=False))
    if len(before) > len(after):
        return [(old, new) for new, old in alike(after, before, lambda new, old: likeness(old, new))]
    spare = len(after) - len(before)
    # best[j]: the likeness of the first elements of ``before``, the last of them paired with after[i + j] at most
    best: list[float] = [0.0] * (spare + 1)
    chosen: list[list[int]] = []
    for i, old in enumerate(before):
        row, picks = [], []
        top, pick = -1.0, 0
        for j in range(spare + 1):
            here = best[j] + likeness(old, after[i + j])
            if here > top:
                top, pick = here, j
            row.append(top)
            picks.append(pick)
        best = row
        chosen.append(picks)
    found: list[Pair] = []
    limit = spare
    for i in range(len(before) - 1, -1, -1):
        limit = chosen[i][limit]
        found.append((before[i], after[i + limit]))
    return found[::-1]
