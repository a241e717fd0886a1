"""The managed node groups and their launch templates.

Sources: Amazon EKS user guide, "Customize managed nodes with launch templates" (what belongs into the
template, what into the group), "Managed node group update behavior"; Bottlerocket, "Block device mapping"
(the second volume holds images and containers).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

DESIRED = "scaling_config[0].desired_size"
LEAST = "scaling_config[0].min_size"


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """What the nodes wait for."""

    cluster: Expr
    log_group: Expr
    addons: Expr


def node_groups(module: ModuleBuilder, before: ControlPlane) -> tuple[Expr, ...]:
    """Add the groups, after the add-ons without which no node becomes ready; returns the resources that they are.

    EKS reports the least number that a schedule has set on the Auto Scaling group as the node group's own, and what
    Terraform ignores cannot depend on a group: those with schedules are a resource of their own, which leaves that
    number alone. Without, every plan during office hours would lower it.
    """
    var = module.var
    module.section("Nodes")
    templates = _launch_templates(module, before)
    module.local(
        "ami_types",
        {
            "al2023": {"x86_64": "AL2023_x86_64_STANDARD", "arm64": "AL2023_ARM_64_STANDARD"},
            "bottlerocket": {"x86_64": "BOTTLEROCKET_x86_64", "arm64": "BOTTLEROCKET_ARM_64"},
        },
        "EKS's names of the nodes' images.",
    )
    module.local(
        "taint_effects",
        {"NoSchedule": "NO_SCHEDULE", "PreferNoSchedule": "PREFER_NO_SCHEDULE", "NoExecute": "NO_EXECUTE"},
        "EKS's names of what Kubernetes calls the effect of a taint.",
    )
    this = module.resource(
        "aws_eks_node_group.this",
        "The nodes. What cannot be changed in place makes a new group beside the old one, which is then drained.",
        for_each=_groups_where(var, "length(group.scaling.schedules) == 0"),
        **_group(module, before, templates, ignored=(DESIRED,)),
    )
    scheduled = module.resource(
        "aws_eks_node_group.scheduled",
        "The nodes of groups with schedules, which also set the least number: EKS reports it as the group's own.",
        for_each=_groups_where(var, "length(group.scaling.schedules) > 0"),
        **_group(module, before, templates, ignored=(DESIRED, LEAST)),
    )
    made = module.local(
        "made_node_groups", expr(f"merge({this}, {scheduled})"), "All node groups, with schedules and without."
    )
    module.local(
        "asg_names",
        expr(f"{{ for name, group in {made} : name => group.resources[0].autoscaling_groups[0].name }}"),
        "The Auto Scaling group that EKS made for each node group.",
    )
    return this, scheduled


def _groups_where(var: Any, condition: str) -> Expr:
    return expr(f"{{ for name, group in {var.node_groups} : name => group if {condition} }}")


def _group(
    module: ModuleBuilder, before: ControlPlane, templates: Expr, *, ignored: tuple[str, ...]
) -> Mapping[str, Any]:
    """All of a node group but for which of them it is: the two resources differ in what they ignore alone."""
    var = module.var
    return {
        "cluster_name": before.cluster.name,
        "node_group_name": expr("try(each.value.adopted.name, null)"),
        "node_group_name_prefix": expr('each.value.adopted == null ? "${each.key}-" : null'),
        "node_role_arn": expr(f"try(coalesce(each.value.adopted.role_arn), {var.node_role_arn})"),
        "subnet_ids": expr(
            f"[\nfor zone, subnet in {var.private_subnets} :\n"
            "subnet if contains(coalesce(each.value.zones, [zone]), zone)\n]"
        ),
        "version": expr(f"coalesce(each.value.version, {var.kubernetes_version})"),
        "release_version": each.value.release,
        "ami_type": expr("local.ami_types[each.value.ami][each.value.architecture]"),
        "capacity_type": expr('each.value.capacity == "spot" ? "SPOT" : "ON_DEMAND"'),
        "instance_types": each.value.instance_types,
        "labels": each.value.labels,
        "force_update_version": each.value.update.force,
        "launch_template": dynamic(
            for_each=expr(f"[for name, template in {templates} : template if name == each.key]"),
            content={
                "id": expr("launch_template.value.id"),
                "version": expr("launch_template.value.latest_version"),
            },
        ),
        "scaling_config": {
            "min_size": each.value.min,
            "max_size": each.value.max,
            "desired_size": each.value.min,
        },
        "update_config": {
            "max_unavailable": each.value.update.max_unavailable,
            "max_unavailable_percentage": expr(
                "each.value.update.max_unavailable == null ? each.value.update.max_unavailable_percent : null"
            ),
        },
        "node_repair_config": {"enabled": each.value.repair},
        "taint": dynamic(
            for_each=expr(
                "[\nfor taint in each.value.taints :\n"
                r'regex("^(?P<key>[^=:]+)(?:=(?P<value>[^:]*))?:(?P<effect>.+)$", taint)'
                "\n]"
            ),
            content={
                "key": expr("taint.value.key"),
                "value": expr("taint.value.value"),
                "effect": expr("local.taint_effects[taint.value.effect]"),
            },
        ),
        "lifecycle": {
            "create_before_destroy": True,
            "ignore_changes": [expr(number) for number in ignored],
            "precondition": [
                {
                    "condition": expr(
                        f"alltrue([for zone in coalesce(each.value.zones, []) : contains(keys({var.private_subnets}),"
                        " zone)])"
                    ),
                    "error_message": "Node group ${each.key} is to be in a zone that the network does not have.",
                },
                {
                    "condition": expr("each.value.min <= each.value.max"),
                    "error_message": "Node group ${each.key} has a min above its max.",
                },
            ],
        },
        "depends_on": [before.addons],
    }


def _launch_templates(module: ModuleBuilder, before: ControlPlane) -> Expr:
    var = module.var
    inherited = module.local(
        "node_tags",
        expr(f"merge({before.log_group}.tags_all, {module.tags})"),
        "What nodes and their volumes are tagged with: the provider's default tags too, which a launch template does"
        " not pass on by itself.",
    )
    module.local(
        "root_disk",
        {"size_gb": 4, "iops": 3000, "throughput": 125},
        "Bottlerocket's first volume, as its image has it.",
    )
    volumes = module.local(
        "node_volumes",
        expr(
            f'{{\nfor name, group in {var.node_groups} :\nname => group.ami == "bottlerocket" ?\n'
            '{ "/dev/xvda" = local.root_disk, "/dev/xvdb" = group.disk } :\n{ "/dev/xvda" = group.disk }\n}'
        ),
        "A node's volumes by device. Bottlerocket keeps images and containers on its second one.",
    )
    return module.resource(
        "aws_launch_template.this",
        "How a node starts: with an encrypted volume, and with credentials that no pod can take from it. A group that"
        " was adopted without one never gets one.",
        for_each=expr(
            f"{{\nfor name, group in {var.node_groups} : name => group\n"
            "if group.adopted == null || try(group.adopted.launch_template, null) != null\n}"
        ),
        name=expr('try(coalesce(each.value.adopted.launch_template), "${var.environment}-${each.key}")'),
        description=f"Nodes of {var.environment}, group {each.key}",
        update_default_version=True,
        vpc_security_group_ids=[var.nodes_security_group_id],
        metadata_options={
            "http_endpoint": "enabled",
            "http_tokens": "required",
            "http_put_response_hop_limit": 1,
            "instance_metadata_tags": "disabled",
        },
        monitoring={"enabled": True},
        block_device_mappings=dynamic(
            for_each=volumes[each.key],
            content={
                "device_name": expr("block_device_mappings.key"),
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": expr("block_device_mappings.value.size_gb"),
                    "iops": expr("block_device_mappings.value.iops"),
                    "throughput": expr("block_device_mappings.value.throughput"),
                    "encrypted": "true",
                    "kms_key_id": var.cluster_key_arn,
                    "delete_on_termination": "true",
                },
            },
        ),
        tag_specifications=dynamic(
            for_each=["instance", "volume"],
            content={
                "resource_type": expr("tag_specifications.value"),
                "tags": expr(f'merge({inherited}, {{ Name = "${{var.environment}}-${{each.key}}" }})'),
            },
        ),
        tags={"Name": f"{var.environment}-{each.key}"},
    )
