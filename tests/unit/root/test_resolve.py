"""Resolvers: zones of a region."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.areas.contract import Header
from mendixgen.regions import regions
from mendixgen.resolve import RESOLVERS, Unresolvable


def header(region: str) -> Header:
    return Header("dev", region, "123456789012", "aws", "a.example", {})


@given(st.sampled_from(sorted(regions())), st.integers(1, 6))
def test_a_number_of_zones_is_the_first_ones_and_adding_one_moves_none(region: str, count: int) -> None:
    have = len(regions()[region].zones)
    if count > have:
        with pytest.raises(Unresolvable, match=f"{region} has the zones"):
            RESOLVERS["zones"](count, header(region))
        return
    letters = RESOLVERS["zones"](count, header(region))
    assert len(set(letters)) == count
    if count < have:
        assert RESOLVERS["zones"](count + 1, header(region))[:count] == letters


def test_letters_that_only_some_accounts_have_are_accepted_when_written_out() -> None:
    assert RESOLVERS["zones"](["a", "b"], header("ap-northeast-1")) == ["a", "b"]
    assert RESOLVERS["zones"](2, header("ap-northeast-1")) == ["a", "c"]


def test_zone_names() -> None:
    assert RESOLVERS["zone_names"](2, header("eu-west-1")) == ["eu-west-1a", "eu-west-1b"]


@given(st.dictionaries(st.sampled_from(["files", "logs", "backups"]), st.just({"inventory": "none"})))
def test_the_bucket_of_the_applications_files_is_always_there(buckets: dict[str, object]) -> None:
    resolved = RESOLVERS["with_files"](buckets, header("eu-west-1"))
    assert resolved == {"files": {}} | buckets
