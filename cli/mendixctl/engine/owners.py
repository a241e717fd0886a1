"""Asks AWS which names of a plan are given already, and to which environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from mendixctl.aws import guarded
from mendixctl.engine.results import PlanResult
from mendixctl.engine.workplace import Workplace
from mendixctl.guard.limits import Objection
from mendixctl.guard.owned import Owned, Tagged, taken, wanted
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients


def owned(workplace: Workplace, clients: Clients | None, plan: PlanResult) -> tuple[list[Objection], list[Diagnostic]]:
    """MXG109: what the plan would create and another environment has; a warning (MXG110) of what is this one's own.

    AWS is asked only for a plan that creates something whose name is known, and not on an emulator. That it may not be
    asked (``tag:GetResources``) is a warning (MXG111): the apply would then fail at the resource itself.
    """
    changes = [judged.change for judged in plan.changes]
    if workplace.scope.target != "aws" or clients is None or not wanted(changes):
        return [], []
    try:
        found = taken(changes, list(_tagged(clients, workplace.scope.region)))
    except MendixError as error:
        return [], [_unasked(error)]
    others = [one for one in found if one.owner != workplace.environment]
    own = [one for one in found if one.owner == workplace.environment]
    return _objections(others), _orphans(workplace, own)


def _tagged(clients: Clients, region: str) -> Iterator[Tagged]:
    with guarded("ask which resources mendixctl has made here (tag:GetResources)"):
        client = clients.client("resourcegroupstaggingapi", region)
        pages = client.get_paginator("get_resources").paginate(
            TagFilters=[{"Key": "managed-by", "Values": ["mendixctl"]}]
        )
        for page in pages:
            for one in page.get("ResourceTagMappingList", ()):
                yield Tagged(one["ResourceARN"], {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())})


def _objections(others: Sequence[Owned]) -> list[Objection]:
    if not others:
        return []
    owners = ", ".join(dict.fromkeys(one.owner for one in others))
    return [
        Objection(
            "MXG109",
            f"the plan would create what {owners} has already",
            tuple((one.address, f"{one.arn} is tagged environment={one.owner}") for one in others),
            way_past=f"give it another name, or remove it from {owners} first",
        )
    ]


def _orphans(workplace: Workplace, own: Sequence[Owned]) -> list[Diagnostic]:
    if not own:
        return []
    return [
        Diagnostic(
            "MXG110",
            f"the plan creates what {workplace.environment} has already, though its state does not know it",
            hint=f"adopt it: mendixctl recover {workplace.environment}; AWS may also still list for some minutes what "
            "was destroyed",
            detail="\n".join(f"{one.address}  {one.arn}" for one in own),
            severity=Severity.WARNING,
        )
    ]


def _unasked(error: MendixError) -> Diagnostic:
    first = error.diagnostics[0]
    return Diagnostic(
        "MXG111",
        "whether another environment has what this plan creates could not be asked of AWS",
        hint="allow tag:GetResources to be told before the apply and not by it",
        detail=f"{first.code}: {first.summary}",
        severity=Severity.WARNING,
    )
