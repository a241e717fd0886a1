"""The ingress' module: what a reader must find in it."""

from __future__ import annotations

import json

import pytest

from tests.golden.areas.committed import STORE, resources

every_version = pytest.mark.parametrize("version", STORE.versions("ingress"))


@every_version
def test_a_new_target_group_stands_before_the_old_one_goes(version: str) -> None:
    group = resources("ingress", version)["aws_lb_target_group.this"]
    assert "create_before_destroy" in json.dumps(group["lifecycle"])
    for argument in ("local.target_protocols[each.key]", "each.value.target_port"):
        assert argument in group["name"]


@every_version
def test_the_load_balancer_waits_for_the_policy_of_its_log_bucket(version: str) -> None:
    balancer = resources("ingress", version)["aws_lb.this"]
    assert "aws_s3_bucket_policy.this" in str(balancer["depends_on"])
