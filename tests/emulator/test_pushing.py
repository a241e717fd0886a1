"""Images into the emulator's registry: whole, once, under a tag that never moves, scanned, signed, listed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from mendixctl.engine.delivery import signature
from mendixctl.engine.delivery.build import build
from mendixctl.engine.delivery.push import Options, push
from mendixctl.engine.delivery.registry import Repository
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import open_workplace
from mendixgen.diagnostics import MendixError, Refused
from tests.emulator.delivery_bench import DeliveryBench
from tests.support.mendix_packages import mda

pytestmark = pytest.mark.emulator

SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
apps:
  crm: {mendix: "11.6", replicas: 2}
"""
ONE, TWO = "1" * 40, "2" * 40


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeliveryBench]:
    made = DeliveryBench(tmp_path, SPEC, ("registry", "encryption", "identity"))
    yield made
    made.stop()


def test_an_image_is_pushed_scanned_and_signed(bench: DeliveryBench, tmp_path: Path) -> None:
    with pytest.raises(MendixError) as absent:
        bench.pushed("crm", ONE)
    assert absent.value.diagnostics[0].code == "MXV123"
    bench.registry("crm")
    first = bench.pushed("crm", ONE)
    assert (first.existed, first.tag, first.scan and first.scan.counts) == (False, ONE, {})
    assert first.uploaded == 3  # the base's layer, the app's, and the configuration
    assert first.reference == f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/dev/crm@{first.digest}"

    # what is in the registry is what the folder has, and can be pulled
    ecr = bench.client("ecr")
    (image,) = ecr.batch_get_image(repositoryName="dev/crm", imageIds=[{"imageTag": ONE}])["images"]
    assert f"sha256:{hashlib.sha256(image['imageManifest'].encode()).hexdigest()}" == first.digest
    manifest = json.loads(image["imageManifest"])
    for one in (*manifest["layers"], manifest["config"]):
        url = ecr.get_download_url_for_layer(repositoryName="dev/crm", layerDigest=one["digest"])["downloadUrl"]
        with urlopen(url) as response:
            assert f"sha256:{hashlib.sha256(response.read()).hexdigest()}" == one["digest"]

    # again: the same image, and nothing is uploaded; a build that came out differently is refused
    again = push(bench.session, "dev", "crm")
    assert (again.existed, again.uploaded, again.digest) == (True, 0, first.digest)
    assert again.signed_by == first.signed_by
    with pytest.raises(Refused) as taken:
        bench.pushed("crm", ONE, version="1.4.1")
    assert taken.value.diagnostics[0].code == "MXV120"

    # what has a critical finding stays there, and is not signed
    with pytest.raises(Refused) as vulnerable:
        bench.pushed("crm", TWO, name="vulnerable crm")
    assert vulnerable.value.diagnostics[0].code == "MXV121"
    workplace = open_workplace(bench.session, "dev")
    aws = clients(workplace, api(workplace)[0])
    repository = Repository(aws, "dev/crm", "123456789012")
    bad = repository.find(tag=TWO)
    assert bad is not None
    with pytest.raises(Refused) as unsigned:
        signature.verify(aws, repository, bad.digest, "alias/dev-release", tmp_path)
    assert unsigned.value.diagnostics[0].code == "MXV131"
    # another image's signature, put in its place, does not help
    forged = repository.find(tag=signature.tag(first.digest))
    assert forged is not None
    repository.put(forged.text, signature.tag(bad.digest), forged.digest)
    with pytest.raises(Refused):
        signature.verify(aws, repository, bad.digest, "alias/dev-release", tmp_path)
    listed = repository.find(tag=f"{first.digest.replace(':', '-')}.sbom")
    assert listed is not None
    assert listed.digest == first.sbom_digest

    # no key, no base
    build(bench.session, "dev", "crm", mda(tmp_path / "new.mda", version="1.5.0"), commit="3" * 40)
    with pytest.raises(MendixError) as keyless:
        push(bench.session, "dev", "crm", Options(key="alias/none"))
    assert keyless.value.diagnostics[0].code == "MXV124"
    with pytest.raises(MendixError) as baseless:
        push(bench.session, "dev", "crm", Options(base="runtime-base:none"))
    assert baseless.value.diagnostics[0].code == "MXV125"


def test_the_registry_refuses_what_ecr_does(bench: DeliveryBench) -> None:
    bench.registry("crm")
    ecr = bench.client("ecr")
    digest = bench.layer("dev/crm", b"a layer")
    kind = "application/vnd.oci.image.manifest.v1+json"
    whole = json.dumps({"schemaVersion": 2, "mediaType": kind, "layers": [{"digest": digest, "size": 7}]})
    lacking = whole.replace(digest, "sha256:" + "0" * 64)
    other = whole.replace('"size": 7', '"size": 8')
    ecr.put_image(repositoryName="dev/crm", imageManifest=whole, imageTag="one")
    ecr.put_image(repositoryName="dev/crm", imageManifest=whole, imageTag="two")

    def refused(call: str, **given: object) -> str:
        with pytest.raises(ClientError) as error:
            getattr(ecr, call)(repositoryName="dev/crm", **given)
        return str(error.value.response["Error"]["Code"])

    assert refused("put_image", imageManifest=whole, imageTag="one") == "ImageAlreadyExistsException"
    assert refused("put_image", imageManifest=other, imageTag="one") == "ImageTagAlreadyExistsException"
    assert refused("put_image", imageManifest=lacking, imageTag="new") == "LayersNotFoundException"
    wrong = "sha256:" + "1" * 64
    assert refused("put_image", imageManifest=other, imageTag="new", imageDigest=wrong) == (
        "ImageDigestDoesNotMatchException"
    )
    assert refused("get_download_url_for_layer", layerDigest=wrong) == "LayersNotFoundException"
    upload = ecr.initiate_layer_upload(repositoryName="dev/crm")["uploadId"]
    part = {"uploadId": upload, "partFirstByte": 0, "partLastByte": 6}
    ecr.upload_layer_part(repositoryName="dev/crm", **part, layerPartBlob=b"a layer")
    assert refused("complete_layer_upload", uploadId=upload, layerDigests=[wrong]) == "InvalidLayerException"
    assert refused("complete_layer_upload", uploadId=upload, layerDigests=[digest]) == "LayerAlreadyExistsException"
