"""The one one-way setting that has a way back for a time: EKS takes a control plane back by one version within seven
days of its upgrade.

Source: Amazon EKS User Guide, "Roll back a cluster to a previous Kubernetes version": in place upgrades only, and no
node may be newer than the control plane. When the upgrade was, the ledger says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mendixctl.ledger.release import Record
from mendixgen.spec.merge import HeldForward
from mendixgen.versions.store import ModuleStore

AREA, KEY = "cluster", "version"
WINDOW = timedelta(days=7)


def way_back(
    held: Iterable[HeldForward], data: Mapping[str, Any], releases: Iterable[tuple[datetime, str]], now: datetime
) -> tuple[str, datetime] | None:
    """The version that the control plane can be taken back to, and until when; None where it has to stay.

    ``data``: the specification that the environment is at. ``releases``: when each release began, and the version of
    the cluster that it asked for (empty where it had none), oldest first.
    """
    one = next((one for one in held if one.path == (AREA, KEY)), None)
    kept, asked = (_minor(one.kept), _minor(one.asked)) if one is not None else (0, 0)
    if one is None or not asked or kept != asked + 1 or not _nodes_stay_behind(data, asked):
        return None
    upgraded: datetime | None = None
    for began, version in reversed(list(releases)):
        if _minor(version) != kept:
            in_place = _minor(version) == asked
            break
        upgraded = began
    else:
        in_place = False
    if upgraded is None or not in_place or now >= upgraded + WINDOW:
        return None
    return str(one.asked), upgraded + WINDOW


def asked_for(record: Record, data: Mapping[str, Any], store: ModuleStore, version: str) -> tuple[datetime, str]:
    """When a release began, and the version of the cluster that its ``data`` ask for; ``version``: of its module."""
    if not version:
        return record.release.started_at, ""
    given = (data.get(AREA) or {}).get(KEY)
    if given is None:
        given = store.manifest(AREA, version).section.get("properties", {}).get(KEY, {}).get("default", "")
    return record.release.started_at, str(given)


def at(data: Mapping[str, Any], version: str) -> dict[str, Any]:
    """``data`` with the cluster at ``version``."""
    return {**data, AREA: {**(data.get(AREA) or {}), KEY: version}}


def _nodes_stay_behind(data: Mapping[str, Any], asked: int) -> bool:
    """Whether every node group says that it is at most at ``asked``; one that says nothing follows the cluster."""
    groups = (data.get(AREA) or {}).get("node_groups")
    if not isinstance(groups, Mapping) or not groups:
        return False
    versions = [_minor(group.get(KEY)) if isinstance(group, Mapping) else 0 for group in groups.values()]
    return all(0 < version <= asked for version in versions)


def _minor(version: Any) -> int:
    """The minor number of a Kubernetes version, of which there is one major; 0 for what is none."""
    major, _, minor = str(version).partition(".")
    return int(minor) if major == "1" and minor.isdecimal() else 0
