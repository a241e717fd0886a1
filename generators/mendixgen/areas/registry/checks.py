"""What no single field of the registry's section can say: names that are taken, caches without credentials."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.registry import Registry

OPEN = frozenset({"public.ecr.aws", "registry.k8s.io", "quay.io"})
"""Registries that ECR reads without credentials; it wants some for all others.
Source: Amazon ECR user guide, "Sync an upstream registry with an Amazon ECR private registry"."""


def check(inputs: Registry.Inputs, header: Header) -> list[Check]:
    """Images that are apps' already, caches without credentials or in each other's way, replicas of oneself."""
    return independent(
        lambda: _images(inputs, header),
        lambda: _caches(inputs),
        lambda: _replicas(inputs, header),
        lambda: _repeated("images", inputs.images),
        lambda: _repeated("readers", inputs.readers),
        lambda: _repeated("replicate_to", inputs.replicate_to),
    )


def _repeated(key: str, values: Sequence[str]) -> Iterator[Check]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Check((key, index), "MXS391", f"{value} is listed twice", "list it once")


def _images(inputs: Registry.Inputs, header: Header) -> Iterator[Check]:
    for index, name in enumerate(inputs.images):
        if name in header.apps:
            summary = f"{name} is an app, and has a repository of that name already"
            yield Check(("images", index), "MXS390", summary, "remove it here, or choose another name")
        elif name.split("/")[0] in inputs.caches:
            summary = f"{name} would stand in the cache {name.split('/')[0]}"
            yield Check(("images", index), "MXS390", summary, "choose another name for one of the two")
    for cache in inputs.caches:
        if cache in header.apps:
            summary = f"{cache} is an app, and has a repository of that name already"
            yield Check(("caches", cache), "MXS390", summary, "choose another name for the cache")


def _caches(inputs: Registry.Inputs) -> Iterator[Check]:
    for name, cache in inputs.caches.items():
        if cache.credential_arn is None and cache.upstream not in OPEN:
            summary = f"ECR reads {cache.upstream} with credentials only"
            hint = "make a secret called ecr-pullthroughcache/<name>, and name it as credential_arn"
            yield Check(("caches", name), "MXS392", summary, hint)
        elif cache.credential_arn is not None and cache.upstream in OPEN:
            summary = f"ECR reads {cache.upstream} without credentials"
            yield Check(("caches", name, "credential_arn"), "MXS392", summary, "leave credential_arn out")


def _replicas(inputs: Registry.Inputs, header: Header) -> Iterator[Check]:
    if header.region in inputs.replicate_to:
        index = inputs.replicate_to.index(header.region)
        summary = f"{header.region} is the environment's own region"
        yield Check(("replicate_to", index), "MXS393", summary, "name the region of the standby")
    if inputs.replica_of == header.name:
        yield Check(("replica_of",), "MXS393", "an environment cannot be its own replica", "name the other one")
