"""Asks AWS which names of a plan are given already, and to which environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mendixctl.aws import Clients, guarded
from mendixctl.engine.environment.site import Site
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.plan.names import look_up
from mendixctl.engine.plan.results import Plan
from mendixctl.guard.limits import Objection
from mendixctl.guard.owned import Owned, Tagged, taken, unlisted, wanted
from mendixctl.terraform.plan import ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.global_provider import REGION


def owned(site: Site, plan: Plan) -> tuple[list[Objection], list[Diagnostic]]:
    """MXG109: what the plan would create and another environment has; a warning (MXG110) of what is this one's own.

    AWS is asked only for a plan that creates something whose name is known, and not on an emulator. That it may not be
    asked is a warning (MXG111): the apply would then fail at the resource itself.
    """
    changes = [judged.change for judged in plan.changes]
    workplace = site.workplace
    listed, asked = wanted(changes), unlisted(changes)
    if workplace.scope.target != "aws" or not (listed or asked):
        return [], []
    try:
        found = []
        for region, those in _by_region(workplace, changes).items():
            if wanted(those):
                found += taken(those, list(_tagged(site.clients, region)))
        found += [
            Owned(asked[named], one.arn, owner)
            for named, one in look_up(site.clients, asked).items()
            if (owner := one.tags.get("environment"))
        ]
    except MendixError as error:
        return [], [_unasked(error)]
    others = [one for one in found if one.owner != workplace.environment]
    own = [one for one in found if one.owner == workplace.environment]
    return _objections(others), _orphans(workplace, own)


def _by_region(workplace: Workplace, changes: Sequence[ResourceChange]) -> dict[str, list[ResourceChange]]:
    """The changes by the region that they are made in: a name is taken where it is, and free in another region."""
    found: dict[str, list[ResourceChange]] = {}
    for change in changes:
        region = REGION if workplace.is_global(change.address) else workplace.scope.region
        found.setdefault(region, []).append(change)
    return found


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
        hint="allow what is named below to be told before the apply and not by it",
        detail=f"{first.code}: {first.summary}",
        severity=Severity.WARNING,
    )
