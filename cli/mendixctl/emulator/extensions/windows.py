"""What is still being done after its request was answered: an update in progress, storage that is being optimised.

Everything else here is over at once. A window is open for as many seconds of the emulator's clock, which stands at the
journalled moment while a request is replayed, so that a restarted emulator has the same windows. A POST to SETTLED_PATH
ends them all, as if the time had passed; it is recorded like any change.
"""

from __future__ import annotations

import time

from mendixctl.emulator.exchange import Request, Response

SETTLED_PATH = "/_mendixctl/settled"
SIX_HOURS = 6 * 3600.0

_until: dict[tuple[str, ...], float] = {}


def open_window(seconds: float, *name: str) -> None:
    """Begin what ``name`` names (kind, region, identifiers)."""
    _until[name] = time.time() + seconds


def is_open(*name: str) -> bool:
    """Whether what ``name`` names is still being done."""
    return time.time() < _until.get(name, 0.0)


def settled(request: Request) -> Response | None:
    """The answer to a request that ends all windows; nothing to any other."""
    if request.path != SETTLED_PATH or request.method != "POST":
        return None
    _until.clear()
    return Response(200, b"{}", (("Content-Type", "application/json"),))
