"""What an area's Python says of a section across its fields, as far as the section's own mistakes let it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mendixgen.areas import parts
from mendixgen.areas.catalogue import AREAS
from mendixgen.areas.catalogue import area as area_class
from mendixgen.areas.contract import Area, Check, Unsound
from mendixgen.spec import sound, structure
from mendixgen.spec.wording import Path
from mendixgen.versions.store import Manifest, ModuleStore

if TYPE_CHECKING:
    from mendixgen.spec.header import Header


def from_check(check: Check) -> structure.Finding:
    return structure.Finding(check.path, check.code, check.summary, check.hint, warns=check.warns)


def newest_model(area: str, manifest: Manifest, store: ModuleStore) -> type[Area] | None:
    """The Python model that this version's section is read by, if this mendixctl still has it.

    That is the model that made the version, or one of another version whose section is the same: a version in the
    making that changes resources or outputs alone takes no check from the released ones.
    """
    if area not in AREAS:
        return None
    found = area_class(area)
    if found.version == manifest.version:
        return found
    if found.version not in store.versions(area):
        return None
    return found if _untitled(store.manifest(area, found.version)) == _untitled(manifest) else None


def _untitled(manifest: Manifest) -> Mapping[str, Any]:
    """The section's schema without its title, which has the version."""
    return {key: value for key, value in manifest.section.items() if key != "title"}


def for_areas(header: Header, *, knows_region: bool, knows_apps: bool = True) -> Any:
    """What an area may read of the header: nothing of the region, or of the apps, where those are not known."""
    unknown = [] if knows_apps else ["apps", "releases"]
    if not knows_region:
        from mendixgen.regions import regions

        header = header.model_copy(update={"region": next(iter(regions()))})
        unknown += ["region", "partition"]
    found = header.for_areas()
    return sound.without(found, *unknown) if unknown else found


def findings(model: type[Area], section: Mapping[str, Any], holes: set[Path], header: Any) -> list[structure.Finding]:
    """What the model says of the section, as far as that does not depend on what is wrong at ``holes``."""
    inputs, said = sound.read(model.Inputs, section, holes)
    found = [structure.Finding(path, "MXS152", summary) for path, summary in said]
    if inputs is None:
        return found
    try:
        return [*found, *(from_check(check) for check in parts.check(model, inputs, header))]
    except Unsound:
        return found
