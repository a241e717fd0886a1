"""AWS names: within their limits, and different for different parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.names import LIMITS, name

PART = st.text("abcXYZ019-_. é", min_size=1, max_size=80).filter(lambda s: any(c.isascii() and c.isalnum() for c in s))


@given(st.sampled_from(sorted(LIMITS)), st.lists(PART, min_size=1, max_size=4))
def test_every_name_is_within_its_limit(kind: str, parts: list[str]) -> None:
    found = name(kind, *parts)
    assert 0 < len(found) <= LIMITS[kind]
    assert found == name(kind, *parts)
    assert found[0].isalnum()
    assert found[-1].isalnum()


def test_short_names_are_left_as_they_are_and_long_ones_stay_apart() -> None:
    assert name("lb", "prod", "public") == "prod-public"
    one, two = name("lb", "prod", "x" * 40, "a"), name("lb", "prod", "x" * 40, "b")
    assert one != two
    assert len(one) == 32


def test_what_has_no_name() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        name("lb", "--")
    with pytest.raises(KeyError):
        name("unknown", "a")
