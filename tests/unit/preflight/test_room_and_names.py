"""Quotas, names that are taken, and what an account has once."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from mendixctl.preflight.catalogue import QUESTIONS
from mendixctl.preflight.question import Question
from mendixctl.preflight.questions import quotas, singletons
from mendixctl.preflight.subject import Subject
from mendixctl.terraform.plan import Action
from tests.support.fake_services import FakeServices, denied, missing
from tests.unit.preflight.conftest import FOUNDATION, change, codes, subject

CODES = {code: 100.0 for _, code in (quotas.ON_DEMAND, quotas.SPOT, quotas.NAT_GATEWAYS)} | {
    quota.code: 5.0 for quota in quotas.QUOTAS
}


def question(name: str) -> Question:
    return next(one for one in QUESTIONS if one.name == name)


def account(limits: dict[str, Any] | None = None, **ec2: Any) -> FakeServices:
    """An empty account with room for everything; ``limits`` by quota code, ``ec2`` answers of its operations."""
    values = {**CODES, **(limits or {})}

    def quota(**parameters: Any) -> Any:
        value = values[parameters["QuotaCode"]]
        return value if isinstance(value, Exception) else {"Quota": {"Value": value}}

    return FakeServices(
        service_quotas={"get_service_quota": quota, "get_aws_default_service_quota": {"Quota": {"Value": 0.0}}},
        ec2={
            "describe_vpcs": {"Vpcs": []},
            "describe_addresses": {"Addresses": []},
            "describe_nat_gateways": {"NatGateways": []},
            "describe_instances": {"Reservations": []},
            **ec2,
        },
        elbv2={"describe_load_balancers": {"LoadBalancers": []}},
        eks={"list_clusters": {"clusters": []}},
        rds={"describe_account_attributes": {"AccountQuotas": [
            {"AccountQuotaName": "DBInstances", "Used": 39, "Max": 40},
            {"AccountQuotaName": "AllocatedStorage", "Used": 0, "Max": 100000},
        ]}},
        iam={"get_account_summary": {"SummaryMap": {"Roles": 10, "RolesQuota": 1000}}},
        logs={"describe_resource_policies": {"resourcePolicies": [{}] * 9}},
    )  # fmt: skip


def instance(kind: str, cluster: str = "", **more: Any) -> dict[str, Any]:
    tags = [{"Key": "eks:cluster-name", "Value": cluster}] if cluster else []
    return {"InstanceType": kind, "Tags": tags, **more}


def running(*instances: dict[str, Any]) -> dict[str, Any]:
    return {"Reservations": [{"Instances": list(instances)}]}


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        (account(), ["MXF172"]),  # one more RDS instance than 80 percent
        (account({"L-F678F1CE": 1.0}), ["MXF172"]),
        (account({"L-F678F1CE": 0.0}), ["MXF171", "MXF172"]),
        (account({"L-F678F1CE": missing("NoSuchResourceException")}), ["MXF171", "MXF172"]),  # the default is 0
        (account({"L-F678F1CE": denied()}), ["MXF172", "MXF101"]),
        (account({"L-1216C47A": 4.0}), ["MXF172", "MXF172"]),  # 2 to 4 nodes of 2 vCPUs
        (account({"L-1216C47A": 3.0}), ["MXF171", "MXF172"]),
        (account({"L-34B43A08": 8.0}), ["MXF172", "MXF172"]),  # none to 4 nodes of 4 vCPUs on Spot
        (account({"L-1216C47A": 10.0}, describe_instances=running(instance("m7i.xlarge"))), ["MXF172", "MXF172"]),
        (account({"L-1216C47A": 10.0}, describe_instances=running(instance("m7i.xlarge", "prod"))), ["MXF172"]),
        (account({"L-1216C47A": 10.0}, describe_instances=running(instance("g5.xlarge"))), ["MXF172"]),
    ],
)
def test_what_is_added_has_to_fit(asked: Any, services: FakeServices, expected: list[str]) -> None:
    assert codes(asked(quotas.QUESTION, subject(), services)) == expected


def test_nat_gateways_are_counted_by_zone(asked: Any) -> None:
    there = [{"SubnetId": "subnet-b", "State": "available"}] * 5 + [{"SubnetId": "subnet-b", "State": "deleted"}]
    subnets = {"Subnets": [{"SubnetId": "subnet-b", "AvailabilityZone": "eu-central-1b"}]}
    services = account({"L-FE5A380F": 5.0}, describe_nat_gateways={"NatGateways": there}, describe_subnets=subnets)
    added = change("aws_nat_gateway", 'module.network.aws_nat_gateway.this["b"]')
    found, _ = asked(quotas.QUESTION, subject(changes=(added,)), services)
    assert [one.what for one in found] == ["the quota of NAT gateways in eu-central-1b does not hold what is added"]
    assert found[0].evidence == "the quota is 5, 5 are used, 1 would be added"
    assert found[0].hint.endswith("--service-code vpc --quota-code L-FE5A380F --desired-value 6")
    elsewhere = change("aws_nat_gateway", 'module.network.aws_nat_gateway.this["a"]')
    assert codes(asked(quotas.QUESTION, subject(changes=(elsewhere,)), services)) == ["MXF170"]


def test_what_the_state_has_is_not_added_again() -> None:
    every = frozenset({("aws_vpc", "vpc-1"), ("aws_eip", "a"), ("aws_eip", "b"), ("aws_eip", "c")})
    assert [subject(known=every).adds(kind) for kind in ("aws_vpc", "aws_eip", "aws_nat_gateway")] == [0, 0, 2]


def test_resource_policies_of_logs_are_ten(asked: Any) -> None:
    added = (change(quotas.LOG_POLICY, "a"), change(quotas.LOG_POLICY, "b"))
    assert codes(asked(quotas.QUESTION, subject(changes=added), account())) == ["MXF171"]
    assert codes(asked(quotas.QUESTION, subject(changes=added[:1]), account())) == ["MXF170"]


# -- names ------------------------------------------------------------------------------------------

CLUSTER = {"describe_cluster": {"cluster": {"arn": "arn:aws:eks:c", "status": "ACTIVE"}}}


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (frozenset(), ["MXF181"]),
        (frozenset({("aws_eks_cluster", "prod")}), ["MXF180"]),
        (None, ["MXF185"]),
    ],
)
def test_what_exists_and_is_not_in_the_state(asked: Any, known: Any, expected: list[str]) -> None:
    of = subject(known=known)
    assert codes(asked(question("eks-cluster-names"), of, FakeServices(eks=CLUSTER))) == expected


def test_how_it_is_adopted_is_said(asked: Any) -> None:
    planned = change("aws_eks_cluster", "module.cluster.aws_eks_cluster.this", name="prod")
    found, _ = asked(question("eks-cluster-names"), subject(changes=(planned,)), FakeServices(eks=CLUSTER))
    assert found[0].what == (
        "aws_eks_cluster prod (module.cluster.aws_eks_cluster.this) exists, and the state of prod does not know it"
    )
    assert "mendixctl recover prod" in found[0].hint
    assert "terraform import 'module.cluster.aws_eks_cluster.this' 'prod'" in found[0].hint


@pytest.mark.parametrize(
    ("name", "services"),
    [
        ("eks-cluster-names", {"eks": {"describe_cluster": missing("ResourceNotFoundException")}}),
        ("db-instance-names", {"rds": {"describe_db_instances": missing("DBInstanceNotFound")}}),
        ("lb-names", {"elbv2": {"describe_load_balancers": missing("LoadBalancerNotFound")}}),
        ("ecr-repository-names", {"ecr": {"describe_repositories": missing("RepositoryNotFoundException")}}),
        ("iam-role-names", {"iam": {"get_role": missing("NoSuchEntity")}}),
        ("cloudwatch-log-group-names", {"logs": {"describe_log_groups": {"logGroups": [
            {"logGroupName": "/mendix/prod/flow-logs-2", "arn": "a"}]}}}),
        ("kms-alias-names", {"kms": {"list_aliases": {"Aliases": [{"AliasName": "alias/x", "AliasArn": "a"}]}}}),
        ("bucket-names", {"s3": {"head_bucket": missing("404")}}),
        ("secret-names", {"secretsmanager": {"describe_secret": missing("ResourceNotFoundException")}}),
        ("zone-names", {"route53": {"list_hosted_zones_by_name": {"HostedZones": [
            {"Id": "/hostedzone/Z1", "Name": "apps.example.com.org."}]}}}),
    ],
)  # fmt: skip
def test_free_names(asked: Any, name: str, services: dict[str, Any]) -> None:
    assert codes(asked(question(name), subject(), FakeServices(**services))) == ["MXF180"]


@pytest.mark.parametrize("name", [one.name for one in QUESTIONS if one.name.endswith("-names")])
def test_a_name_that_may_not_be_asked_about_is_told_and_not_free(asked: Any, name: str) -> None:
    class Closed(FakeServices):
        def client(self, service: str, region: str = "") -> Any:
            class Client:
                def __getattr__(self, operation: str) -> Any:
                    def call(**_: Any) -> Any:
                        if operation == "get_paginator":
                            return self
                        raise denied()

                    return call

                def get_paginator(self, _: str) -> Any:
                    return self

            return Client()

    found = asked(question(name), subject(), Closed())
    assert codes(found) == ["MXF101"]


def test_an_instance_is_known_by_its_resource_id(asked: Any) -> None:
    rds = {"describe_db_instances": {"DBInstances": [{"DBInstanceArn": "arn", "DbiResourceId": "db-ABC"}]}}
    own = subject(known=frozenset({("aws_db_instance", "db-ABC")}))
    assert codes(asked(question("db-instance-names"), own, FakeServices(rds=rds))) == ["MXF180"]
    assert codes(asked(question("db-instance-names"), subject(), FakeServices(rds=rds))) == ["MXF181"]


@pytest.mark.parametrize(
    ("answer", "known", "expected"),
    [
        (missing("403", 403), frozenset(), ["MXF182"] * 6),
        (missing("403", 403), frozenset({("aws_s3_bucket", "prod-123456789012-files")}), ["MXF182"] * 5),
        ({}, frozenset(), ["MXF181"] * 6),
        (missing("500", 500), frozenset(), ["MXF102"]),
    ],
)
def test_buckets(asked: Any, answer: Any, known: Any, expected: list[str]) -> None:
    services = FakeServices(s3={"head_bucket": answer})
    assert codes(asked(question("bucket-names"), subject(known=known), services)) == expected


def test_a_secret_within_its_recovery_window(asked: Any) -> None:
    arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/crm-key-AbCdEf"
    deleted = {"ARN": arn, "DeletedDate": datetime(2026, 11, 20, tzinfo=UTC)}
    services = FakeServices(secretsmanager={"describe_secret": deleted})
    found, missed = asked(question("secret-names"), subject(), services)
    assert (codes(found), missed) == (["MXF183"], [])
    assert found[0].evidence == f"{arn}, deleted on 2026-11-20"
    assert f"aws secretsmanager restore-secret --secret-id {arn}" in found[0].hint


def test_a_second_zone_of_the_domain(asked: Any) -> None:
    zones = {"HostedZones": [
        {"Id": "/hostedzone/Z1", "Name": "apps.example.com."},
        {"Id": "/hostedzone/Z2", "Name": "apps.example.com.", "Config": {"PrivateZone": True}},
    ]}  # fmt: skip
    services = FakeServices(route53={"list_hosted_zones_by_name": zones})
    found, _ = asked(question("zone-names"), subject(), services)
    assert (codes(found), found[0].evidence) == (["MXF184"], "Z1 in this account")
    own = subject(known=frozenset({("aws_route53_zone", "Z1")}))
    assert codes(asked(question("zone-names"), own, services)) == ["MXF180"]


def test_a_plan_is_asked_about_what_it_creates_alone() -> None:
    planned = (
        change("aws_iam_role", "a", name="prod-new"),
        change("aws_iam_role", "b", Action.UPDATE, name="prod-old"),
        change("aws_s3_bucket", "c", bucket="(known after apply)"),
    )
    of = subject(changes=planned)
    assert question("iam-role-names").concerns(of) == [["prod-new", "a"]]
    assert question("bucket-names").concerns(of) is None


# -- singletons -------------------------------------------------------------------------------------

EMPTY: dict[str, Any] = {
    "guardduty": {"list_detectors": {"DetectorIds": []}},
    "config": {
        "describe_configuration_recorders": {"ConfigurationRecorders": []},
        "describe_delivery_channels": {"DeliveryChannels": []},
    },
    "securityhub": {"describe_hub": missing("InvalidAccessException", 401)},
    "accessanalyzer": {"list_analyzers": {"analyzers": []}},
    "iam": {
        "get_role": missing("NoSuchEntity"),
        "list_open_id_connect_providers": {"OpenIDConnectProviderList": [
            {"Arn": "arn:aws:iam::1:oidc-provider/oidc.eks.eu-central-1.amazonaws.com/id/1"}]},
    },
}  # fmt: skip
PROVIDER = "arn:aws:iam::1:oidc-provider/token.actions.githubusercontent.com"


@pytest.mark.parametrize(
    ("changed", "identifier"),
    [
        ({}, None),
        ({"guardduty": {"list_detectors": {"DetectorIds": ["d1"]}}}, "d1"),
        ({"securityhub": {"describe_hub": {"HubArn": "x"}}}, "123456789012"),
        ({"accessanalyzer": {"list_analyzers": {"analyzers": [{"name": "old"}]}}}, "old"),
        ({"iam": {**EMPTY["iam"], "get_role": {"Role": {"Arn": "arn:role"}}}}, "arn:role"),
        (
            {"iam": {**EMPTY["iam"], "list_open_id_connect_providers": {"OpenIDConnectProviderList": [
                {"Arn": PROVIDER}]}}},
            PROVIDER,
        ),
    ],
)  # fmt: skip
def test_what_the_account_has_already(asked: Any, changed: dict[str, Any], identifier: str | None) -> None:
    services = FakeServices(**{**EMPTY, **changed})
    found, missed = asked(singletons.QUESTION, subject(FOUNDATION), services)
    assert missed == []
    if identifier is None:
        assert codes(found) == ["MXF190"]
    else:
        assert (codes(found), found[0].evidence) == (["MXF191"], identifier)
        assert f"'{identifier}'" in found[0].hint


def test_what_is_the_foundations_own_is_no_finding(asked: Any) -> None:
    services = FakeServices(**{**EMPTY, "guardduty": {"list_detectors": {"DetectorIds": ["d1"]}}})
    own = subject(FOUNDATION, known=frozenset({("aws_guardduty_detector", "d1")}))
    assert codes(asked(singletons.QUESTION, own, services)) == ["MXF190"]
    unknown = subject(FOUNDATION, known=None)
    assert codes(asked(singletons.QUESTION, unknown, services)) == ["MXF185"]


def test_an_environment_is_not_asked_for_singletons() -> None:
    environment: Subject = subject()
    assert singletons.QUESTION.concerns(environment) is None
