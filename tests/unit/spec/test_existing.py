"""A VPC that exists, in a whole specification: what is said, and at which line; what the pinned modules make of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from mendixctl.engine.cost.usage import _network as network_usage
from mendixctl.preflight.expected import counts, names
from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.root import render
from mendixgen.spec.loader import Specification, load_text
from mendixgen.versions.store import ModuleStore

STORE = ModuleStore(Path(__file__).parents[3] / "modules")
YAML = """\
name: dev
region: eu-central-1
account: "123456789012"
domain: dev.apps.example.com
network:
  cidr: 172.20.0.0/20
  zones: [a, b]
  existing:
    vpc_id: vpc-0000000a
    subnets:
      private: {a: subnet-0000000a, b: subnet-0000000b}
ingress: {scheme: internal}
encryption: {existing: {storage: "arn:aws:kms:eu-central-1:123456789012:key/3fdc55c5-5e30-4fb9-afac-0cd82ad97321"}}
"""


def load(text: str, lock: Lock | None = None) -> Specification:
    return load_text(text, "environments/dev.yaml", store=STORE, lock=lock, today=date(2026, 12, 1))


def problems(text: str, lock: Lock | None = None) -> list[tuple[str, int]]:
    with pytest.raises(MendixError) as error:
        load(text, lock)
    return [(one.code, one.location.line if one.location else 0) for one in error.value.diagnostics]


def test_the_root_passes_what_the_yaml_names() -> None:
    specification = load(YAML)
    lock = locks.create_for(STORE, specification.data)
    main = render.render(specification, lock, STORE)["main.tf"]
    assert 'vpc_id = "vpc-0000000a"' in main
    assert "network_is_ours        = module.network.is_ours" in main


def test_what_contradicts_it_is_said_at_its_line() -> None:
    assert problems(YAML.replace("  zones: [a, b]\n", "  zones: [a, b]\n  nat: none\n")) == [("MXS309", 8)]
    assert problems(YAML.replace("  cidr: 172.20.0.0/20\n", "")) == [("MXS309", 8)]
    assert problems(YAML.replace("[a, b]", "[a, b, c]")) == [("MXS309", 11)]


def test_a_load_balancer_that_faces_the_internet_needs_public_subnets() -> None:
    assert problems(YAML.replace("ingress: {scheme: internal}\n", "")) == [("MXS310", 11)]


def test_a_module_that_writes_into_network_acls_does_not_go_with_it() -> None:
    lock = locks.create_for(STORE, load(YAML).data)
    older = replace(lock, pins={**lock.pins, "ingress": Pin("1.3.0"), "cluster": Pin("1.1.0")})
    assert problems(YAML, older) == [("MXS310", 9), ("MXS310", 9)]


def test_nothing_of_it_is_counted_or_priced() -> None:
    specification = load(YAML)
    found = counts(specification)
    assert (found["aws_vpc"], found["aws_nat_gateway"]) == (0, 0)
    aliases = {one.name for one in names(specification) if one.type == "aws_kms_alias"}
    assert "alias/dev-storage" not in aliases
    assert "alias/dev-database" in aliases
    assert list(network_usage(specification.settings["network"], {})) == []
