"""The monitoring module on the emulator: everything watched, then edited, then less of it, and gone."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mendixgen.alarms.rows import AREAS, rows
from tests.emulator.area_root import AreaRoot, Plan

pytestmark = pytest.mark.emulator

AROUND = """
resource "aws_kms_key" "this" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}

resource "aws_iam_policy" "boundary" {
  name   = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "logs:*", Resource = "*" }]
  })
}

resource "aws_cloudwatch_log_group" "made" {
  for_each = toset(["/mendix/dev/flow-logs", "/aws/eks/dev/cluster", "/aws/rds/instance/dev-erp/alert"])

  name = each.key
}

resource "aws_s3_bucket" "files" {
  bucket        = "dev-123456789012-files"
  force_destroy = true
}

resource "aws_s3_bucket" "logs" {
  bucket        = "dev-access-logs"
  force_destroy = true
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DeliverAccessLogs"
      Effect    = "Allow"
      Principal = { Service = "logging.s3.amazonaws.com" }
      Action    = "s3:PutObject"
      Resource  = "${aws_s3_bucket.logs.arn}/s3/*"
    }]
  })
}

resource "aws_security_group" "load_balancer" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    ignore_changes = [ingress]
  }
}

resource "aws_iam_role" "cluster" {
  name               = "dev-cluster"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { a = "10.0.1.0/24", b = "10.0.2.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = each.value
}

resource "aws_eks_cluster" "this" {
  name     = "dev"
  role_arn = aws_iam_role.cluster.arn
  vpc_config {
    subnet_ids = values(aws_subnet.this)[*].id
  }
}
"""
WIRED = {
    "logs_key_arn": "aws_kms_key.this.arn",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "key_ids": "{ logs = aws_kms_key.this.key_id }",
    "key_arns": "{ logs = aws_kms_key.this.arn }",
    "flow_log_group_name": 'aws_cloudwatch_log_group.made["/mendix/dev/flow-logs"].name',
    "cluster_name": "aws_eks_cluster.this.name",
    "cluster_arn": "aws_eks_cluster.this.arn",
    "cluster_log_group_name": 'aws_cloudwatch_log_group.made["/aws/eks/dev/cluster"].name',
    "bucket_names": "{ files = aws_s3_bucket.files.id }",
    "access_logs_bucket_name": "aws_s3_bucket_policy.logs.bucket",
    "vpc_id": "aws_vpc.this.id",
    "private_subnet_ids": "values(aws_subnet.this)[*].id",
    "load_balancer_security_group_id": "aws_security_group.load_balancer.id",
    "database_log_group_names": (
        '{ "dev-erp/alert" = aws_cloudwatch_log_group.made["/aws/rds/instance/dev-erp/alert"].name }'
    ),
}


def _database(kind: str, **differs: Any) -> dict[str, Any]:
    facts = {"instance_class": "db.m7g.large", "storage_gb": 100, "replica": False, "insights": True}
    return {"identifier": f"dev-{kind}", "kind": kind, **facts, **differs}


WATCHED: dict[str, Any] = {
    "apps": {"crm": {}},
    "nat_gateway_ids": {"a": "nat-0123456789abcdef0"},
    "nat_public_ips": {"a": "198.51.100.7"},
    "load_balancer_scheme": "internet-facing",
    "edge_watched": {
        "distribution": "E0123456789ABC",
        "measured": "E0123456789ABC",
        "firewall": "dev-edge",
        "counting": "dev-edge",
        "latch": "0123",
    },
    "edge_alarm_arns": ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:dev-p1-edge-down"],
    "node_groups": {"system": {"arn": "arn:aws:eks:eu-central-1:123456789012:nodegroup/dev/s", "asg_name": "eks-s"}},
    "load_balancer_arn_suffix": "net/dev/0123456789abcdef",
    "target_group_arn_suffixes": {"443": "targetgroup/dev-443/0123456789abcdef"},
    "listener_protocols": {"443": "TLS", "5140": "UDP"},
    "certificate_arns": {"main": "arn:aws:acm:eu-central-1:123456789012:certificate/1"},
    "databases": {
        "postgres": _database("postgres"),
        "mysql": _database("mysql", instance_class="db.t4g.medium", storage_gb=500),
        "mysql-1": _database("mysql", identifier="dev-mysql-replica-1", replica=True),
        "erp": _database("oracle", instance_class="db.r5.2xlarge.tpc1.mem2x", insights=False),
    },
    "proxy_names": {"postgres": "dev-postgres"},
    "repository_names": {"crm": "dev/crm"},
    "secret_names": {"key": "dev/key"},
    "logging_engine": "opensearch",
    "search_domain_name": "dev-logs",
    "search_storage_gb": 200,
    "search_has_masters": True,
    "backup_vault_name": "dev-main",
    "backup_vault_arn": "arn:aws:backup:eu-central-1:123456789012:backup-vault:dev-main",
    "backup_plan_arns": {"daily": "arn:aws:backup:eu-central-1:123456789012:backup-plan:daily"},
    "backup_copy_vault_arn": "arn:aws:backup:eu-west-1:123456789012:backup-vault:dev-dr-main",
    "restore_testing_plan_name": "dev",
    "replicas": {"files": {"source": "dev-123456789012-files", "target": "dev-dr-123456789012-files"}},
    "alarms": [{"name": "denied", "log_group": "/aws/eks/dev/cluster", "pattern": "Forbidden", "above": 5}],
    "queries": {"slow": "fields @timestamp | filter message like /Microflow/"},
    "notify": ["platform@example.com"],
}
ALARM = "aws_cloudwatch_metric_alarm."
COMPOSITE = "aws_cloudwatch_composite_alarm."


@pytest.fixture
def module(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("monitoring", wired=WIRED, around=AROUND, settings=WATCHED)


def test_life_of_monitoring(module: AreaRoot) -> None:
    module.settle()
    _looks_as_the_catalogue_says(module)

    edited = {
        "alarms": [
            {"name": "denied", "log_group": "/aws/eks/dev/cluster", "pattern": "Forbidden", "above": 9},
            {"name": "lost", "log_group": "apps/crm", "pattern": '{ $.level = "WARNING" }', "priority": "P2"},
        ],
        "queries": {},
        "dashboards": False,
        "synthetics": {"every_minutes": 1, "path": "/login.html"},
        "proxy_names": {},
    }
    module.give(**edited)
    _is_the_edit_alone(module.planned())
    module.end(edited)


def _looks_as_the_catalogue_says(module: AreaRoot) -> None:
    values = module.values()
    alarms = {it["alarm_name"]: it for address, it in values.items() if address.startswith(ALARM)}
    made = {address.removeprefix(ALARM).partition("[")[0] for address in values if address.startswith(ALARM)}
    assert made == {row.name.replace("-", "_") for row in rows() if not row.is_abroad} | {"custom", "maintenance"}
    topic, switch = [values["aws_sns_topic.this[0]"]["arn"]], alarms.pop("dev-maintenance")
    together = {it["alarm_name"]: it for address, it in values.items() if address.startswith(COMPOSITE)}
    for it in alarms.values():
        told = [name for name, one in together.items() if f'ALARM("{it["alarm_name"]}")' in one["alarm_rule"]]
        assert (told == []) == (it["alarm_actions"] == topic)
        assert told in ([], [name for name in together if f"Told by {name}." in it["alarm_description"]])
        assert "runbooks/en/" in it["alarm_description"]
    for it in together.values():
        assert it["alarm_actions"] == it["ok_actions"] == topic
        assert it["actions_suppressor"] == [
            {"alarm": switch["alarm_name"], "wait_period": 120, "extension_period": 300}
        ]
    _calls_the_address(values)
    gib = 1024**3
    assert alarms["dev-p2-database-storage-mysql"]["threshold"] == 20 * gib
    assert alarms["dev-p2-database-storage-postgres"]["threshold"] == 10 * gib
    assert alarms["dev-p2-database-memory-mysql"]["threshold"] == 0.1 * 4 * gib
    assert alarms["dev-p2-database-memory-erp"]["threshold"] == 0.1 * 128 * gib
    assert alarms["dev-p2-database-load-postgres"]["threshold"] == 2
    assert alarms["dev-p2-database-connections-postgres"]["threshold"] == int(0.75 * (8 * gib // 9531392))
    assert alarms["dev-p3-monitoring-denied"]["threshold"] == 5
    filters = {it["name"]: it for address, it in values.items() if "log_metric_filter" in address}
    assert filters["dev-app-critical"]["log_group_name"] == "/mendix/dev/apps/crm"
    bodies = [json.loads(it["dashboard_body"])["widgets"] for a, it in values.items() if "_dashboard." in a]
    assert len(bodies) == len(AREAS) + 1
    assert all(0 < len(widgets) <= 500 for widgets in bodies)


def _calls_the_address(values: dict[str, dict[str, Any]]) -> None:
    canary = values['aws_synthetics_canary.this["crm"]']
    assert canary["run_config"][0]["environment_variables"]["ADDRESS"] == "https://crm.dev.apps.example.com/"
    assert canary["status"] == "RUNNING"
    assert canary["vpc_config"][0]["vpc_id"] == values["aws_security_group.checks[0]"]["vpc_id"]
    log = values['aws_cloudwatch_log_group.checks["crm"]']["name"]
    assert log.startswith("/aws/lambda/cwsyn-dev-crm-")
    assert values['aws_vpc_security_group_ingress_rule.checks["a"]']["cidr_ipv4"] == "198.51.100.7/32"


def _is_the_edit_alone(plan: Plan) -> None:
    assert plan.pop('aws_synthetics_canary.this["crm"]') == ("update",)
    assert plan.pop('aws_cloudwatch_composite_alarm.this["p3-database"]') == ("update",)
    assert plan.pop('aws_cloudwatch_metric_alarm.database_proxy_wait["postgres"]') == ("delete",)
    assert plan.pop('aws_cloudwatch_metric_alarm.database_proxy_refused["postgres"]') == ("delete",)
    assert plan.pop('aws_cloudwatch_metric_alarm.custom["denied"]') == ("update",)
    assert plan.pop('aws_cloudwatch_metric_alarm.custom["lost"]') == ("create",)
    assert plan.pop('aws_cloudwatch_log_metric_filter.custom["lost"]') == ("create",)
    assert plan.pop('aws_cloudwatch_query_definition.this["slow"]') == ("delete",)
    assert all("aws_cloudwatch_dashboard." in address and how == ("delete",) for address, how in plan.items())


def test_little_is_watched_where_little_is_on(area_root: Callable[..., AreaRoot]) -> None:
    module = area_root(
        "monitoring", wired={"logs_key_arn": "aws_kms_key.this.arn"}, around=AROUND, settings={"apps": {}}
    )
    planned = module.planned()
    assert {address.partition("[")[0] for address in planned} == {
        "aws_cloudwatch_dashboard.overview",
        "aws_cloudwatch_log_group.events",
        "aws_cloudwatch_log_resource_policy.this",
        "aws_cloudwatch_metric_alarm.maintenance",
        "aws_sns_topic.this",
        "aws_sns_topic_policy.this",
    }
