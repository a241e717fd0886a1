"""Changes of a plan as a test writes them down: type, action, before and after."""

from __future__ import annotations

from typing import Any

from mendixctl.guard.sides import Sides
from mendixctl.terraform.plan import PlanDocument, ResourceChange
from mendixctl.terraform.plan_json import parse

WORDS = {"replace": ["delete", "create"]}


def item(
    kind: str,
    action: str,
    before: Any = None,
    after: Any = None,
    unknown: Any = None,
    *,
    address: str = "",
    **more: Any,
) -> dict[str, Any]:
    """One element of ``resource_changes``."""
    change = {
        "actions": WORDS.get(action, [action]),
        "before": before,
        "after": after,
        "after_unknown": unknown if unknown is not None else {},
    }
    change |= {key: more.pop(key) for key in ("importing", "before_sensitive", "after_sensitive") if key in more}
    return {"address": address or f"{kind}.this", "type": kind, "mode": "managed", "change": change, **more}


def document(*items: dict[str, Any], drift: tuple[dict[str, Any], ...] = ()) -> PlanDocument:
    """A plan of these changes."""
    return parse({"format_version": "1.2", "resource_changes": list(items), "resource_drift": list(drift)})


def one(*arguments: Any, **settings: Any) -> ResourceChange:
    """The only change of a plan; what changes nothing that mendixctl would show is an update all the same."""
    (change,) = document(item(*arguments, **settings)).changes
    return change


def sides(before: Any, after: Any, unknown: Any = None) -> Sides:
    return Sides(before, after, None, unknown)
