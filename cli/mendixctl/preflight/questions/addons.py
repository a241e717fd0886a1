"""Whether EKS has the add-on builds that the module pins for the cluster's Kubernetes version.

The pinned builds come from documents (``mendixgen/data/eks_addons.json``), because no build of mendixctl asks an
account. Builds go: a cluster that is made later than the table may ask for one that is no longer there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixgen.areas.cluster.addons import ADDONS, versions
from mendixgen.messages import msg

SHOWN = 3
"""How many of the builds that AWS has are named."""


def pinned(subject: Subject) -> Mapping[str, str]:
    """The build of each add-on that an apply would ask for; an add-on whose build nothing says is left out."""
    section = subject.section("cluster")
    table = versions().get(str(section.get("version")), {})
    given = section.get("addons", {})
    wanted = {name: (given.get(name) or {}).get("version") or table.get(name) for name in ADDONS}
    return {name: version for name, version in wanted.items() if version}


def offered(inquiry: Inquiry, kubernetes: str, names: Iterator[str] | tuple[str, ...]) -> dict[str, list[str]]:
    """The builds that EKS has for a Kubernetes version, newest first, by add-on; what it would not say is missing."""
    found: dict[str, list[str]] = {}
    for name in names:
        with inquiry.asking("eks:DescribeAddonVersions"):
            pages = inquiry.client("eks").get_paginator("describe_addon_versions")
            listed = pages.paginate(kubernetesVersion=kubernetes, addonName=name)
            builds = [one for page in listed for addon in page["addons"] for one in addon["addonVersions"]]
            found[name] = sorted((one["addonVersion"] for one in builds), key=order, reverse=True)
            continue
        break  # the same permission: what one name may not ask, no other may
    return found


def order(build: str) -> tuple[int, ...]:
    """A key to sort builds (``v1.22.4-eksbuild.3``) by."""
    return tuple(int(part) for part in re.findall(r"\d+", build))


def _concerns(subject: Subject) -> Any:
    if not subject.has("cluster") or not subject.touches("aws_eks_addon", "aws_eks_cluster"):
        return None
    return [subject.section("cluster").get("version"), dict(pinned(subject))]


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    wanted = pinned(subject)
    kubernetes = str(subject.section("cluster")["version"])
    had = offered(inquiry, kubernetes, tuple(wanted))
    given = subject.section("cluster").get("addons", {})
    missing = [name for name in had if wanted[name] not in had[name]]
    older = [name for name in had if name not in missing and order(had[name][0]) > order(wanted[name])]
    for name in missing:
        builds = had[name]
        own = bool((given.get(name) or {}).get("version"))
        yield Finding(
            "MXF161",
            Grade.ERROR,
            msg(
                "EKS has no {name} {value} for Kubernetes {kubernetes}",
                name=name,
                value=wanted[name],
                kubernetes=kubernetes,
            )
            + ("" if own else ", which the cluster module pins"),
            evidence=msg(
                "it has {names}{value}", names=", ".join(builds[:SHOWN]), value=", ..." if len(builds) > SHOWN else ""
            )
            if builds
            else msg("it has no build of {name} for that version", name=name),
            hint=msg("mendixctl preflight {name} --pin writes the newest build into the YAML", name=subject.name),
            path=("cluster", "addons", name, "version") if own else ("cluster",),
        )
    if older:
        yield Finding(
            "MXF162",
            Grade.NOTE,
            msg("EKS has newer builds of {names}", names=", ".join(older)),
            evidence=", ".join(
                msg("{name} {value} (pinned is {value_2})", name=name, value=had[name][0], value_2=wanted[name])
                for name in older
            ),
            hint="nothing has to be done; cluster.addons.<name>.version takes one of them",
        )
    if had and not missing:
        yield Finding(
            "MXF160",
            Grade.OK,
            msg("EKS has the pinned builds of {count} add-ons for {kubernetes}", count=len(had), kubernetes=kubernetes),
        )


QUESTION = Question("addons", "Cluster add-ons", _concerns, _ask)
