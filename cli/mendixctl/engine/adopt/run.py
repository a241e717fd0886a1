"""``adopt``: plan to import what there is of an environment and its state does not have.

One plan says what would be created; what there is of that is matched by identity; further plans import it, and each
takes out what could only be had by replacing, destroying or creating something. What is left only imports, or imports
and changes in place, and is saved for ``apply``. Nothing in AWS is changed before that.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mendixctl.engine.adopt import fitting
from mendixctl.engine.adopt.discovery import Discovery
from mendixctl.engine.adopt.matching import Match, match
from mendixctl.engine.adopt.planned import creations
from mendixctl.engine.adopt.results import AdoptResult, LeftOut
from mendixctl.engine.adopt.unmatched import unmatched
from mendixctl.engine.environment.site import Site
from mendixctl.engine.journal.import_ids import surroundings
from mendixctl.engine.operation import operation
from mendixctl.engine.plan import gate
from mendixctl.engine.plan.results import PlanResult
from mendixctl.engine.plan.run import make
from mendixctl.engine.recover import import_plan
from mendixctl.engine.recover.import_plan import Heard
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind
from mendixctl.terraform.state import State
from mendixgen.diagnostics import Diagnostic, MendixError, Refused

ROUNDS = 12
"""Plans at most; each takes something out, and there are rarely more than three."""


def adopt(
    session: Session, environment: str, *, vpc: str = "", areas: Sequence[str] = (), complete: bool = False
) -> AdoptResult:
    """Find what there is of an environment, and keep a plan that imports it. ``vpc``: the VPC that is meant, where
    there are several; ``areas``: look for these alone; ``complete``: the plan also creates all that is missing.

    Raises:
        MendixError: MXP251, MXP252, which VPC is meant; MXP253, an area that is not on; as for a plan.
        Refused: MXP254, the imports alone would do more than import; as for a plan.
    """
    started = time.monotonic()
    with operation(session, environment, "adopt", refresh=True, gate=True, drop_plan=True) as site:
        return _Adoption(site, tuple(areas), complete).run(vpc, started)


@dataclass
class _Adoption:
    """One adoption while it is worked out."""

    site: Site
    areas: tuple[str, ...]
    complete: bool
    state: State = field(default_factory=State)
    left_out: list[LeftOut] = field(default_factory=list)

    def run(self, vpc: str, started: float) -> AdoptResult:
        site, workplace = self.site, self.site.workplace
        header = workplace.specification.header
        self._check_areas()
        for area, pin in workplace.lock.pins.items():
            workplace.store.verify(area, pin.version)
        self.site = site = site.at(workplace.with_lock(workplace.lock))
        site.session.reporter.stage("render")
        site.workplace.write_root()
        site.tools.initialise(site.workplace)
        self.state = site.tools.state(site.workplace)
        site.session.reporter.stage("look", f"{header.account}, {header.region}")
        discovery = Discovery(site.clients, header.account, header.region)
        inventory = discovery.inventory(vpc=vpc or self._own_vpc(), areas=self.areas)
        site.session.reporter.stage("plan", "what would be created")
        heard, document = self._plan([], self._targets())
        if heard.error is not None:
            raise heard.error
        wanted = creations(document)
        matches = match(wanted, inventory, surroundings(header.account, header.region))
        self.left_out += fitting.others(matches, inventory, site.environment)
        theirs = {one.address for one in self.left_out}
        left, plan = self._fitting([one for one in matches if one.address not in theirs], started)
        left_out = (*self.left_out, *unmatched(inventory, wanted, [*left, *self.left_out], self.state))
        refusals = fitting.taken(self.left_out, wanted) if self.complete else ()
        differences = fitting.differences(left, tuple(one.change for one in plan.changes)) if plan is not None else ()
        if refusals:
            site.workplace.plans.clear()
            plan = None
        return AdoptResult(
            site.tools.scope(site.workplace),
            self._judged(plan) if plan is not None else None,
            tuple(left),
            differences,
            left_out,
            fitting.missing(wanted, left),
            tuple(discovery.warnings),
            refusals,
        )

    def _check_areas(self) -> None:
        on = self.site.workplace.lock.pins
        wrong = [area for area in self.areas if area not in on]
        if wrong:
            raise MendixError(
                Diagnostic(
                    "MXP253",
                    f"{self.site.environment} has no area {', '.join(wrong)}",
                    hint=f"it has {', '.join(sorted(on))}",
                )
            )

    def _own_vpc(self) -> str:
        """The VPC that the state has, which is then the one that is meant."""
        found = [one.id for one in self.state.instances.values() if one.type == "aws_vpc"]
        return found[0] if len(found) == 1 else ""

    def _targets(self) -> list[str]:
        return [f"module.{area}" for area in self.areas]

    def _plan(self, imports: Sequence[tuple[str, str]], targets: Sequence[str]) -> tuple[Heard, Mapping[str, Any]]:
        """A plan and its JSON, whose secrets are in clear; it is deleted at once."""
        workplace, tools = self.site.workplace, self.site.tools
        out = workplace.plans.staging
        workplace.plans.make()
        try:
            heard = import_plan.plan(workplace, tools, self.state, imports, targets, out, name="adopt-plan")
            said: Mapping[str, Any] = {}
            if heard.error is None:
                said = tools.terraform(workplace).plan_json(out)
            return heard, said
        finally:
            with contextlib.suppress(OSError):
                out.unlink(missing_ok=True)

    # What fits

    def _fitting(self, matches: list[Match], started: float) -> tuple[list[Match], PlanResult | None]:
        """The matches that can be imported without replacing, destroying or (unless ``complete``) creating anything,
        and the plan of their import, which is kept; None where nothing can.
        """
        for _ in range(ROUNDS):
            if not matches:
                break
            self.site.session.reporter.stage("plan", f"the import of {len(matches)}")
            plan, out = self._tried(matches, started)
            if not out:
                return matches, plan
            self.site.workplace.plans.clear()
            self.left_out += out
            addresses = {one.address for one in out}
            matches = [one for one in matches if one.address not in addresses]
        return [], None

    def _tried(self, matches: Sequence[Match], started: float) -> tuple[PlanResult | None, list[LeftOut]]:
        """The plan of an import, and what of it has to be left out; only without any of that is the plan one to keep.

        Raises:
            MendixError: it fails over something else.
        """
        imports = [(one.address, one.id) for one in matches]
        targets = self._targets() if self.complete else [address for address, _ in imports]
        try:
            plan = make(self.site, Kind.ADOPT, started=started, adopt=imports, targets=targets)
        except Refused:
            raise
        except MendixError as error:
            heard, _ = self._plan(imports, targets)  # once more, to hear which of them it is
            if heard.error is None or error.exit_code != 1:
                raise
            return None, fitting.failed(matches, heard, self.site.environment)
        changes = tuple(one.change for one in plan.changes)
        out = fitting.unfit(matches, changes)
        if not out and not self.complete and not fitting.only_imports(changes) and plan.plan_file is not None:
            said = self.site.tools.terraform(self.site.workplace).plan_json(plan.plan_file)
            out = fitting.needing(matches, changes, said, self.site.environment)
        return plan, out

    def _judged(self, plan: PlanResult) -> PlanResult:
        """The plan that is kept for ``apply``, with what the guards say of it."""
        left = import_plan.telling(plan.warnings)
        return replace(plan, warnings=tuple(left), guards=gate.judge(self.site, [plan]))
