"""Which side of a recovery an environment is on, and what belongs to that side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mendixctl.engine.environment.workplace import Workplace
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.spec import called


def primary_of(workplace: Workplace) -> str:
    """The primary of a standby.

    Raises:
        MendixError: MXP172, the environment is no standby, or its area recovery is off.
    """
    settings = workplace.specification.settings.get("recovery", {})
    name = settings.get("primary")
    if isinstance(name, str):
        return name
    standby = settings.get("standby")
    hint = f"name its standby: {standby}" if standby else "write standby_of in the file of a standby (docs/recovery.md)"
    raise MendixError(
        Diagnostic("MXP172", f"{workplace.environment} stands by for no environment that it recovers", hint=hint)
    )


def databases(workplace: Workplace) -> Mapping[str, Any]:
    """The settings of the databases, by name."""
    found: Mapping[str, Any] = workplace.specification.settings.get("database", {}).get("instances", {})
    return found


def identifier(workplace: Workplace, name: str) -> str:
    """The identifier in RDS of a database."""
    return called.database(workplace.environment, workplace.specification.settings, name)
