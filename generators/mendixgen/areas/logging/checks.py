"""What no single setting of the logging section can say: combinations that OpenSearch Service does not have."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import pairwise

from mendixgen.areas.contract import Check, Header, independent
from mendixgen.areas.logging import Index, Logging, Nodes, catalogue

NO_WARM = ("t2", "t3")
"""Families whose domains have no UltraWarm (developer guide, "UltraWarm storage")."""
ELASTIC_MAJORS = (8, 9)


def check(inputs: Logging.Inputs, header: Header) -> list[Check]:
    """Versions, instance types and counts that do not exist, and ages that do not follow each other."""
    if inputs.engine == "none":
        return []
    if inputs.engine == "elastic":
        return independent(lambda: _elastic(inputs), lambda: _copies(inputs), lambda: _ages(inputs.index))
    return independent(
        lambda: _version(inputs.version),
        lambda: _types(inputs, header),
        lambda: _counts(inputs.nodes),
        lambda: _copies(inputs),
        lambda: _storage(inputs.nodes),
        lambda: _warm(inputs),
        lambda: _ages(inputs.index),
    )


def _version(version: str) -> Iterator[Check]:
    known = catalogue.versions()
    if version not in known:
        summary = f"OpenSearch Service has no version {version} (as of {catalogue.as_of()})"
        yield Check(("version",), "MXS640", summary, f"the versions are {', '.join(known)}")


def _types(inputs: Logging.Inputs, header: Header) -> Iterator[Check]:
    nodes = inputs.nodes
    given = {"instance_type": nodes.instance_type}
    if nodes.master:
        given["master_type"] = nodes.master_type
    known = catalogue.types()
    for key, name in given.items():
        place = ("nodes", key)
        family, _ = catalogue.parts(name)
        since = catalogue.optimised_from(name)
        if name not in known:
            near = get_close_matches(name, known, 3)
            summary = f"OpenSearch Service has no type {name} (as of {catalogue.as_of()})"
            yield Check(place, "MXS641", summary, f"near are {', '.join(near)}" if near else "")
        elif family in catalogue.missing_in(header.region):
            summary = f"{header.region} has no {family} for OpenSearch Service (as of {catalogue.as_of()})"
            yield Check(place, "MXS641", summary, "choose another family")
        elif since is not None and key == "master_type":
            summary = f"{family} is for data nodes, and no master runs on it"
            yield Check(place, "MXS641", summary, "master_type: m7g.large.search, say")
        elif since is not None and _older(inputs.version, since):
            summary = f"{family} needs OpenSearch {since}, and this is {inputs.version}"
            yield Check(place, "MXS641", summary, f'version: "{since}" or newer')


def _older(version: str, since: str) -> bool:
    """Whether a version that exists is older than another."""
    return version in catalogue.versions() and catalogue.number(version) < catalogue.number(since)


def _counts(nodes: Nodes) -> Iterator[Check]:
    if nodes.zones is not None and nodes.data % nodes.zones:
        summary = f"{nodes.data} data nodes cannot be spread evenly over {nodes.zones} zones"
        yield Check(("nodes", "data"), "MXS642", summary, f"a multiple of {nodes.zones}, or leave zones out")
    elif nodes.zones is None and nodes.data > 1 and nodes.data % 2 and nodes.data % 3:
        summary = f"{nodes.data} data nodes cannot be spread evenly over 2 or 3 zones"
        yield Check(("nodes", "data"), "MXS642", summary, "a multiple of 3 or of 2, or zones: 1")


def _copies(inputs: Logging.Inputs) -> Iterator[Check]:
    if inputs.index.replicas >= inputs.nodes.data:
        summary = f"{inputs.nodes.data} data nodes have no room for {inputs.index.replicas} copies on other nodes"
        hint = f"replicas: {inputs.nodes.data - 1}, or more data nodes"
        yield Check(("index", "replicas"), "MXS642", summary, hint)


def _storage(nodes: Nodes) -> Iterator[Check]:
    place = ("nodes", "storage_gb")
    if catalogue.has_local_disks(nodes.instance_type):
        summary = f"{nodes.instance_type} has disks of its own, and takes no volume"
        yield Check(("nodes", "instance_type"), "MXS643", summary, "choose a family without local disks")
        return
    least, most = catalogue.storage(nodes.instance_type)
    if not least <= nodes.storage_gb <= most:
        summary = f"a node of {nodes.instance_type} has {least} to {most} GiB, not {nodes.storage_gb}"
        yield Check(place, "MXS643", summary, "more nodes, or a larger type")


def _warm(inputs: Logging.Inputs) -> Iterator[Check]:
    warm, nodes = inputs.warm, inputs.nodes
    if warm is None:
        if inputs.index.warm_days is not None:
            summary = "warm_days says when logs leave the warm nodes, and there are none"
            hint = "warm: {nodes: 2}, or remove warm_days"
            yield Check(("index", "warm_days"), "MXS644", summary, hint)
        return
    if not nodes.master:
        summary = "UltraWarm needs dedicated masters"
        yield Check(("nodes", "master"), "MXS644", summary, "master: 3, or remove warm")
    family, _ = catalogue.parts(nodes.instance_type)
    if family in NO_WARM:
        summary = f"a domain with {family} nodes has no UltraWarm"
        yield Check(("nodes", "instance_type"), "MXS644", summary, "another family, or remove warm")
    if warm.instance_type not in catalogue.warm_types():
        known = ", ".join(catalogue.warm_types())
        yield Check(("warm", "instance_type"), "MXS641", f"no UltraWarm node is a {warm.instance_type}", known)


def _ages(index: Index) -> Iterator[Check]:
    told = [(key, getattr(index, key)) for key in ("hot_days", "warm_days", "delete_after_days")]
    for (earlier, one), (later, other) in pairwise((key, days) for key, days in told if days is not None):
        if other <= one:
            summary = f"{later} ({other}) is no later than {earlier} ({one})"
            yield Check(("index", later), "MXS645", summary, "each age follows the one before")


def _elastic(inputs: Logging.Inputs) -> Iterator[Check]:
    numbers = catalogue.number(inputs.version)
    if numbers[0] not in ELASTIC_MAJORS or len(numbers) != 3:
        summary = f"{inputs.version} is no version of Elasticsearch that the operator runs here"
        yield Check(("version",), "MXS640", summary, 'a whole version of 8.x or 9.x: "9.1.4"')
    if inputs.warm is not None:
        yield Check(("warm",), "MXS644", "UltraWarm is OpenSearch Service's, and elastic has none", "remove warm")
