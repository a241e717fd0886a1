"""Limits and acceptances: what a plan takes away is accepted by name, one by one, or not done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.guard import limits
from mendixctl.guard.limits import Planned
from mendixctl.terraform.plan import Action

ADDRESSES = [f'module.storage.aws_s3_bucket.this["{name}"]' for name in ("files", "backups", "logs", "more")]
PLANNED = st.lists(st.builds(Planned, st.sampled_from(ADDRESSES), st.sampled_from(Action), st.booleans()), max_size=8)
LIMIT = st.none() | st.integers(0, 4)


def planned(address: str, action: Action, loses: bool = False) -> Planned:
    return Planned(address, action, loses)


def test_an_irreversible_change_is_named_whatever_its_action_is() -> None:
    changes = [
        planned("a.disarmed", Action.UPDATE, loses=True),
        planned("a.kept", Action.UPDATE),
        planned("a.gone", Action.DELETE, loses=True),
    ]
    (found,) = limits.irreversible(changes, ())
    assert (found.code, found.accept) == ("MXG101", ("a.disarmed", "a.gone"))
    assert found.addresses == (("a.disarmed", "update"), ("a.gone", "delete"))
    assert limits.irreversible(changes, {"a.disarmed", "a.gone"}) == []


def test_the_reason_of_a_verdict_is_told() -> None:
    (found,) = limits.irreversible([Planned("a.b", Action.REPLACE, True, "its data is lost")], ())
    assert found.addresses == (("a.b", "replace: its data is lost"),)


def test_a_limit_counts_what_is_not_accepted() -> None:
    changes = [planned(f"a.b[{index}]", Action.DELETE) for index in range(3)]
    assert limits.limits(changes, (), destroy=3, replace=0) == []
    (found,) = limits.limits(changes, (), destroy=2, replace=0)
    assert (found.code, found.key) == ("MXG102", "limits.destroy")
    assert "destroys 3 resources, and limits.destroy is 2" in found.summary
    assert limits.limits(changes, {"a.b[1]"}, destroy=2, replace=0) == []
    assert limits.limits(changes, (), destroy=None, replace=0) == []


def test_replacements_have_a_limit_of_their_own() -> None:
    changes = [planned("a.b", Action.REPLACE)]
    (found,) = limits.limits(changes, (), destroy=0, replace=0)
    assert (found.code, found.accept) == ("MXG103", ("a.b",))
    assert limits.limits(changes, (), destroy=0, replace=1) == []


def test_what_is_accepted_anyway_is_enough_where_it_is() -> None:
    """One of two destroys is irreversible and accepted in any case; the other one is within the limit."""
    changes = [planned("a.data", Action.DELETE, loses=True), planned("a.plain", Action.DELETE)]
    (found,) = limits.limits(changes, (), destroy=1, replace=None)
    assert found.accept == ("a.data",)
    assert limits.limits(changes, ("a.data",), destroy=1, replace=None) == []


def test_a_deposed_object_is_one_with_the_current_one() -> None:
    changes = [planned("a.b", Action.REPLACE, loses=True), planned("a.b", Action.DELETE)]
    assert limits.acceptable(changes) == ["a.b"]
    assert limits.irreversible(changes, ())[0].accept == ("a.b",)


def test_an_acceptance_of_nothing_is_told_with_what_was_meant() -> None:
    files, *_ = ADDRESSES
    assert limits.unknown([files, files.replace("files", "fiels")], ADDRESSES) == [
        (files.replace("files", "fiels"), files)
    ]
    assert limits.unknown(["zzz"], ADDRESSES) == [("zzz", "")]


@pytest.mark.parametrize("form", ["*", "module.storage", "module.storage.aws_s3_bucket.this", "aws_s3_bucket.*"])
def test_only_an_exact_address_accepts(form: str) -> None:
    assert [given for given, _ in limits.unknown([form], ADDRESSES)] == [form]


@given(PLANNED, st.sets(st.sampled_from(ADDRESSES)), LIMIT, LIMIT)
def test_accepting_what_is_asked_for_always_passes(
    changes: list[Planned], accepted: set[str], destroy: int | None, replace: int | None
) -> None:
    """The command line that a refusal prints passes at once, and asks for nothing that cannot be accepted."""

    def objections(given: set[str]) -> list[limits.Objection]:
        return [
            *limits.irreversible(changes, given),
            *limits.limits(changes, given, destroy=destroy, replace=replace),
        ]

    asked = {address for one in objections(accepted) for address in one.accept}
    assert asked <= set(limits.acceptable(changes))
    assert objections(accepted | asked) == []


@given(PLANNED, st.sets(st.sampled_from(ADDRESSES)))
def test_nothing_irreversible_passes_unnamed(changes: list[Planned], accepted: set[str]) -> None:
    named = {address for one in limits.irreversible(changes, accepted) for address in one.accept}
    lost = {change.address for change in changes if change.loses}
    assert lost == named | (lost & accepted)
    assert not named & accepted
