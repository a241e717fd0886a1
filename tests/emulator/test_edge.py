"""The edge module on the emulator: CloudFront, firewall and certificate in two regions, made, changed and destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mendixgen.alarms.rows import rows
from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

AROUND = """
resource "aws_vpc" "this" {
  cidr_block = "10.20.0.0/16"
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_subnet" "this" {
  for_each          = { a = 0, b = 1 }
  vpc_id            = aws_vpc.this.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.20.0.0/16", 4, each.value)
}

resource "aws_security_group" "this" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    ignore_changes = [ingress]
  }
}

resource "aws_lb" "this" {
  name               = "dev-ingress"
  load_balancer_type = "network"
  subnets            = values(aws_subnet.this)[*].id
  depends_on         = [aws_internet_gateway.this]
}

resource "aws_route53_zone" "this" {
  name          = "dev.apps.example.com"
  force_destroy = true
}

resource "aws_sns_topic" "home" {
  for_each = toset(["p1", "p2", "p3", "p4"])
  name     = "dev-${each.key}"
}

resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "events:*", Resource = "*" }]
  })
}

resource "aws_route53_health_check" "latch" {
  type                            = "CLOUDWATCH_METRIC"
  cloudwatch_alarm_name           = "dev-recovery-no-targets"
  cloudwatch_alarm_region         = "eu-central-1"
  insufficient_data_health_status = "LastKnownStatus"
  disabled                        = true
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
"""
WIRED = {
    "security_group_id": "aws_security_group.this.id",
    "allow_from": '["203.0.113.0/24", "198.51.100.0/24"]',
    "load_balancer_arn": "aws_lb.this.arn",
    "load_balancer_dns_name": "aws_lb.this.dns_name",
    "load_balancer_zone_id": "aws_lb.this.zone_id",
    "scheme": '"internet-facing"',
    "protocols": '{ "443" = "TLS", "80" = "TCP", "5140" = "UDP" }',
    "domain": "aws_route53_zone.this.name",
    "names": '["dev.apps.example.com", "*.dev.apps.example.com", "a.eu.dev.apps.example.com"]',
    "zone_id": "aws_route53_zone.this.zone_id",
    "logs_bucket_name": "aws_s3_bucket_policy.logs.bucket",
    "topic_arns": "{ for priority, topic in aws_sns_topic.home : priority => topic.arn }",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "latch_id": "aws_route53_health_check.latch.id",
}
SETTINGS = {
    "origin_prefix_list": "pl-a3a144ca",
    "metrics": True,
    "notify": ["oncall@example.com"],
    "checked_from": ["192.0.2.7/32", "203.0.113.0/24"],
    "switched_names": ["crm.dev.apps.example.com"],
}
ALARM = "aws_cloudwatch_metric_alarm."


@pytest.fixture
def module(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("edge", wired=WIRED, around=AROUND, settings=SETTINGS)


def test_life_of_the_edge(module: AreaRoot) -> None:
    module.settle()
    made, values = module.outputs(), module.values()
    assert made["exclusive"] is True
    assert made["records"] == {
        "dns_name": made["distribution_domain_name"],
        "zone_id": "Z2FDTNDATAQYW2",
        "ipv6": False,
    }
    assert made["certificate_arn"].startswith("arn:aws:acm:us-east-1:")
    assert made["web_acl_arn"].startswith("arn:aws:wafv2:us-east-1:123456789012:global/webacl/dev-edge/")
    assert values["aws_acm_certificate.this[0]"]["subject_alternative_names"] == [
        "*.dev.apps.example.com",
        "a.eu.dev.apps.example.com",
        "dev.apps.example.com",
    ]
    addresses = values["aws_wafv2_ip_set.ipv4[0]"]["addresses"]
    assert addresses == ["192.0.2.7/32", "198.51.100.0/24", "203.0.113.0/24"]
    _tells_at_home(values, made)

    # Its edits are in place; names that move to CloudFront leave the load balancer open to its clients meanwhile.
    then = {
        "waf": {"mode": "block", "rate": 500},
        "price_class": "PriceClass_All",
        "allow_from_ipv6": ["2001:db8::/32"],
        "hsts_days": 0,
        "serve": False,
        "countries": ["DE", "AT"],
        "metrics": False,
        "switched_names": [],
    }
    module.give(**then)
    assert module.planned() == {
        "aws_cloudfront_distribution.this[0]": ("update",),
        "aws_cloudfront_response_headers_policy.this[0]": ("update",),
        "aws_wafv2_ip_set.ipv6[0]": ("update",),
        "aws_wafv2_web_acl.this[0]": ("update",),
        "aws_cloudfront_monitoring_subscription.this[0]": ("delete",),
        **{f"{ALARM}edge_{name}[0]": ("delete",) for name in ("counted", "names_switched", "origin_latency")},
    }

    def changed() -> None:
        assert module.outputs()["records"] is None
        assert module.outputs()["exclusive"] is False
        assert module.values()["aws_cloudfront_distribution.this[0]"]["is_ipv6_enabled"] is True

    module.end(then, changed=changed)


def _tells_at_home(values: dict[str, dict[str, Any]], made: dict[str, Any]) -> None:
    """Alarms in us-east-1 tell the topic there; a rule there sends them home, where rules tell by priority."""
    topic = values["aws_sns_topic.alarms[0]"]["arn"]
    assert topic == "arn:aws:sns:us-east-1:123456789012:dev-edge-alarms"
    alarms = {address.removeprefix(ALARM): it for address, it in values.items() if address.startswith(ALARM)}
    assert set(alarms) == {f"{row.name.replace('-', '_')}[0]" for row in rows() if row.is_abroad}
    assert all(it["alarm_actions"] == it["ok_actions"] == [topic] for it in alarms.values())
    assert sorted(made["alarm_arns"]) == sorted(it["arn"] for it in alarms.values())
    assert all(arn.startswith("arn:aws:cloudwatch:us-east-1:") for arn in made["alarm_arns"])
    assert alarms["edge_names_switched[0]"]["dimensions"] == {"HealthCheckId": made["watched"]["latch"]}
    assert alarms["edge_blocked[0]"]["dimensions"] == {"Rule": "ALL", "WebACL": "dev-edge"}
    home = "arn:aws:events:eu-central-1:123456789012:event-bus/default"
    assert values["aws_cloudwatch_event_target.forward[0]"]["arn"] == home
    assert values["aws_cloudwatch_event_rule.forward[0]"]["arn"].startswith("arn:aws:events:us-east-1:")
    told = {address: it["arn"] for address, it in values.items() if "event_target.told" in address}
    assert told == {
        f'aws_cloudwatch_event_target.told["p{number}"]': f"arn:aws:sns:eu-central-1:123456789012:dev-p{number}"
        for number in (1, 2, 3, 4)
    }


def test_at_home_in_us_east_1_alarms_tell_the_topics_themselves(area_root: Callable[..., AreaRoot]) -> None:
    wired = {**WIRED, "region": '"us-east-1"'}
    module = area_root("edge", wired=wired, around=AROUND, settings=SETTINGS)
    planned = module.planned()
    assert f"{ALARM}edge_down[0]" in planned
    assert not any("sns_topic" in address or "cloudwatch_event" in address for address in planned)
