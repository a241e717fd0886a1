"""What two lists have in common is the most that they can, and what is alike pairs off; fast on long ones too."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.terraform import alignment
from mendixctl.terraform.alignment import alike, common, gaps

LETTERS = st.lists(st.sampled_from("abc"), max_size=7)


def rises(pairs: list[tuple[int, int]]) -> bool:
    return all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(pairs))


@given(LETTERS, LETTERS)
def test_the_common_part_is_common_and_the_longest(before: list[str], after: list[str]) -> None:
    pairs = common(before, after)
    assert rises(pairs)
    assert [before[old] for old, _ in pairs] == [after[new] for _, new in pairs]
    longer = combinations(range(len(before)), len(pairs) + 1)
    assert not any(is_part([before[index] for index in chosen], after) for chosen in longer)


def is_part(part: list[str], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(element in rest for element in part)


@given(st.sets(st.text(max_size=2)), st.sets(st.text(max_size=2)))
def test_of_sets_in_their_order_it_is_the_intersection(before: set[str], after: set[str]) -> None:
    old, new = sorted(before), sorted(after)
    assert {old[index] for index, _ in common(old, new)} == before & after


@given(LETTERS, LETTERS)
def test_the_gaps_are_all_the_rest(before: list[str], after: list[str]) -> None:
    pairs = common(before, after)
    found = list(gaps(pairs, len(before), len(after)))
    assert all(olds or news for olds, news in found)
    assert sorted([index for olds, _ in found for index in olds] + [old for old, _ in pairs]) == [*range(len(before))]
    assert sorted([index for _, news in found for index in news] + [new for _, new in pairs]) == [*range(len(after))]
    assert {before[i] for olds, news in found if not news for i in olds} <= set(before)


@given(st.lists(st.integers(0, 4), max_size=5), st.lists(st.integers(0, 4), max_size=5))
def test_what_is_alike_pairs_off_as_well_as_it_can(before: list[int], after: list[int]) -> None:
    def likeness(old: int, new: int) -> float:
        return 1 / (1 + abs(before[old] - after[new]))

    def total(pairs: list[tuple[int, int]]) -> float:
        return sum(likeness(old, new) for old, new in pairs)

    pairs = alike(range(len(before)), range(len(after)), likeness)
    length = min(len(before), len(after))
    assert len(pairs) == length
    assert rises(pairs)
    every = (
        list(zip(olds, news, strict=True))
        for olds in combinations(range(len(before)), length)
        for news in combinations(range(len(after)), length)
    )
    assert total(pairs) == pytest.approx(max(map(total, every)))


@given(LETTERS, LETTERS)
def test_what_repeats_too_often_is_still_in_common(before: list[str], after: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alignment, "MOST_MATCHES", 0)
        pairs = common(before, after)
    assert rises(pairs)
    assert [before[old] for old, _ in pairs] == [after[new] for _, new in pairs]
    assert pairs or not set(before) & set(after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([*range(5000)], [*range(0, 5000, 2)]),
        ([*range(5000)], [*range(5000, 0, -1)]),
        ([*range(5000)], [*range(5000, 10000)]),
        ([0, 1] * 2500, [1, 0, 0] * 1700),
        ([0] * 5000, [0] * 4999),
    ],
)
def test_of_lists_of_thousands_few_elements_are_compared(before: list[int], after: list[int]) -> None:
    compared = 0

    def likeness(old: int, new: int) -> float:
        nonlocal compared
        compared += 1
        return float(before[old] == after[new])

    pairs = common(before, after)
    assert rises(pairs)
    for olds, news in gaps(pairs, len(before), len(after)):
        assert len(alike(olds, news, likeness)) == min(len(olds), len(news))
    assert compared <= alignment.MOST_COMPARISONS
