"""What exists, holds data, and would be made anew for no other reason than that its creation did not end well.

Terraform taints what a provider had named before it failed, and it is enough that somebody interrupted it between two
calls of one creation. To make that anew loses what it holds, or AWS refuses it: a deleted secret keeps its name for as
long as its recovery window lasts. What is there is whole as a rule, and what it lacks is set by the next plan; so a
recovery takes the mark away. What AWS itself says has failed is made anew, and so is all that holds nothing.

Source of the taint: Terraform, "Forcing Re-creation of Resources": a resource that fails between its creation and the
end of that is marked.
"""

from __future__ import annotations

from collections.abc import Iterable

from mendixctl.guard.rulebook import Kind, service
from mendixctl.terraform.marks import mapping
from mendixctl.terraform.plan import ResourceChange
from mendixctl.terraform.state import Instance

BECAUSE = "replace_because_tainted"
"""Terraform's reason of such a replacement, in a plan (docs/internals/json-format.mdx of its repository)."""

BROKEN = ("delet", "fail", "incompatible")
"""What is in a ``status`` of AWS where it is not whole: CREATE_FAILED, failed, incompatible-network, DELETING."""


def kept(instances: Iterable[Instance]) -> tuple[str, ...]:
    """The addresses of the tainted resources that a recovery keeps."""
    return tuple(one.address for one in instances if one.tainted and _holds_data(one) and not _is_broken(one))


def would_be_kept(change: ResourceChange) -> bool:
    """Whether a plan makes anew what a recovery would keep."""
    before = mapping(mapping(change.raw.get("change")).get("before"))
    one = Instance(change.address, change.type, attributes=before)
    return change.reason == BECAUSE and _holds_data(one) and not _is_broken(one)


def _holds_data(one: Instance) -> bool:
    return service(one.type).kind(one.type) is Kind.DATA


def _is_broken(one: Instance) -> bool:
    status = str(one.attributes.get("status") or "").lower()
    return any(word in status for word in BROKEN)
