"""What EKS offers: Kubernetes versions with their support, and the builds of add-ons. moto 5.2.5 has neither.

The versions are those of the table of support, the builds the ones that the cluster module pins and one before each.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

from mendixctl.emulator.extensions.operations import Call, Record, Service


def install(account: str) -> Service:
    """Answer DescribeClusterVersions and DescribeAddonVersions."""
    return Service(account, "eks", {"DescribeClusterVersions": _versions, "DescribeAddonVersions": _addons})


def _versions(call: Call) -> Record:
    from mendixctl.emulator.determinism import now
    from mendixgen.spec.support import facts

    component = facts().components["eks"]
    today = datetime.fromtimestamp(now(), UTC).date()
    found = []
    for version, life in component.lifetimes.items():
        if life.extended and life.extended < today:
            continue
        standard = not life.standard or life.standard >= today
        found.append(
            {
                "clusterVersion": version,
                "clusterType": "eks",
                "defaultVersion": version == component.newest,
                "status": "standard-support" if standard else "extended-support",
                "versionStatus": "STANDARD_SUPPORT" if standard else "EXTENDED_SUPPORT",
                **({"endOfStandardSupportDate": _moment(life.standard)} if life.standard else {}),
                **({"endOfExtendedSupportDate": _moment(life.extended)} if life.extended else {}),
            }
        )
    return {"clusterVersions": found}


def _moment(day: date) -> float:
    return datetime.combine(day, time(), UTC).timestamp()


def _addons(call: Call) -> Record:
    from mendixgen.areas.cluster.addons import versions

    wanted, name = call.get("kubernetesVersion"), call.get("addonName")
    builds: dict[str, dict[str, list[str]]] = {}
    for kubernetes, row in versions().items():
        if wanted in (None, kubernetes):
            for addon, build in row.items():
                for each in (build, _before(build)):
                    builds.setdefault(addon, {}).setdefault(each, []).append(kubernetes)
    return {
        "addons": [
            {
                "addonName": addon,
                "type": "networking",
                "addonVersions": [
                    {
                        "addonVersion": build,
                        "architecture": ["amd64", "arm64"],
                        "compatibilities": [
                            {"clusterVersion": each, "platformVersions": ["*"], "defaultVersion": False}
                            for each in kubernetes
                        ],
                    }
                    for build, kubernetes in rows.items()
                ],
            }
            for addon, rows in builds.items()
            if name in (None, addon)
        ]
    }


def _before(build: str) -> str:
    """The build before one, as EKS keeps several of a version."""
    return re.sub(r"\d+\Z", lambda found: str(max(1, int(found[0]) - 1)), build)
