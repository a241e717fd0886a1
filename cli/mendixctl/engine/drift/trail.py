"""Who did it, and when: CloudTrail's events about the resources that drifted.

Events are asked for by what AWS calls the resource. Not every service names its resources in its events, so what is
not found that way is looked for among the service's events, by the same names in their text. Source: the CloudTrail
API reference, LookupEvents: 90 days, one attribute a call, two calls a second, and events appear after some minutes.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from mendixctl.engine.drift.results import Drifted, Event
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

KEPT_BY_AWS = timedelta(days=90)
DELAY = timedelta(minutes=15)
MOST_RESOURCES = 25
MOST_NAMES = 3
MOST_EVENTS = 5
PAGES = 4
PACE = 0.5
"""Seconds between two calls on AWS, which allows two a second and account."""

SHORTEST = 6
"""Characters that a name needs to be looked for in the text of other events."""

GLOBAL = ("iam", "route53", "cloudfront", "organizations")
"""Services whose events are in the partition's first region alone."""

SERVICES = {
    "alb": "elasticloadbalancing",
    "appautoscaling": "application-autoscaling",
    "cloudwatch_log": "logs",
    "cloudwatch_event": "events",
    "cloudwatch": "monitoring",
    "db": "rds",
    "ebs": "ec2",
    "efs": "elasticfilesystem",
    "eip": "ec2",
    "flow_log": "ec2",
    "instance": "ec2",
    "internet_gateway": "ec2",
    "launch_template": "ec2",
    "lb": "elasticloadbalancing",
    "nat_gateway": "ec2",
    "network_acl": "ec2",
    "prometheus": "aps",
    "route53": "route53",
    "route": "ec2",
    "security_group": "ec2",
    "subnet": "ec2",
    "vpc": "ec2",
}
"""Types of Terraform (without ``aws_``, by how they begin) whose service signs with another name."""

_CAMEL = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")

Client = Callable[[str], Any]
"""CloudTrail's client of a region."""


def service(resource: str) -> str:
    """The service whose events are about a type of resource: ``logs`` for ``aws_cloudwatch_log_group``."""
    rest = resource.removeprefix("aws_")
    for start in sorted(SERVICES, key=len, reverse=True):
        if rest == start or rest.startswith(f"{start}_"):
            return SERVICES[start]
    return rest.partition("_")[0]


def attributed(
    drifted: Sequence[Drifted],
    client: Client,
    *,
    region: str,
    home: str,
    since: datetime,
    now: datetime,
    own_session: str = "",
    pace: float = PACE,
    abroad: Collection[str] = (),
) -> tuple[tuple[Drifted, ...], tuple[Diagnostic, ...]]:
    """The resources with the events about them since ``since``, and what kept them from being found, as notes.

    ``home``: the region that global services report to. ``own_session``: the end of the ARN of mendixctl's own calls.
    ``abroad``: addresses of what is in us-east-1 although its service has regions.
    """
    lookup = _Lookup(client, max(since, now - KEPT_BY_AWS), own_session, pace)
    told: list[Drifted] = []
    notes: list[Diagnostic] = []
    try:
        for number, one in enumerate(drifted):
            if number >= MOST_RESOURCES:
                break
            where = home if service(one.type) in GLOBAL or one.address in abroad else region
            told.append(replace(one, events=tuple(lookup.events(one, where))))
    except MendixError as error:
        first = error.diagnostics[0]
        notes.append(_note("MXD131", f"CloudTrail cannot be asked who did it: {first.summary}", first.hint))
    told += drifted[len(told) :]
    if not notes and len(drifted) > MOST_RESOURCES:
        notes.append(
            _note(
                "MXD132",
                f"CloudTrail was asked about {MOST_RESOURCES} of {len(drifted)} resources",
                "see the rest there",
            )
        )
    if not notes and any(not one.events for one in told):
        notes.append(_silence(since, now))
    return tuple(told), tuple(notes)


