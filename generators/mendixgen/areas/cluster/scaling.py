"""How many nodes a group has: CloudWatch policies on its Auto Scaling group, or the mark of the cluster autoscaler.

Sources: Amazon EC2 Auto Scaling user guide, "Target tracking", "Step and simple scaling" (steps know a
warm-up and no cooldown, simple scaling the reverse; with several policies the largest capacity counts),
"Scheduled scaling"; Amazon EKS user guide, "Monitor cluster metrics with CloudWatch" (the control plane's
metrics in AWS/EKS, which every cluster from 1.28 on sends by itself).
"""

from __future__ import annotations

from typing import Any

from mendixgen.authoring.expression import Expr, dynamic, each, expr
from mendixgen.authoring.module import ModuleBuilder

MINUTE = 60
NODES = "local.scaled"


def scaling(module: ModuleBuilder) -> None:
    """Add the policies, alarms and schedules of each group."""
    var = module.var
    module.section("Scaling by CloudWatch")
    module.local(
        "scaled",
        expr(
            f"{{\nfor name, group in {var.node_groups} : name => merge(group.scaling, {{\n"
            "asg = local.asg_names[name]\n"
            "min = group.min\n"
            "warmup = coalesce(group.scaling.warmup, group.scaling.cooldown)\n"
            '})\nif group.scaling.driver == "cloudwatch"\n}'
        ),
        "The groups whose size CloudWatch decides, and how.",
    )
    _target_tracking(module)
    _steps(module)
    _step_in(module)
    _wake(module)
    _schedules(module)
    module.section("Scaling by the cluster autoscaler")
    module.resource(
        "aws_autoscaling_group_tag.cluster_autoscaler",
        "Marks the groups that the cluster autoscaler may size. It must look for this tag: EKS puts the autoscaler's"
        " usual ones on every group, also on those that CloudWatch sizes.",
        for_each=expr(
            f"{{ for name, group in {var.node_groups} : name => group"
            ' if group.scaling.driver == "cluster-autoscaler" }'
        ),
        autoscaling_group_name=expr("local.asg_names[each.key]"),
        tag={"key": "mendixctl/cluster-autoscaler", "value": var.environment, "propagate_at_launch": False},
    )


def _chosen(condition: str) -> Expr:
    return expr(f"{{ for name, group in {NODES} : name => group if {condition} }}")


def _target_tracking(module: ModuleBuilder) -> None:
    module.resource(
        "aws_autoscaling_policy.cpu",
        "Keeps the average CPU of a group where it should be, in both directions.",
        for_each=_chosen("group.cpu_target != null"),
        name=f"{each.key}-cpu",
        autoscaling_group_name=each.value.asg,
        policy_type="TargetTrackingScaling",
        estimated_instance_warmup=each.value.warmup,
        target_tracking_configuration={
            "target_value": each.value.cpu_target,
            "disable_scale_in": expr("!each.value.scale_in"),
            "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
        },
    )


def _steps(module: ModuleBuilder) -> None:
    var = module.var
    policies = module.resource(
        "aws_autoscaling_policy.steps",
        "Adds nodes at once above some loads, the more the higher the load. The bounds count from the first step.",
        for_each=_chosen("length(group.steps) > 0"),
        name=f"{each.key}-steps",
        autoscaling_group_name=each.value.asg,
        policy_type="StepScaling",
        adjustment_type="ChangeInCapacity",
        metric_aggregation_type="Average",
        estimated_instance_warmup=each.value.warmup,
        step_adjustment=dynamic(
            for_each=each.value.steps,
            content={
                "metric_interval_lower_bound": expr("step_adjustment.value.above - each.value.steps[0].above"),
                "metric_interval_upper_bound": expr(
                    "try(each.value.steps[step_adjustment.key + 1].above - each.value.steps[0].above, null)"
                ),
                "scaling_adjustment": expr("step_adjustment.value.add"),
            },
        ),
        lifecycle={
            "precondition": [
                {
                    "condition": expr(
                        "alltrue([\nfor index in range(1, length(each.value.steps)) :\n"
                        "each.value.steps[index].above > each.value.steps[index - 1].above\n])"
                    ),
                    "error_message": "The steps of node group ${each.key} are not in ascending order.",
                }
            ]
        },
    )
    module.resource(
        "aws_cloudwatch_metric_alarm.steps",
        "The load at which the first step begins.",
        for_each=policies,
        alarm_name=f"{var.environment}-nodes-{each.key}-steps",
        alarm_description=f"Nodes of group {each.key} are busy: some are added.",
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=expr(f"{NODES}[each.key].steps[0].above"),
        **_cpu(each.key),
        alarm_actions=[each.value.arn],
    )


