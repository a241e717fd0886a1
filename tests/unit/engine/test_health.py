"""Health checks: what each answer of AWS means, and how long it is asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.apply.release import _unhealthy, _unknown
from mendixctl.engine.health.contract import Subject
from mendixctl.engine.health.kinds import BY_TYPE, KINDS
from mendixctl.engine.health.subjects import subjects
from mendixctl.engine.health.watching import watch
from mendixctl.engine.polling import FIRST, LONGEST, rounds
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Health
from mendixctl.terraform.state import State, parse
from mendixgen.repository import Repository
from tests.unit.cli import samples

ATTRIBUTES: dict[str, dict[str, str]] = {
    "aws_eks_cluster": {"name": "dev"},
    "aws_eks_node_group": {"cluster_name": "dev", "node_group_name": "apps"},
    "aws_eks_addon": {"cluster_name": "dev", "addon_name": "coredns"},
    "aws_db_instance": {"identifier": "dev-main"},
    "aws_rds_cluster": {"cluster_identifier": "dev-aurora"},
    "aws_lb_target_group": {"name": "dev-http", "arn": "arn:aws:elasticloadbalancing:x"},
    "aws_acm_certificate": {"domain_name": "*.dev.example.com", "arn": "arn:aws:acm:x"},
    "aws_sns_topic_subscription": {"endpoint": "oncall@example.com", "topic_arn": "arn:aws:sns:x:y:dev-p1"},
}


class Aws:
    """boto3's clients: every operation has one answer, or an error."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls = 0
        self.regions: set[str] = set()

    def client(self, service: str, region: str = "") -> Aws:
        self.regions.add(region)
        return self

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**_: Any) -> Any:
            self.calls += 1
            answer = self.answers[operation]
            answer = answer(self.calls) if callable(answer) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


