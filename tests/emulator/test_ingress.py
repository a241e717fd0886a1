"""The ingress module on the emulator: made, found unchanged, changed in place, disarmed and destroyed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

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
  for_each          = { a = 0, b = 1, c = 2 }
  vpc_id            = aws_vpc.this.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.20.0.0/16", 4, each.value)
}

resource "aws_network_acl" "this" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    ignore_changes = [ingress]
  }
}

resource "aws_security_group" "this" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    ignore_changes = [ingress]
  }
}

resource "aws_s3_bucket" "logs" {
  bucket = "dev-access-logs"

  # The emulator delivers access logs, as S3 does.
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

resource "aws_kms_key" "this" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
"""
WIRED = {
    "network_is_ours": "true",
    "vpc_id": "aws_vpc.this.id",
    "public_subnet_ids": "values(aws_subnet.this)[*].id",
    "private_subnet_ids": "values(aws_subnet.this)[*].id",
    "public_network_acl_id": "aws_network_acl.this.id",
    "private_network_acl_id": "aws_network_acl.this.id",
    "security_group_id": "aws_security_group.this.id",
    "allow_from": '["203.0.113.0/24"]',
    "kms_key_arn": "aws_kms_key.this.arn",
    "logs_bucket_name": "aws_s3_bucket_policy.logs.bucket",
}
TLS = {"port": 443, "protocol": "TLS", "target_port": 8443}
TCP = {"port": 80, "protocol": "TCP", "target_port": 8080}
UDP = {
    "port": 5140,
    "protocol": "UDP",
    "target_port": 5140,
    "health_check": {"protocol": "HTTP", "port": 8080, "path": "/healthz"},
}
BOTH = {"port": 53, "protocol": "TCP_UDP", "target_port": 5353, "sticky": True}
CERTIFICATE = "arn:aws:acm:eu-central-1:123456789012:certificate/11111111-2222-3333-4444-555555555555"


@pytest.fixture
def module(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("ingress", wired=WIRED, around=AROUND)


def test_life_of_the_ingress(module: AreaRoot) -> None:
    module.settle()
    made, values = module.outputs(), module.values()
    assert set(made["target_group_arns"]) == {"80", "443"}
    assert len(made["name_servers"]) == 4
    assert values["aws_lb.this"]["enable_deletion_protection"] is True
    assert values["aws_lb.this"]["access_logs"][0]["enabled"] is True
    assert values['aws_lb_listener.this["443"]']["certificate_arn"] == made["certificate_arn"]
    assert values["aws_acm_certificate_validation.this[0]"]["certificate_arn"] == made["certificate_arn"]
    assert {values[f'aws_route53_record.this["{it}"]']["fqdn"] for it in "@*"} == {
        "dev.apps.example.com",
        "*.dev.apps.example.com",
    }

    # Further listeners, other waits and checks: in place, but for the group whose port is another.
    moved = {**TCP, "target_port": 8081}
    settings = {
        "listeners": [TLS, moved, UDP, BOTH],
        "deregistration_delay": 60,
        "access_logs": False,
        "cross_zone": False,
    }
    module.give(**settings)
    assert module.planned() == {
        "aws_lb.this": ("update",),
        'aws_lb_listener.this["53"]': ("create",),
        'aws_lb_listener.this["5140"]': ("create",),
        'aws_lb_listener.this["80"]': ("update",),
        'aws_lb_target_group.this["443"]': ("update",),
        'aws_lb_target_group.this["53"]': ("create",),
        'aws_lb_target_group.this["5140"]': ("create",),
        'aws_lb_target_group.this["80"]': ("delete", "create"),
        'aws_network_acl_rule.clients["53 tcp"]': ("create",),
        'aws_network_acl_rule.clients["53 udp"]': ("create",),
        'aws_vpc_security_group_ingress_rule.clients["53 tcp from 203.0.113.0/24"]': ("create",),
        'aws_vpc_security_group_ingress_rule.clients["53 udp from 203.0.113.0/24"]': ("create",),
        'aws_vpc_security_group_ingress_rule.clients["5140 udp from 203.0.113.0/24"]': ("create",),
    }
    module.settle()
    assert module.outputs()["load_balancer_arn"] == made["load_balancer_arn"]
    groups = {key: it for key, it in module.values().items() if key.startswith("aws_lb_target_group.")}
    assert groups['aws_lb_target_group.this["5140"]']["health_check"][0]["path"] == "/healthz"
    assert groups['aws_lb_target_group.this["5140"]']["connection_termination"] is True

    # How a target is checked and what TLS is spoken change in place.
    health = {"protocol": "HTTP", "path": "/", "interval": 30, "timeout": 5, "codes": "200"}
    again = {**settings, "listeners": [TLS, {**moved, "health_check": health}, UDP, BOTH]}
    module.give(**again, tls_policy="ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04")
    assert module.planned() == {
        'aws_lb_listener.this["443"]': ("update",),
        'aws_lb_target_group.this["80"]': ("update",),
    }
    module.settle()

    # Deletion protection holds until it is disarmed.
    assert "deletion protection" in module.refused("destroy", "-target=module.ingress.aws_lb.this").lower()
    module.end(again)


def test_what_is_given_is_not_made(module: AreaRoot) -> None:
    module.give(
        scheme="internal",
        certificate_arn=CERTIFICATE,
        zone_id="Z0123456789ABC",
        records=[],
        further_certificate_arns=[],
    )
    planned = set(module.planned())
    assert not [it for it in planned if it.startswith(("aws_acm_certificate", "aws_route53_"))]
    # An internal load balancer stands in the private subnets, whose network ACL knows of no clients.
    assert {it for it in planned if it.startswith("aws_network_acl_rule.")} == {
        'aws_network_acl_rule.clients["443 tcp"]',
        'aws_network_acl_rule.clients["80 tcp"]',
    }


def test_the_zone_above_and_certificates_of_other_domains(module: AreaRoot) -> None:
    module.give(
        parent_zone_id="Z0123456789ABC",
        further_certificate_arns=[CERTIFICATE],
        certificate_names=["*.eu.dev.apps.example.com", "eu.dev.apps.example.com"],
    )
    planned = set(module.planned())
    assert "aws_route53_record.delegation[0]" in planned
    assert f'aws_lb_listener_certificate.further["443 {CERTIFICATE}"]' in planned
    assert {it for it in planned if it.startswith("aws_route53_record.validation")} == {
        'aws_route53_record.validation["dev.apps.example.com"]',
        'aws_route53_record.validation["eu.dev.apps.example.com"]',
    }


def test_the_zone_comes_first_and_the_certificate_once_it_is_delegated(module: AreaRoot) -> None:
    module.give(listeners=[TLS, TCP], delegated=False)
    module.settle()
    assert len(module.outputs()["name_servers"]) == 4
    assert module.outputs()["certificate_arn"] is None
    assert set(module.outputs()["listener_arns"]) == {"80"}

    module.give(listeners=[TLS, TCP])
    assert module.planned() == {
        "aws_acm_certificate.this[0]": ("create",),
        "aws_acm_certificate_validation.this[0]": ("create",),
        'aws_lb_listener.this["443"]': ("create",),
        'aws_route53_record.validation["dev.apps.example.com"]': ("create",),
    }
    module.apply()
    assert module.planned() == {}
