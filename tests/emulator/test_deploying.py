"""Manifests into an emulated cluster: applied, compared, changed, waited for, taken back, taken away."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.cluster.tunnel import Tunnels
from mendixctl.emulator import control
from mendixctl.engine.deploy.results import DeployResult
from mendixctl.engine.deploy.run import deploy
from mendixctl.engine.deployment.results import State
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.kubernetes.diff import Does
from mendixgen.kubernetes.effects import Effect
from tests.emulator.engine_bench import vendored
from tests.support.fabricated_ledger import Fabricated
from tests.support.session_manager_plugin import on_path

pytestmark = pytest.mark.emulator

AREAS = ("cluster", "database", "encryption", "identity", "ingress", "network", "secrets", "storage", "workloads")
LOCK = Path(__file__).parents[2] / "environments" / "dev.lock"
SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
database:
  instances:
    crm: {engine: postgres, version: "17", class: db.m7g.large, storage_gb: 100}
secrets:
  entries:
    crm-runtime: {rotate: false, readers: [crm]}
apps:
  crm: {mendix: "11.6", replicas: 2, cpu: 0.5, memory_gb: 1, database: crm, source: "oci-image://crm@sha256:DIGEST"}
"""
ONE, TWO = "1" * 64, "2" * 64


class Deployed:
    """An environment whose releases nobody applied, and the cluster that they would have made."""

    def __init__(self, folder: Path) -> None:
        self.repository = vendored(folder, *AREAS, text=SPEC.replace("DIGEST", ONE))
        pins = locks.parse(LOCK.read_bytes(), LOCK.name).pins
        self.ledger = Fabricated(self.repository, versions={area: pins[area].version for area in AREAS})
        self.session = Session(self.repository)
        self.endpoint = control.start(self.repository, "123456789012", "eu-central-1")
        self.ledger.release()

    def client(self, service: str) -> Any:
        given = {"endpoint_url": self.endpoint.url, "region_name": self.endpoint.region}
        return boto3.client(service, **given, aws_access_key_id="emulator", aws_secret_access_key="emulator")

    def node(self) -> str:
        """A machine of the cluster that Session Manager reaches."""
        ec2, iam = self.client("ec2"), self.client("iam")
        iam.create_instance_profile(InstanceProfileName="node")
        tags = [{"Key": "eks:cluster-name", "Value": "dev"}]
        made = ec2.run_instances(
            ImageId="ami-0123456789abcdef0",
            MinCount=1,
            MaxCount=1,
            InstanceType="m7i.large",
            IamInstanceProfile={"Name": "node"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        )
        return str(made["Instances"][0]["InstanceId"])

    def cluster(self) -> None:
        make = self.client
        ec2, iam = make("ec2"), make("iam")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}")
            for n, zone in enumerate("ab")
        ]
        service = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [service]})
        make("eks").create_cluster(
            name="dev",
            version="1.35",
            roleArn=iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=trust)["Role"]["Arn"],
            resourcesVpcConfig={"subnetIds": [one["Subnet"]["SubnetId"] for one in subnets]},
        )

    def deploy(self, **options: Any) -> DeployResult:
        return deploy(self.session, "dev", deadline=timedelta(seconds=20), **options)

    def stop(self) -> None:
        for status in control.status(self.repository):
            control.stop(self.repository, status.account)


@pytest.fixture
def deployed(tmp_path: Path) -> Any:
    made = Deployed(tmp_path / "platform")
    yield made
    made.stop()


def changes(result: DeployResult) -> dict[str, Does]:
    return {one.change.key.address: one.change.does for one in result.manifests.objects}


def test_manifests_come_into_the_cluster_and_go_back(
    deployed: Deployed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(MendixError) as absent:
        deployed.deploy()
    assert absent.value.diagnostics[0].code == "MXK110"
    deployed.cluster()
    trial = deployed.deploy(dry_run=True)
    assert trial.exit_code == 2
    assert set(changes(trial).values()) == {Does.CREATE}

    # through a node, as where the API is private
    with pytest.raises(MendixError) as nobody:
        deploy(replace(deployed.session, via="nodes"), "dev", dry_run=True)
    assert nobody.value.diagnostics[0].code == "MXK121"
    node, ssm = deployed.node(), deployed.client("ssm")
    monkeypatch.setenv("PATH", f"{on_path(tmp_path / 'bin')}{os.pathsep}{os.environ['PATH']}")
    there = replace(deployed.session, via="nodes", tunnels=Tunnels())
    assert changes(deploy(there, "dev", dry_run=True)) == changes(trial)
    (session,) = ssm.describe_sessions(State="Active")["Sessions"]
    assert session["Target"] == node
    there.tunnels.close()
    assert ssm.describe_sessions(State="Active")["Sessions"] == []

    first = deployed.deploy()
    assert first.exit_code == 0, first.readiness
    assert changes(first) == changes(trial)
    assert {one.state for one in first.readiness} == {State.READY}
    assert "mendix/MendixApp/crm" in {one.address for one in first.readiness}
    again = deployed.deploy(dry_run=True)
    assert (again.exit_code, changes(again)) == (0, {})

    # an edit that no release has is not deployed; once it is released, it alone changes
    deployed.ledger.edit(ONE, TWO)
    with pytest.raises(Refused) as early:
        deployed.deploy()
    assert early.value.diagnostics[0].code == "MXK111"
    deployed.ledger.release()
    second = deployed.deploy()
    assert changes(second) == {"mendix/MendixApp/crm": Does.UPDATE}
    (app,) = second.manifests.objects
    assert [field.path for field in app.change.fields] == ["spec.sourceURL"]
    assert [one.effect for one in second.manifests.apps] == [Effect.RESTART]

    # a package that does not start is said to
    deployed.ledger.edit(f"crm@sha256:{TWO}", f"broken@sha256:{TWO}")
    deployed.ledger.release()
    broken = deployed.deploy()
    assert broken.exit_code == 1
    assert [(one.address, one.state) for one in broken.readiness if one.state is not State.READY] == [
        ("mendix/MendixApp/crm", State.FAILED)
    ]

    # and the way back: what the first release said, and nothing of what came after
    deployed.ledger.edit(f"broken@sha256:{TWO}", f"crm@sha256:{ONE}")
    deployed.ledger.release()
    assert changes(deployed.deploy()) == {"mendix/MendixApp/crm": Does.UPDATE}
    assert changes(deployed.deploy(dry_run=True)) == {}

    # what is said no more goes, apps before what they need
    deployed.ledger.edit(", readers: [crm]", "")
    deployed.ledger.edit(SPEC[SPEC.index("apps:") :].replace("DIGEST", ONE), "")
    deployed.ledger.release()
    with pytest.raises(Refused) as lost:
        deployed.deploy()
    assert lost.value.diagnostics[0].code == "MXK112"
    assert "mendix/MendixApp/crm: it stops" in lost.value.diagnostics[0].summary
    without = deployed.deploy(accepted=["mendix/MendixApp/crm"])
    assert changes(without)["mendix/MendixApp/crm"] is Does.DELETE
    assert Does.CREATE not in changes(without).values()
    gone = deployed.deploy(remove=True)
    assert gone.exit_code == 0, gone.readiness
    kinds = [one.change.key.kind for one in gone.manifests.objects]
    assert kinds.index("TargetGroupBinding") < kinds.index("Namespace")
    assert changes(deployed.deploy(remove=True, dry_run=True)) == {}
