"""What exists, holds data, and would be made anew for no other reason than that its creation did not end well.

Terraform taints what a provider had named before it failed, and it is enough that somebody interrupted it between two
calls of one creation. To make that anew loses what it holds, or AWS refuses it: a deleted secret keeps its name for as
long as its recovery window lasts. What is there is whole as a rule, and what it lacks is set by the next plan; so a
recovery takes the mark away. What AWS itself says has failed is made anew, and so is all that holds nothing.

Source of the taint: Terraform, "Forcing Re-creation of Resources": a resource that fails between its creation and the
end of that is marked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from mendixctl.guard.rulebook import Kind, service
from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import ResourceChange
from mendixctl.terraform.state import Instance

BECAUSE = "replace_because_tainted"
"""Terraform's reason of such a replacement, in a plan (docs/internals/json-format.mdx of its repository)."""

BROKEN = ("delet", "fail", "incompatible")
"""What is in a ``status`` of AWS where it is not whole: CREATE_FAILED, failed, incompatible-network, DELETING."""


def divided(instances: Iterable[Instance], accepted: Collection[str] = ()) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The addresses of what is tainted: of what a recovery keeps, and of what the next plan makes anew. ``accepted``:
    addresses whose loss is.
    """
    tainted = [one for one in instances if one.tainted]
    kept = tuple(one.address for one in tainted if _is_kept(one) and one.address not in accepted)
    return kept, tuple(one.address for one in tainted if one.address not in kept)


def would_be_kept(change: ResourceChange) -> bool:
    """Whether a plan makes anew what a recovery would keep."""
    before = mapping(mapping(change.raw.get("change")).get("before"))
    one = Instance(change.address, change.type, attributes=before)
    return change.reason == BECAUSE and _is_kept(one)


def _is_kept(one: Instance) -> bool:
    status = str(one.attributes.get("status") or "").lower()
    return service(one.type).kind(one.type) is Kind.DATA and not any(word in status for word in BROKEN)
