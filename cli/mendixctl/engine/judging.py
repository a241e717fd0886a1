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
    """What was done outside Terraform, as far as it took away data, protection or a way back.

    What only grew there (storage, which nothing makes smaller again) took away nothing.
    """
    found = (Judged(ruling.change, ruling.judgement, ruling.back) for ruling in guard.judge_drift(document))
    return tuple(one for one in found if one.verdict is not Verdict.REVERSIBLE and not _merely_grew(one))


def _merely_grew(one: Judged) -> bool:
    return one.judgement.one_way and one.judgement.besides is Verdict.REVERSIBLE
