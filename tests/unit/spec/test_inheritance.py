"""What a standby takes from its primary's file, where it is said to stand, and how a wish is written back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.diagnostics import MendixError
from mendixgen.spec.between import warnings
from mendixgen.spec.edit import same
from mendixgen.spec.inheritance import OWN, Combined, combined, difference, merged, taken
from mendixgen.spec.loader import Specification, load_text
from mendixgen.spec.source import Source, scan
from mendixgen.versions.store import ModuleStore

STORE = ModuleStore(Path(__file__).resolve().parents[3] / "modules")

PROD = """\
name: prod
region: eu-central-1
account: "123456789012"
domain: apps.example.com
owner: platform@example.com
tags: {cost-center: "4711"}
state: {bucket: example-mendix-state}
network:
  cidr: 10.20.0.0/16
  zones: 3
  nat: single
database:
  instances:
    crm: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 200}
    erp: {engine: mysql, version: "8.4"}
apps:
  crm: {mendix: "11.6", database: crm, hostname: crm.example.com}
"""

STANDBY = """\
name: prod-dr
standby_of: prod
region: eu-west-1
account: "123456789012"
domain: dr.apps.example.com
network:
  cidr: 10.21.0.0/16
database:
  instances:
    crm: {class: db.t4g.large}
"""

PLAIN = st.recursive(
    st.integers(0, 9) | st.booleans() | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=12,
)
MAPPINGS = st.dictionaries(st.sampled_from("abcd"), PLAIN, max_size=4)


def standby(text: str = STANDBY, prod: str = PROD) -> Specification:
    return load_text(text, "environments/prod-dr.yaml", store=STORE, lock=None, beside=beside(prod))


def beside(prod: str) -> Any:
    return {"prod": scan(prod, "environments/prod.yaml")}.get


def told(text: str, prod: str = PROD) -> list[tuple[str, str]]:
    own = standby(text, prod)
    primary = load_text(prod, "environments/prod.yaml", store=STORE, lock=None)
    both = {"prod-dr": own, "prod": primary}
    return [(one.code, str(one.location)) for one in warnings("prod-dr", both, list(both), STORE)]


def test_a_standby_is_its_primary_but_for_what_it_says_and_what_one_alone_can_have() -> None:
    found = standby()
    assert found.header.owner == "platform@example.com"
    assert found.header.tags == {"cost-center": "4711"}
    assert found.header.state_bucket == "123456789012-eu-west-1-mendix-state"
    assert found.header.domain == "dr.apps.example.com"
    assert found.header.apps["crm"].hostname is None
    assert found.sections["network"] == {"cidr": "10.21.0.0/16", "zones": 3, "nat": "single"}
    crm = found.sections["database"]["instances"]["crm"]
    assert crm == {"engine": "postgres", "version": "17", "class": "db.t4g.large", "storage_gb": 200}
    assert found.header.for_areas().neighbours["prod"].region == "eu-central-1"


def test_what_an_account_has_once_is_the_primarys() -> None:
    assert standby().sections["logging"] == {"service_linked_role": False}
    own = STANDBY + "logging: {service_linked_role: true}\n"
    assert standby(own).sections["logging"] == {"service_linked_role": True}


def test_each_part_is_where_it_stands() -> None:
    found = standby()
    assert str(found.locate(("network", "cidr"))) == "environments/prod-dr.yaml:7:9"
    assert str(found.locate(("network", "nat"))) == "environments/prod.yaml:11:8"
    assert str(found.locate(("database", "instances", "crm", "engine"))) == "environments/prod.yaml:14:19"
    assert str(found.locate(("database", "instances", "crm", "class"))) == "environments/prod-dr.yaml:10:18"


def test_a_mistake_that_is_taken_is_told_in_the_primarys_file() -> None:
    with pytest.raises(MendixError) as error:
        standby(prod=PROD.replace("nat: single", "nat: some"))
    (first,) = error.value.diagnostics
    assert str(first.location) == "environments/prod.yaml:11:8"


def test_a_null_takes_away_and_the_loss_is_told_where_it_stands() -> None:
    text = STANDBY + "    erp: null\napps: {crm: null}\n"
    assert set(standby(text).sections["database"]["instances"]) == {"crm"}
    assert told(text) == [("MXS196", "environments/prod-dr.yaml:11:10"), ("MXS194", "environments/prod-dr.yaml:12:13")]


def test_engines_versions_and_names_are_compared_with_the_primary() -> None:
    assert told(STANDBY) == [("MXS195", "environments/prod-dr.yaml:2:13")]
    named = STANDBY + "apps: {crm: {hostname: crm.example.com}}\n"
    assert told(named) == []
    other = named.replace("{class: db.t4g.large}", "{engine: mysql, version: '8.4'}")
    assert told(other) == [("MXS197", "environments/prod-dr.yaml:10:19")]
    older = named.replace("{class: db.t4g.large}", "{version: '16'}")
    assert told(older) == [("MXS197", "environments/prod-dr.yaml:10:20")]


def test_an_arn_of_the_primarys_region_is_told_in_its_file() -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/hub"
    prod = PROD.replace("hostname: crm.example.com", "files: files") + (
        f"registry: {{caches: {{hub: {{upstream: registry-1.docker.io, credential_arn: '{arn}'}}}}}}\n"
    )
    assert [code for code, place in told(STANDBY, prod) if place.startswith("environments/prod.yaml:18")] == ["MXS198"]


def test_what_is_recorded_needs_no_other_file() -> None:
    """So a rollback means what was, whatever becomes of the primary's file."""
    found = standby()
    alone = load_text(found.whole, "prod-dr.yaml", store=STORE, lock=None, name="prod-dr")
    assert same(alone.data, found.data)
    assert alone.arguments == found.arguments
    assert (alone.whole, alone.taken) == (found.whole, "")


