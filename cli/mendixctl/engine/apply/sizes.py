"""Node groups before an apply that changes their least or most number of nodes.

EKS takes no least number above a group's own and no largest one below it, and that own number is not Terraform's. So it
is moved first, by mendixctl itself, and the plan is made again, because it holds the number as it was; it has to be the
plan that was reviewed in everything else. Where a scaler has changed the number since, the new plan leaves it so.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from mendixctl.aws import guarded
from mendixctl.engine.environment.site import Site
from mendixctl.engine.journal import import_ids
from mendixctl.engine.journal.leftover_provider import provider_of_leftovers
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.polling import rounds
from mendixctl.guard.sizes import SCALING, PlannedSize, Sizes, step
from mendixctl.terraform.plan import Action, ResourceChange
from mendixgen.diagnostics import Diagnostic, MendixError

DEADLINE = timedelta(minutes=30)
"""EKS changes numbers within a minute and waits for no node; this is for an EKS that does not answer."""


def settle(site: Site, plan: PlanResult, logs: Path) -> Path:
    """Let EKS take the numbers of a plan's node groups; gives the file of the plan that is to be applied then.

    Raises:
        MendixError: MXB124 EKS did not change a group, MXB125 the plan that was made again is another one; MXA1xx, EKS
            could not be asked. Nothing may be applied then.
    """
    eks = site.clients.client("eks")
    for one in plan.sizes:
        with guarded(f"look at node group {one.group} (eks:DescribeNodegroup)"):
            live = _live(eks, one)
        asked = step(one, live)
        if asked is not None:
            site.session.reporter.stage("nodes", f"{one.group}: {live.now} -> {asked.now}")
            _ask(site, eks, one, asked)
    return _again(site, plan, logs)


def _live(eks: Any, one: PlannedSize) -> Sizes:
    found = eks.describe_nodegroup(clusterName=one.cluster, nodegroupName=one.group)["nodegroup"]["scalingConfig"]
    return Sizes(found["minSize"], found["maxSize"], found["desiredSize"])


def _ask(site: Site, eks: Any, one: PlannedSize, asked: Sizes) -> None:
    names = {"clusterName": one.cluster, "nodegroupName": one.group}
    sizes = {"minSize": asked.least, "maxSize": asked.most, "desiredSize": asked.now}
    with guarded(f"set the size of node group {one.group} (eks:UpdateNodegroupConfig)"):
        update = eks.update_nodegroup_config(**names, scalingConfig=sizes)["update"]["id"]
    status = ""
    for _ in rounds(site.session, DEADLINE):
        with guarded(f"look at node group {one.group} (eks:DescribeUpdate)"):
            found = eks.describe_update(name=one.cluster, nodegroupName=one.group, updateId=update)["update"]
        status = str(found["status"])
        if status == "Successful":
            return
        if status != "InProgress":
            break
    raise MendixError(
        Diagnostic(
            "MXB124",
            f"EKS did not set node group {one.group} to {asked.now} nodes (update {update}: {status}), so nothing was"
            " applied",
            hint=f"aws eks describe-update --name {one.cluster} --nodegroup-name {one.group} --update-id {update} says"
            " why; then plan again",
        )
    )


def _again(site: Site, plan: PlanResult, logs: Path) -> Path:
    """The same plan with the groups' numbers as they are now."""
    workplace = site.workplace
    site.session.reporter.stage("plan", "again, with the nodes as they are now")
    terraform = site.tools.terraform(workplace, logs)
    blocks = import_ids.import_blocks(workplace.root, plan.adopted) if plan.adopted else contextlib.nullcontext()
    with provider_of_leftovers(workplace.root, workplace.specification.header, site.tools.state(workplace)), blocks:
        made = terraform.plan(workplace.plans.staging, on_event=site.session.reporter.event)
    fresh = terraform.show_plan(made.plan_file).changes if made.has_changes else ()
    other = differences([judged.change for judged in plan.changes], fresh, [one.address for one in plan.sizes])
    if other:
        raise MendixError(
            Diagnostic(
                "MXB125",
                "the plan is another one by now, so nothing was applied",
                hint=f"something changed since it was made: {workplace.command}",
                detail="\n".join(other),
            )
        )
    return made.plan_file


def differences(
    reviewed: Sequence[ResourceChange], fresh: Sequence[ResourceChange], sized: Sequence[str]
) -> tuple[str, ...]:
    """The addresses at which two plans do not do the same, apart from the numbers of the groups in ``sized``."""
    one, other = ({change.address: change for change in plan} for plan in (reviewed, fresh))
    return tuple(
        address
        for address in dict.fromkeys((*one, *other))
        if _does(one.get(address), address in sized) != _does(other.get(address), address in sized)
    )


def _does(change: ResourceChange | None, is_sized: bool) -> tuple[str, Mapping[str, Any]]:
    """What a change does: its action, and the values that it leaves."""
    nothing: tuple[str, Mapping[str, Any]] = (Action.NOOP.value, {})
    if change is None:
        return nothing
    goal = {
        attribute.path: attribute.after
        for attribute in change.attributes
        if not (is_sized and attribute.path.startswith(SCALING))
    }
    return nothing if is_sized and not goal and change.action is Action.UPDATE else (change.action.value, goal)
