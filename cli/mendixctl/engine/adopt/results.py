"""What an adoption found, and what a proposal says."""

from __future__ import annotations

from dataclasses import dataclass

from mendixctl.engine.adopt.matching import Match
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.results import Scope
from mendixctl.terraform.plan import AttributeChange
from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Difference:
    """What of a resource that is adopted is not as the YAML says, and is changed in place by the apply.

    ``attributes``: without ``tags_all``, which say the same as tags. ``notes``: what the change means to whoever uses
    the resource, where it is more than a setting.
    """

    address: str
    id: str
    attributes: tuple[AttributeChange, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What there is and is not adopted: why, and how it could be. ``address`` is "" where nothing would be its."""

    address: str
    id: str
    why: str
    way: str = ""
    attributes: tuple[AttributeChange, ...] = ()


@dataclass(frozen=True, slots=True)
class AdoptResult:
    """What is there of an environment that its state does not have.

    ``plan``: the plan that imports it, saved for ``apply``; None where there is nothing to import. ``missing``: how
    many resources, by area and type, an ordinary plan creates after it. ``refusals``: why a plan that also creates
    what is missing was not kept.
    """

    scope: Scope
    plan: PlanResult | None
    adopted: tuple[Match, ...] = ()
    differences: tuple[Difference, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    missing: tuple[tuple[str, str, int], ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    refusals: tuple[Diagnostic, ...] = ()

    @property
    def exit_code(self) -> int:
        """0 there is nothing to adopt, 2 there is, 3 it is refused, or a guard would refuse the apply."""
        if self.refusals:
            return 3
        return self.plan.exit_code if self.plan is not None else 0


@dataclass(frozen=True, slots=True)
class ProposalResult:
    """A YAML that comes nearest to what there is. ``file``: where it was written; ``target``: where it belongs.

    ``left_out``: what no YAML would adopt. ``areas``: those that are on in the lock that was written; none, no lock.
    """

    environment: str
    account: str
    region: str
    file: str
    target: str
    text: str
    left_out: tuple[LeftOut, ...] = ()
    warnings: tuple[Diagnostic, ...] = ()
    areas: tuple[str, ...] = ()