def test_a_change_of_the_primary_is_one_of_the_standby_and_a_comment_is_none() -> None:
    before = standby()
    assert standby(prod=PROD + "# a remark\n").taken == before.taken
    changed = standby(prod=PROD.replace("storage_gb: 200", "storage_gb: 300"))
    assert changed.taken != before.taken
    assert changed.text == before.text
    back = changed.rewritten(before.data)
    assert back.startswith(STANDBY.split("database:", maxsplit=1)[0])
    assert same(standby(back, PROD.replace("storage_gb: 200", "storage_gb: 300")).data, before.data)


def test_what_is_never_taken_has_a_reason_and_every_key_that_leads_to_the_ledger_is_among_it() -> None:
    from mendixctl.engine.environment.header_only import LEADING

    assert set(LEADING) <= set(OWN)
    assert all(OWN.values())


def test_a_document_that_takes_nothing_stays_itself() -> None:
    source = scan(PROD, "environments/prod.yaml")
    assert combined(source, {}.get, STORE.areas()) is source


def test_a_primary_that_is_broken_is_told_at_its_own_place() -> None:
    prod = PROD.replace('cost-center: "4711"', "cost-center: 0123")
    with pytest.raises(MendixError) as error:
        standby(prod=prod)
    assert {str(one.location) for one in error.value.diagnostics} == {"environments/prod.yaml:6:21"}


@given(MAPPINGS, MAPPINGS, MAPPINGS)
def test_what_is_written_back_takes_effect(wanted: Any, own: Any, base: Any) -> None:
    assert same(merged(difference(wanted, own, base), base), wanted)


@given(MAPPINGS, MAPPINGS)
def test_nothing_is_said_again(own: Any, base: Any) -> None:
    """What takes effect already is what the file says already."""
    wanted = merged(own, base)
    again = difference(wanted, own, base)
    assert same(merged(again, base), wanted)
    assert set(again) <= set(own)


@given(MAPPINGS)
def test_what_is_taken_leaves_the_primary_alone(sections: Any) -> None:
    primary = {"apps": sections, "network": sections, "cluster": {"node_groups": sections}}
    before = repr(primary)
    taken(primary, ["network", "cluster"])
    assert repr(primary) == before


def test_the_document_of_a_standby_is_told_from_others() -> None:
    found: Source = standby().source
    assert isinstance(found, Combined)
    assert found.primary is not None
    assert found.raw(("network", "nat")) == "single"
