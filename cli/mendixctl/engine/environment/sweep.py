"""How long a saved plan may be applied, and the removal of those whose time is over."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

LIFETIME = timedelta(hours=24)
"""A plan is reviewed and applied within a working day; after that the world has moved on."""


def sweep(private: Path, now: datetime) -> None:
    """Remove what no apply can take any more: plans that have expired, of every environment, rehearsed or not.

    Which plans those are is told by the age of their files, so that a manifest that cannot be read goes as well.
    """
    before = (now - LIFETIME).timestamp()
    for folder in (*private.glob("*/plans"), *private.glob("*/rehearsal/.mendixctl/*/plans")):
        with contextlib.suppress(OSError):
            for path in folder.iterdir():
                if path.lstat().st_mtime < before:
                    path.unlink()
