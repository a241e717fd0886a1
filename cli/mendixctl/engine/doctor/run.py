"""``doctor``: the machine, the repository and an environment looked at, and then AWS asked what it would say."""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from pathlib import Path

from mendixctl.engine.doctor import checkout, environment, machine
from mendixctl.engine.doctor.examination import Check, Patient, examine, of_error
from mendixctl.engine.doctor.results import DoctorResult, Examined
from mendixctl.engine.environment.files import require
from mendixctl.engine.environment.tools import reading_clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.plan import preflight
from mendixctl.engine.preflight.results import PreflightResult
from mendixctl.engine.session import Session
from mendixctl.preflight.findings import Grade
from mendixgen.diagnostics import MendixError

MACHINE = (
    Check("python", "Python", machine.python),
    Check("terraform", "Terraform", machine.terraform),
    Check("mirror", "Provider mirror", machine.mirror),
    Check("cache", "Plugin cache", machine.plugin_cache),
    Check("disk", "Disk", machine.disk),
    Check("memory", "Memory", machine.memory),
    Check("proxies", "Proxies", machine.proxies),
)
REPOSITORY = (
    Check("repository", "Repository", checkout.repository),
    Check("git", "Git", checkout.version_control),
    Check("modules", "Module versions", checkout.module_versions),
    Check("editor", "Editor", checkout.editor),
    Check("emulator", "Emulator", environment.emulator),
)
ENVIRONMENT = (
    Check("clock", "Clock", environment.clock),
    Check("credentials", "Credentials", environment.credentials),
    Check("state", "State", environment.state),
)


def doctor(
    folder: Path,
    session: Session | None,
    name: str | None = None,
    *,
    ask_aws: bool = True,
    variables: Mapping[str, str] | None = None,
) -> DoctorResult:
    """Look at everything that work here depends on. ``session``: None outside a repository; ``name``: the environment
    that is looked at as well. ``ask_aws``: ask AWS about it too, as a preflight does.

    Nothing is changed, nothing is started, and nothing is asked over the network where no environment of AWS is named.

    Raises:
        MendixError: MXP101, there is no such environment.
    """
    given = os.environ if variables is None else variables
    patient = Patient(folder, given, session)
    checks: tuple[Check, ...] = MACHINE + (REPOSITORY if session is not None else REPOSITORY[:1])
    broken: tuple[Examined, ...] = ()
    if session is not None and name is not None:
        require(session.repository, name)
        try:
            workplace = open_workplace(session, name, refresh=False, gate=True)
        except MendixError as error:
            broken = (Examined("environment", "Environment", of_error(error)),)
        else:
            checks += ENVIRONMENT
            patient = Patient(folder, given, session, workplace, functools.cache(lambda: reading_clients(workplace)))
    examined = (*examine(checks, patient), *broken)
    asked = None
    if patient.workplace is not None and patient.on_aws and ask_aws and _can_ask(examined):
        asked = _preflight(patient.workplace)
    return DoctorResult(name or "", examined, asked)


def _can_ask(examined: tuple[Examined, ...]) -> bool:
    """Whether a preflight could be asked: with credentials that are wrong it would only repeat that they are."""
    return all(one.grade is not Grade.ERROR for one in examined if one.name in ("python", "credentials"))


def _preflight(workplace: Workplace) -> PreflightResult | None:
    try:
        return preflight.preflight(workplace.session, workplace.environment)
    except MendixError as error:
        for one in error.diagnostics:
            workplace.session.reporter.notice(one)
        return None
