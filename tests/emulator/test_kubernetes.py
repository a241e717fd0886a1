"""The API of an emulated cluster with the clients that people have: kubectl, helm's own kubectl calls, Python's."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.kubernetes.endpoint import url
from mendixgen.repository import Repository
from tools.kubectl import ensure

pytestmark = pytest.mark.emulator

MANIFESTS = """
apiVersion: v1
kind: Namespace
metadata: {name: apps}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: apps}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: web, image: "web:1", ports: [{containerPort: 8080}]}]
---
apiVersion: privatecloud.mendix.com/v1alpha1
kind: MendixApp
metadata: {name: crm, namespace: apps}
spec: {sourceURL: "oci-image://registry/crm@sha256:1", replicas: 2}
"""


@dataclass
class Kubectl:
    """The real kubectl, with a kubeconfig of its own."""

    folder: Path
    address: str

    def __post_init__(self) -> None:
        self.config = self.folder / "kubeconfig"
        context = {"name": "c", "context": {"cluster": "c", "user": "u"}}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "contexts": [context],
            "clusters": [{"name": "c", "cluster": {"server": self.address}}],
            "users": [{"name": "u", "user": {"token": "k8s-aws-v1.emulator"}}],
        }
        self.config.write_text(yaml.safe_dump(content))

    def __call__(self, *arguments: str, given: str = "", code: int = 0) -> str:
        done = subprocess.run(
            [str(ensure() / "kubectl"), *arguments],
            input=given,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
            env={**os.environ, "KUBECONFIG": str(self.config), "HOME": str(self.folder)},
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr

    def apply(self, text: str, *options: str, code: int = 0) -> str:
        return self("apply", "--server-side", "--field-manager=mendixctl", *options, "-f", "-", given=text, code=code)


@pytest.fixture
def kubectl(emulator: Endpoint, tmp_path: Path) -> Kubectl:
    """kubectl for a cluster of the emulated account."""
    given: Any = {"endpoint_url": emulator.url, "region_name": emulator.region}
    given |= {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"}
    ec2, iam = boto3.client("ec2", **given), boto3.client("iam", **given)
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{emulator.region}{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    service = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [service]})
    role = iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    boto3.client("eks", **given).create_cluster(
        name="prod",
        version="1.35",
        roleArn=role,
        resourcesVpcConfig={"subnetIds": [one["SubnetId"] for one in subnets]},
    )
    return Kubectl(tmp_path, url(emulator.url, emulator.region, "prod"))


def test_kubectl_works_as_on_a_real_cluster(
    kubectl: Kubectl, emulator: Endpoint, repository: Repository, tmp_path: Path
) -> None:
    assert "gitVersion" in kubectl("version", "-o", "json")
    kubectl.apply(MANIFESTS)
    assert "successfully rolled out" in kubectl("rollout", "status", "-n", "apps", "deploy/web", "--timeout=20s")
    kubectl("wait", "-n", "apps", "--for=condition=Ready", "mendixapp/crm", "--timeout=20s")
    assert kubectl("get", "pods", "-n", "apps", "-o", "name").count("pod/") == 4
    # what is applied already is no difference, and is not written again
    kubectl("diff", "--server-side", "--field-manager=mendixctl", "-f", "-", given=MANIFESTS)
    changed = MANIFESTS.replace("web:1", "web:2")
    assert "+        - image: web:2" in kubectl(
        "diff", "--server-side", "--field-manager=mendixctl", "-f", "-", given=changed, code=1
    ).replace("+      - image", "+        - image")
    # somebody else's hand is a conflict, as it is there
    kubectl("scale", "-n", "apps", "deploy/web", "--replicas=3")
    assert "conflict" in kubectl.apply(MANIFESTS, code=1)
    kubectl.apply(MANIFESTS, "--force-conflicts")
    kubectl("rollout", "status", "-n", "apps", "deploy/web", "--timeout=20s")
    assert "unknown field" in kubectl.apply(MANIFESTS.replace("replicas: 2", "replica: 2"), code=1)
    assert "FIELD: replicas <integer>" in kubectl("explain", "deployment.spec.replicas")
    kubectl("annotate", "-n", "apps", "mendixapp/crm", "emulator.mendixctl.io/fails=no memory")
    kubectl("wait", "-n", "apps", "--for=condition=Ready=false", "mendixapp/crm", "--timeout=20s")

    import kubernetes  # 40 MB, which the other workers need not have

    # the official client sees the same, and a restarted emulator has it still
    before = kubectl("get", "deploy,mendixapps", "-n", "apps", "-o", "json")
    client = kubernetes.config.new_client_from_config(str(kubectl.config))
    apps = kubernetes.client.AppsV1Api(client)
    assert apps.read_namespaced_deployment("web", "apps").spec.replicas == 2
    custom = kubernetes.client.CustomObjectsApi(client)
    (crm,) = custom.list_namespaced_custom_object("privatecloud.mendix.com", "v1alpha1", "apps", "mendixapps")["items"]
    assert crm["status"]["state"] == "Failed"
    events = kubernetes.watch.Watch().stream(apps.list_namespaced_deployment, "apps", timeout_seconds=1)
    assert {event["object"].metadata.name for event in events} == {"web"}
    control.stop(repository, "123456789012")
    again = control.start(repository, "123456789012", emulator.region)
    assert again.port == emulator.port
    after = kubectl("get", "deploy,mendixapps", "-n", "apps", "-o", "json")
    assert identities(after) == identities(before)

    kubectl("delete", "namespace", "apps", "--timeout=20s")
    assert "No resources found" in kubectl("get", "pods", "-A")


def identities(text: str) -> list[tuple[str, str, Any]]:
    return [(one["metadata"]["uid"], one["kind"], one["spec"]) for one in json.loads(text)["items"]]
