"""An environment with a cluster, a registry and a signing key on an emulator, made without Terraform."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from mendixctl.emulator import control
from mendixctl.engine.delivery.build import build
from mendixctl.engine.delivery.push import push
from mendixctl.engine.delivery.results import PushResult
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from tests.emulator.engine_bench import vendored
from tests.support.fabricated_ledger import Fabricated
from tests.support.mendix_packages import mda

LOCK = Path(__file__).parents[2] / "environments" / "dev.lock"
CLIENT = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"}
GZIP = "application/vnd.oci.image.layer.v1.tar+gzip"


class DeliveryBench:
    """``dev``, released once, with what its areas would have made of it. Its clock stands until it is slept."""

    def __init__(self, folder: Path, spec: str, areas: tuple[str, ...]) -> None:
        self.folder = folder
        self.repository = vendored(folder / "platform", *areas, text=spec)
        pins = locks.parse(LOCK.read_bytes(), LOCK.name).pins
        self.ledger = Fabricated(self.repository, versions={area: pins[area].version for area in areas})
        self.slept = 0.0
        self.begun = datetime(2026, 11, 29, 2, 0, tzinfo=UTC)
        self.session = Session(self.repository, clock=self.now, sleep=self.sleep)
        self.endpoint = control.start(self.repository, "123456789012", "eu-central-1")
        self.ledger.release()

    def now(self) -> datetime:
        return self.begun + timedelta(seconds=self.slept)

    def sunday(self) -> None:
        """Go on to the next Sunday, 02:00."""
        now = self.now()
        days = (6 - now.weekday()) % 7 or 7
        then = (now + timedelta(days=days)).replace(hour=2, minute=0, second=0)
        self.slept += (then - now).total_seconds()

    def sleep(self, seconds: float) -> None:
        """Minutes pass at once; seconds for which the emulator takes its time do not."""
        import time

        time.sleep(min(seconds, 0.3))
        self.slept += seconds

    def client(self, service: str) -> Any:
        return boto3.client(service, endpoint_url=self.endpoint.url, region_name=self.endpoint.region, **CLIENT)

    def cluster(self) -> None:
        """The cluster, as far as its API is concerned."""
        ec2, iam = self.client("ec2"), self.client("iam")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnets = [
            ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-central-1{zone}")
            for n, zone in enumerate("ab")
        ]
        service = {"Effect": "Allow", "Principal": {"Service": "eks.amazonaws.com"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [service]})
        self.client("eks").create_cluster(
            name="dev",
            version="1.35",
            roleArn=iam.create_role(RoleName="cluster", AssumeRolePolicyDocument=trust)["Role"]["Arn"],
            resourcesVpcConfig={"subnetIds": [one["Subnet"]["SubnetId"] for one in subnets]},
        )

    def registry(self, *apps: str) -> None:
        """Repositories as the registry area makes them, a base image, and the key that signs."""
        ecr, kms = self.client("ecr"), self.client("kms")
        for name in ("runtime-base", *apps):
            ecr.create_repository(
                repositoryName=f"dev/{name}",
                imageTagMutability="IMMUTABLE",
                imageScanningConfiguration={"scanOnPush": True},
            )
        layer = gzip.compress(b"a runtime", mtime=0)
        config = json.dumps({"config": {"Entrypoint": ["/start"]}, "rootfs": {"diff_ids": ["sha256:0"]}}).encode()
        for data in (layer, config):
            self.layer("dev/runtime-base", data)
        manifest = {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {**_described(config), "mediaType": "application/vnd.oci.image.config.v1+json"},
            "layers": [{**_described(layer), "mediaType": GZIP}],
        }
        ecr.put_image(repositoryName="dev/runtime-base", imageManifest=json.dumps(manifest), imageTag="11.6")
        key = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256")["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/dev-release", TargetKeyId=key)

    def layer(self, repository: str, data: bytes) -> str:
        ecr = self.client("ecr")
        upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
        ecr.upload_layer_part(
            repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=len(data) - 1, layerPartBlob=data
        )
        digest = str(_described(data)["digest"])
        ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
        return digest

    def pushed(self, app: str, commit: str, **package: Any) -> PushResult:
        """The image of a package that was built, of this commit."""
        source = mda(self.folder / f"{app}-{commit[:6]}.mda", **package)
        build(self.session, "dev", app, source, commit=commit)
        return push(self.session, "dev", app)

    def stop(self) -> None:
        for status in control.status(self.repository):
            control.stop(self.repository, status.account)


def _described(data: bytes) -> dict[str, Any]:
    return {"digest": f"sha256:{hashlib.sha256(data).hexdigest()}", "size": len(data)}
