"""CloudTrail's LookupEvents: who wrote what and when, read from the emulator's own journal.

moto 5.2.5 has trails, and no events; asked for one trail it answers with all, so that of two Terraform finds neither.
The journal holds every request that changed something, so nothing is recorded a second time and the events outlive a
restart. As on AWS, secrets do not stand in an event: of a request's parameters only those that name a resource do.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from mendixctl.emulator.contract.models import operation_name
from mendixctl.emulator.exchange import Request
from mendixctl.emulator.extensions.operations import Call, OperationError, Record, Service
from mendixctl.emulator.identity import access_key, caller
from mendixctl.emulator.journal import Entry, recorded

NEWEST = 20_000
"""Entries of the journal that are looked through."""

LONGEST_NAME = 1024
PAGE = 50

_NAMES = re.compile(r"(name|id|arn|identifier|bucket|url|resource|key)s?\Z", re.IGNORECASE)


def install(account: str, journal: Path) -> Service:
    """Answer LookupEvents from ``journal``."""

    def lookup(call: Call) -> Record:
        first = call.get("StartTime", 0)
        last = call.get("EndTime", float("inf"))
        wanted = {one["AttributeKey"]: one["AttributeValue"] for one in call.get("LookupAttributes", [])}
        if len(wanted) > 1:
            raise OperationError("InvalidLookupAttributesException", "only one attribute at a time")
        try:
            skipped = int(call.get("NextToken", "0"))
        except ValueError:
            raise OperationError("InvalidNextTokenException") from None
        size = min(int(call.get("MaxResults", PAGE)), PAGE)
        entries = [entry for entry in recorded(journal, NEWEST) if first <= entry.moment <= last]
        found: list[Record] = []
        for entry in reversed(entries):
            event = _event(entry, account, call.region)
            if event is not None and _takes(event, wanted):
                found.append(event)
            if len(found) > skipped + size:
                break
        answer: Record = {"Events": found[skipped : skipped + size]}
        if len(found) > skipped + size:
            answer["NextToken"] = str(skipped + size)
        return answer

    _mend_descriptions()
    return Service(account, "cloudtrail", {"LookupEvents": lookup})


def _mend_descriptions() -> None:
    """A trail is asked for by its ARN, or by its name in its own region (API reference, DescribeTrails)."""
    from moto.cloudtrail.responses import CloudTrailResponse

    def describe_trails(self: Any) -> str:
        shadows = self._get_bool_param("includeShadowTrails", True)
        wanted = self._get_param("trailNameList") or []
        found = [
            trail
            for trail in self.cloudtrail_backend.describe_trails(shadows)
            if not wanted or trail.arn in wanted or (trail.trail_name in wanted and trail.region_name == self.region)
        ]
        return json.dumps({"trailList": [trail.description(include_region=True) for trail in found]})

    CloudTrailResponse.describe_trails = describe_trails  # type: ignore[method-assign]


def _takes(event: Record, wanted: dict[str, str]) -> bool:
    for key, value in wanted.items():
        if key == "ResourceName":
            return any(value == one["ResourceName"] for one in event["Resources"])
        known = {"EventName", "EventSource", "Username", "ReadOnly", "AccessKeyId", "EventId"}
        return key in known and str(event[key]) == value
    return True


def _event(entry: Entry, account: str, region: str) -> Record | None:
    """The event of a request; nothing for one of another region, or that is no call of a service."""
    request = Request(dict(entry.environ), entry.body)
    if not request.service or request.region != region or request.is_read:
        return None
    key = access_key(request)
    identity = caller(request, account)
    name = operation_name(request)
    names = list(dict.fromkeys(_resources(request)))
    when = datetime.fromtimestamp(entry.moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    identifier = f"00000000-0000-4000-8000-{entry.number:012x}"
    detail: Record = {
        "eventVersion": "1.09",
        "userIdentity": {"type": _kind(identity), "arn": identity, "accountId": account, "accessKeyId": key},
        "eventTime": when,
        "eventSource": f"{request.service}.amazonaws.com",
        "eventName": name,
        "awsRegion": region,
        "sourceIPAddress": "127.0.0.1",
        "requestParameters": {"names": names},
        "eventID": identifier,
        "readOnly": False,
        "recipientAccountId": account,
    }
    if entry.status >= 400:
        detail["errorCode"] = str(entry.status)
    return {
        "EventId": identifier,
        "EventName": name,
        "ReadOnly": "false",
        "AccessKeyId": key,
        "EventTime": int(entry.moment),
        "EventSource": detail["eventSource"],
        "Username": identity.rsplit("/", 1)[-1],
        "Resources": [{"ResourceName": one} for one in names],
        "CloudTrailEvent": json.dumps(detail),
    }


def _kind(arn: str) -> str:
    return "AssumedRole" if ":assumed-role/" in arn else "IAMUser"


def _resources(request: Request) -> Iterator[str]:
    """What the request names: the values of parameters that are called like names, and the parts of ARNs."""
    for value in _parameters(request):
        if 0 < len(value) <= LONGEST_NAME:
            yield value
            if value.startswith("arn:"):
                yield value.rsplit(":", 1)[-1]
                yield re.split(r"[:/]", value)[-1]


def _parameters(request: Request) -> Iterator[str]:
    if request.is_form:
        for key, value in parse_qsl(request.body.decode("utf-8", "replace")):
            if any(_NAMES.search(part) for part in key.split(".")):
                yield value
        return
    if not request.is_json_rpc:
        yield from (segment for segment in request.segments if segment)
        for values in request.query.values():
            yield from values
    if request.body.lstrip()[:1] == b"{":
        try:
            body = json.loads(request.body)
        except (ValueError, RecursionError):
            return
        for key, value in body.items() if isinstance(body, dict) else ():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, str) and _NAMES.search(key):
                    yield one
