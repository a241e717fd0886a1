"""``drift --accept``: what was changed in AWS becomes what the YAML says."""

from __future__ import annotations

from mendixctl.engine.diff import text_diff
from mendixctl.engine.drift.field_search import search
from mendixctl.engine.drift.results import AdoptionResult, PreparedAdoption
from mendixctl.engine.drift.run import examined
from mendixctl.engine.environment.file_backups import restored
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan.run import plan
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Refused
from mendixgen.files import write_atomic


def prepare(session: Session, environment: str) -> PreparedAdoption:
    """Find the fields that drive what drifted, each proven by a plan. Nothing is written.

    Raises:
        Refused: MXD126, a rehearsal has no YAML of its own.
        MendixError, Refused, Interrupted: as for `drift`.
    """
    with examined(session, environment) as examination:
        if examination.workplace.scope.rehearsal:
            raise Refused(
                Diagnostic(
                    "MXD126",
                    f"this is a rehearsal of {environment}, whose YAML is that of the real environment",
                    hint="leave --emulator out to adopt what was changed there; a rehearsal can be reverted",
                )
            )
        found = search(examination)
        before = examination.workplace.specification.text
        return PreparedAdoption(
            drift=examination.result,
            adoptions=found.adoptions,
            rest=found.rest,
            before=before,
            text=found.text,
            spec_diff=text_diff(before, found.text, f"environments/{environment}.yaml", "now", "adopted"),
            confirmation=environment if examination.workplace.scope.protected else "yes",
        )


def execute(session: Session, prepared: PreparedAdoption) -> AdoptionResult:
    """Write the YAML, and plan it: the apply of that plan, which changes nothing that was adopted, records it.

    Raises:
        Refused: MXD127, the YAML was edited meanwhile; what a plan refuses.
        MendixError: what a plan raises; the YAML, the lock and the root are as before.
    """
    if not prepared.adoptions:
        return AdoptionResult(prepared)
    environment = prepared.scope.environment
    workplace = open_workplace(session, environment, refresh=False)
    if workplace.specification.text != prepared.before:
        raise Refused(
            Diagnostic(
                "MXD127",
                f"environments/{environment}.yaml was edited after the drift was told, so nothing was written",
                hint=f"look again: mendixctl drift {environment} --accept",
                location=workplace.specification.locate(()),
            )
        )
    paths = [session.repository.spec(environment), workplace.repository.lock(environment)]
    paths += workplace.rendered_paths
    with restored(paths):
        write_atomic(session.repository.spec(environment), prepared.text)
        return AdoptionResult(prepared, plan(session, environment, keep_empty=True))
