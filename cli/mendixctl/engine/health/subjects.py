"""What there is to check: the resources of the state whose type has a check, in the areas that are on."""

from __future__ import annotations

from collections.abc import Collection

from mendixctl.engine.health.contract import Subject
from mendixctl.terraform.state import State


def subjects(state: State, areas: Collection[str], types: Collection[str]) -> list[Subject]:
    """The managed resources of ``types`` in ``areas``, in the state's order; what is being replaced only once."""
    return [
        Subject(one.address, one.type, one.attributes)
        for one in state.instances.values()
        if one.type in types and one.area in areas
    ]
