"""How much memory there is, and how much a plan takes: how many can run side by side."""

from __future__ import annotations

import re
from pathlib import Path

PLAN_MEGABYTES = 600
"""What a plan of a whole environment takes, Terraform's process and its provider's together (measured)."""

_AVAILABLE = re.compile(r"^MemAvailable:\s+(\d+) kB", re.MULTILINE)


def available_megabytes(source: Path = Path("/proc/meminfo")) -> int | None:
    """Memory that can be had without swapping; None where the system does not say."""
    try:
        found = _AVAILABLE.search(source.read_text(encoding="ascii", errors="replace"))
    except OSError:
        return None
    return int(found[1]) // 1024 if found else None
