"""A document with what comes beside it, for results that do not say it as most do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mendixgen.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Shown:
    """What ``result`` holds, and the diagnostics; of most results these are its ``warnings``."""

    document: Any
    notices: Sequence[Diagnostic] = ()
