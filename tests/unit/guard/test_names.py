"""AWS names: within their limits, and different for different parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.guard.names import within

PART = st.text("abcXYZ019-_. é", min_size=1, max_size=80).filter(lambda s: any(c.isascii() and c.isalnum() for c in s))


@given(st.integers(16, 255), st.lists(PART, min_size=1, max_size=4))
def test_every_name_is_within_its_limit(limit: int, parts: list[str]) -> None:
    found = within(limit, *parts)
    assert 0 < len(found) <= limit
    assert found == within(limit, *parts)
    assert found[0].isalnum()
    assert found[-1].isalnum()


def test_short_names_are_left_as_they_are_and_long_ones_stay_apart() -> None:
    assert within(32, "prod", "public") == "prod-public"
    one, two = within(32, "prod", "x" * 40, "a"), within(32, "prod", "x" * 40, "b")
    assert one != two
    assert len(one) == 32


def test_what_has_no_name() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        within(32, "--")
