"""Terraform as a subprocess: one typed method a subcommand.

Every method runs Terraform to its end and raises :class:`~mendixgen.diagnostics.MendixError` with codes MXT1xx;
only :meth:`Terraform.apply` gives its failures back as data, because what was done has to be recorded first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from mendixctl.terraform import failures
from mendixctl.terraform.events import ChangeEvent, Event, SummaryEvent, diagnostic_event
from mendixctl.terraform.invocation import Invocation, Listener, text
from mendixctl.terraform.outcome import ApplyOutcome, Gatherer, OutputValue, PlanOutcome
from mendixctl.terraform.plan import PlanDocument, ResourceChange
from mendixctl.terraform.plan_json import parse
from mendixctl.terraform.redaction import of_plan, of_state
from mendixctl.terraform.state import NotAStateError, State
from mendixctl.terraform.state import parse as parse_state
from mendixgen.diagnostics import Diagnostic, MendixError

CHANGES = 2
"""Terraform's exit code of a plan with ``-detailed-exitcode`` that has changes."""


def unheard(event: Event) -> None:
    """The listener of a caller that does not listen."""


class Terraform(Invocation):
    """Terraform for one root; made as :class:`~mendixctl.terraform.invocation.Invocation` says."""

    # -- subcommands that stream ---------------------------------------------------------------------------------

    def init(
        self, *, reconfigure: bool = True, backend: bool = True, upgrade: bool = False, on_event: Listener = unheard
    ) -> None:
        """Install providers and modules and connect the backend.

        Raises:
            MendixError: MXT113 no provider, MXT121 checksums, MXT119 no state bucket, and the general ones.
        """
        arguments = ["-json", *(["-reconfigure"] if reconfigure and backend else [])]
        arguments += [] if backend else ["-backend=false"]
        arguments += ["-upgrade"] if upgrade else []
        gathered, finished = self._stream("init", arguments, on_event)
        self._require("init", gathered, finished)

    def plan(
        self,
        out: Path,
        *,
        destroy: bool = False,
        refresh: bool = True,
        refresh_only: bool = False,
        targets: Sequence[str] = (),
        on_event: Listener = unheard,
    ) -> PlanOutcome:
        """Plan and save the plan in ``out``, which holds secrets in clear and is made private (mode 0600).

        ``targets``: addresses to plan alone, with what they need; all where there are none.

        Raises:
            Interrupted: MXT130, a person stopped it; nothing was changed and no plan is left.
            MendixError: MXT111 locked, MXT122 not initialised, and the general ones; no plan is left.
        """
        out = out.absolute()
        self._prepare(out)
        arguments = ["-json", "-detailed-exitcode", f"-lock-timeout={self.lock_timeout}", f"-out={out}"]
        arguments += ["-destroy"] if destroy else []
        arguments += [] if refresh else ["-refresh=false"]
        arguments += ["-refresh-only"] if refresh_only else []
        arguments += [f"-target={address}" for address in targets]
        try:
            gathered, finished = self._stream("plan", arguments, on_event)
            self._require("plan", gathered, finished, accepted=(0, CHANGES), secrets=self._of_state)
            self._check_plan(out)
        except BaseException:
            out.unlink(missing_ok=True)
            raise
        return PlanOutcome(
            has_changes=finished.exit_code == CHANGES,
            plan_file=out,
            summary=gathered.summary or SummaryEvent("change_summary", operation="plan"),
            changes=tuple(gathered.planned.values()),
            drift=tuple(gathered.drift.values()),
            warnings=self._warnings(gathered, "plan", lambda: self._of_plan(out)),
            seconds=finished.seconds,
        )

    def apply(
        self, plan_file: Path, *, planned: Iterable[ResourceChange] = (), on_event: Listener = unheard
    ) -> ApplyOutcome:
        """Apply exactly a saved plan. Failures are in the outcome: record it, then ``raise_for_errors``.

        ``planned``: the plan's changes. Terraform's stream does not name moves, and a stream that a full disk has
        cut names too little; with them the outcome accounts for all.

        Raises:
            MendixError: only where Terraform was not started (MXT103, MXT106, MXT131).
        """
        arguments = ["-json", f"-lock-timeout={self.lock_timeout}", str(plan_file.absolute())]
        expected = {
            change.address: ChangeEvent("planned_change", address=change.address, action=change.action.value)
            for change in planned
        }
        gathered, finished = self._stream("apply", arguments, on_event, Gatherer(planned=expected))
        errors = self._errors("apply", gathered, finished, secrets=lambda: self._of_plan(plan_file))
        return gathered.outcome(
            errors=errors,
            warnings=self._warnings(gathered, "apply", lambda: self._of_plan(plan_file)),
            exit_code=finished.exit_code,
            seconds=finished.seconds,
        )

    def _of_state(self) -> Iterator[str]:
        return of_state(self.show_state())

    def _of_plan(self, plan_file: Path) -> Iterator[str]:
        return of_plan(self.plan_json(plan_file))

    # -- subcommands that answer ---------------------------------------------------------------------------------

    def validate(self) -> tuple[Diagnostic, ...]:
        """Check the root without AWS; its warnings.

        Raises:
            MendixError: what is wrong with the root.
        """
        finished = self._quiet("validate", ["-json"], accepted=(0, 1))
        answer = self._object("validate", finished.stdout)
        events = [diagnostic_event(item, "", {}) for item in answer.get("diagnostics") or () if isinstance(item, dict)]
        context = self._context("validate")
        if not answer.get("valid"):
            errors = failures.diagnose([event for event in events if event.severity == "error"], context)
            errors = errors or (failures.from_text(text(finished.stderr), finished.exit_code, context),)
            raise MendixError(self._redacted(errors))
        return self._redacted(failures.diagnose(events, context))

    def show_plan(self, plan_file: Path) -> PlanDocument:
        """A saved plan as data, secrets masked."""
        return parse(self.plan_json(plan_file))

    def plan_json(self, plan_file: Path) -> dict[str, Any]:
        """``show -json`` of a saved plan as Terraform gives it: secrets are in clear."""
        return self._object("show", self._quiet("show", ["-json", str(plan_file.absolute())]).stdout)

    def show_state(self) -> dict[str, Any]:
        """``show -json`` of the state: ``{"values": {...}}``, no "values" without state. Secrets are in clear."""
        return self._object("show", self._quiet("show", ["-json"]).stdout)

    def state_pull(self) -> State:
        """The state as the backend keeps it.

        Raises:
            MendixError: MXT105, what is there is no whole state.
        """
        try:
            return parse_state(self._quiet("state pull", []).stdout)
        except NotAStateError as error:
            raise MendixError(
                failures.unreadable(f"a state that is not whole: {error}", self._context("state pull"))
            ) from error

    def state_push(self, file: Path, *, force: bool = False) -> None:
        """Put a state in place, ``errored.tfstate`` above all; Terraform refuses an older or a foreign one.

        ``force``: it does not, for a caller that has compared both itself; the state's lock is taken all the same.
        """
        arguments = [f"-lock-timeout={self.lock_timeout}", *(["-force"] if force else []), str(file.absolute())]
        self._quiet("state push", arguments)

    def state_list(self) -> tuple[str, ...]:
        """The addresses in the state; none where there is no state."""
        finished = self._quiet("state list", [], accepted=(0, 1))
        if finished.exit_code and "No state file was found" not in text(finished.stderr):
            raise MendixError(self._errors("state list", Gatherer(), finished))
        return tuple(text(finished.stdout).split("\n")[:-1])

    def output(self) -> dict[str, OutputValue]:
        """The outputs of the state; those of sensitive ones are in clear and marked."""
        answer = self._object("output", self._quiet("output", ["-json"]).stdout)
        return {
            name: OutputValue(item.get("value"), bool(item.get("sensitive")))
            for name, item in answer.items()
            if isinstance(item, dict)
        }

    def force_unlock(self, lock_id: str) -> None:
        """Remove a lock whose holder is certainly dead. A person decides that; mendixctl never does."""
        self._quiet("force-unlock", ["-force", "--", lock_id] if lock_id.startswith("-") else ["-force", lock_id])

    def untaint(self, address: str) -> None:
        """Keep a resource that the next plan would make anew because its creation did not end well."""
        self._quiet("untaint", [f"-lock-timeout={self.lock_timeout}", address])

    def providers_lock(self, platforms: Sequence[str], *, mirror: Path | None = None) -> None:
        """Record the providers' checksums of other platforms (``linux_arm64``) in ``.terraform.lock.hcl``."""
        arguments = [f"-platform={platform}" for platform in platforms]
        self._quiet("providers lock", arguments + ([f"-fs-mirror={mirror.absolute()}"] if mirror else []))

    def providers_schema(self) -> dict[str, Any]:
        """The schemas of the providers of an initialised root."""
        return self._object("providers schema", self._quiet("providers schema", ["-json"]).stdout)

    def fmt(self, paths: Sequence[Path]) -> None:
        """Rewrite HCL files in Terraform's canonical format."""
        if paths:
            self._quiet("fmt", ["-list=false", *(str(path.absolute()) for path in paths)])
