"""Results as plain JSON values: dataclasses become objects, times ISO 8601 in UTC, paths and enums text.

Never leave: what Terraform said in the raw (it holds secrets in the clear), backups of files, and what pictures are
drawn from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum, IntEnum
from pathlib import PurePath
from typing import Any

from mendixgen.diagnostics import Diagnostic

WITHHELD = frozenset({"raw", "backups", "scope", "pictures"})
"""Fields that are left out of every object; the scope stands once, at the top."""


def plain(value: Any) -> Any:
    """``value`` as what `json.dumps` takes."""
    if isinstance(value, Diagnostic):
        return value.to_json()
    if isinstance(value, IntEnum):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: plain(getattr(value, one.name)) for one in fields(value) if one.name not in WITHHELD}
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in (sorted(value) if isinstance(value, set | frozenset) else value)]
    return value
