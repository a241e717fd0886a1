"""Environments beside each other: a standby that could not take over is a warning."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendixgen.diagnostics import Severity
from mendixgen.spec.between import warnings
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore
from tests.unit.spec.samples import MINIMAL

STORE = ModuleStore(Path(__file__).resolve().parents[3] / "modules")


def loaded(name: str, text: str = "", region: str = "eu-central-1") -> Specification:
    whole = MINIMAL.replace("name: dev", f"name: {name}").replace("eu-central-1", region) + text
    return load_text(whole, f"environments/{name}.yaml", store=STORE, lock=None)


def found(standby: Specification, *others: Specification) -> list[tuple[str, str]]:
    specifications = {one.header.name: one for one in (standby, *others)}
    said = warnings(standby.header.name, specifications, list(specifications), STORE)
    assert all(one.severity is Severity.WARNING for one in said)
    return [(one.code, str(one.location)) for one in said]


def test_a_standby_of_its_own_block_and_region_is_as_it_should_be() -> None:
    standby = loaded("prod-dr", "standby_of: prod\nnetwork: {cidr: 10.21.0.0/16}\n", "eu-west-1")
    assert found(standby, loaded("prod"), loaded("dev")) == []
    assert found(loaded("prod"), standby) == []


@pytest.mark.parametrize(
    ("own", "other", "place"),
    [
        ("", "", "1:1"),  # the module's default, twice
        ("network: {cidr: 10.20.0.0/16}\n", "network: {cidr: 10.20.0.0/18}\n", "7:17"),
        (
            "network:\n  cidr: 10.21.0.0/16\n  secondary_cidrs: [100.64.0.0/16]\n",
            "network: {secondary_cidrs: [100.64.0.0/18]}\n",
            "9:21",
        ),
    ],
)
def test_overlapping_networks_of_a_standby(own: str, other: str, place: str) -> None:
    standby = loaded("prod-dr", "standby_of: prod\n" + own, "eu-west-1")
    assert found(standby, loaded("prod", other)) == [("MXS193", f"environments/prod-dr.yaml:{place}")]


def test_a_standby_beside_its_primary_and_one_of_nothing() -> None:
    text = "standby_of: prod\nnetwork: {cidr: 10.21.0.0/16}\n"
    assert found(loaded("prod-dr", text), loaded("prod")) == [("MXS192", "environments/prod-dr.yaml:2:9")]
    assert found(loaded("prod-dr", text)) == [("MXS191", "environments/prod-dr.yaml:6:13")]
