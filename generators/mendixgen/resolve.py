"""The named functions that turn a value of the YAML into the one that a module is given.

A field that is marked ``x-resolve: zones`` is resolved by ``RESOLVERS["zones"]``, so that a module needs no data
source that calls AWS, and its variable no type that Terraform does not have. Names and meanings are frozen:
released modules use them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from mendixgen.areas.contract import Header


class Unresolvable(ValueError):
    """The value cannot be resolved; ``hint`` says what can."""

    def __init__(self, summary: str, hint: str = "") -> None:
        super().__init__(summary)
        self.hint = hint


def zones(value: Any, header: Header) -> list[str]:
    """``3`` or ``[a, b, d]`` as zone letters of the header's region; a number takes the first ones.

    Raises:
        Unresolvable: the region has fewer zones, or not these.
    """
    from mendixgen.regions import as_of, regions

    region = regions()[header.region]
    have = f"{region.name} has the zones {', '.join(region.zones)} (as of {as_of()})"
    if isinstance(value, int):
        if value > len(region.zones):
            raise Unresolvable(f"{value} zones are asked for, but {have}", f"write a number up to {len(region.zones)}")
        return list(region.zones[:value])
    letters = [str(letter) for letter in value]
    wrong = [letter for letter in letters if letter not in (*region.zones, *region.also)]
    if wrong:
        example = wrong[0]
        hint = "write letters only, such as [a, b, c]" if len(example) > 1 else f"choose from {', '.join(region.zones)}"
        raise Unresolvable(f"there is no zone {example} in {region.name}: {have}", hint)
    repeated = [letter for index, letter in enumerate(letters) if letter in letters[:index]]
    if repeated:
        raise Unresolvable(f"the zone {repeated[0]} is given twice", "keep one of the two")
    return letters


def zone_names(value: Any, header: Header) -> list[str]:
    """Like `zones`, but the full names: ``eu-central-1a``."""
    return [f"{header.region}{letter}" for letter in zones(value, header)]


def with_files(value: Any, _header: Header) -> dict[str, Any]:
    """A map of buckets with ``files`` in it: naming another bucket must not take away the applications' files."""
    return {"files": {}} | dict(value)


def cloudfront_prefix_list(value: Any, header: Header) -> str:
    """``auto`` as the managed prefix list of CloudFront's addresses in the header's region; an ID stays itself.

    Raises:
        Unresolvable: the table does not have the region.
    """
    from mendixgen.regions import prefix_lists

    if value != "auto":
        return str(value)
    known = prefix_lists()
    if header.region not in known.regions:
        hint = f"aws ec2 describe-managed-prefix-lists --filters Name=prefix-list-name,Values={known.name}"
        summary = f"the prefix list of CloudFront in {header.region} is not known here (as of {known.as_of})"
        raise Unresolvable(summary, f"write its ID; say: {hint}")
    return known.regions[header.region]


ALWAYS: Mapping[str, Mapping[str, Any]] = MappingProxyType({"with_files": {"files": {}}})
"""The entries that a resolver of maps adds where they are left out."""

RESOLVERS: Mapping[str, Callable[[Any, Header], Any]] = MappingProxyType(
    {
        "zones": zones,
        "zone_names": zone_names,
        "with_files": with_files,
        "cloudfront_prefix_list": cloudfront_prefix_list,
    }
)
