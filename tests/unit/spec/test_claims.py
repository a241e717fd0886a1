"""Two environments that would own the same thing, found by their YAML alone."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.spec.claims import claims, collisions
from mendixgen.spec.source import read, scan

ONE = """\
name: prod
region: eu-central-1
account: "123456789012"
domain: apps.example.com
"""
OTHER = """\
name: prod-dr
region: eu-west-1
account: "123456789012"
domain: dr.example.com
"""


def told(one: str, other: str) -> list[str]:
    return [found.summary for found in collisions(read(one, "one.yaml"), [read(other, "other.yaml")])]


def test_environments_of_their_own_share_nothing() -> None:
    assert told(ONE, OTHER) == []
    assert told(ONE + "apps: {web: {}}\ndatabase: {instances: {main: {}}}\n", OTHER + "apps: {web: {}}\n") == []


@pytest.mark.parametrize(
    ("one", "other", "what"),
    [
        ("apps: {dr-web: {}}\n", "", ""),
        ("database: {instances: {dr-main: {}}}\n", "database: {instances: {main: {}}}\n", ""),
        ("database: {instances: {a: {replicas: 2}}}\n", "", ""),
        ("apps: {}\n", "state: {bucket: b, prefix: x}\n", ""),
    ],
)
def test_what_only_looks_alike_is_no_collision(one: str, other: str, what: str) -> None:
    """Roles have app in their name, databases are in different regions, the state's key has the name in it."""
    assert told(ONE + one, OTHER + other) == []


def test_databases_of_one_region_are_told_apart_by_more_than_a_hyphen() -> None:
    one = ONE + "database: {instances: {dr-main: {}}}\n"
    other = OTHER.replace("eu-west-1", "eu-central-1") + "database: {instances: {main: {}}}\n"
    (summary,) = told(one, other)
    assert summary == "the database prod-dr-main would be prod-dr's as well (account 123456789012, eu-central-1)"
    (found,) = collisions(read(one, "one.yaml"), [read(other, "other.yaml")])
    assert (str(found.location), found.detail) == ("one.yaml:5:33", "the other one: other.yaml:5:30")
    replica = ONE + "database: {instances: {dr-main: {replicas: 1}, dr-main-replica: {}}}\n"
    assert told(replica, other.replace("main", "main-replica-1"))


def test_roles_are_the_accounts_whatever_the_region_is() -> None:
    other = OTHER.replace("prod-dr", "prod-app")
    assert told(ONE + "apps: {node: {}}\n", other) == [
        "the IAM role prod-app-node would be prod-app's as well (account 123456789012)"
    ]
    assert told(ONE + "apps: {node: {}}\n", other.replace("123456789012", "210987654321")) == []


def test_a_domain_is_one_environments_and_its_standbys() -> None:
    other = OTHER.replace("dr.example.com", "apps.example.com")
    assert told(ONE, other) == ["the domain apps.example.com would be prod-dr's as well (all of DNS)"]
    assert told(ONE, other + "standby_of: prod\n") == []
    assert told(other + "standby_of: prod\n", ONE) == []
    assert told(ONE + "target: emulator\n", other + "target: emulator\n") == []
    assert told(ONE, other + "target: emulator\n") == []


def test_the_same_name_is_the_same_state_and_cluster() -> None:
    summaries = told(ONE, ONE.replace("apps.", "other."))
    assert "the state s3://123456789012-eu-central-1-mendix-state/prod/terraform.tfstate" in summaries[0]
    assert any("the cluster prod" in summary for summary in summaries)
    assert told(ONE + "state: {bucket: b}\n", OTHER.replace("prod-dr", "prod") + "state: {bucket: b}\n")


def test_an_account_and_region_have_one_foundation() -> None:
    foundation = 'kind: foundation\nname: base\nregion: eu-central-1\naccount: "123456789012"\n'
    (summary,) = told(foundation, foundation.replace("base", "ground"))
    assert "the foundation" in summary
    assert told(foundation, foundation.replace("base", "ground").replace("central", "north")) == []


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 99) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4) | st.integers(), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from("name account region kind target state domain apps storage database standby_of".split()), PLAIN
    )
)
def test_any_data_is_read(data: dict[str, Any]) -> None:
    for claim in claims({"name": "a", "account": "1", "region": "r", **data}):
        assert claim.name
    own = scan(ONE, "one.yaml")
    collisions(own, [own])
