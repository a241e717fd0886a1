"""Which environments a pipeline has to plan, or has plans of, in the order in which they are applied."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mendixctl.engine.many import plan as many_plan
from mendixctl.engine.many.on_aws import is_on_aws
from mendixctl.engine.many.results import Progress
from mendixctl.engine.many.waves import waves
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError

SUFFIX = ".plan"
"""How a plan file is called in a folder of them: ``prod.plan``."""


@dataclass(frozen=True, slots=True)
class DueResult:
    """``environments``, in their waves. ``array``: a person asked for one line of JSON."""

    environments: tuple[str, ...]
    array: bool = False


def due(
    session: Session, *, since: str = "", plans: Path | None = None, wave: int = 0, array: bool = False
) -> DueResult:
    """The environments on AWS that have to be planned: whose inputs are not those of their last release, or, with
    ``since``, with files that differ from that revision of git. With ``plans`` those that have a plan in that folder.
    ``wave``: of that one alone, as numbered in the rendered pipeline; 0 for all.

    Raises:
        MendixError: MXP220, the waves are wrong; MXP221, no such revision; MXP224, the folder has a plan of an
            environment that is not here.
    """
    names = [name for name in session.repository.names() if is_on_aws(session, name)]
    order = waves(session.repository, names)
    if plans is not None:
        wanted = {path.stem for path in plans.glob(f"*{SUFFIX}") if path.is_file()}
        strange = sorted(wanted - set(names))
        if strange:
            raise MendixError(
                Diagnostic(
                    "MXP224",
                    f"{plans.name} has a plan of {strange[0]}, which is no environment on AWS of this checkout",
                    hint="apply where it was planned, or the plans of this commit alone",
                )
            )
    elif names:
        rows = many_plan.plan(session, names, since=since, only_list=True).rows
        wanted = {row.environment for row in rows if row.progress is Progress.DUE}
    else:
        wanted = set()
    chosen = order if not wave else order[wave - 1 : wave]
    return DueResult(tuple(name for one in chosen for name in one if name in wanted), array)
