"""What an environment needs of other areas when it works in a VPC, or with a key, that is somebody else's.

Each area's own rules stand beside it; here is what only several together show. Rules of the gate: they hold for what is
planned from now on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mendixgen.spec.lifecycle import Concern
from mendixgen.spec.wording import Path
from mendixgen.versions.store import Manifest

SUBNETS: Path = ("network", "existing", "subnets")


def concerns(settings: Mapping[str, Mapping[str, Any]], on: Mapping[str, Manifest], name: str) -> Iterator[Concern]:
    """What does not go together with ``network.existing``; ``on``: the modules by area."""
    existing = settings.get("network", {}).get("existing")
    if not existing:
        return
    for area, manifest in on.items():
        references = {one.reference for one in manifest.inputs.values() if one.source == "wired"}
        writes = any(one.startswith("network.") and one.endswith("_network_acl_id") for one in references)
        if writes and "network.is_ours" not in references:
            summary = f"{area} {manifest.version} writes rules into the network ACLs, and those are not the platform's"
            hint = f"mendixctl modules upgrade {name} {area}"
            yield Concern(("network", "existing"), "MXS310", summary, hint)
    public = existing.get("subnets", {}).get("public")
    if not public and settings.get("ingress", {}).get("scheme") == "internet-facing":
        summary = "the load balancer faces the internet, and no public subnets are named for it"
        hint = "name one of every zone under existing.subnets.public, or write ingress: {scheme: internal}"
        yield Concern(SUBNETS, "MXS310", summary, hint)
