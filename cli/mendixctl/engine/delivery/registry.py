"""One repository of ECR: layers and manifests up and down, by the calls of its own API, without a Docker daemon.

Sources: Amazon ECR API Reference (InitiateLayerUpload, UploadLayerPart, CompleteLayerUpload, PutImage: a tag of an
immutable repository cannot be given to another image); ECR user guide, "Image tag mutability".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mendixctl.aws import Clients, error_code, guarded
from mendixctl.engine.delivery.image import DOCKER, INDEX, MANIFEST, Base, Blob
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

MANIFESTS = (
    MANIFEST,
    INDEX,
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
LEAST_PART = 5 * 1024**2
"""Bytes of a part but the last, at least; ECR says how many it wants."""
PLATFORM = ("linux", "amd64")
FETCH_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Stored:
    """An image in the repository: its manifest as data, and the text whose digest it is called by."""

    digest: str
    text: str
    manifest: Mapping[str, Any]

    @property
    def annotations(self) -> Mapping[str, str]:
        found = self.manifest.get("annotations")
        return found if isinstance(found, Mapping) else {}


class Repository:
    """The repository ``name`` of an account and region."""

    def __init__(self, clients: Clients, name: str, account: str) -> None:
        self.name = name
        self._account = account
        self._ecr = clients.client("ecr")

    def uri(self) -> str:
        """Host and name, as images are pulled by.

        Raises:
            MendixError: MXV123, there is no such repository; MXA1xx.
        """
        with guarded(f"look at the repository {self.name} (ecr:DescribeRepositories)"):
            try:
                (found,) = self._ecr.describe_repositories(registryId=self._account, repositoryNames=[self.name])[
                    "repositories"
                ]
            except self._ecr.exceptions.RepositoryNotFoundException as error:
                raise MendixError(
                    Diagnostic(
                        "MXV123",
                        f"there is no repository {self.name}",
                        hint="the registry area makes one for each app: plan and apply the environment",
                    )
                ) from error
            return str(found["repositoryUri"])

    def find(self, *, tag: str = "", digest: str = "") -> Stored | None:
        """An image by its tag or digest; None where there is none."""
        identity = {"imageDigest": digest} if digest else {"imageTag": tag}
        with guarded(f"look for {tag or digest} in {self.name} (ecr:BatchGetImage)"):
            found = self._ecr.batch_get_image(
                registryId=self._account,
                repositoryName=self.name,
                imageIds=[identity],
                acceptedMediaTypes=list(MANIFESTS),
            )["images"]
        if not found:
            return None
        text = str(found[0]["imageManifest"])
        return Stored(str(found[0]["imageId"]["imageDigest"]), text, json.loads(text))

    def is_there(self) -> bool:
        """Whether there is such a repository."""
        try:
            self.uri()
        except MendixError as error:
            if error.diagnostics[0].code == "MXV123":
                return False
            raise
        return True

    def images(self) -> list[Mapping[str, Any]]:
        """Every image with its tags and when it was pushed (``imageDetails`` of ECR)."""
        with guarded(f"list the images of {self.name} (ecr:DescribeImages)"):
            pages = self._ecr.get_paginator("describe_images").paginate(
                registryId=self._account, repositoryName=self.name
            )
            return [one for page in pages for one in page["imageDetails"]]

    def missing(self, digests: list[str]) -> set[str]:
        """Those of ``digests`` that are no layers of the repository yet."""
        have: set[str] = set()
        for start in range(0, len(digests), 100):
            with guarded(f"look for layers in {self.name} (ecr:BatchCheckLayerAvailability)"):
                found = self._ecr.batch_check_layer_availability(
                    registryId=self._account, repositoryName=self.name, layerDigests=digests[start : start + 100]
                )["layers"]
            have |= {one["layerDigest"] for one in found if one["layerAvailability"] == "AVAILABLE"}
        return set(digests) - have

    def upload(self, path: Path, digest: str) -> None:
        """Bring a layer, or a configuration, into the repository.

        Raises:
            MendixError: MXV126, ECR took something else than was sent; MXA1xx.
        """
        called = {"registryId": self._account, "repositoryName": self.name}
        with guarded(f"upload {digest[:19]} to {self.name} (ecr:UploadLayerPart)"), path.open("rb") as stream:
            begun = self._ecr.initiate_layer_upload(**called)
            upload, size, first = begun["uploadId"], max(int(begun["partSize"]), LEAST_PART), 0
            while part := stream.read(size):
                self._ecr.upload_layer_part(
                    **called,
                    uploadId=upload,
                    partFirstByte=first,
                    partLastByte=first + len(part) - 1,
                    layerPartBlob=part,
                )
                first += len(part)
            try:
                got = self._ecr.complete_layer_upload(**called, uploadId=upload, layerDigests=[digest])["layerDigest"]
            except self._ecr.exceptions.LayerAlreadyExistsException:
                return
            except self._ecr.exceptions.InvalidLayerException:
                got = "another"
        if got != digest:
            raise MendixError(
                Diagnostic(
                    "MXV126",
                    f"{self.name} took {got} where {digest} was sent",
                    hint="push again; if it stays so, look at the disk and at what stands between here and ECR",
                )
            )

    def put(self, manifest: str, tag: str, digest: str) -> bool:
        """Give an image to the repository, under a tag; whether it was new there.

        Raises:
            Refused: MXV120, the tag is another image's.
            MendixError: MXA1xx.
        """
        try:
            self._ecr.put_image(
                registryId=self._account,
                repositoryName=self.name,
                imageManifest=manifest,
                imageManifestMediaType=json.loads(manifest)["mediaType"],
                imageTag=tag,
                imageDigest=digest,
            )
        except Exception as error:
            if error_code(error) == "ImageAlreadyExistsException":
                return False
            if error_code(error) == "ImageTagAlreadyExistsException":
                other = self.find(tag=tag)
                if other is not None and other.digest == digest:
                    return False
                raise _taken(self.name, tag, other.digest if other else "another image", digest) from error
            with guarded(f"put {tag} into {self.name} (ecr:PutImage)"):
                raise
        return True

    def fetch(self, digest: str, onto: Path) -> None:
        """Bring a layer of the repository here, checked.

        Raises:
            MendixError: MXV126, it is not what its name says; MXA1xx.
        """
        import urllib3

        with guarded(f"fetch {digest[:19]} of {self.name} (ecr:GetDownloadUrlForLayer)"):
            url = self._ecr.get_download_url_for_layer(
                registryId=self._account, repositoryName=self.name, layerDigest=digest
            )["downloadUrl"]
        whole = hashlib.sha256()
        with urllib3.PoolManager() as pool, onto.open("wb") as stream:
            try:
                response = pool.request("GET", url, preload_content=False, timeout=FETCH_SECONDS)
                for part in response.stream(1024 * 1024):
                    whole.update(part)
                    stream.write(part)
                response.release_conn()
            except urllib3.exceptions.HTTPError as error:
                raise _unlike(self.name, digest, str(error)) from error
        if f"sha256:{whole.hexdigest()}" != digest:
            raise _unlike(self.name, digest, f"what came is sha256:{whole.hexdigest()}")

    def policy(self) -> str:
        """The text of its lifecycle policy; empty where it has none."""
        with guarded(f"look at the lifecycle policy of {self.name} (ecr:GetLifecyclePolicy)"):
            try:
                found = self._ecr.get_lifecycle_policy(registryId=self._account, repositoryName=self.name)
            except self._ecr.exceptions.LifecyclePolicyNotFoundException:
                return ""
            return str(found["lifecyclePolicyText"])

    def base(self, reference: str, stored: Stored, folder: Path) -> Base:
        """An image of this repository as what others are put on; of several platforms that of our nodes.

        Raises:
            MendixError: MXV125, it cannot be one.
        """
        if "manifests" in stored.manifest:
            chosen = next(
                (
                    one["digest"]
                    for one in stored.manifest["manifests"]
                    if ((one.get("platform") or {}).get("os"), (one.get("platform") or {}).get("architecture"))
                    == PLATFORM
                ),
                "",
            )
            inner = self.find(digest=chosen) if chosen else None
            if inner is None:
                raise MendixError(
                    Diagnostic(
                        "MXV125",
                        f"{reference} has no image for {'/'.join(PLATFORM)}",
                        hint="Mendix runs on x86-64 in production; copy that image into the repository",
                    )
                )
            stored = inner
        place = folder / "base-config"
        self.fetch(str(stored.manifest["config"]["digest"]), place)
        config = json.loads(place.read_bytes())
        place.unlink()
        layers = tuple(
            Blob(one["digest"], int(one["size"]), DOCKER.get(one["mediaType"], one["mediaType"]))
            for one in stored.manifest["layers"]
        )
        return Base(f"{self.name}@{stored.digest}", stored.digest, config, layers)


def _taken(repository: str, tag: str, there: str, digest: str) -> Refused:
    return Refused(
        Diagnostic(
            "MXV120",
            f"{repository}:{tag} is {there} already, and a tag never means another image (this one is {digest})",
            hint="the same commit was built twice, and came out differently: commit, or push what was built first; "
            "another base is another commit too",
        )
    )


def _unlike(repository: str, digest: str, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXV126",
            f"{digest} of {repository} did not arrive: {why}",
            hint="try again; if it stays so, push the image anew from where it was built",
        )
    )
