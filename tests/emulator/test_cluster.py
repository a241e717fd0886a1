"""The cluster module on the emulator: made, changed in place, its nodes renewed, refused as EKS refuses, destroyed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mendixctl.emulator.endpoint import Endpoint
from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

AROUND = """
resource "aws_vpc" "this" {
  cidr_block = "10.20.0.0/16"
}
resource "aws_subnet" "private" {
  for_each          = { a = 0, b = 1, c = 2 }
  vpc_id            = aws_vpc.this.id
  availability_zone = "eu-central-1${each.key}"
  cidr_block        = cidrsubnet("10.20.0.0/17", 3, each.value)
}
resource "aws_network_acl" "private" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    ignore_changes = [ingress]
  }
}
resource "aws_security_group" "of" {
  for_each = toset(["databases", "endpoints", "load-balancer"])
  vpc_id   = aws_vpc.this.id
}
resource "aws_security_group" "nodes" {
  vpc_id = aws_vpc.this.id
  lifecycle {
    ignore_changes = [ingress, egress]
  }
}
resource "aws_kms_key" "this" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
resource "aws_iam_role" "this" {
  for_each           = toset(["cluster", "node", "admin", "auditor", "ebs-csi"])
  name               = "dev-${each.key}"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"""
WIRED = {
    "vpc_id": "aws_vpc.this.id",
    "private_subnets": "{ for zone, subnet in aws_subnet.private : zone => subnet.id }",
    "private_network_acl_id": "aws_network_acl.private.id",
    "network_is_ours": "true",
    "nodes_security_group_id": "aws_security_group.nodes.id",
    "database_security_group_id": 'aws_security_group.of["databases"].id',
    "endpoints_security_group_id": 'aws_security_group.of["endpoints"].id',
    "load_balancer_security_group_id": 'aws_security_group.of["load-balancer"].id',
    "cluster_key_arn": "aws_kms_key.this.arn",
    "logs_key_arn": "aws_kms_key.this.arn",
    "cluster_role_arn": 'aws_iam_role.this["cluster"].arn',
    "node_role_arn": 'aws_iam_role.this["node"].arn',
    "admin_role_arn": 'aws_iam_role.this["admin"].arn',
    "auditor_role_arn": 'aws_iam_role.this["auditor"].arn',
    "workload_role_arns": '{ ebs-csi = aws_iam_role.this["ebs-csi"].arn }',
}
SYSTEM: dict[str, Any] = {"min": 3, "max": 6}
APPS: dict[str, Any] = {
    "instance_types": ["m7i.xlarge", "m6i.xlarge"],
    "min": 3,
    "max": 24,
    "scaling": {
        "cpu_target": 60,
        "steps": [{"above": 80, "add": 2}, {"above": 90, "add": 4}],
        "schedules": [{"name": "office-hours", "cron": "0 7 * * 1-5", "timezone": "Europe/Berlin", "min": 6}],
    },
}
BATCH: dict[str, Any] = {
    "capacity": "spot",
    "instance_types": ["m7i.xlarge", "m6i.xlarge"],
    "min": 0,
    "max": 12,
    "taints": ["workload=batch:NoSchedule"],
}
FIRST: dict[str, Any] = {
    "kubernetes_version": "1.35",
    "admins": ["arn:aws:iam::123456789012:role/platform-admin"],
    "node_groups": {"system": SYSTEM, "apps": APPS, "batch": BATCH},
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("cluster", wired=WIRED, around=AROUND)


def set_least(endpoint: Endpoint, asg: str, number: int) -> None:
    """What a scheduled action does to an Auto Scaling group when its time has come."""
    import boto3

    client = boto3.client(
        "autoscaling",
        region_name=endpoint.region,
        endpoint_url=endpoint.url,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )
    client.update_auto_scaling_group(AutoScalingGroupName=asg, MinSize=number)


def test_life_of_the_cluster(root: AreaRoot, emulator: Endpoint) -> None:
    root.give(**FIRST)
    root.settle()
    before, made = root.outputs(), root.values()
    assert made["aws_eks_cluster.this"]["vpc_config"][0]["endpoint_public_access"] is False
    assert made["aws_eks_cluster.this"]["upgrade_policy"] == [{"support_type": "STANDARD"}]
    assert not before["oidc_issuer"].startswith("https://")
    assert made["aws_iam_openid_connect_provider.this"]["url"] == before["oidc_issuer"]
    csi = made['aws_eks_addon.after_nodes["aws-ebs-csi-driver"]']["pod_identity_association"]
    assert [it["service_account"] for it in csi] == ["ebs-csi-controller-sa"]
    assert made['aws_eks_node_group.this["batch"]']["taint"] == [
        {"effect": "NO_SCHEDULE", "key": "workload", "value": "batch"}
    ]
    template = made['aws_launch_template.this["apps"]']
    tags = {"area": "cluster", "environment": "dev", "managed-by": "mendixctl", "Name": "dev-apps"}
    assert [(it["resource_type"], it["tags"]) for it in template["tag_specifications"]] == [
        ("instance", tags),
        ("volume", tags),
    ]
    asg = before["node_groups"]["apps"]["asg_name"]
    policy = made['aws_autoscaling_policy.steps["apps"]']
    assert policy["autoscaling_group_name"] == asg
    assert policy["estimated_instance_warmup"] == 300
    assert [
        (it["metric_interval_lower_bound"], it["metric_interval_upper_bound"], it["scaling_adjustment"])
        for it in sorted(policy["step_adjustment"], key=lambda it: int(it["metric_interval_lower_bound"]))
    ] == [("0", "10", 2), ("10", "", 4)]
    assert made['aws_cloudwatch_metric_alarm.steps["apps"]']["threshold"] == 80
    assert set(made) >= {'aws_autoscaling_policy.wake["batch"]', 'aws_autoscaling_schedule.this["apps-office-hours"]'}
    assert 'aws_autoscaling_policy.wake["apps"]' not in made

    # Office hours: the least number of a group with schedules is theirs, that of any other group the YAML's.
    set_least(emulator, asg, 6)
    assert root.planned() == {}
    system = before["node_groups"]["system"]["asg_name"]
    set_least(emulator, system, 4)
    assert root.planned() == {'aws_eks_node_group.this["system"]': ("update",)}
    set_least(emulator, system, SYSTEM["min"])

    # In place: the control plane first, then add-ons and nodes; sizes, labels, taints, steps, who reaches the API.
    apps = {
        **APPS,
        "max": 30,
        "labels": {"team": "crm"},
        "disk": {"size_gb": 80},
        "update": {"max_unavailable": 1},
        "scaling": {**APPS["scaling"], "steps": [{"above": 75, "add": 1}], "step_in": {"below": 20}},
    }
    root.give(
        **{
            **FIRST,
            "kubernetes_version": "1.36",
            "endpoint": "restricted",
            "allow_from": ["203.0.113.0/24"],
            "private_allow_from": ["10.99.0.0/16"],
            "zonal_shift": False,
            "support": "extended",
            "node_groups": {"system": {**SYSTEM, "version": "1.35"}, "apps": apps, "batch": {**BATCH, "taints": []}},
        },
    )
    changes = root.planned()
    assert {address for address, actions in changes.items() if "delete" in actions} == set()
    assert {address for address, actions in changes.items() if actions == ("update",)} == {
        "aws_eks_cluster.this",
        'aws_eks_addon.before_nodes["kube-proxy"]',
        'aws_eks_addon.after_nodes["coredns"]',
        'aws_launch_template.this["apps"]',
        'aws_eks_node_group.scheduled["apps"]',
        'aws_eks_node_group.this["batch"]',
        'aws_autoscaling_policy.steps["apps"]',
        'aws_cloudwatch_metric_alarm.steps["apps"]',
    }
    root.settle()
    after = root.outputs()
    assert after["node_groups"] == before["node_groups"]
    assert (after["version"], after["endpoint"]) == ("1.36", before["endpoint"])
    changed = root.values()
    assert changed['aws_eks_node_group.this["system"]']["version"] == "1.35"
    assert changed['aws_eks_node_group.scheduled["apps"]']["version"] == "1.36"
    assert changed['aws_eks_node_group.scheduled["apps"]']["scaling_config"] == [
        {"desired_size": 6, "max_size": 30, "min_size": 6}
    ]

    # New nodes beside the old ones: another image, the last schedule gone, the first one come; and the autoscaler
    # instead of CloudWatch.
    root.give(
        **{
            **FIRST,
            "kubernetes_version": "1.36",
            "node_groups": {
                "system": {**SYSTEM, "ami": "bottlerocket"},
                "apps": {**APPS, "scaling": {"driver": "cluster-autoscaler"}},
                "batch": {**BATCH, "scaling": {"schedules": [{"name": "night", "cron": "0 22 * * *", "min": 1}]}},
            },
        },
    )
    changes = root.planned()
    assert changes['aws_eks_node_group.this["system"]'] == ("delete", "create")
    moved = {"apps": ("scheduled", "this"), "batch": ("this", "scheduled")}
    for name, (old, new) in moved.items():
        assert changes[f'aws_eks_node_group.{old}["{name}"]'] == ("delete",)
        assert changes[f'aws_eks_node_group.{new}["{name}"]'] == ("create",)
    told = root.run("apply", "-auto-approve", "-input=false").stdout
    for name, (old, new) in moved.items():
        made_new = told.index(f'aws_eks_node_group.{new}["{name}"]: Creation complete')
        assert made_new < told.index(f'aws_eks_node_group.{old}["{name}"]: Destroying')
    assert root.planned() == {}
    left = root.values()
    assert not [it for it in left if it.startswith("aws_autoscaling_policy.") and '"apps"' in it]
    assert left['aws_autoscaling_group_tag.cluster_autoscaler["apps"]']["tag"][0]["value"] == "dev"
    assert root.outputs()["autoscaler_groups"] == ["apps"]
    assert [it["device_name"] for it in left['aws_launch_template.this["system"]']["block_device_mappings"]] == [
        "/dev/xvda",
        "/dev/xvdb",
    ]

    root.destroy()


def test_what_eks_refuses_is_refused(root: AreaRoot) -> None:
    small = {"kubernetes_version": "1.35", "node_groups": {"system": SYSTEM}}
    root.give(**small)
    root.apply()
    # More than the nodes that there are now, and two minor versions at once.
    for settings, words in (
        (
            {"node_groups": {"system": {"min": 4, "max": 6}}},
            "can't be greater than desired size 3",
        ),
        ({"kubernetes_version": "1.33"}, "Unsupported Kubernetes minor version update from 1.35 to 1.33"),
    ):
        root.give(**{**small, **settings})
        assert words in root.refused("apply"), settings
