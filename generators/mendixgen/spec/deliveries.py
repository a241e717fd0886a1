"""What the delivery asks of other sections: of the monitoring, which counts what a release is watched by, and the
cluster."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mendixgen.diagnostics import Severity
from mendixgen.spec.lifecycle import Concern


def concerns(settings: Mapping[str, Any]) -> Iterator[Concern]:
    """What does not go together. ``settings``: the sections with their defaults; nothing where nothing is delivered."""
    delivery = settings.get("delivery", {})
    tool = delivery.get("tool")
    if not tool:
        return
    if "alarm" in delivery.get("rollback_on", ()) and "monitoring" not in settings:
        summary = "no alarm takes a release back: the lines of its log are counted by the monitoring, which is off"
        hint = "turn the area monitoring on, or leave alarm out of rollback_on"
        yield Concern(("delivery", "rollback_on"), "MXS707", summary, hint, Severity.WARNING)
    if tool != "codepipeline" and settings.get("cluster", {}).get("endpoint") == "private":
        summary = f"the cluster's API is private: jobs of {tool} reach it from inside of the VPC alone"
        hint = "let its runners be in the VPC, or list their network in cluster.private_allow_from"
        yield Concern(("delivery", "tool"), "MXS708", summary, hint, Severity.WARNING)
