"""A saved plan as data: the part of ``terraform show -json PLAN`` that mendixctl reads.

Source: Terraform's documentation, "JSON Output Format" (internals/json-format), format version 1.x.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

SENSITIVE = "(sensitive)"
"""What is shown instead of a sensitive value."""

UNKNOWN = "(known after apply)"
"""What is shown instead of a value that only the apply will tell."""


class Action(StrEnum):
    """What a plan does to one resource; Terraform's action lists folded into one word."""

    NOOP = "no-op"
    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    FORGET = "forget"
    IMPORT = "import"
    MOVE = "move"


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """One attribute before and after. ``path`` is Terraform's own spelling (``rule[0].status``).

    ``sensitive`` values are replaced by the text ``(sensitive)``, unknown ones by ``(known after apply)``.
    """

    path: str
    before: Any
    after: Any
    sensitive: bool = False
    forces_replacement: bool = False


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What a plan does to one resource instance. ``identity``: what AWS calls data that is taken away.

    ``raw`` is Terraform's own entry, secrets in clear: guards look into it, and a change that is kept has none.
    """

    address: str
    area: str
    type: str
    action: Action
    attributes: tuple[AttributeChange, ...] = ()
    previous_address: str = ""
    reason: str = ""
    identity: Mapping[str, str] = field(default_factory=dict, hash=False)
    raw: Annotated[Mapping[str, Any], Field(exclude=True, max_length=0)] = field(
        default_factory=dict, repr=False, compare=False
    )


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """A whole plan. ``changes`` has no no-ops and no reads; ``drift`` is what changed outside Terraform.

    ``others`` are the managed resources that it leaves as they are, ``unchanged`` is how many those are.
    """

    terraform_version: str
    changes: tuple[ResourceChange, ...] = ()
    drift: tuple[ResourceChange, ...] = ()
    outputs: Mapping[str, AttributeChange] = field(default_factory=dict)
    unchanged: int = 0
    others: tuple[ResourceChange, ...] = ()
