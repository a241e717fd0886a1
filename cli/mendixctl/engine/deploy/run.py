"""``deploy``: the manifests of the newest release, compared with the cluster, applied, and waited for.

An apply does so itself, with what it planned. This is for where the cluster could not be reached from there, for what
somebody has changed in the cluster, and for taking everything away. All that differs is brought back, and what carries
this environment's labels and is rendered no more is deleted. What was done is a release of its own.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import timedelta

from mendixctl.engine import released
from mendixctl.engine.deploy import record as records
from mendixctl.engine.deploy.results import DeployResult
from mendixctl.engine.deployed import deployed, left
from mendixctl.engine.deployment import comparison
from mendixctl.engine.deployment.comparison import Comparison
from mendixctl.engine.deployment.connection import connect
from mendixctl.engine.deployment.execution import DEADLINE, Execution, reasons
from mendixctl.engine.deployment.within import admit
from mendixctl.engine.diff import spec_changes
from mendixctl.engine.environment.site import Site
from mendixctl.engine.operation import operation
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind, Record, Status
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.kubernetes.diff import FOLDER


def deploy(
    session: Session,
    environment: str,
    *,
    dry_run: bool = False,
    remove: bool = False,
    accepted: Collection[str] = (),
    deadline: timedelta = DEADLINE,
    message: str = "",
) -> DeployResult:
    """Bring the cluster to what the newest release says; with ``dry_run`` only tell what would change.

    Errors as for `bring`, and what `operation` refuses.
    """
    with operation(session, environment, "deploy") as site:
        return bring(site, dry_run=dry_run, remove=remove, accepted=accepted, deadline=deadline, message=message)


def bring(
    site: Site,
    *,
    dry_run: bool = False,
    remove: bool = False,
    accepted: Collection[str] = (),
    deadline: timedelta = DEADLINE,
    message: str = "",
) -> DeployResult:
    """As `deploy`, in an environment that is held.

    ``remove``: take everything away instead, the other way round; a person has been asked. ``accepted``: addresses of
    objects whose loss is accepted.

    Raises:
        MendixError: MXK101, MXK102, the cluster cannot be reached or denies; MXK110, there is no cluster.
        Refused: MXK111, the YAML says something that no release has; MXK112, what would be lost was not accepted.
    """
    started = time.monotonic()
    session = site.session
    head = _released(site)
    api = connect(site)
    session.reporter.stage("look", "what the cluster has")
    objects = [] if remove else comparison.wanted(_documents(site))
    there = comparison.against(api, objects)
    found = Comparison(there.steps, comparison.unwanted(api, objects, site.environment), there.missing)
    manifests = comparison.judged(found)
    execution = Execution(session, (step.address for step in found.changed))
    number = 0
    if not dry_run:
        if not remove:
            lost = [one for one in manifests.objects if one.asks]
            admit(lost, accepted, site.environment, f"mendixctl deploy {site.environment}")
        due = bool(found.changed or found.missing or deployed(site.store).partial)
        begun = (
            records.begin(site, manifests, remove=remove, accepted=tuple(accepted), message=message) if due else None
        )
        stopped = True
        try:
            session.reporter.stage("deploy", f"{len(manifests.objects)} objects")
            execution.run(api, found, deadline)
            stopped = False
        except MendixError as error:
            execution.problems.extend(error.diagnostics)
            stopped = False
            raise
        finally:
            if begun is not None:
                number = begun.number
                why = reasons(execution, site.environment)
                records.end(site, begun, execution.deployment, time.monotonic() - started, why, stopped=stopped)
    kinds = dict.fromkeys(f"{value['kind']} ({value['apiVersion']})" for value in found.missing)
    return DeployResult(
        site.scope,
        head.number,
        manifests,
        len(found.steps),
        tuple(execution.standing.values()),
        tuple(kinds),
        dry_run,
        time.monotonic() - started,
        number,
    )


def _documents(site: Site) -> dict[str, str]:
    """The manifests as they are rendered: a checkout need not have them, the YAML is what the release says."""
    return {name: text for name, text in site.workplace.documents().items() if name.startswith(FOLDER)}


def _released(site: Site) -> Record:
    """The release that is deployed: the newest, which has to be what the YAML says, and Terraform has to be through."""
    head, hint = site.head, site.workplace.command
    if head is None or head.release.kind is Kind.DESTROY:
        raise MendixError(Diagnostic("MXK110", f"{site.environment} has no release yet, so no cluster", hint=hint))
    if not _is_through(head):
        summary = f"v{head.number} of {site.environment} did not succeed; what is deployed is a release that did"
        raise Refused(Diagnostic("MXK111", summary, hint=f"{hint}, then mendixctl apply"))
    changed = spec_changes(released.data(head), site.workplace.specification.data)
    if changed:
        listed = ", ".join(one.path for one in changed[:5])
        raise Refused(
            Diagnostic(
                "MXK111",
                f"the YAML of {site.environment} says what v{head.number} does not ({listed}); what is deployed is a "
                "release",
                hint=f"{hint}, then mendixctl apply",
            )
        )
    return head


def _is_through(head: Record) -> bool:
    """Whether a release succeeded, or lacks nothing but objects of the cluster."""
    outcome = head.outcome
    if head.status is Status.SUCCEEDED:
        return True
    return outcome is not None and any(left(head)) and not (outcome.failed or outcome.not_started)
