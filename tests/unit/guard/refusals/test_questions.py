"""What a refusal can ask: numbers, versions, sets, blocks of addresses, windows; as properties."""

from __future__ import annotations

from ipaddress import IPv4Network

from hypothesis import given
from hypothesis import strategies as st

from mendixctl.guard.refusals.questions import QUESTIONS, family, minors_between, windows

NUMBERS = st.integers(-(10**6), 10**6)
MINORS = st.integers(0, 60)
TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59))
DAYS = st.sampled_from("mon tue wed thu fri sat sun".split())
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def ask(question: str, before: object, after: object, *named: object) -> bool:
    return QUESTIONS[question](before, after, named)


@given(NUMBERS, NUMBERS)
def test_a_number_is_above_below_or_neither(one: int, other: int) -> None:
    assert ask("above", None, one, other) == (one > other)
    assert ask("below", None, one, other) == (one < other)
    assert ask("above", None, str(one), str(other)) == (one > other)
    low, high = sorted((one, other))
    assert not ask("outside", None, low, low, high)
    assert ask("outside", None, high + 1, low, high)
    assert ask("less-than-after", None, one, other, 30) == (one < other + 30)


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_number_grows_by_enough_or_not(one: int, other: int) -> None:
    assert ask("grows-below", one, other, 10) == (one < other and other * 10 < one * 11)


def test_a_minor_upgrade_is_no_major_one() -> None:
    assert ask("minor-up", "17.9", "17.11", "postgres")
    assert not ask("minor-up", "16.9", "17.1", "postgres")
    assert not ask("minor-up", "17.9", "17", "postgres")
    assert ask("minor-up", "8.4.5", "8.4.7", "mysql")
    assert not ask("minor-up", "8.0.42", "8.4.5", "mysql")


@given(MINORS, MINORS)
def test_minor_versions_are_counted_and_not_compared_as_texts(one: int, other: int) -> None:
    old, new = f"1.{one}", f"1.{other}"
    assert minors_between(old, new) == other - one
    assert ask("minors-up", old, new, 1) == (other - one > 1)
    assert ask("minors-down", old, new, 1) == (one - other > 1)
    assert ask("newer-than", None, new, old) == (other > one)
    assert ask("minors-behind", None, old, new, 3) == (other - one > 3)
    assert ask("release-of-another", None, f"{new}.7-20261104", old) == (one != other)


@given(st.lists(st.integers(0, 99), min_size=1, max_size=4), st.lists(st.integers(0, 99), min_size=1, max_size=4))
def test_a_version_is_newer_as_far_as_both_say(one: list[int], other: list[int]) -> None:
    length = min(len(one), len(other))
    written = [".".join(map(str, parts)) for parts in (one, other)]
    assert ask("newer-than", None, *written) == (one[:length] > other[:length])


@given(st.tuples(TIMES, TIMES), st.tuples(DAYS, TIMES, TIMES))
def test_two_windows_clash_whichever_is_asked(daily: tuple, weekly: tuple) -> None:
    backup = "-".join(f"{hour:02}:{minute:02}" for hour, minute in daily)
    day, *times = weekly
    maintenance = "-".join(f"{day}:{hour:02}:{minute:02}" for hour, minute in times)
    assert ask("clashes", None, backup, maintenance) == ask("clashes", None, maintenance, backup)
    if daily[0] != daily[1]:
        assert ask("clashes", None, backup, backup)


def test_windows_reach_over_midnight_and_over_the_end_of_the_week() -> None:
    assert windows("sun:23:30-mon:00:30") == [(6 * 1440 + 1410, 6 * 1440 + 1470)]
    assert ask("clashes", None, "23:45-00:15", "mon:00:00-mon:01:00")
    assert ask("clashes", None, "00:10-00:40", "sun:23:30-mon:00:30")
    assert not ask("clashes", None, "03:00-04:00", "mon:04:00-mon:05:00")
    assert windows("someday") == []


@given(st.integers(0, 2**32 - 1), st.integers(8, 30), st.integers(0, 2**32 - 1), st.integers(8, 30))
def test_blocks_of_addresses_are_compared_as_such(one: int, length: int, other: int, shorter: int) -> None:
    block, around = IPv4Network((one, length), strict=False), IPv4Network((other, shorter), strict=False)
    assert ask("meets", None, str(block), str(around)) == block.overlaps(around)
    assert ask("leaves-blocks", None, str(block), str(around)) == (not block.subnet_of(around))
    assert ask("prefix-outside", None, str(block), 16, 28) == (not 16 <= length <= 28)


@given(st.lists(st.integers(0, 5), max_size=6), st.lists(st.integers(0, 5), max_size=6))
def test_sets_know_no_order(one: list[int], other: list[int]) -> None:
    assert ask("another-set", one, other) == (set(one) != set(other))
    assert ask("repeats", None, one) == (len(set(one)) < len(one))
    assert ask("kinds-below", None, one, 2) == (len(set(one)) == 1)


@given(st.sampled_from(sorted(QUESTIONS)), ANYTHING, ANYTHING, ANYTHING)
def test_no_question_stumbles(question: str, before: object, after: object, named: object) -> None:
    names = {"like": (".*",), "unlike": (".*",), "was-like": (".*",), "was-unlike": (".*",)}
    numbers = ("longer", "packed-longer", "bytes-above", "minors-up", "minors-down", "kinds-below")
    given_to = names.get(question, (3, 7) if question in numbers else (named, 7))
    assert QUESTIONS[question](before, after, given_to) in (True, False)


def test_the_families_of_engines() -> None:
    assert family("postgres", "17.2") == "postgres17"
    assert family("mysql", "8.4.3") == "mysql8.4"
    assert family("oracle-se2", "19.0.0.0.ru-2026-07.rur-2026-07.r1") == "oracle-se2-19"
    assert family("mysql", "8") == family("sqlserver-se", "15.0") == family(None, "17") == ""
