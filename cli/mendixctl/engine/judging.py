"""A plan's changes with what the guard says of each: the guard's rules brought to the engine's results."""

from __future__ import annotations

from mendixctl.engine.results import Judged
from mendixctl.guard import judge as guard
from mendixctl.guard.verdict import Verdict
from mendixctl.terraform.plan import PlanDocument


def judged(document: PlanDocument) -> tuple[Judged, ...]:
    """Every change of a plan, in the plan's order."""
    return tuple(Judged(ruling.change, ruling.judgement, ruling.back) for ruling in guard.judge(document))


def losses(document: PlanDocument) -> tuple[Judged, ...]:
    """What was done outside Terraform, as far as it took away data or protection."""
    found = (Judged(ruling.change, ruling.judgement, ruling.back) for ruling in guard.judge_drift(document))
    return tuple(one for one in found if one.verdict is not Verdict.REVERSIBLE)
