"""The cost module on the emulator: nothing by default, then budgets, anomalies and reports, changed, and destroyed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixgen.areas.cost.queries import QUERIES
from tests.emulator.area_root import AreaRoot, Plan

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:dev-p3"
AROUND = """\
resource "aws_sns_topic" "p3" {
  name = "dev-p3"
}
resource "aws_kms_key" "logs" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
"""
WIRED = {"logs_key_arn": "aws_kms_key.logs.arn", "support_topic_arns": "{ p3 = aws_sns_topic.p3.arn }"}
GIVEN: dict[str, Any] = {
    "monthly_budget": {"amount": 12000, "currency": "USD", "alert_at": [50, 80, 100], "forecast_at": 100},
    "by_area": {"database": 4000, "cluster": 5000},
    "anomaly_above": 100,
    "reserved": {"database": 0.8, "nodes": 0.5},
    "reports": {"format": "parquet"},
    "notify": ["finops@example.com"],
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("cost", wired=WIRED, around=AROUND, settings=GIVEN)


def client(emulator: Endpoint, service: str, region: str = "us-east-1") -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_the_costs(root: AreaRoot, emulator: Endpoint) -> None:
    def made() -> None:
        budgets = client(emulator, "budgets")
        found = {it["BudgetName"]: it for it in budgets.describe_budgets(AccountId=ACCOUNT)["Budgets"]}
        assert set(found) == {"dev", "dev-database", "dev-cluster", "dev-database-coverage", "dev-nodes-coverage"}
        assert found["dev"]["CostFilters"] == {"TagKeyValue": ["user:environment$dev"]}
        both = found["dev-cluster"]["CostFilters"]["TagKeyValue"]
        assert sorted(both) == ["user:area$cluster", "user:environment$dev"]
        notices = budgets.describe_notifications_for_budget(AccountId=ACCOUNT, BudgetName="dev")["Notifications"]
        assert sorted((it["NotificationType"], it["Threshold"]) for it in notices) == [
            ("ACTUAL", 50),
            ("ACTUAL", 80),
            ("ACTUAL", 100),
            ("FORECASTED", 100),
        ]
        told = budgets.describe_subscribers_for_notification(
            AccountId=ACCOUNT, BudgetName="dev", Notification=notices[0]
        )["Subscribers"]
        assert sorted(it["Address"] for it in told) == [TOPIC, "finops@example.com"]
        explorer = client(emulator, "ce")
        (monitor,) = explorer.get_anomaly_monitors()["AnomalyMonitors"]
        assert monitor["MonitorSpecification"]["Tags"] == {"Key": "environment", "Values": ["dev"]}
        subscriptions = explorer.get_anomaly_subscriptions()["AnomalySubscriptions"]
        assert sorted((it["Frequency"], it["Subscribers"][0]["Type"]) for it in subscriptions) == [
            ("DAILY", "EMAIL"),
            ("IMMEDIATE", "SNS"),
        ]
        table = client(emulator, "glue", "eu-central-1").get_table(DatabaseName="dev_cost", Name="bill")["Table"]
        place = f"s3://{ACCOUNT}-mendix-cost/bills/mendixctl/data/"
        assert table["Parameters"]["storage.location.template"] == place + "BILLING_PERIOD=${billing_period}/"
        queries = [it for address, it in root.values().items() if address.startswith("aws_athena_named_query.this")]
        assert {it["name"] for it in queries} == set(QUERIES)
        assert all("FROM bill\n" in it["query"] for it in queries)

    def planned(changes: Plan) -> None:
        assert {address: actions for address, actions in changes.items() if "budget" in address} == {
            "aws_budgets_budget.environment[0]": ("update",),
            'aws_budgets_budget.area["cluster"]': ("delete",),
            'aws_budgets_budget.area["database"]': ("update",),
            'aws_budgets_budget.coverage["nodes"]': ("delete",),
        }
        assert changes['aws_ce_anomaly_subscription.this["mail"]'] == ("update",)

    then = {
        "monthly_budget": {"amount": 9000.5, "alert_at": [90, 100], "forecast_at": 0},
        "by_area": {"database": 4000},
        "anomaly_above": 250,
        "reserved": {"database": 0.8},
    }
    root.live(then, made=made, planned=planned)
    assert json.loads(root.run("show", "-json").stdout).get("values", {}).get("root_module", {}) in ({}, None)


def test_by_default_nothing_costs_anything(area_root: Callable[..., AreaRoot]) -> None:
    root = area_root("cost", wired={"logs_key_arn": "aws_kms_key.logs.arn"}, around=AROUND)
    assert root.planned() == {}
