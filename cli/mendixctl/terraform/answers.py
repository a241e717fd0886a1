"""What AWS answered to a request, as the provider's error tells it; silence is the rule, and an answer the exception.

Terraform, its plugin protocol and the provider have countless words for "the answer never came", and new ones with each
version. An answer has one form: the error of the AWS SDK for Go, which names the operation and the HTTP status of the
response (version 2, ``operation error EC2: CreateVpc, https response error StatusCode: 403, RequestID: ..., api error
UnauthorizedOperation: ...``; version 1, ``UnauthorizedOperation: ... status code: 403, request id: ...``). So it is the
answer that is looked for; whatever has none leaves open what AWS has done.

Source: aws-sdk-go-v2 ``aws/transport/http.ResponseError`` and smithy-go ``OperationError``; aws-sdk-go
``awserr.requestError``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum


class Answer(StrEnum):
    """What is known of a request that failed."""

    NONE = "none"
    """Nothing: AWS may have done what was asked for."""

    TAKEN = "taken"
    """It was not done, for something of the kind is there: made by a request before this one, or somebody else's."""

    REFUSED = "refused"
    """It was not done."""


_STATUS = re.compile(r"\bStatusCode: (\d+)|\bstatus code: (\d+), request id: ")
_OPERATION = re.compile(r"\boperation error [\w .-]+?: (\w+)")
_CODE = re.compile(
    r"\bapi error ([\w.]+)|RequestID: [^,\n]*,(?: HostID: [^,\n]*,)? ([\w.]+)(?=:)"
    r"|\b([A-Z][\w.]+): [^\n]*\n\s*status code:"
)
_READS = re.compile(r"(?:Describe|Get|BatchGet|List|Head|Lookup|Search|Select|Scan|Query|Simulate|Validate)[A-Z]\w*\Z")
_LATER = re.compile(r"\b(?:wait(?:ing)? |reading |timeout|timed out)", re.IGNORECASE)
_TAKEN_CODE = re.compile(r"Exists|Duplicate|Conflict|Already|InUse|Aborted|ConcurrentModification", re.IGNORECASE)
_TAKEN_WORDS = re.compile(r"\balready\b(?! scheduled for deletion)|\bduplicate\b|\bconflict", re.IGNORECASE)


def answer(said: str) -> Answer:
    """What AWS answered, by the whole text of an error (summary and detail). Total, and :attr:`Answer.NONE` in doubt.

    An answer to a question that came later (a wait, a read) says nothing of the request before it, and neither does a
    server's own failure (5xx) or an SDK that gave up between attempts.
    """
    statuses = [int(new or old) for new, old in _STATUS.findall(said)]
    operations = _OPERATION.findall(said)
    if not statuses or len(operations) > len(statuses) or not all(400 <= status < 500 for status in statuses):
        return Answer.NONE
    if any(_READS.match(operation) for operation in operations) or _LATER.search(_preface(said)):
        return Answer.NONE
    codes = [code for found in _CODE.findall(said) for code in found if code]
    taken = any(_TAKEN_CODE.search(code) for code in codes) or _TAKEN_WORDS.search(said)
    return Answer.TAKEN if taken or 409 in statuses else Answer.REFUSED


def weakest(answers: Iterable[Answer]) -> Answer:
    """What the answers in several errors of one resource come to: one that leaves it open leaves it open."""
    found = set(answers)
    return next((one for one in Answer if one in found), Answer.NONE)


def _preface(said: str) -> str:
    """What the provider says that it was doing, in front of the SDK's words."""
    found = _OPERATION.search(said)
    return said[: found.start()] if found else said.partition("\n")[0]
