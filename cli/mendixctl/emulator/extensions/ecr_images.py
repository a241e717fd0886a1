"""ECR, for images that are pushed: layers, manifests, tags that never move, and what a scan finds.

moto 5.2.5 takes a manifest whose layers are nowhere, calls an image by another digest than its manifest's, knows no
ImageTagAlreadyExistsException, keeps no layer and gives none back, and scans nothing when it is pushed.

An image whose title has ``vulnerable`` in it has a critical finding; all others have none. Sources: Amazon ECR API
Reference, PutImage, CompleteLayerUpload, GetDownloadUrlForLayer, DescribeImageScanFindings.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from mendixctl.emulator import layers
from mendixctl.emulator.exchange import Request, Response

TITLE = "org.opencontainers.image.title"
SCAN_SECONDS = 1.0
Ask = Callable[[Request], Response]


def install(account: str) -> Callable[[Request, Ask], Response | None]:
    """Mend moto's images, and answer for layers that are pulled."""
    from moto.ecr.models import ECRBackend
    from moto.ecr.responses import ECRResponse

    _mend_layers(ECRBackend)
    _mend_images(ECRBackend)
    _mend_scans(ECRBackend, ECRResponse)
    return lambda request, ask: _layer_url(account, request)


def contents(repository: Any) -> dict[str, bytes]:
    """The bytes of a repository's layers by digest."""
    found: dict[str, bytes] = vars(repository).setdefault("layer_contents", {})
    return found


def _error(code: str, message: str) -> Exception:
    from moto.core.exceptions import JsonRESTError

    return JsonRESTError(code, message)


def _mend_layers(backend: Any) -> None:
    complete = backend.complete_layer_upload

    def complete_layer_upload(
        self: Any, repository_name: str, upload_id: str, layer_digests: list[str], registry_id: str | None = None
    ) -> Any:
        repository = self._get_repository(repository_name, registry_id)
        upload = repository.uploads.get(upload_id)
        if upload is not None:
            data = bytes(upload.layer_parts)
            digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
            if not data:
                raise _error("EmptyUploadException", f"The upload {upload_id} has no parts")
            if digest not in layer_digests:
                raise _error("InvalidLayerException", f"The digest of the layer is {digest}, not {layer_digests[0]}")
            if digest in repository.layers:
                raise _error("LayerAlreadyExistsException", f"The layer {digest} already exists in {repository_name}")
            contents(repository)[digest] = data
        return complete(self, repository_name, upload_id, layer_digests, registry_id=registry_id)

    backend.complete_layer_upload = complete_layer_upload


def _mend_images(backend: Any) -> None:
    put = backend.put_image

    def put_image(
        self: Any,
        repository_name: str,
        image_manifest: str,
        image_tag: str | None,
        image_manifest_mediatype: str | None = None,
        digest: str | None = None,
    ) -> Any:
        from moto.ecr.exceptions import RepositoryNotFoundException

        repository = self.repositories.get(repository_name)
        if repository is None:
            raise RepositoryNotFoundException(repository_name, self.account_id)
        is_called = f"sha256:{hashlib.sha256(image_manifest.encode()).hexdigest()}"
        if digest and digest != is_called:
            raise _error("ImageDigestDoesNotMatchException", f"The digest of the manifest is {is_called}, not {digest}")
        manifest = json.loads(image_manifest)
        lacking = _lacking(repository, manifest)
        if lacking:
            raise _error(
                "LayersNotFoundException", f"Layers with digests {lacking} required for pushing were not found"
            )
        same = next((one for one in repository.images if one.get_image_digest() == is_called), None)
        tagged = next((one for one in repository.images if image_tag and image_tag in one.image_tags), None)
        here = f"in the '{repository_name}' repository in registry with id '{self.account_id}'"
        if same is not None and (same is tagged or not image_tag):
            words = f"Image with digest '{is_called}' and tag '{image_tag}' already exists {here}"
            raise _error("ImageAlreadyExistsException", words)
        if tagged is not None and repository.is_tag_immutable():
            words = f"The image tag '{image_tag}' already exists {here} and cannot be overwritten because the tag is"
            raise _error("ImageTagAlreadyExistsException", f"{words} immutable.")
        if tagged is not None:
            tagged.remove_tag(image_tag)
        if same is not None:
            same.update_tag(image_tag)
            return same
        image = put(self, repository_name, image_manifest, image_tag, image_manifest_mediatype, is_called)
        image.scanned_from = time.time() if repository.image_scanning_configuration.get("scanOnPush") else None
        return image

    backend.put_image = put_image


def _lacking(repository: Any, manifest: dict[str, Any]) -> list[str]:
    """What a manifest names and the repository does not have."""
    if "manifests" in manifest:
        have = {one.get_image_digest() for one in repository.images}
        return [one["digest"] for one in manifest["manifests"] if one["digest"] not in have]
    named = [*manifest.get("layers", ()), *([manifest["config"]] if "config" in manifest else [])]
    return [one["digest"] for one in named if one["digest"] not in repository.layers]


def _mend_scans(backend: Any, responses: Any) -> None:
    findings = backend.describe_image_scan_findings

    def describe_image_scan_findings(self: Any, registry_id: str, repository_name: str, image_id: Any) -> Any:
        repository = self._get_repository(repository_name, registry_id)
        image = repository._get_image(image_id.get("imageTag"), image_id.get("imageDigest"))
        begun = getattr(image, "scanned_from", None)
        if begun is None or self.scan_finding_results:
            return findings(self, registry_id, repository_name, image_id)
        title = (json.loads(image.image_manifest).get("annotations") or {}).get(TITLE, "")
        done = time.time() - begun >= SCAN_SECONDS
        counts = {"CRITICAL": 1} if "vulnerable" in title else {}
        found = {
            "imageScanCompletedAt": begun + SCAN_SECONDS,
            "vulnerabilitySourceUpdatedAt": begun,
            "findings": [{"name": "CVE-9999-0001", "severity": name} for name in counts],
            "findingSeverityCounts": counts,
        }
        return {
            "registryId": repository.registry_id,
            "repositoryName": repository_name,
            "imageId": {"imageDigest": image.get_image_digest()},
            "imageScanStatus": {"status": "COMPLETE" if done else "IN_PROGRESS"},
            **({"imageScanFindings": found} if done else {}),
        }

    backend.describe_image_scan_findings = describe_image_scan_findings


def _layer_url(account: str, request: Request) -> Response | None:
    """The address of a layer that a repository has."""
    if request.action != "GetDownloadUrlForLayer":
        return None
    from moto.ecr.models import ecr_backends

    asked = json.loads(request.body)
    name, digest = str(asked.get("repositoryName", "")), str(asked.get("layerDigest", ""))
    found = ecr_backends[account][request.region].repositories.get(name)
    kind = (("Content-Type", "application/x-amz-json-1.1"),)
    if found is None or digest not in contents(found):
        code = "RepositoryNotFoundException" if found is None else "LayersNotFoundException"
        return Response(400, json.dumps({"__type": code, "message": f"{name}: {digest}"}).encode(), kind)
    host = str(request.environ.get("HTTP_HOST", ""))
    place = layers.url(host, request.region, name, digest)
    return Response(200, json.dumps({"downloadUrl": place, "layerDigest": digest}).encode(), kind)