def _silence(since: datetime, now: datetime) -> Diagnostic:
    why = (
        "it keeps events for 90 days, and the newest release is older"
        if now - since > KEPT_BY_AWS
        else "its events appear up to 15 minutes late, and changes that AWS makes by itself have none"
    )
    return _note("MXD133", "CloudTrail has no event of some of these resources since the newest release", why)


def _note(code: str, summary: str, hint: str) -> Diagnostic:
    return Diagnostic(code, summary, hint=hint, severity=Severity.WARNING)


class _Lookup:
    def __init__(self, client: Client, since: datetime, own_session: str, pace: float) -> None:
        self._client = client
        self._since = since
        self._own = own_session
        self._pace = pace
        self._asked = 0.0
        self._sources: dict[tuple[str, str], list[Mapping[str, Any]]] = {}

    def events(self, drifted: Drifted, region: str) -> Iterator[Event]:
        """The events about a resource, the likeliest first: those that are called like its type, then the newest.

        Several resources can have one name (a bucket's versioning has the bucket's). Calls that AWS refused are none.
        """
        found: dict[str, Event] = {}
        for name in drifted.names[:MOST_NAMES]:
            for raw in self._ask(region, "ResourceName", name):
                self._add(raw, found)
        if not found:
            texts = [name for name in drifted.names if len(name) >= SHORTEST]
            for raw in self._of_source(region, f"{service(drifted.type)}.amazonaws.com"):
                text = str(raw.get("CloudTrailEvent", ""))
                if any(json.dumps(name)[1:-1] in text for name in texts):
                    self._add(raw, found)
        likely = sorted(found.values(), key=lambda event: (_likeness(event.name, drifted.type), event.at), reverse=True)
        yield from likely[:MOST_EVENTS]

    def _add(self, raw: Mapping[str, Any], found: dict[str, Event]) -> None:
        event = read(raw)
        own = bool(self._own) and event is not None and event.who.endswith(self._own)
        if event is not None and not own and not event.error and event.at >= self._since.replace(microsecond=0):
            found[str(raw.get("EventId", len(found)))] = event

    def _of_source(self, region: str, source: str) -> list[Mapping[str, Any]]:
        key = region, source
        if key not in self._sources:
            self._sources[key] = list(self._ask(region, "EventSource", source))
        return self._sources[key]

    def _ask(self, region: str, key: str, value: str) -> Iterator[Mapping[str, Any]]:
        from mendixctl.aws import guarded

        token: dict[str, str] = {}
        for _ in range(PAGES):
            time.sleep(max(self._asked + self._pace - time.monotonic(), 0.0))
            self._asked = time.monotonic()
            with guarded("look up events (cloudtrail:LookupEvents)"):
                answer = self._client(region).lookup_events(
                    LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}],
                    StartTime=self._since,
                    MaxResults=50,
                    **token,
                )
            yield from answer.get("Events", ())
            if not answer.get("NextToken"):
                return
            token = {"NextToken": answer["NextToken"]}


def _likeness(event: str, resource: str) -> int:
    """How many words of a type's name an event's name has: 2 of ``PutBucketVersioning`` and a bucket's versioning."""
    words = {word.lower() for word in _CAMEL.findall(event)}
    return len(words & set(resource.removeprefix("aws_").split("_")))


def read(raw: Mapping[str, Any]) -> Event | None:
    """An event as LookupEvents gives it; nothing for one that only reads, or that cannot be understood."""
    detail: Any = {}
    with contextlib.suppress(ValueError, TypeError, RecursionError):
        detail = json.loads(raw.get("CloudTrailEvent", "{}"))
    detail = detail if isinstance(detail, Mapping) else {}
    at = raw.get("EventTime")
    if detail.get("readOnly") is True or str(raw.get("ReadOnly", "")).lower() == "true" or not isinstance(at, datetime):
        return None
    identity = detail.get("userIdentity")
    who = identity.get("arn") or identity.get("invokedBy") if isinstance(identity, Mapping) else None
    return Event(
        name=str(raw.get("EventName", "")),
        who=str(who or raw.get("Username") or "unknown"),
        at=at.astimezone(UTC),
        source=str(detail.get("sourceIPAddress") or ""),
        error=str(detail.get("errorCode") or ""),
    )
