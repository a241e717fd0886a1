"""Who signed a request."""

from __future__ import annotations

import re
from typing import Any

from mendixctl.emulator.exchange import Request
from mendixctl.emulator.partitions import partition

_ACCESS_KEY = re.compile(r"Credential=([^/,]+)/")


def access_key(request: Request) -> str:
    """The access key that the request is signed with; empty if it is not signed."""
    found = _ACCESS_KEY.search(str(request.environ.get("HTTP_AUTHORIZATION", "")))
    return found[1] if found else ""


def caller(request: Request, account: str) -> str:
    """The ARN that GetCallerIdentity would give these credentials."""
    from moto.sts.models import sts_backends

    backends: Any = sts_backends
    known = backends[account][partition(request.region)]
    arn: str = known.get_caller_identity(access_key(request), request.region)[1]
    return arn
