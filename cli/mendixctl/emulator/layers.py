"""Layers of images, as those get them who may pull: by an address that ECR gives, without a signature of their own.

ECR answers GetDownloadUrlForLayer with an address of a bucket of its own; here it is one of the emulator's.
"""

from __future__ import annotations

from mendixctl.emulator.exchange import Request, Response

LAYERS = "_layers"
"""The first part of a path to a layer; region, repository and digest follow."""


def url(host: str, region: str, repository: str, digest: str) -> str:
    """The address of a layer."""
    return f"http://{host}/{LAYERS}/{region}/{repository}/{digest}"


def serves(request: Request) -> bool:
    """Whether a request asks for a layer."""
    return request.method == "GET" and request.segments[0] == LAYERS


def answer(request: Request, account: str) -> Response:
    """The bytes of the layer that a request asks for."""
    from moto.ecr.models import ecr_backends

    if len(request.segments) < 4:
        return Response(404)
    region, repository, digest = request.segments[1], "/".join(request.segments[2:-1]), request.segments[-1]
    found = ecr_backends[account][region].repositories.get(repository)
    data = getattr(found, "layer_contents", {}).get(digest)
    return Response(404) if data is None else Response(200, data, (("Content-Type", "application/octet-stream"),))
