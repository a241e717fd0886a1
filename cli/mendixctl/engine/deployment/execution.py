"""Objects applied, deleted and waited for, each told as it goes, and how far that has come at any moment.

Applied in the order in which they need each other; deleted the other way round, in waves: an app and what it stored are
gone before the Operator loses what it needs to take them away, and pods have left the load balancer before the rest.
What is refused stops nothing but deletions: those would take away what still has no successor.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from mendixctl.engine.deployment.comparison import Comparison, Step
from mendixctl.engine.deployment.order import WAVES, turn
from mendixctl.engine.deployment.readiness import UNDELIVERED, readiness, takes_time
from mendixctl.engine.deployment.results import Readiness, State
from mendixctl.engine.polling import rounds
from mendixctl.ledger.release import Deployment
from mendixctl.terraform.events import Phase, ResourceEvent
from mendixgen.diagnostics import Diagnostic, MendixError, Severity
from mendixgen.kubernetes.diff import Does, key_of

if TYPE_CHECKING:
    from mendixctl.cluster.api import Api
    from mendixctl.engine.session import Session

DEADLINE = timedelta(minutes=10)
REFUSED = "MXK103"


class Execution:
    """One deployment: what of it is done, what has failed and why, and what was not begun."""

    def __init__(self, session: Session, addresses: Iterable[str]) -> None:
        self._session = session
        self._left = dict.fromkeys(addresses)
        self._begun: dict[str, tuple[str, float]] = {}
        self._done: dict[str, None] = {}
        self._failed: dict[str, str] = {}
        self._unknown: set[str] = set()
        self.standing: dict[str, Readiness] = {}
        """Of what takes its time, and of what was deleted: how it stood when it was last looked at."""
        self.problems: list[Diagnostic] = []
        """What ended it, beside what single objects say."""

    def run(self, api: Api, found: Comparison, deadline: timedelta = DEADLINE) -> None:
        """Bring the cluster there, and wait. What a single object is refused for is kept and not raised.

        Raises:
            MendixError: MXK101, MXK102: the cluster cannot be reached, or lets us do nothing.
        """
        end = self._session.clock() + deadline
        for step in found.steps:
            if step.change is not None:
                self._apply(api, step)
        for value in found.missing:
            address = key_of(value).address
            self._unknown.add(address)
            self._fail(address, f"{value['kind']} ({value['apiVersion']}) is unknown to the cluster")
        slow = [one for one in found.steps if takes_time(one.resource.kind) and one.address not in self._failed]
        self._wait(api, slow, end - self._session.clock())
        self._tell_undelivered()
        if not self._failed:
            self.take_away(api, found.gone, end - self._session.clock())

    def take_away(self, api: Api, gone: Sequence[Step], deadline: timedelta = DEADLINE) -> None:
        """Delete objects in their waves, each wave gone before the next. Errors as for `run`."""
        end = self._session.clock() + deadline
        for wave in range(len(WAVES) + 1):
            steps = sorted(
                (one for one in gone if turn(one.resource.kind)[0] == wave), key=lambda it: turn(it.resource.kind)
            )
            for step in steps:
                self._begin(step.address, Does.DELETE)
                try:
                    api.delete(step.resource, step.value)
                except MendixError as error:
                    self._refused(step.address, error)
            self._wait(api, [one for one in steps if one.address not in self._failed], end - self._session.clock())
            if self._failed:
                return

    def settle(self, addresses: Iterable[str]) -> None:
        """Take objects for done that are not there and need not be."""
        for address in addresses:
            if address in self._left:
                del self._left[address]
                self._done[address] = None

    @property
    def deployment(self) -> Deployment:
        """What is recorded of it."""
        failed = (*self._failed, *(address for address in self._begun if address not in self._failed))
        return Deployment(tuple(self._done), failed, tuple(self._left))

    @property
    def refused(self) -> dict[str, str]:
        """What failed, with what the cluster says of it."""
        return dict(self._failed)

    @property
    def lacks_kinds(self) -> bool:
        """Whether all that failed did so because the cluster does not know its kind."""
        return bool(self._failed) and self._failed.keys() <= self._unknown

    def _apply(self, api: Api, step: Step) -> None:
        assert step.change is not None  # noqa: S101 - said by the caller
        self._begin(step.address, step.change.does)
        try:
            api.apply(step.resource, step.value)
        except MendixError as error:
            self._refused(step.address, error)
        else:
            if not takes_time(step.resource.kind):
                self._finish(step.address)

    def _wait(self, api: Api, steps: Sequence[Step], deadline: timedelta) -> None:
        """Until all of them stand as they should, one has failed for good, or the deadline has come."""
        open_ones = {step.address: step for step in steps}
        if not open_ones:
            return
        for _ in rounds(self._session, max(deadline, timedelta(0))):
            for address, step in list(open_ones.items()):
                found = self.standing[address] = _look(api, step)
                if found.state is State.WAITING:
                    self._tell(address, "progress")
                    continue
                del open_ones[address]
                if found.state is State.READY:
                    self._finish(address)
                else:
                    self._fail(address, found.message)
            if not open_ones:
                return
        for address in open_ones:
            self._fail(address, self.standing[address].message)

    def _tell_undelivered(self) -> None:
        """Say which apps have no image yet: they are not waited for, and nothing of them runs before a delivery."""
        names = [one.address.rpartition("/")[2] for one in self.standing.values() if one.message == UNDELIVERED]
        if names:
            self._session.reporter.notice(
                Diagnostic(
                    "MXK114",
                    f"without an image until their first release: {', '.join(names)}",
                    hint=f"mendixctl release deploy {names[0]} brings one (docs/delivery.md)",
                    severity=Severity.WARNING,
                )
            )

    def _begin(self, address: str, does: Does) -> None:
        self._left.pop(address, None)
        self._begun[address] = (does.value, time.monotonic())
        self._tell(address, "start")

    def _finish(self, address: str) -> None:
        self._tell(address, "complete")
        if self._begun.pop(address, None) is not None:
            self._done[address] = None

    def _fail(self, address: str, why: str) -> None:
        self._tell(address, "errored")
        self._left.pop(address, None)
        self._begun.pop(address, None)
        self._failed[address] = why

    def _refused(self, address: str, error: MendixError) -> None:
        if error.diagnostics[0].code != REFUSED:
            raise error
        self.standing[address] = Readiness(address, State.FAILED, error.diagnostics[0].summary)
        self._fail(address, error.diagnostics[0].summary)

    def _tell(self, address: str, phase: Phase) -> None:
        """As an event of Terraform's, so that an object is shown like a resource; nothing of what was not begun."""
        if address in self._begun:
            action, since = self._begun[address]
            self._session.reporter.event(
                ResourceEvent(
                    f"apply_{phase}",
                    address=address,
                    action=action,
                    phase=phase,
                    elapsed=time.monotonic() - since,
                )
            )


def reasons(execution: Execution, environment: str) -> tuple[Diagnostic, ...]:
    """Why a deployment is not complete; none where it is."""
    failed = execution.refused
    if not failed:
        return tuple(execution.problems)
    helmfile = f"helmfile --file environments/{environment}/kubernetes/helmfile.yaml apply"
    return (
        *execution.problems,
        Diagnostic(
            "MXK113",
            f"{len(failed)} objects of {environment} are not in the cluster as they should be",
            hint=f"charts bring the kinds: {helmfile}" if execution.lacks_kinds else "each says what it lacks",
            detail="\n".join(f"{address}: {why}" for address, why in failed.items()),
        ),
    )


def _look(api: Api, step: Step) -> Readiness:
    value = api.get(step.resource, step.value)
    if not step.goes:
        return Readiness(step.address, *readiness(value, step.resource.kind))
    if value is None:
        return Readiness(step.address, State.READY, "deleted")
    return Readiness(step.address, State.WAITING, "it is being deleted")