class Time:
    """A session's clock and its sleep, in step."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 23, tzinfo=UTC)
        self.pauses: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.moment += timedelta(seconds=seconds)

    def session(self) -> Session:
        return Session(Repository(Path("nowhere")), clock=lambda: self.moment, sleep=self.sleep)


def subject(type_: str, address: str = "module.x.y") -> Subject:
    return Subject(address, type_, ATTRIBUTES[type_])


@pytest.mark.parametrize("check", KINDS, ids=lambda check: check.kind)
def test_what_is_in_another_region_is_looked_for_there(check: Any) -> None:
    aws = Aws()
    type_ = min(check.types)
    there = {**ATTRIBUTES[type_], "arn": "arn:aws:service:us-east-1:123456789012:thing/1"}
    with pytest.raises(KeyError):
        check.look(aws, Subject("module.edge.this", type_, there))
    assert aws.regions == {"us-east-1"}
    assert subject(type_).region == ""


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "Describe")


def cluster(status: str, *issues: str) -> dict[str, Any]:
    return {"cluster": {"status": status, "health": {"issues": [{"code": code} for code in issues]}}}


def nodes(status: str, *issues: str, groups: tuple[str, ...] = ("asg",)) -> dict[str, Any]:
    health = {"issues": [{"code": code} for code in issues]}
    resources = {"autoScalingGroups": [{"name": name} for name in groups]}
    return {"nodegroup": {"status": status, "health": health, "resources": resources}}


def instances(wanted: int, *states: tuple[str, str]) -> dict[str, Any]:
    found = [{"LifecycleState": state, "HealthStatus": health} for state, health in states]
    return {"AutoScalingGroups": [{"DesiredCapacity": wanted, "Instances": found}]}


def targets(*states: str) -> dict[str, Any]:
    return {"TargetHealthDescriptions": [{"TargetHealth": {"State": state}} for state in states]}


GOOD, READY = ("InService", "Healthy"), Health.HEALTHY
WAITS, ENDS = (Health.UNHEALTHY, False), (Health.UNHEALTHY, True)
CASES: list[tuple[str, dict[str, Any], tuple[Health, bool]]] = [
    ("aws_eks_cluster", {"describe_cluster": cluster("ACTIVE")}, (READY, True)),
    ("aws_eks_cluster", {"describe_cluster": cluster("UPDATING")}, WAITS),
    ("aws_eks_cluster", {"describe_cluster": cluster("ACTIVE", "Ec2SubnetNotFound")}, WAITS),
    ("aws_eks_cluster", {"describe_cluster": cluster("FAILED")}, ENDS),
    (
        "aws_eks_node_group",
        {"describe_nodegroup": nodes("ACTIVE"), "describe_auto_scaling_groups": instances(2, GOOD, GOOD)},
        (READY, True),
    ),
    (
        "aws_eks_node_group",
        {
            "describe_nodegroup": nodes("ACTIVE"),
            "describe_auto_scaling_groups": instances(2, GOOD, ("Pending", "Healthy")),
        },
        WAITS,
    ),
    (
        "aws_eks_node_group",
        {
            "describe_nodegroup": nodes("ACTIVE"),
            "describe_auto_scaling_groups": instances(1, ("InService", "Unhealthy")),
        },
        WAITS,
    ),
    (
        "aws_eks_node_group",
        {"describe_nodegroup": nodes("ACTIVE"), "describe_auto_scaling_groups": instances(0)},
        (READY, True),
    ),
    ("aws_eks_node_group", {"describe_nodegroup": nodes("ACTIVE", groups=())}, (READY, True)),
    ("aws_eks_node_group", {"describe_nodegroup": nodes("DEGRADED", "NodeCreationFailure")}, WAITS),
    ("aws_eks_node_group", {"describe_nodegroup": nodes("CREATE_FAILED")}, ENDS),
    ("aws_eks_addon", {"describe_addon": {"addon": {"status": "ACTIVE"}}}, (READY, True)),
    ("aws_eks_addon", {"describe_addon": {"addon": {"status": "DEGRADED"}}}, WAITS),
    ("aws_eks_addon", {"describe_addon": {"addon": {"status": "UPDATE_FAILED"}}}, ENDS),
    *(
        ("aws_db_instance", {"describe_db_instances": {"DBInstances": [{"DBInstanceStatus": status}]}}, expected)
        for status, expected in (
            ("available", (READY, True)),
            ("backing-up", (READY, True)),
            ("storage-optimization", (READY, True)),
            ("modifying", WAITS),
            ("rebooting", WAITS),
            ("a status of the future", WAITS),
            ("storage-full", ENDS),
            ("incompatible-parameters", ENDS),
            ("stopped", ENDS),
        )
    ),
    ("aws_rds_cluster", {"describe_db_clusters": {"DBClusters": [{"Status": "available"}]}}, (READY, True)),
    ("aws_rds_cluster", {"describe_db_clusters": {"DBClusters": [{"Status": "upgrading"}]}}, WAITS),
    ("aws_lb_target_group", {"describe_target_health": targets()}, (Health.NO_TARGETS, True)),
    ("aws_lb_target_group", {"describe_target_health": targets("unused", "draining")}, (Health.NO_TARGETS, True)),
    ("aws_lb_target_group", {"describe_target_health": targets("healthy", "unused")}, (READY, True)),
    ("aws_lb_target_group", {"describe_target_health": targets("unavailable")}, (READY, True)),
    ("aws_lb_target_group", {"describe_target_health": targets("healthy", "initial")}, WAITS),
    ("aws_lb_target_group", {"describe_target_health": targets("unhealthy")}, WAITS),
    ("aws_acm_certificate", {"describe_certificate": {"Certificate": {"Status": "ISSUED"}}}, (READY, True)),
    ("aws_acm_certificate", {"describe_certificate": {"Certificate": {"Status": "PENDING_VALIDATION"}}}, WAITS),
    ("aws_acm_certificate", {"describe_certificate": {"Certificate": {"Status": "EXPIRED"}}}, ENDS),
    (
        "aws_sns_topic_subscription",
        {"get_subscription_attributes": {"Attributes": {"PendingConfirmation": "true"}}},
        (Health.UNCONFIRMED, True),
    ),
    (
        "aws_sns_topic_subscription",
        {"get_subscription_attributes": {"Attributes": {"PendingConfirmation": "false"}}},
        (READY, True),
    ),
]


@pytest.mark.parametrize(("type_", "answers", "expected"), CASES)
def test_what_an_answer_means(type_: str, answers: dict[str, Any], expected: tuple[Health, bool]) -> None:
    found = BY_TYPE[type_].look(Aws(**answers), subject(type_))  # type: ignore[arg-type]
    assert (found.health, found.settled) == expected
    assert BY_TYPE[type_].name(subject(type_))


def test_every_type_has_one_check_and_is_tested() -> None:
    assert set(BY_TYPE) == set(ATTRIBUTES) == {case[0] for case in CASES}
    assert sum(len(check.types) for check in KINDS) == len(BY_TYPE)


def watched(aws: Aws, type_: str = "aws_db_instance", minutes: int = 10) -> tuple[Health, str, Time]:
    time = Time()
    (found,) = watch(time.session(), aws, [subject(type_)], timedelta(minutes=minutes))  # type: ignore[arg-type]
    return found.health, found.detail, time


def instance(status: str) -> dict[str, Any]:
    return {"DBInstances": [{"DBInstanceStatus": status}]}


def test_what_is_well_is_looked_at_once() -> None:
    aws = Aws(describe_db_instances=instance("available"))
    assert watched(aws)[0] is Health.HEALTHY
    assert aws.calls == 1


def test_what_will_not_get_better_is_not_waited_for() -> None:
    health, detail, time = watched(Aws(describe_db_instances=instance("storage-full")))
    assert (health, detail, time.pauses) == (Health.UNHEALTHY, "storage-full", [])


def test_what_gets_better_is_waited_for() -> None:
    aws = Aws(describe_db_instances=lambda calls: instance("available" if calls > 4 else "modifying"))
    health, _, time = watched(aws)
    assert (health, len(time.pauses)) == (Health.HEALTHY, 4)


def test_at_the_deadline_it_is_what_it_is() -> None:
    health, detail, time = watched(Aws(describe_db_instances=instance("modifying")), minutes=3)
    assert (health, detail) == (Health.UNHEALTHY, "modifying")
    assert sum(time.pauses) == 180


@pytest.mark.parametrize("code", ["DBInstanceNotFound", "DBInstanceNotFoundFault"])
def test_what_aws_does_not_have_is_unhealthy(code: str) -> None:
    assert watched(Aws(describe_db_instances=refused(code)))[:2] == (Health.UNHEALTHY, "AWS does not have it")


def test_who_may_not_look_does_not_know() -> None:
    health, detail, time = watched(Aws(describe_db_instances=refused("AccessDenied")))
    assert (health, time.pauses) == (Health.UNKNOWN, [])
    assert "dev-main" in detail


def test_an_api_that_stumbles_is_asked_again() -> None:
    aws = Aws(describe_db_instances=lambda calls: instance("available") if calls > 2 else refused("Throttling"))
    assert watched(aws)[0] is Health.HEALTHY
    assert watched(Aws(describe_db_instances=refused("Throttling")), minutes=1)[0] is Health.UNKNOWN


def test_an_error_of_mendixctl_itself_is_not_taken_for_an_answer() -> None:
    with pytest.raises(ZeroDivisionError):
        watched(Aws(describe_db_instances=ZeroDivisionError()))


def test_only_what_is_not_settled_is_asked_again() -> None:
    aws = Aws(
        describe_db_instances=instance("available"),
        describe_cluster=lambda calls: cluster("ACTIVE" if calls > 3 else "UPDATING"),
    )
    found = watch(
        Time().session(),
        aws,  # type: ignore[arg-type]
        [subject("aws_db_instance", "a"), subject("aws_eks_cluster", "b")],
        timedelta(minutes=5),
    )
    assert [(one.address, one.kind, one.health) for one in found] == [
        ("a", "database", Health.HEALTHY),
        ("b", "cluster", Health.HEALTHY),
    ]
    assert aws.calls == 4


@given(st.integers(0, 100_000))
def test_rounds_end_at_the_deadline_and_never_pause_long(seconds: int) -> None:
    time = Time()
    count = sum(1 for _ in rounds(time.session(), timedelta(seconds=seconds)))
    assert count == len(time.pauses) + 1
    assert sum(time.pauses) == pytest.approx(seconds)
    assert all(pause <= LONGEST for pause in time.pauses)
    assert not time.pauses or time.pauses[0] == min(FIRST, seconds)


def test_what_there_is_to_check_is_of_areas_that_are_on() -> None:
    def resource(module: str, type_: str, *, mode: str = "managed", **instance: object) -> dict[str, Any]:
        found = {"attributes": {"identifier": "x"}, **instance}
        return {"module": module, "mode": mode, "type": type_, "name": "this", "instances": [found]}

    state = {
        "lineage": "one",
        "serial": 1,
        "resources": [
            resource("module.database", "aws_db_instance", index_key="main"),
            resource("module.database", "aws_db_instance", deposed="abcd"),
            resource("module.database", "aws_iam_role"),
            resource("module.database", "aws_db_instance", mode="data"),
            resource("module.legacy", "aws_db_instance"),
            resource('module.database["x"].module.y', "aws_db_instance", index_key=0),
            {**resource("", "aws_db_instance"), "module": None},
        ],
    }
    found = subjects(parse(json.dumps(state).encode()), {"database"}, BY_TYPE)
    assert [one.address for one in found] == [
        'module.database.aws_db_instance.this["main"]',
        'module.database["x"].module.y.aws_db_instance.this[0]',
    ]
    assert subjects(State(), {"database"}, BY_TYPE) == []


def test_an_unhealthy_apply_names_what_is_not_well() -> None:
    (told,) = _unhealthy(samples.UNHEALTHY)
    assert told.code == "MXB131"
    assert "1 of 2 checks" in told.summary
    assert "prod-main" in told.detail
    assert "targets" not in told.detail


def test_what_is_not_known_is_a_warning() -> None:
    checks = tuple(replace(one, health=Health.UNKNOWN) for one in samples.UNHEALTHY.outcome.checks)
    (told,) = _unknown(replace(samples.UNHEALTHY.outcome, checks=checks))
    assert told.code == "MXB132"
    assert _unknown(samples.applied().outcome) == ()