def _step_in(module: ModuleBuilder) -> None:
    var = module.var
    policies = module.resource(
        "aws_autoscaling_policy.step_in",
        "Takes nodes at once below a load, and then waits for the cooldown.",
        for_each=_chosen("group.step_in != null"),
        name=f"{each.key}-step-in",
        autoscaling_group_name=each.value.asg,
        policy_type="SimpleScaling",
        adjustment_type="ChangeInCapacity",
        scaling_adjustment=expr("-each.value.step_in.remove"),
        cooldown=each.value.cooldown,
    )
    module.resource(
        "aws_cloudwatch_metric_alarm.step_in",
        "The load below which nodes are taken.",
        for_each=policies,
        alarm_name=f"{var.environment}-nodes-{each.key}-step-in",
        alarm_description=f"Nodes of group {each.key} are idle: some are taken.",
        comparison_operator="LessThanThreshold",
        threshold=expr(f"{NODES}[each.key].step_in.below"),
        **_cpu(each.key),
        alarm_actions=[each.value.arn],
    )


def _cpu(group: Expr) -> dict[str, Any]:
    return {
        "namespace": "AWS/EC2",
        "metric_name": "CPUUtilization",
        "dimensions": {"AutoScalingGroupName": expr(f"local.asg_names[{group}]")},
        "statistic": "Average",
        "period": MINUTE,
        "evaluation_periods": expr(f"{NODES}[{group}].step_minutes"),
        "treat_missing_data": "notBreaching",
    }


def _wake(module: ModuleBuilder) -> None:
    var = module.var
    policies = module.resource(
        "aws_autoscaling_policy.wake",
        "Gives an empty group its first node; from then on its load decides.",
        for_each=_chosen("group.wake && group.min == 0"),
        name=f"{each.key}-wake",
        autoscaling_group_name=each.value.asg,
        policy_type="SimpleScaling",
        adjustment_type="ChangeInCapacity",
        scaling_adjustment=1,
        cooldown=each.value.cooldown,
    )
    module.resource(
        "aws_cloudwatch_metric_alarm.wake",
        "Pods that find no place, while the group has no node (no node reports its CPU).",
        for_each=policies,
        alarm_name=f"{var.environment}-nodes-{each.key}-wake",
        alarm_description=f"Pods find no place and group {each.key} is empty: it gets its first node.",
        comparison_operator="GreaterThanOrEqualToThreshold",
        threshold=1,
        evaluation_periods=2,
        treat_missing_data="notBreaching",
        metric_query=[
            {
                "id": "wake",
                "expression": "IF(FILL(nodes, 0) < 1, pending, 0)",
                "label": "Pods without a place, while the group is empty",
                "return_data": True,
            },
            {
                "id": "pending",
                "metric": {
                    "namespace": "AWS/EKS",
                    "metric_name": "scheduler_pending_pods_UNSCHEDULABLE",
                    "dimensions": {"ClusterName": expr("local.name")},
                    "stat": "Maximum",
                    "period": MINUTE,
                },
            },
            {
                "id": "nodes",
                "metric": {
                    "namespace": "AWS/EC2",
                    "metric_name": "CPUUtilization",
                    "dimensions": {"AutoScalingGroupName": expr("local.asg_names[each.key]")},
                    "stat": "SampleCount",
                    "period": MINUTE,
                },
            },
        ],
        alarm_actions=[each.value.arn],
    )


def _schedules(module: ModuleBuilder) -> None:
    module.resource(
        "aws_autoscaling_schedule.this",
        "What holds from a time of day or week on; -1 leaves a number as it is. The largest number is the group's.",
        for_each=expr(
            f"merge([\nfor name, group in {NODES} : {{\n"
            "for schedule in group.schedules :\n"
            '"${name}-${schedule.name}" => merge(schedule, { asg = group.asg })\n'
            "}\n]...)"
        ),
        scheduled_action_name=each.key,
        autoscaling_group_name=each.value.asg,
        recurrence=each.value.cron,
        time_zone=each.value.timezone,
        min_size=expr("coalesce(each.value.min, -1)"),
        max_size=-1,
        desired_capacity=expr("coalesce(each.value.desired, -1)"),
    )
