"""Whether the keys that a request makes services use let them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from mendixctl.emulator import errors
from mendixctl.emulator.contract.judge import Judged
from mendixctl.emulator.exchange import Request, Response
from mendixctl.emulator.identity import caller
from mendixctl.emulator.keys import uses
from mendixctl.emulator.keys.holders import HOLDERS, Place, key_of
from mendixctl.emulator.keys.policy import Context, Principal, allows
from mendixctl.emulator.keys.uses import CALLER, Use
from mendixctl.emulator.partitions import partition

CREATE_GRANT = "kms:CreateGrant"


def refusal(request: Request, read: Judged, account: str) -> Response | None:
    """The error of the first use that a key's policy does not allow; nothing if all are.

    The caller's own IAM policies are taken to allow it everything; those of service-linked roles allow no customer
    managed key.
    """
    for use in uses.of_operation(read.asked.service, read.asked.name):
        words = _words(read.parameters, request, account)
        for action, key in _denied(use, read.parameters, request, words):
            message = use.message.format_map({**words, "action": action, "key": key, "principal": _by(use, words)})
            return errors.response(request, use.code, message, 403 if use.code == "AccessDenied" else 400)
    return None


def uses_by_caller(request: Request, read: Judged, account: str) -> Iterator[tuple[str, str, Context]]:
    """What the caller itself does with keys when ``request`` is done: the action, the key's ARN, what KMS knows then.

    The key's policy leaves it to the caller's own policies, so those have to allow it.
    """
    for use in uses.of_operation(read.asked.service, read.asked.name):
        if use.principal != CALLER:
            continue
        words = _words(read.parameters, request, account)
        for what in uses.named(use, read.parameters):
            for name in HOLDERS[use.of](Place(account, request.region), what):
                key = key_of(Place(account, request.region), name)
                if key is not None:
                    yield from ((action, key.arn, context) for action, context in _calls(use, words, what))


def _denied(
    use: Use, parameters: Mapping[str, Any], request: Request, words: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """The actions that are not allowed, with the key's ARN."""
    place = Place(words["account"], request.region)
    for what in uses.named(use, parameters):
        for name in HOLDERS[use.of](place, what):
            key = key_of(place, name)
            if key is None:
                continue
            if not key.enabled or key.key_state != "Enabled":
                yield "kms:DescribeKey", key.arn
            for action, context in _calls(use, words, what):
                if not allows(json.loads(key.policy), action, _by(use, words), context, key.arn):
                    yield action, key.arn


def _calls(use: Use, words: Mapping[str, str], target: Any) -> Iterator[tuple[str, Context]]:
    """What the principal does with the key of ``target``, and what KMS knows then."""
    context = {name.lower(): text.format_map({**words, "target": target}) for name, text in use.context.items()}
    if use.via:
        context["kms:viaservice"] = f"{use.via}.{words['region']}.amazonaws.com"
    for action in use.actions:
        yield action, context
    if use.grant:
        for_resource = {"kms:grantisforawsresource": "true"} if use.grant == "for-aws-resource" else {}
        yield CREATE_GRANT, {**context, **for_resource}


def _by(use: Use, words: Mapping[str, str]) -> Principal:
    account = words["account"]
    if use.principal == CALLER:
        return Principal(account, arn=words["caller"], delegated=True)
    if use.principal.startswith("role/"):
        return Principal(account, arn=f"arn:{words['partition']}:iam::{account}:{use.principal}")
    return Principal(account, service=use.principal.format_map(words))


def _words(parameters: Mapping[str, Any], request: Request, account: str) -> Mapping[str, str]:
    """What stands in braces; a parameter that the request does not have is empty."""
    words: dict[str, str] = defaultdict(str)
    words.update((name, value) for name, value in parameters.items() if isinstance(value, str))
    words.update(
        account=account,
        region=request.region,
        partition=partition(request.region),
        suffix="amazonaws.com.cn" if request.region.startswith("cn-") else "amazonaws.com",
        caller=caller(request, account),
    )
    return words
