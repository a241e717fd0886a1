"""The audit module on the emulator: alarms and queries at once, then a trail, found unchanged, and destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixgen.areas.audit.queries import QUERIES
from mendixgen.authoring.constructs.cis import CONTROLS
from tests.emulator.area_root import AreaRoot, Plan

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-central-1:{ACCOUNT}:dev-"
AROUND = """\
resource "aws_kms_key" "logs" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
"""
WIRED = {
    "logs_key_arn": "aws_kms_key.logs.arn",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "support_topic_arns": f'{{ p2 = "{TOPIC}p2", p3 = "{TOPIC}p3" }}',
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("audit", wired=WIRED, around=AROUND, settings={"notify": ["auditor@example.com"]})


def client(emulator: Endpoint, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=emulator.region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_the_audit(root: AreaRoot, emulator: Endpoint) -> None:
    def made() -> None:
        outputs = root.outputs()
        assert (outputs["trail_arn"], outputs["log_group_name"]) == (None, None)
        alarms = client(emulator, "cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
        benchmark = {it["AlarmName"]: it for it in alarms if it["AlarmName"].startswith("dev-cis-")}
        assert set(benchmark) == {f"dev-cis-{name}" for name in CONTROLS}
        assert {it["Namespace"] for it in benchmark.values()} == {"mendixctl/cis"}
        assert benchmark["dev-cis-root-use"]["AlarmActions"] == [f"{TOPIC}p2"]
        assert benchmark["dev-cis-route-table-changes"]["AlarmActions"] == [f"{TOPIC}p3"]
        table = client(emulator, "glue").get_table(DatabaseName="dev_audit", Name="management")["Table"]
        place = f"s3://{ACCOUNT}-eu-central-1-mendix-trail/AWSLogs/{ACCOUNT}/CloudTrail/"
        assert table["StorageDescriptor"]["Location"] == place
        assert table["Parameters"]["storage.location.template"] == place + "${region}/${day}"
        assert table["Parameters"]["projection.region.values"] == "eu-central-1,us-east-1"
        athena = client(emulator, "athena")
        ids = athena.list_named_queries(WorkGroup="dev-audit")["NamedQueryIds"]
        asked = {it["Name"]: it for it in (athena.get_named_query(NamedQueryId=one)["NamedQuery"] for one in ids)}
        assert set(asked) == set(QUERIES)
        assert "FROM management\n" in asked["who-changed-iam"]["QueryString"]
        assert "FROM data\n" in asked["who-wrote-which-object"]["QueryString"]

    def planned(changes: Plan) -> None:
        ways = {actions for address, actions in changes.items() if "cis" not in address}
        assert ways == {("create",), ("update",)}
        assert changes["aws_cloudtrail.this[0]"] == ("create",)
        assert changes['aws_cloudwatch_metric_alarm.cis["root-use"]'] == ("update",)

    def changed() -> None:
        trails = client(emulator, "cloudtrail")
        (trail,) = trails.describe_trails()["trailList"]
        assert trail["LogFileValidationEnabled"] is True
        assert trail["IsMultiRegionTrail"] is True
        selectors = trails.get_event_selectors(TrailName="dev-audit")["AdvancedEventSelectors"]
        assert [it["Name"] for it in selectors] == [
            "management events",
            "calls of the environment's functions",
            "objects of the environment",
        ]
        fields = {it["Field"]: it for it in selectors[2]["FieldSelectors"]}
        assert fields["readOnly"]["Equals"] == ["false"]
        assert f"arn:aws:s3:::dev-{ACCOUNT}-audit/" in fields["resources.ARN"]["NotStartsWith"]
        (insight,) = trails.get_insight_selectors(TrailName="dev-audit")["InsightSelectors"]
        assert insight["InsightType"] == "ApiCallRateInsight"
        filters = client(emulator, "logs").describe_metric_filters(logGroupName="/aws/cloudtrail/dev-audit")
        patterns = {it["filterName"]: it["filterPattern"] for it in filters["metricFilters"]}
        assert patterns == {f"dev-{name}": it.pattern for name, it in CONTROLS.items()}

    then = {
        "trail": {
            "data_events": ["s3", "lambda"],
            "management_events": True,
            "insights": ["call-rate"],
            "object_lock_mode": "compliance",
        },
        "review": {"cron": "30 5 1 * ? *"},
        "query_regions": ["eu-west-1"],
    }
    root.live(then, made=made, planned=planned, changed=changed)
