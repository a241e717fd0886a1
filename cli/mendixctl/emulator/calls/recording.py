"""The file that calls are written to: one JSON object a line, appended in one piece."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from pathlib import Path

from mendixctl.emulator.calls.actions import Call, calls
from mendixctl.emulator.contract.judge import Judged
from mendixctl.emulator.exchange import Request

VARIABLE = "MENDIXCTL_EMULATOR_CALLS"
"""Names the file; without it nothing is recorded."""

log = logging.getLogger("mendixctl.emulator")


def record(request: Request, read: Judged | None, account: str) -> None:
    """Write down what IAM would be asked about ``request``; a request that no model knows has no known action.

    Never for the one who asks to see: a file that cannot be written is logged, and the request goes on.
    """
    path = os.environ.get(VARIABLE)
    if not path:
        return
    found = [Call(f"{request.service}:{request}", "*")] if read is None else calls(request, read, account)
    text = "".join(
        json.dumps({"action": it.action, "resource": it.resource, "context": it.context}) + "\n" for it in found
    )
    try:
        with open(path, "a", encoding="utf-8") as stream:
            stream.write(text)
    except OSError as error:
        log.error("%s: the calls cannot be recorded: %s", path, error)


def recorded(path: Path) -> Iterator[Call]:
    """The calls in a file, in order.

    Raises:
        OSError: it cannot be read.
        ValueError: it is not such a file.
    """
    with path.open(encoding="utf-8") as stream:
        for line in stream:
            parts = json.loads(line)
            yield Call(parts["action"], parts["resource"], parts["context"])
