"""What no single field of the audit section can say: what is recorded for nothing, and days that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from mendixgen.areas.audit import Audit, Trail
from mendixgen.areas.contract import Check, Header, independent


def check(inputs: Audit.Inputs, header: Header) -> list[Check]:
    """Files are kept longer than they are locked and before they are archived; insights have events to look at."""
    del header
    return independent(
        lambda: _retention(inputs.trail),
        lambda: _insights(inputs.trail),
        lambda: _repeated(inputs.trail),
    )


def _retention(trail: Trail) -> Iterator[Check]:
    place = ("trail", "retention_days")
    if trail.object_lock_days > trail.retention_days:
        summary = f"files are locked for {trail.object_lock_days} days and deleted after {trail.retention_days}"
        yield Check(place, "MXS431", summary, "keep them for as long as they are locked, at least")
    if trail.archive_after_days >= trail.retention_days:
        summary = f"files are deleted after {trail.retention_days} days and archived after {trail.archive_after_days}"
        yield Check(place, "MXS431", summary, "archive them earlier, or never: archive_after_days: 0")


def _insights(trail: Trail) -> Iterator[Check]:
    if trail.insights and not trail.management_events:
        summary = "insights look at management events, and this trail records none"
        yield Check(("trail", "insights"), "MXS432", summary, "add management_events: true, or remove insights")
    if trail.reads and "s3" not in trail.data_events:
        summary = "reads are those of objects, and no events of objects are recorded"
        yield Check(("trail", "reads"), "MXS432", summary, "add s3 to data_events, or remove reads")


def _repeated(trail: Trail) -> Iterator[Check]:
    for name, values in (("data_events", trail.data_events), ("insights", trail.insights)):
        for index, value in enumerate(values):
            if value in values[:index]:
                yield Check(("trail", name, index), "MXS432", f"{value} is listed twice", "list it once")
