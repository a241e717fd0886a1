"""What only several specifications together can show: a standby that could not take over from its primary.

All of it is a warning. A network's block can never be changed, so an error would leave no way to mend it, and
the environment that a standby names may be kept in another repository.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv4Network

from mendixgen.diagnostics import Diagnostic, Severity
from mendixgen.module_store import ModuleStore
from mendixgen.spec.loader import Specification
from mendixgen.spec.structure import suggestion
from mendixgen.spec.wording import Path


def warnings(
    name: str, specifications: Mapping[str, Specification], known: Collection[str], store: ModuleStore
) -> list[Diagnostic]:
    """What is odd about the environment ``name`` beside the others, in the order of its file.

    ``specifications`` are those that are sound, by name; ``known`` all environments that there are.
    """
    own = specifications[name]
    primary = own.header.standby_of
    if primary is None:
        return []
    if primary not in known:
        hint = suggestion(primary, known) or "if it is in another repository, nothing has to be done"
        summary = f"there is no environment {primary} here that {name} could stand by for"
        return [_warning(own, ("standby_of",), "MXS191", summary, hint)]
    if primary not in specifications:
        return []
    other = specifications[primary]
    return sorted(_beside(own, other, store), key=lambda one: one.location or own.locate(()))


def _beside(own: Specification, other: Specification, store: ModuleStore) -> Iterator[Diagnostic]:
    primary = other.header.name
    if own.header.region == other.header.region:
        summary = f"the standby is in {own.header.region}, the region of {primary} itself"
        yield _warning(own, ("region",), "MXS192", summary, "a standby helps when it is in another region")
    for path, block in _blocks(own, store):
        overlapped = next((theirs for _, theirs in _blocks(other, store) if block.overlaps(theirs)), None)
        if overlapped is not None:
            summary = f"{block} overlaps {overlapped} of {primary}, which this environment stands by for"
            hint = "take a block of its own before the first apply: overlapping networks can never be connected"
            yield _warning(own, path, "MXS193", summary, hint)


def _blocks(specification: Specification, store: ModuleStore) -> Iterator[tuple[Path, IPv4Network]]:
    """The network's blocks, that of the module's default included where the YAML gives none."""
    pin = specification.pins.get("network")
    if pin is None:
        return
    section = specification.sections["network"]
    properties = store.manifest("network", pin.version).section.get("properties", {})
    primary = section.get("cidr", properties.get("cidr", {}).get("default"))
    if primary:
        yield ("network", "cidr"), IPv4Network(primary)
    for index, block in enumerate(section.get("secondary_cidrs", ())):
        yield ("network", "secondary_cidrs", index), IPv4Network(block)


def _warning(specification: Specification, path: Path, code: str, summary: str, hint: str) -> Diagnostic:
    return Diagnostic(code, summary, hint=hint, location=specification.locate(path), severity=Severity.WARNING)
