"""Requests that an SDK sends again because their answer never arrived.

The SDKs give every call an invocation identifier and number its attempts. A connection that breaks after the request
was carried out makes them send it again, and what can be done once only fails then: a network ACL's association that
was replaced has another identifier (seen on a busy machine; the AWS provider then asks for the old one for five
minutes and gives up). So the second attempt of a call that succeeded gets the answer of the first.
"""

from __future__ import annotations

from collections import OrderedDict

from mendixctl.emulator.exchange import Request, Response

KEPT = 512
"""Answers that are remembered; a repetition comes within seconds, and Terraform makes ten calls at once."""


class Repeats:
    """The newest answers to requests that changed something; not safe for threads."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._answers: OrderedDict[tuple[str, str, bytes], Response] = OrderedDict()

    def remember(self, request: Request, response: Response) -> None:
        """Keep the answer of a call that succeeded; errors are left out, since to try again is meant then."""
        key = _call(request)
        if key is None or request.is_read or response.status >= 400:
            return
        self._answers[key] = response
        while len(self._answers) > self._kept:
            self._answers.popitem(last=False)

    def answer(self, request: Request) -> Response | None:
        """What an earlier attempt of the same call was answered; None for a first attempt."""
        key = _call(request)
        if key is None or request.environ.get("HTTP_AMZ_SDK_REQUEST", "").startswith("attempt=1;"):
            return None
        return self._answers.get(key)


def _call(request: Request) -> tuple[str, str, bytes] | None:
    invocation = request.environ.get("HTTP_AMZ_SDK_INVOCATION_ID")
    return (invocation, str(request), request.body) if invocation else None
