"""The deployment that is part of a release: after Terraform, or before it where the cluster goes.

Exactly what was planned is applied and deleted, as with Terraform's plan; a destroy takes away whatever carries the
environment's labels, since all of it goes with the cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from mendixctl.engine import deployed
from mendixctl.engine.deployment import comparison, connection
from mendixctl.engine.deployment.execution import DEADLINE, Execution, reasons
from mendixctl.engine.environment.site import Site
from mendixctl.guard.manifests import JudgedObject, ManifestChanges
from mendixctl.ledger.release import Deployment, RecordedChange
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.kubernetes.diff import Body, Does, Key

AREA = "kubernetes"
"""What stands for an area with objects of the cluster."""


def recorded(one: JudgedObject) -> RecordedChange:
    """What a release records of a change of an object: no value, only where it changes."""
    change, judgement = one.change, one.judgement
    return RecordedChange(
        address=change.key.address,
        area=AREA,
        action=change.does.value,
        attributes=tuple(field.path for field in change.fields),
        verdict=judgement.verdict.value,
        reason=judgement.reason,
        one_way=judgement.one_way,
    )


class Deploying:
    """One release's objects on their way into the cluster, or out of it.

    ``destroys``: the cluster goes, and everything in it. ``left_out``: a person said not to deploy.
    """

    def __init__(
        self,
        site: Site,
        found: ManifestChanges,
        *,
        destroys: bool = False,
        left_out: bool = False,
        accepted: Collection[str] = (),
    ) -> None:
        """Read what the ledger says that the cluster has; nothing is asked of the cluster yet.

        Raises:
            MendixError: MXL1xx, MXR131: the ledger cannot be read.
        """
        self._found = found
        self._destroys = destroys
        self._left_out = left_out
        self._accepted = accepted
        # the cluster goes with its area, and takes along what is not taken away before
        self._first = destroys or not connection.has_cluster(site)
        self._before: Mapping[Key, Body] = {}
        if self.begins and any(one.change.does is Does.DELETE for one in found.objects):
            self._before = deployed.objects(site.store, deployed.deployed(site.store)).present
        self._execution = Execution(site.session, (one.change.key.address for one in found.objects))
        self._reasons: tuple[Diagnostic, ...] = ()

    @property
    def begins(self) -> bool:
        """Whether there is anything to do."""
        return bool(self._found) and not self._left_out

    @property
    def complete(self) -> bool:
        """Whether nothing is left of what was to be done here."""
        return not self.begins or self._execution.deployment.complete

    @property
    def deployment(self) -> Deployment | None:
        """What is recorded; None where there was nothing to deploy."""
        if not self._found:
            return None
        found = self._execution.deployment
        return Deployment(found.done, found.failed, found.not_started, left_out=self._left_out)

    @property
    def reasons(self) -> tuple[Diagnostic, ...]:
        """Why it is not complete."""
        return self._reasons

    def check(self, site: Site) -> None:
        """Check that a cluster that is there can be reached, before anything is begun. Errors as `check_reachable`."""
        if self.begins:
            name = site.environment
            later = (
                f"take the objects away from there first (mendixctl deploy {name} --remove), then destroy; --no-deploy "
                "leaves them to go down with the cluster"
                if self._destroys
                else f"leave the cluster out here (--no-deploy), and run mendixctl deploy {name} from there"
            )
            connection.check_reachable(site, later)

    def before(self, site: Site) -> None:
        """What has to be done before Terraform takes the cluster away.

        Raises:
            MendixError: it is not done: Terraform is not to begin.
        """
        if not self.begins or not self._first:
            return
        api = connection.connect_if_there(site)
        site.session.reporter.stage("deploy", f"{len(self._found.objects)} objects are taken away")
        if api is not None:
            gone = comparison.unwanted(api, (), site.environment)
            self._check_accepted(site, gone)
            self._execution.take_away(api, gone)
            self._reasons = reasons(self._execution, site.environment)
            if self._reasons:
                raise MendixError(self._reasons)
        self._execution.settle(one.change.key.address for one in self._found.objects)

    def after(self, site: Site) -> None:
        """What is done once Terraform is through. What keeps it from being complete is in ``reasons``."""
        if not self.begins or self._first:
            return
        site.session.reporter.stage("deploy", f"{len(self._found.objects)} objects")
        changes = [one.change for one in self._found.objects]
        try:
            api = connection.connect(site)
            objects = comparison.wanted(comparison.standing_documents(site.workplace))
            found = comparison.planned(api, objects, changes, self._before)
            self._execution.run(api, found, DEADLINE)
            if not self._execution.refused:  # of a kind that is gone nothing can be left
                self._execution.settle(one.key.address for one in changes if one.does is Does.DELETE)
        except MendixError as error:
            self._execution.problems.extend(error.diagnostics)
        self._reasons = reasons(self._execution, site.environment)

    def _check_accepted(self, site: Site, gone: Sequence[comparison.Step]) -> None:
        """Check that a protected environment loses nothing that no plan has shown.

        Raises:
            Refused: MXK112.
        """
        if not site.scope.protected:
            return
        shown = {one.change.key for one in self._found.objects}
        found = comparison.judged(comparison.Comparison(gone=tuple(gone)))
        lost = [one for one in found.objects if one.judgement.loses and one.change.key not in shown]
        admit(lost, self._accepted, site.environment, f"mendixctl deploy {site.environment} --remove")


def admit(found: Sequence[JudgedObject], accepted: Collection[str], environment: str, command: str) -> None:
    """Refuse what has to be accepted by its address, and is not.

    Raises:
        Refused: MXK112.
    """
    open_ones = [one for one in found if one.change.key.address not in accepted]
    if open_ones:
        options = " ".join(f"--accept-loss {one.change.key.address}" for one in found)
        raise Refused(
            Diagnostic(
                "MXK112",
                f"{environment}: {'; '.join(f'{one.change.key.address}: {one.judgement.reason}' for one in open_ones)}",
                hint=f"accept each by name: {command} {options}",
            )
        )


def in_cluster(site: Site, files: Mapping[str, str]) -> comparison.Comparison:
    """All that the cluster has otherwise than documents say, by a trial; nothing is changed.

    Raises:
        MendixError: MXK1xx, MXA1xx: the cluster cannot be asked.
    """
    api = connection.connect(site)
    objects = comparison.wanted(files)
    found = comparison.against(api, objects)
    return comparison.Comparison(found.steps, comparison.unwanted(api, objects, site.environment), found.missing)
