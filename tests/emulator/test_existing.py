"""An environment with nodes and a database in a VPC, with a key, a boundary, a zone and a certificate that plain
Terraform made: it comes, changes, goes back and goes, and whoever keeps them finds nothing changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mendixctl.emulator import control
from mendixctl.engine import destroy
from mendixctl.engine.plan import preflight
from mendixctl.engine.rollback import run as rollback_run
from mendixctl.preflight.findings import Grade
from mendixctl.terraform.plan import Action
from mendixgen.diagnostics import Refused
from tests.emulator.engine_bench import EngineBench, vendored
from tests.emulator.terraform_root import Root

pytestmark = pytest.mark.emulator

AREAS = ("encryption", "network", "identity", "storage", "ingress", "cluster", "database")
ACCOUNT, REGION = "123456789012", "eu-central-1"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    made = EngineBench(vendored(tmp_path / "platform", *AREAS, text=""))
    yield made
    made.stop()


def written(there: Mapping[str, Any]) -> str:
    """The YAML of an environment that works with what is there."""
    return f"""\
name: dev
region: {REGION}
account: "{ACCOUNT}"
target: emulator
domain: dev.apps.example.com
encryption:
  existing: {{storage: "{there["storage_key_arn"]}"}}
identity:
  boundary_policy_arn: {there["boundary_arn"]}
network:
  cidr: 172.20.0.0/20
  zones: [a, b]
  allow_from: []
  existing:
    vpc_id: {there["vpc_id"]}
    subnets:
      private: {json.dumps(there["private"])}
      public: {json.dumps(there["public"])}
ingress:
  zone_id: {there["zone_id"]}
  certificate_arn: {there["certificate_arn"]}
  records: ["@"]
  access_logs: false
cluster:
  node_groups:
    system: {{min: 2, max: 3}}
database:
  instances:
    crm: {{multi_az: false}}
"""


def where(bench: EngineBench, kind: str) -> set[str]:
    """The subnets that the resources of a type are in."""
    resources: list[dict[str, Any]] = json.loads(bench.state.read_text())["resources"]
    made = [one for each in resources if each["type"] == kind for one in each["instances"]]
    return {subnet for one in made for subnet in one["attributes"]["subnet_ids"]}


def test_what_exists_is_used_and_never_changed(bench: EngineBench, tmp_path: Path) -> None:
    landlord = Root.copy("landlord", tmp_path / "landlord", control.start(bench.repository, ACCOUNT, REGION))
    landlord.apply()
    there = {name: one["value"] for name, one in json.loads(landlord.run("output", "-json").stdout).items()}
    bench.spec.write_text(written(there))

    # what AWS is asked beforehand: all is there
    asked = preflight.preflight(bench.session, "dev").preflight
    answers = {one.question: one for one in asked.answers if one.question.startswith("existing-")}
    assert set(answers) == {f"existing-{one}" for one in ("network", "keys", "zone", "certificates", "boundaries")}
    assert {name for name, one in answers.items() if one.grade is not Grade.OK} == set()

    planned = bench.plan()
    made = {judged.change.address.partition("[")[0] for judged in planned.changes}
    theirs = ("vpc", "subnet", "route", "nat_gateway", "internet_gateway", "network_acl", "vpc_endpoint", "eip")
    assert not {one for one in made if one.startswith(tuple(f"module.network.aws_{kind}." for kind in theirs))}
    assert not {"module.identity.aws_iam_policy.boundary", "module.ingress.aws_route53_zone.this"} & made
    bench.apply("in somebody else's VPC")
    assert not bench.plan().has_changes
    assert where(bench, "aws_eks_node_group") == set(there["private"].values())
    assert where(bench, "aws_db_subnet_group") == set(there["private"].values())  # no subnets of databases are named

    bench.edit("allow_from: []", "allow_from: [203.0.113.0/24]")
    bench.apply("clients")
    assert not bench.plan().has_changes
    prepared = rollback_run.prepare(bench.session, None, 1)
    assert {judged.change.action for judged in prepared.plan.changes} == {Action.DELETE}
    assert rollback_run.execute(bench.session, prepared).proven

    # nothing moves from this VPC to one of ours by a line of the YAML
    text = bench.spec.read_text()
    bench.spec.write_text(text[: text.index("  existing:\n    vpc_id")] + text[text.index("ingress:") :])
    with pytest.raises(Refused, match="MXG113"):
        bench.apply()
    bench.spec.write_text(text)

    destroy.execute(bench.session, destroy.prepare(bench.session, "dev"))
    assert landlord.changes() == {}
