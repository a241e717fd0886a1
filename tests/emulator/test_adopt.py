"""An account that plain Terraform had built is adopted under the names that it has: the network and buckets by imports
alone, a key, a database and a cluster with its nodes together with what is missing; at the end an empty plan, and all
that was there is still the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.aws import Clients
from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.environment import environment
from mendixctl.engine.adopt import propose, run
from mendixctl.engine.apply import run as apply_run
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Kind
from mendixctl.terraform.plan import Action
from tests.emulator.engine_bench import EngineBench, vendored
from tests.emulator.terraform_root import Root

pytestmark = pytest.mark.emulator

AREAS = ("encryption", "network", "storage", "identity", "database", "cluster")
ACCOUNT, REGION = "123456789012", "eu-central-1"
WHERE = {"region": REGION, "account": ACCOUNT, "domain": "dev.apps.example.com", "target": "emulator"}


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    """A repository without any environment."""
    made = EngineBench(vendored(tmp_path / "platform", *AREAS, text=""))
    made.spec.unlink()
    yield made
    made.stop()


def ids(state: Path) -> dict[str, str]:
    """Address without key and number -> ID, of what a state has."""
    resources: list[dict[str, Any]] = json.loads(state.read_text())["resources"]
    return {
        f"{one['type']}.{one['name']}[{each.get('index_key', '')}]": str(each["attributes"]["id"])
        for one in resources
        for each in one["instances"]
    }


def tags_of_the_vpc(endpoint: Endpoint) -> dict[str, str]:
    ec2 = Clients(REGION, environment(endpoint)).client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.30.0.0/16"]}])["Vpcs"]
    return {tag["Key"]: tag["Value"] for tag in vpc["Tags"]}


def test_what_was_built_by_hand_is_adopted(bench: EngineBench, tmp_path: Path) -> None:
    endpoint = control.start(bench.repository, ACCOUNT, REGION)
    by_hand = Root.copy("by_hand", tmp_path / "by_hand", endpoint)
    by_hand.apply()
    there = ids(by_hand.folder / "terraform.tfstate")
    key = there["aws_kms_key.files[]"]

    # a YAML is proposed, beside; the environment is there once a person has moved it
    proposal = propose.from_account(bench.session, "dev", WHERE)
    assert not bench.repository.names()
    assert proposal.warnings == ()
    assert (
        "private: {a: 10.30.64.0/20, b: 10.30.80.0/20}" in proposal.text
    )  # where they are, and not where ours would be
    assert "storage: {alias: acme-files, multi_region: false}" in proposal.text  # it encrypts the archive
    assert "acme-archive: {name: acme-archive}" in proposal.text
    assert {one.id for one in proposal.left_out} == {there["aws_subnet.vpn[]"], "dev-legacy"}
    assert set(proposal.areas) == set(AREAS)  # found, or what those are wired to
    (bench.repository.root / proposal.file).rename(bench.spec)

    # the network and the bucket: imports, and changes in place of tags and settings
    found = run.adopt(bench.session, "dev", areas=("network", "storage"))
    assert found.plan is not None
    assert {one.change.action for one in found.plan.changes} == {Action.IMPORT, Action.UPDATE}
    taken = {one.id for one in found.adopted}
    mine = (
        "aws_vpc.",
        "aws_subnet.",
        "aws_internet",
        "aws_nat",
        "aws_route_table.",
        "aws_vpc_endpoint",
        "aws_s3_bucket",
    )
    wanted = {key: value for key, value in there.items() if key.startswith(mine)}
    assert {value for value in wanted.values() if value not in taken} == {there["aws_subnet.vpn[]"]}
    assert tags_of_the_vpc(endpoint) == {"Name": "acme", "team": "web"}  # nothing was touched
    applied = apply_run.execute(bench.session, apply_run.prepare(bench.session), message="as it was")
    assert applied.record.release.kind is Kind.ADOPT
    assert len(ids(bench.state)) == len(found.adopted)

    # what cannot be had alone waits for what is missing; then it is what it was
    assert {one.id for one in found.left_out if "--complete" in one.way} == {"acme-archive"}  # its key
    rest = run.adopt(bench.session, "dev", complete=True)
    assert rest.plan is not None
    assert rest.refusals == ()
    assert {one.id for one in rest.adopted} >= {
        *(key, "alias/acme-files", "acme-crm-production", "acme-data", "acme", "acme:workers", "acme:Acme_Batch"),
        *("acme:coredns", there["aws_launch_template.batch[]"], there["aws_iam_openid_connect_provider.main[]"]),
    }
    assert not {Action.REPLACE, Action.DELETE} & {one.change.action for one in rest.plan.changes}
    accepted = [address for one in rest.plan.guards.objections for address in one.accept]
    apply_run.execute(bench.session, apply_run.prepare(bench.session, accepted=accepted))
    again = bench.plan()
    assert [one.change.address for one in again.changes] == []
    assert not again.has_changes
    assert set(wanted.values()) - set(ids(bench.state).values()) == {there["aws_subnet.vpn[]"]}
    ledger = LocalLedger("dev", bench.root / "releases")
    assert [ledger.read(number).release.kind for number in ledger.numbers()] == [Kind.ADOPT, Kind.ADOPT]
