"""What stands beside a saved plan: what it was made from, so that an apply can say what moved since.

Plans are secrets (Terraform keeps every value in clear in them), and so is the list of changes here: both files
are readable by their owner alone, and both are gone once the plan is applied or expired.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import ClassVar, Final, Literal

from pydantic import AwareDatetime, ConfigDict, TypeAdapter, ValidationError

from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.errors import unwritable
from mendixctl.engine.plan.results import Plan
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Refused
from mendixgen.files import read_bounded, write_atomic
from mendixgen.strict_json import STRICT, first_problem

FORMAT: Final = 8
SECRET = 0o600

LARGEST = 256 << 20
"""Bytes of a manifest that are read: far more than the changes of the largest plan."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Everything that a plan depends on. Digests of content, never times or commits."""

    account: str
    region: str
    target: str
    spec: str
    taken: str
    lock: str
    hcl: str
    documents: str
    provider_lock: str
    modules: Mapping[str, str]
    terraform: str
    lineage: str
    serial: int

    def moved(self, now: Fingerprint) -> list[str]:
        """What is different ``now``, in words; empty where nothing is."""
        words = [
            ("spec", "the YAML was edited"),
            ("taken", "what the YAML takes from other environments' files was changed"),
            ("account", f"the account was {self.account} and is {now.account}"),
            ("region", f"the region was {self.region} and is {now.region}"),
            ("target", f"the target was {self.target} and is {now.target}"),
            ("lock", "the module versions in the lock were changed"),
            ("hcl", "the rendered root was changed"),
            ("documents", "the documents beside the root were changed"),
            ("provider_lock", "the provider lock (.terraform.lock.hcl) was changed"),
            ("terraform", f"Terraform was {self.terraform} and is {now.terraform}"),
        ]
        found = [text for name, text in words if getattr(self, name) != getattr(now, name)]
        changed = sorted(
            area for area in {*self.modules, *now.modules} if self.modules.get(area) != now.modules.get(area)
        )
        found += [f"the module {area} was changed" for area in changed if "lock" not in found]
        if self.lineage != now.lineage:
            found.append("the state is another one")
        elif self.serial != now.serial:
            found.append(f"the state was at serial {self.serial} and is at {now.serial}: something else was applied")
        return found


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """A plan, where it belongs, how long it holds, and what it was made from."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    format: Literal[8]
    environment: str
    rehearsal: bool
    created_at: AwareDatetime
    expires_at: AwareDatetime
    commit: str
    plan_digest: str
    fingerprint: Fingerprint
    plan: Plan

    def is_expired(self, now: datetime) -> bool:
        """Whether it may no longer be applied."""
        return now >= self.expires_at


@cache
def _adapter() -> TypeAdapter[SavedPlan]:
    return TypeAdapter(SavedPlan)


def save(files: PlanFiles, saved: SavedPlan) -> None:
    """Make the staged plan the saved one. The manifest comes last: a plan without one does not count."""
    try:
        files.staging.chmod(SECRET)
        files.staging.replace(files.plan)
    except OSError as error:
        raise unwritable(files.plan, error) from error
    write_atomic(files.manifest, _adapter().dump_json(saved, indent=1), mode=SECRET)


def load(files: PlanFiles) -> SavedPlan | None:
    """The saved plan, or None where there is none.

    Raises:
        MendixError: MXP112, it cannot be read.
        Refused: MXI105, it was not made here.
    """
    try:
        text = read_bounded(files.manifest, LARGEST)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(files, error.strerror or str(error)) from error
    for path in (files.folder, files.manifest, files.plan):
        _check_own(path)
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        raise _unreadable(files, first_problem(error)) from error


def _unreadable(files: PlanFiles, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXP112",
            f"the manifest of the saved plan cannot be read: {why}",
            hint="plan again: mendixctl plan ENVIRONMENT",
            location=Location(str(files.manifest)),
        )
    )


def _check_own(path: Path) -> None:
    """Check that a file of the saved plan was made here: what apply shows comes from it, and nothing else says it.

    Git keeps no such mode, so a plan that came with a checkout is told by it.

    Raises:
        Refused: MXI105, it belongs to somebody else, or others may write or read it.
    """
    try:
        found = path.stat()
    except OSError:
        return  # what is not there cannot be applied, and is said where it is looked for
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise Refused(
            Diagnostic(
                "MXI105",
                f"{path.name} of the saved plan was not made by mendixctl for you: others may read or write it",
                hint="plan again: mendixctl plan ENVIRONMENT",
                location=Location(str(path)),
            )
        )
