"""``recovery plan``: the document that people follow, rendered from the environment."""

from __future__ import annotations

from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.recovery.results import RecoveryPlan
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.reports.recovery import Language, document


def plan(session: Session, environment: str, language: Language = "en") -> RecoveryPlan:
    """The recovery plan of an environment that has a standby.

    Raises:
        MendixError: MXP173, it has none; everything that is wrong with its specification.
    """
    workplace = open_workplace(session, environment, refresh=False)
    settings = workplace.specification.settings.get("recovery", {})
    if not settings.get("standby"):
        primary = settings.get("primary")
        hint = f"the plan is its primary's: mendixctl recovery plan {primary}" if primary else "write recovery.standby"
        raise MendixError(Diagnostic("MXP173", f"{environment} has no standby, so no recovery plan", hint=hint))
    return RecoveryPlan(environment, language, document(workplace.specification, language))
