"""What an account has once, on the emulator: trail, costs, backup settings; made, changed, and gone again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixgen.authoring.constructs.cis import CONTROLS
from tests.emulator.area_root import AreaRoot, Plan

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
NOTHING_ELSE: dict[str, Any] = {
    "access_analyzer": {"external": False, "unused": False},
    "security_hub": {"standards": []},
    "ebs_encryption": False,
    "guardduty": False,
    "config_rules": False,
    "inspector": False,
    "global_settings": True,
}
GIVEN: dict[str, Any] = {
    "trail": {},
    "cost_tags": ["environment", "area"],
    "anomaly_monitor": {"notify": ["finops@example.com"]},
    "backup_settings": {"protect": ["rds", "ebs", "s3"]},
}


def client(emulator: Endpoint, service: str, region: str = "eu-central-1") -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_what_an_account_has_once(area_root: Callable[..., AreaRoot], emulator: Endpoint) -> None:
    root = area_root("foundation", environment="foundation", settings={**NOTHING_ELSE, **GIVEN})

    def made() -> None:
        outputs = root.outputs()
        assert outputs["trail_bucket"] == f"{ACCOUNT}-eu-central-1-mendix-trail"
        assert outputs["trail_log_group"] == "/aws/cloudtrail/foundation-management"
        (trail,) = client(emulator, "cloudtrail").describe_trails()["trailList"]
        assert trail["IsMultiRegionTrail"] is True
        assert trail["LogFileValidationEnabled"] is True
        lock = client(emulator, "s3").get_object_lock_configuration(Bucket=outputs["trail_bucket"])
        rule = lock["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
        assert (rule["Mode"], rule["Days"]) == ("GOVERNANCE", 365)
        filters = client(emulator, "logs").describe_metric_filters(logGroupName=outputs["trail_log_group"])
        counted = {it["filterPattern"]: it["metricTransformations"][0] for it in filters["metricFilters"]}
        assert set(counted) == {it.pattern for it in CONTROLS.values()}
        assert {it["metricNamespace"] for it in counted.values()} == {"mendixctl/cis"}
        explorer = client(emulator, "ce", "us-east-1")
        (monitor,) = explorer.get_anomaly_monitors()["AnomalyMonitors"]
        assert monitor["MonitorDimension"] == "SERVICE"
        active = explorer.list_cost_allocation_tags(Status="Active")["CostAllocationTags"]
        assert {it["TagKey"] for it in active} == {"environment", "area"}
        kinds = client(emulator, "backup").describe_region_settings()["ResourceTypeOptInPreference"]
        assert {name for name, on in kinds.items() if on} == {"RDS", "EBS", "S3"}

    def planned(changes: Plan) -> None:
        assert changes == {
            'aws_ce_cost_allocation_tag.this["cost-center"]': ("create",),
            "aws_ce_anomaly_subscription.services[0]": ("update",),
            "aws_backup_region_settings.this[0]": ("update",),
            "aws_cloudwatch_log_group.trail[0]": ("update",),
        }

    then = {
        "trail": {"log_retention_days": 400},
        "cost_tags": ["environment", "area", "cost-center"],
        "anomaly_monitor": {"notify": ["finops@example.com"], "above": 250},
        "backup_settings": {"protect": ["rds", "s3"]},
    }
    client(emulator, "sqs").create_queue(QueueName="billed", tags={"cost-center": "4711"})
    root.live(then, made=made, planned=planned)


def test_what_an_account_has_already_is_made_no_second_time(area_root: Callable[..., AreaRoot]) -> None:
    monitor = f"arn:aws:ce::{ACCOUNT}:anomalymonitor/00000000-0000-0000-0000-000000000000"
    given = {
        "trail": {"existing": "org-trail"},
        "anomaly_monitor": {"existing": monitor, "notify": ["finops@example.com"]},
    }
    root = area_root("foundation", environment="foundation", settings={**NOTHING_ELSE, **given})
    kinds = {address.split("[")[0] for address in root.planned()}
    assert kinds == {
        "aws_ce_anomaly_subscription.services",
        "aws_cloudwatch_log_metric_filter.cis",
        "aws_ecr_registry_scanning_configuration.this",
        "aws_iam_account_password_policy.this",
    }


def test_the_bill_is_exported_in_its_one_region(area_root: Callable[..., AreaRoot], emulator: Endpoint) -> None:
    root = area_root(
        "foundation",
        environment="foundation-us",
        wired={"region": '"us-east-1"'},
        settings={**NOTHING_ELSE, "global_settings": False, "cost_export": {}},
    )
    around = root.folder / "around.tf"
    around.write_text(around.read_text().replace("eu-central-1", "us-east-1"))
    root.settle()
    exports = client(emulator, "bcm-data-exports", "us-east-1")
    (listed,) = exports.list_exports()["Exports"]
    export = exports.get_export(ExportArn=listed["ExportArn"])["Export"]
    assert export["Name"] == "mendixctl"
    assert export["DestinationConfigurations"]["S3Destination"]["S3Bucket"] == f"{ACCOUNT}-mendix-cost"
    root.end({"cost_export": {"retention_days": 400}})
