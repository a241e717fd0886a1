"""Values as text: nothing that a terminal would obey gets through, and what differs stays in sight."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.language.wrapping import columns
from mendixctl.views import text

ANY = st.text(st.characters(), max_size=60)


@given(ANY)
def test_clean_leaves_no_control_character_but_newlines(given: str) -> None:
    shown = text.clean(given)
    assert not [one for one in shown if unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") and one != "\n"]
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c\ufeff")


@given(ANY)
def test_clean_is_idempotent_and_leaves_ordinary_text_alone(given: str) -> None:
    assert text.clean(text.clean(given)) == text.clean(given)
    ordinary = "".join(one for one in given if unicodedata.category(one)[0] in "LNPS")
    assert text.clean(ordinary) == ordinary


@given(ANY)
def test_a_line_stays_a_line(given: str) -> None:
    assert len(text.clean_line(given).splitlines()) <= 1


def test_clean_shows_what_it_hides() -> None:
    assert text.clean("\x1b[31mred\x07\u202eabc") == "\\x1b[31mred\\x07\\u202eabc"
    assert text.clean("na\u200bme") == "na\\u200bme"


@given(st.recursive(st.none() | st.booleans() | st.integers() | ANY, st.lists, max_leaves=8))
def test_value_is_always_one_line(given: object) -> None:
    assert "\n" not in text.value(given)


@given(ANY, st.integers(40, 120))
def test_shorten_keeps_to_its_limit(given: str, limit: int) -> None:
    long = given * 10
    assert columns(text.shorten(long, limit)) <= limit + 1


def test_shorten_counts_columns_and_keeps_accents_with_their_letters() -> None:
    letter, wide = "0\u0b4d", "环境" * 30
    assert text.shorten(letter * 60, 40) == f"{letter * 17}…{letter * 5} (120 characters)"
    assert text.shorten(wide, 41) == "环境环境环境环境环…境环境 (60 characters)"


def test_what_differs_stays_in_sight() -> None:
    before, after = text.shorten_pair("same " * 100 + "old" + "x" * 200, "same " * 100 + "new" + "x" * 200, 80)
    assert "old" in before
    assert "new" in after
    assert len(before) <= 81


def test_json_texts_are_compared_line_by_line() -> None:
    diff = text.line_diff('{"a": [1, 2], "b": 1}', '{"b": 1, "a": [1, 3]}')
    assert diff is not None
    assert [line for line in diff if line[0] in "+-"] == ["-    2", "+    3"]


def test_of_lists_of_values_only_what_went_and_came_is_shown() -> None:
    assert text.line_diff(["a", "b", "c"], ["a", "b"]) == ['-"c"']
    assert text.line_diff(["a", "b"], ["a", "x", "b", 1]) == ['+"x"', "+1"]
    assert text.line_diff(["a", "b"], ["b", "a"]) == ['-"a"', '+"a"']
    assert text.line_diff(["a"], ["b"]) is None
    assert text.line_diff(["a", "b"], ["c", "d"]) is None


def test_the_last_entry_of_a_list_is_no_change_because_it_has_no_comma() -> None:
    found = text.line_diff([{"a": 1}, {"b": 2}], [{"a": 1}])
    assert found is not None
    changed = [line for line in found if line[0] in "+-"]
    assert sorted(changed) == ['-    "b": 2', "-  {", "-  }"]


VALUES = st.lists(st.sampled_from(["a", "b", 1, True, None]), min_size=1, max_size=6)


@given(VALUES, VALUES)
def test_what_is_shown_of_lists_leads_from_before_to_after(before: list[Any], after: list[Any]) -> None:
    lines = text.line_diff(before, after)
    if lines is None:
        return
    gone, come = ([line[1:] for line in lines if line[0] == sign] for sign in "-+")
    old, new = Counter(map(text.value, before)), Counter(map(text.value, after))
    assert old - Counter(gone) + Counter(come) == new
    assert sum((old - Counter(gone)).values()) == len(before) - len(gone)


def test_short_values_are_not_diffed() -> None:
    assert text.line_diff("one", "two") is None
    assert text.line_diff("{}", "{}") is None
    assert text.line_diff("{broken", "{broken too") is None


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (45.2, "45 s"), (59.7, "1 m 00 s"), (72, "1 m 12 s"), (3720, "1 h 02 m")],
)
def test_durations(seconds: float, shown: str) -> None:
    assert text.duration(seconds) == shown


def test_lists_say_how_much_they_leave_out() -> None:
    assert text.listed(str(number) for number in range(20))[-1] == "and 9 more"
    assert len(text.listed(str(number) for number in range(12))) == 12
