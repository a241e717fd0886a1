"""The release that a rollback goes back to: one that was reached, and that says what is to be."""

from __future__ import annotations

from mendixctl.engine.environment.site import Site
from mendixctl.ledger.release import Kind, Record, Status
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.messages import msg

NOT_A_GOAL = {
    Kind.TEARDOWN: "took the protection off everything",
    Kind.DESTROY: "destroyed everything",
    Kind.RECOVER: "took in what a crash had left, and nothing else",
    Kind.ADOPT: "took in what there was, and nothing else",
    Kind.RESTORE: "put a copy of the state back, and says nothing of what is to be",
    Kind.DRILL: "measured a recovery, and says nothing of what is to be",
    Kind.FAILOVER: "switched names, and says nothing of what is to be",
    Kind.FAILBACK: "switched names, and says nothing of what is to be",
    Kind.APP: "delivered an app, whose way back is mendixctl release rollback",
}


def goal_release(site: Site, version: int) -> Record:
    """The release to go back to: one that was reached.

    Raises:
        MendixError: MXP150, it never was, or is no state to be in; MXL105, there is no such release.
    """
    store, environment = site.store, site.environment
    found = store.read(version)
    kind, status = found.release.kind, found.status
    why = NOT_A_GOAL.get(kind, "")
    if status is not Status.SUCCEEDED:
        words = {Status.FAILED: "failed", Status.INTERRUPTED: "was interrupted", Status.RUNNING: "has no outcome"}
        why = msg("{value}, so what it describes never was", value=words[status])
    if not why:
        return found
    reached = [
        number
        for number in reversed(store.numbers())
        if (one := store.read(number)).status is Status.SUCCEEDED and one.release.kind not in NOT_A_GOAL
    ]
    nearest = next((number for number in reached if number < version), next(iter(reached), 0))
    raise MendixError(
        Diagnostic(
            "MXP150",
            msg("v{version} of {environment} {why}", version=version, environment=environment, why=why),
            hint=msg(
                "the nearest release that was reached: mendixctl rollback v{nearest} --env {environment}",
                nearest=nearest,
                environment=environment,
            )
            if nearest
            else "no release of this environment was reached yet",
        )
    )
