"""What an area's Python says of a section across its fields, as far as the section's own mistakes let it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mendixgen.areas.contract import Area, Check, Unsound
from mendixgen.areas.registry import AREAS
from mendixgen.areas.registry import area as area_class
from mendixgen.module_store import Manifest
from mendixgen.spec import sound, structure
from mendixgen.spec.wording import Path

if TYPE_CHECKING:
    from mendixgen.spec.header import Header


def from_check(check: Check) -> structure.Finding:
    return structure.Finding(check.path, check.code, check.summary, check.hint)


def newest_model(area: str, manifest: Manifest) -> type[Area] | None:
    """The Python model that made this version, if this mendixctl still has it."""
    if area not in AREAS:
        return None
    found = area_class(area)
    return found if found.version == manifest.version else None


def for_areas(header: Header, *, knows_region: bool) -> Any:
    """What an area may read of the header: nothing of the region where that is not known."""
    if knows_region:
        return header.for_areas()
    from mendixgen.spec.regions import regions

    stand_in = header.model_copy(update={"region": next(iter(regions()))})
    return sound.without(stand_in.for_areas(), "region", "partition")


def findings(model: type[Area], section: Mapping[str, Any], holes: set[Path], header: Any) -> list[structure.Finding]:
    """What the model says of the section, as far as that does not depend on what is wrong at ``holes``."""
    inputs, said = sound.read(model.Inputs, section, holes)
    found = [structure.Finding(path, "MXS152", summary) for path, summary in said]
    if inputs is None:
        return found
    try:
        return [*found, *(from_check(check) for check in model.check(inputs, header))]
    except Unsound:
        return found
