"""CloudTrail's events: found by name or in the text, mendixctl's own left out, and a failure no more than a note."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.drift.results import Drifted
from mendixctl.engine.drift.trail import MOST_EVENTS, MOST_RESOURCES, attributed, read, service
from mendixgen.diagnostics import Diagnostic

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SINCE = NOW - timedelta(days=2)


def drifted(address: str = "module.x.aws_sqs_queue.this", *names: str) -> Drifted:
    return Drifted(address, "x", address.split(".")[2], "changed", "update", names=names or ("jobs",))


def event(number: int, *resources: str, who: str = "arn:aws:iam::1:user/eve", **detail: Any) -> dict[str, Any]:
    body = {"userIdentity": {"arn": who}, "sourceIPAddress": "192.0.2.1", "readOnly": False, **detail}
    return {
        "EventId": str(number),
        "EventName": f"Put{number}",
        "EventTime": SINCE + timedelta(hours=number),
        "EventSource": "sqs.amazonaws.com",
        "Resources": [{"ResourceName": name} for name in resources],
        "CloudTrailEvent": json.dumps(body),
    }


class Trail:
    """CloudTrail as far as it is asked here, two events a page."""

    def __init__(self, *events: dict[str, Any]) -> None:
        self.events = events
        self.asked: list[tuple[str, str]] = []
        self.regions: list[str] = []

    def __call__(self, region: str) -> Trail:
        self.regions.append(region)
        return self

    def lookup_events(self, **asked: Any) -> dict[str, Any]:
        (one,) = asked["LookupAttributes"]
        key, value = one["AttributeKey"], one["AttributeValue"]
        self.asked.append((key, value))
        found = [
            raw
            for raw in self.events
            if raw["EventTime"] >= asked["StartTime"]
            and (raw["EventSource"] == value if key == "EventSource" else {"ResourceName": value} in raw["Resources"])
        ]
        start = int(asked.get("NextToken", "0"))
        more = {"NextToken": str(start + 2)} if len(found) > start + 2 else {}
        return {"Events": found[start : start + 2], **more}


def ask(
    trail: Callable[[str], Any], *resources: Drifted, own: str = "", since: datetime = SINCE
) -> tuple[tuple[Drifted, ...], tuple[Diagnostic, ...]]:
    return attributed(
        resources, trail, region="eu-central-1", home="us-east-1", since=since, now=NOW, own_session=own, pace=0
    )


def test_by_name_newest_first_and_no_more_than_are_read() -> None:
    trail = Trail(*(event(number, "jobs") for number in range(1, MOST_EVENTS + 3)))
    ((one,), notes) = ask(trail, drifted())
    assert [found.name for found in one.events] == [f"Put{n}" for n in range(MOST_EVENTS + 2, 2, -1)]
    first = one.events[0]
    assert (first.who, first.source, first.at.tzinfo) == ("arn:aws:iam::1:user/eve", "192.0.2.1", UTC)
    assert notes == ()
    assert ("EventSource", "sqs.amazonaws.com") not in trail.asked


def test_what_is_in_us_east_1_is_asked_for_there() -> None:
    asked: list[str] = []
    trail = Trail(event(1, "acl"))

    def client(region: str) -> Trail:
        asked.append(region)
        return trail

    here, there = drifted("module.x.aws_wafv2_web_acl.here", "acl"), drifted("module.x.aws_wafv2_web_acl.there", "acl")
    attributed(
        (here, there),
        client,
        region="eu-central-1",
        home="us-east-1",
        since=SINCE,
        now=NOW,
        pace=0,
        abroad={there.address},
    )
    assert asked == ["eu-central-1", "us-east-1"]


def test_what_is_called_like_the_resource_comes_first() -> None:
    names = ["PutBucketVersioning", "DeletePublicAccessBlock", "PutBucketTagging"]
    trail = Trail(*({**event(number, "jobs"), "EventName": name} for number, name in enumerate(names)))
    ((one, other), _) = ask(
        trail,
        drifted("module.x.aws_s3_bucket_versioning.this"),
        drifted("module.x.aws_s3_bucket_public_access_block.a"),
    )
    assert one.events[0].name == "PutBucketVersioning"
    assert other.events[0].name == "DeletePublicAccessBlock"


def test_events_that_name_no_resource_are_found_by_their_text() -> None:
    queue = "https://sqs.eu-central-1.amazonaws.com/1/jobs-of-night"
    trail = Trail(event(1, requestParameters={"queueUrl": queue}), event(2, requestParameters={"queueUrl": "other"}))
    ((one, other), _) = ask(
        trail, drifted("module.x.aws_sqs_queue.this", queue), drifted("module.x.aws_sqs_queue.b", "b")
    )
    assert [found.name for found in one.events] == ["Put1"]
    assert other.events == ()
    assert trail.asked.count(("EventSource", "sqs.amazonaws.com")) == 1, "one question for both"


def test_what_does_not_count() -> None:
    own = "arn:aws:sts::1:assumed-role/deployer/mendixctl"
    trail = Trail(
        event(-1, "jobs"),
        event(1, "jobs", who=own),
        event(2, "jobs", readOnly=True),
        event(3, "jobs", errorCode="AccessDenied"),
        event(4, "jobs"),
    )
    ((one,), _) = ask(trail, drifted(), own="/mendixctl")
    assert [found.name for found in one.events] == ["Put4"]
    ((one,), _) = ask(trail, drifted())
    assert [found.name for found in one.events] == ["Put4", "Put1"], "without a role the session's name says nothing"


def test_global_services_are_asked_at_home() -> None:
    trail = Trail()
    ask(trail, drifted("module.x.aws_iam_role.this"), drifted("module.x.aws_route53_record.a"), drifted())
    assert list(dict.fromkeys(trail.regions)) == ["us-east-1", "eu-central-1"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "ExpiredToken", "TrailNotFoundException"])
def test_a_refusal_is_a_note(code: str) -> None:
    def refused(region: str) -> Any:
        raise ClientError({"Error": {"Code": code, "Message": "no"}}, "LookupEvents")

    class Refusing:
        def lookup_events(self, **asked: Any) -> Any:
            return refused("")

    ((one, other), (note,)) = ask(lambda region: Refusing(), drifted(), drifted("module.x.aws_iam_role.this"))
    assert (one.events, other.events, note.code) == ((), (), "MXD131")
    assert note.severity.value == "warning"


def test_many_resources_are_not_all_asked_about() -> None:
    trail = Trail(event(1, "jobs"))
    resources = [drifted() for _ in range(MOST_RESOURCES + 3)]
    told, (note,) = ask(trail, *resources)
    assert len(told) == len(resources)
    assert note.code == "MXD132"


def test_silence_is_explained() -> None:
    _, (note,) = ask(Trail(), drifted())
    assert (note.code, "late" in note.hint) == ("MXD133", True)
    _, (note,) = ask(Trail(), drifted(), since=NOW - timedelta(days=100))
    assert "90 days" in note.hint
    trail = Trail()
    ask(trail, since=SINCE)
    assert trail.asked == []


@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("aws_sqs_queue", "sqs"),
        ("aws_cloudwatch_log_group", "logs"),
        ("aws_cloudwatch_metric_alarm", "monitoring"),
        ("aws_db_instance", "rds"),
        ("aws_security_group", "ec2"),
        ("aws_route53_record", "route53"),
        ("aws_route_table", "ec2"),
        ("aws_lb_listener", "elasticloadbalancing"),
        ("aws_lambda_function", "lambda"),
        ("aws_vpc_security_group_ingress_rule", "ec2"),
    ],
)
def test_the_service_of_a_type(resource: str, expected: str) -> None:
    assert service(resource) == expected


@given(
    st.dictionaries(
        st.sampled_from(["EventTime", "EventName", "CloudTrailEvent", "ReadOnly", "Username"]),
        st.one_of(
            st.none(),
            st.text(),
            st.just(NOW),
            st.just('{"userIdentity": 3}'),
            st.just('{"userIdentity": {}}'),
            st.just("[]"),
        ),
    )
)
def test_whatever_an_event_holds_it_is_read_or_passed_over(raw: dict[str, Any]) -> None:
    found = read(raw)
    assert found is None or (found.at == NOW and found.who)
