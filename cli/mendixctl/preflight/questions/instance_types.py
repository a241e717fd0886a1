"""Whether each zone of the network has the instance types of the node groups.

A zone is a set of buildings, and the oldest of them do not get every new type. A node group takes any of its types in
a zone, so a zone that lacks some of them narrows the choice, and one that lacks all of them gets no nodes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixgen import instance_types
from mendixgen.messages import msg

BATCH = 100
"""Values of one filter of DescribeInstanceTypeOfferings: EC2 takes 200."""

NEAREST = 3


def groups(subject: Subject) -> Mapping[str, Any]:
    """The node groups by name, as they take effect."""
    found: Mapping[str, Any] = subject.section("cluster").get("node_groups", {})
    return found


def _zones(subject: Subject, group: Mapping[str, Any]) -> list[str]:
    letters = group.get("zones")
    return [f"{subject.region}{letter}" for letter in letters] if letters else list(subject.zones)


def _concerns(subject: Subject) -> Any:
    if not groups(subject) or not subject.touches("aws_eks_node_group", "aws_launch_template"):
        return None
    return {name: [_zones(subject, group), group["instance_types"]] for name, group in groups(subject).items()}


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    wanted = sorted({kind for group in groups(subject).values() for kind in group["instance_types"]})
    had: dict[str, set[str]] | None = None
    with inquiry.asking("ec2:DescribeInstanceTypeOfferings"):
        had = _offered(inquiry, {"instance-type": wanted})
    if had is None:
        return
    wrong = False
    for name, group in groups(subject).items():
        for finding in _group(subject, inquiry, name, group, had):
            wrong = True
            yield finding
    if not wrong:
        kinds = msg("{count} instance type{value}", count=len(wanted), value="" if len(wanted) == 1 else "s")
        yield Finding(
            "MXF130", Grade.OK, msg("every zone has the {kinds} of its node groups", kinds=kinds), ", ".join(wanted)
        )


def _group(
    subject: Subject, inquiry: Inquiry, name: str, group: Mapping[str, Any], had: Mapping[str, set[str]]
) -> Iterator[Finding]:
    path = ("cluster", "node_groups", name, "instance_types")
    kinds = group["instance_types"]
    for index, kind in enumerate(kinds):
        if kind not in had:
            yield Finding(
                "MXF131",
                Grade.ERROR,
                msg("no zone of {region} has {kind}", region=subject.region, kind=kind),
                evidence="DescribeInstanceTypeOfferings does not list it",
                hint=_instead(inquiry, kind, _zones(subject, group)),
                path=(*path, index),
            )
    sold = [kind for kind in kinds if kind in had]
    for zone in _zones(subject, group) if sold else ():
        there = [kind for kind in sold if zone in had[kind]]
        lacking = [kind for kind in sold if zone not in had[kind]]
        if not there:
            yield Finding(
                "MXF132",
                Grade.ERROR,
                msg("{zone} has none of the instance types of the node group {name}", zone=zone, name=name),
                evidence="; ".join(
                    msg("{kind} is in {names}", kind=kind, names=", ".join(sorted(had[kind]))) for kind in sold
                ),
                hint=_instead(inquiry, kinds[0], [zone]),
                path=path,
            )
        elif lacking:
            yield Finding(
                "MXF133",
                Grade.WARNING,
                msg(
                    "{zone} has no {names}: the node group {name} gets {names_2} alone there",
                    zone=zone,
                    names=", ".join(lacking),
                    name=name,
                    names_2=", ".join(there),
                ),
                evidence="; ".join(
                    msg("{kind} is in {names}", kind=kind, names=", ".join(sorted(had[kind]))) for kind in lacking
                ),
                hint="nothing has to be done; another type in the list makes a shortage there less likely",
                path=path,
            )


def _instead(inquiry: Inquiry, kind: str, zones: list[str]) -> str:
    """The nearest types that all the zones have: same size, same architecture."""
    family, _, size = kind.partition(".")
    rows = instance_types.families()
    architecture = rows[family].architecture if family in rows else ""
    same = [
        f"{each}.{size}"
        for each, row in rows.items()
        if size in row.sizes and (not architecture or row.architecture == architecture)
    ]
    near = sorted(same, key=lambda each: (-_likeness(each.partition(".")[0], family), each))[:BATCH]
    if not near:
        near = instance_types.near(kind)
    had: dict[str, set[str]] = {}
    with inquiry.asking("ec2:DescribeInstanceTypeOfferings"):
        had = _offered(inquiry, {"instance-type": near})
    found = [each for each in near if set(zones) <= had.get(each, set())][:NEAREST]
    where = zones[0] if len(zones) == 1 else "all its zones"
    return f"{where} {'has' if len(zones) == 1 else 'have'} {', '.join(found)}" if found else "choose another type"


def _likeness(one: str, other: str) -> float:
    """How alike the names of two families are; the same series (``m``, ``c``, ...) counts most."""
    series = [re.match(r"[a-z]*", name) for name in (one, other)]
    same = len({match[0] for match in series if match}) == 1
    return SequenceMatcher(None, one, other).ratio() + (1 if same else 0)


def _offered(inquiry: Inquiry, filters: Mapping[str, list[str]]) -> dict[str, set[str]]:
    """Type -> the zones that have it."""
    client = inquiry.client("ec2")
    named = [{"Name": name, "Values": values} for name, values in filters.items()]
    pages = client.get_paginator("describe_instance_type_offerings")
    found: dict[str, set[str]] = {}
    for page in pages.paginate(LocationType="availability-zone", Filters=named):
        for one in page["InstanceTypeOfferings"]:
            found.setdefault(one["InstanceType"], set()).add(one["Location"])
    return found


QUESTION = Question("instance-types", "Instance types", _concerns, _ask)
