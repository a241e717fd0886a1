"""The table of EC2's instance types: what is in it, and what may be newer than it."""

from __future__ import annotations

import gzip
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from mendixgen import instance_types
from mendixgen.diagnostics import MendixError
from mendixgen.spec.loader import load_text
from mendixgen.versions.store import ModuleStore


def test_the_table_says_of_each_type_what_ec2_says() -> None:
    table = files("moto.ec2.resources").joinpath("instance_types.json.gz").read_bytes()
    all_types: dict[str, Any] = json.loads(gzip.decompress(table))
    nodes = {name: said for name, said in all_types.items() if not name.startswith("mac")}
    for name, said in nodes.items():
        assert instance_types.vcpus(name) == said["VCpuInfo"]["DefaultVCpus"], name
        architecture = instance_types.families()[name.partition(".")[0]].architecture
        assert architecture in said["ProcessorInfo"]["SupportedArchitectures"], name


@pytest.mark.parametrize(
    ("name", "known", "newer"),
    [
        ("m7i.large", True, False),
        ("m7i.gigantic", False, False),
        ("m10g.large", False, True),
        ("m9i.xlarge", False, True),
        ("m10g.gigantic", False, False),
        ("m99g.large", False, False),
        ("m7z.large", False, False),
        ("q1.large", False, False),
        ("mac2.metal", False, False),
        ("large", False, False),
    ],
)
def test_what_is_known_and_what_may_be_newer(name: str, known: bool, newer: bool) -> None:
    assert (instance_types.is_known(name), instance_types.may_be_newer(name)) == (known, newer)


@pytest.mark.parametrize(
    ("name", "region", "first"),
    [
        ("t3.larg", "", "t3.large"),
        ("mi7.xlarge", "eu-central-1", "m8i.xlarge"),
        ("m6a.large-x", "", "m6a.large"),
        ("c7i-flexx.large", "eu-central-1", "c7i-flex.large"),
        ("c7i-flexx.large", "me-south-1", "c7g.large"),
    ],
)
def test_what_may_have_been_meant(name: str, region: str, first: str) -> None:
    assert instance_types.near(name, region)[0] == first
    sold = instance_types.families_in(region)
    assert sold is None or all(each.partition(".")[0] in sold for each in instance_types.near(name, region))


STANDARD, OTHERS = ("m7i.large", "im4gn.large"), ("g5.xlarge", "inf2.xlarge", "trn1.2xlarge", "hpc7g.4xlarge", "large")


@pytest.mark.parametrize("name", [*STANDARD, *OTHERS])
def test_which_quota_a_type_counts_towards(name: str) -> None:
    assert instance_types.is_standard(name) is (name in STANDARD)


YAML = """\
name: prod
region: eu-central-1
account: "123456789012"
target: aws
domain: apps.example.com
cluster:
  node_groups:
    system: {instance_types: [m7i.gigantic], min: 2, max: 4}
"""


def test_the_place_in_the_yaml_is_told() -> None:
    store = ModuleStore(Path(__file__).parents[3] / "modules")
    with pytest.raises(MendixError) as caught:
        load_text(YAML, "environments/prod.yaml", store=store, lock=None)
    (found,) = caught.value.diagnostics
    assert (found.code, str(found.location)) == ("MXS375", "environments/prod.yaml:8:31")
    assert found.summary == f"EC2 has no instance type m7i.gigantic (as of {instance_types.as_of()})"
    assert found.hint.startswith("did you mean m7i.")
