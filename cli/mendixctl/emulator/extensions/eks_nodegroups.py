"""EKS node groups, for aws_eks_node_group, and for what is attached to their Auto Scaling groups.

moto 5.2.5 names an Auto Scaling group that is not there, gives every group the version 1.19, forgets the update and
repair configurations (CreateNodegroup), takes a min above the number of nodes (UpdateNodegroupConfig), and has no
UpdateNodegroupVersion. A group's nodes are a number here: no instance is started for them.
"""

from __future__ import annotations

from typing import Any

from mendixctl.emulator.extensions.eks_clusters import cluster_of, minor, require_idle, updated
from mendixctl.emulator.extensions.operations import Call, Operation, OperationError, Record

IMAGE_DATE = "20261104"
NODEGROUP_TAG = "eks:nodegroup-name"


def install() -> None:
    """Mend what a new node group is, and what goes with it."""
    from moto.eks import models
    from moto.eks.exceptions import InvalidParameterException
    from moto.eks.models import Nodegroup
    from moto.eks.responses import EKSResponse

    vars(models)["DEFAULT_REMOTE_ACCESS"] = None
    _start_nothing()
    create, describe, delete = (
        EKSResponse.create_nodegroup,
        EKSResponse.describe_nodegroup,
        EKSResponse.delete_nodegroup,
    )

    def create_nodegroup(self: Any) -> Any:
        problem = _problem(self._get_param("scalingConfig") or {})
        if problem:
            raise InvalidParameterException(message=problem)
        answer = create(self)
        cluster = self.eks_backend.clusters[self._get_param("name")]
        group: Nodegroup = cluster.nodegroups[self._get_param("nodegroupName")]
        group.version = self._get_param("version") or cluster.version
        group.release_version = self._get_param("releaseVersion") or f"{group.version}.0-{IMAGE_DATE}"
        group.update_config = self._get_param("updateConfig") or {"maxUnavailable": 1}
        group.node_repair_config = self._get_param("nodeRepairConfig") or {"enabled": False}
        if group.launch_template:
            vars(group)["disk_size"] = None  # the template says it
        _make_auto_scaling_group(self.eks_backend, group)
        return answer

    def describe_nodegroup(self: Any) -> Any:
        _read_sizes(
            self.eks_backend,
            self.eks_backend.describe_nodegroup(self._get_param("name"), self._get_param("nodegroupName")),
        )
        return describe(self)

    def delete_nodegroup(self: Any) -> Any:
        group = self.eks_backend.describe_nodegroup(self._get_param("name"), self._get_param("nodegroupName"))
        answer = delete(self)
        if _auto_scaling_group(self.eks_backend, group) is not None:
            _autoscaling(self.eks_backend).delete_auto_scaling_group(_name(group))
        return answer

    EKSResponse.create_nodegroup = create_nodegroup  # type: ignore[method-assign]
    EKSResponse.describe_nodegroup = describe_nodegroup  # type: ignore[method-assign]
    EKSResponse.delete_nodegroup = delete_nodegroup  # type: ignore[method-assign]


def operations() -> dict[str, Operation]:
    """What moto lacks, or takes where EKS does not."""
    return {"UpdateNodegroupConfig": _update_config, "UpdateNodegroupVersion": _update_version}


def _name(group: Any) -> str:
    found: str = group.resources["autoScalingGroups"][0]["name"]
    return found


def _autoscaling(of: Any) -> Any:
    from moto.autoscaling.models import autoscaling_backends

    return autoscaling_backends[of.account_id][of.region_name]


def _auto_scaling_group(of: Any, group: Any) -> Any:
    return _autoscaling(of).autoscaling_groups.get(_name(group))


def _start_nothing() -> None:
    """Let the number of nodes change on the Auto Scaling group too, as schedules and policies change it."""
    from moto.autoscaling.models import FakeAutoScalingGroup

    start = FakeAutoScalingGroup.set_desired_capacity

    def set_desired_capacity(self: Any, new_capacity: int | None) -> None:
        if any(tag.get("key", tag.get("Key")) == NODEGROUP_TAG for tag in self.tags):
            self.desired_capacity = self.min_size if new_capacity is None else new_capacity
        else:
            start(self, new_capacity)

    FakeAutoScalingGroup.set_desired_capacity = set_desired_capacity  # type: ignore[method-assign]


def _read_sizes(of: Any, group: Any) -> None:
    """A node group's numbers are its Auto Scaling group's, whoever set them: a policy, a schedule, an operator."""
    real = _auto_scaling_group(of, group)
    if real is not None:
        group.scaling_config = {
            **group.scaling_config,
            "minSize": real.min_size,
            "maxSize": real.max_size,
            "desiredSize": real.desired_capacity,
        }


def _make_auto_scaling_group(of: Any, group: Any) -> None:
    """The Auto Scaling group that EKS makes, with its tags; nothing is started in it."""
    name = f"eks-{group.nodegroup_name}-{group.uuid}"
    group.resources = {"autoScalingGroups": [{"name": name}]}
    template = group.launch_template or {}
    if not template.get("id"):
        return
    sizes = group.scaling_config
    marks = {
        "eks:cluster-name": group.cluster_name,
        NODEGROUP_TAG: group.nodegroup_name,
        "k8s.io/cluster-autoscaler/enabled": "true",
        f"k8s.io/cluster-autoscaler/{group.cluster_name}": "owned",
        f"kubernetes.io/cluster/{group.cluster_name}": "owned",
    }
    real = _autoscaling(of).create_auto_scaling_group(
        name=name,
        availability_zones=[],
        desired_capacity=0,
        max_size=sizes["maxSize"],
        min_size=sizes["minSize"],
        launch_config_name="",
        launch_template={"LaunchTemplateId": template["id"], "Version": template.get("version", "$Default")},
        vpc_zone_identifier=",".join(group.subnets),
        default_cooldown=300,
        health_check_period=15,
        health_check_type="EC2",
        load_balancers=[],
        target_group_arns=[],
        placement_group=None,
        termination_policies=["AllocationStrategy", "OldestLaunchTemplate", "OldestInstance"],
        tags=[{"Key": key, "Value": value, "PropagateAtLaunch": True} for key, value in marks.items()],
        capacity_rebalance=group.capacity_type == "SPOT",
    )
    real.desired_capacity = sizes["desiredSize"]


def _problem(sizes: Record) -> str:
    """What EKS says to sizes that contradict each other, whichever of the three changed; nothing if they do not."""
    least, most, now = (sizes.get(name) for name in ("minSize", "maxSize", "desiredSize"))
    if least is not None and most is not None and least > most:
        return f"Minimum capacity {least} can't be greater than max size {most}"
    if least is not None and now is not None and least > now:
        return f"Minimum capacity {least} can't be greater than desired size {now}"
    if most is not None and now is not None and now > most:
        return f"Desired capacity {now} can't be greater than max size {most}"
    return ""


def _group_of(call: Call) -> Any:
    cluster = cluster_of(call, call["clusterName"])
    group = cluster.nodegroups.get(call["nodegroupName"])
    if group is None:
        message = f"No node group found for name: {call['nodegroupName']}."
        raise OperationError("ResourceNotFoundException", message, 404)
    return group


def _update_config(call: Call) -> Record:
    from moto.eks.models import eks_backends

    group = _group_of(call)
    resource = f"nodegroup {call['clusterName']}/{call['nodegroupName']}"
    require_idle(call, resource, "ConfigUpdate")
    eks = eks_backends[call.account][call.region]
    real = _auto_scaling_group(eks, group)
    _read_sizes(eks, group)
    if call.get("scalingConfig"):
        problem = _problem({**group.scaling_config, **call["scalingConfig"]})
        if problem:
            raise OperationError("InvalidParameterException", problem)
    eks.update_nodegroup_config(
        call["clusterName"],
        call["nodegroupName"],
        labels=call.get("labels"),
        taints=call.get("taints"),
        scaling_config=call.get("scalingConfig"),
        update_config=call.get("updateConfig"),
        node_repair_config=call.get("nodeRepairConfig"),
    )
    if real is not None:
        sizes = group.scaling_config
        real.min_size, real.max_size = sizes["minSize"], sizes["maxSize"]
        real.desired_capacity = sizes["desiredSize"]
    return updated(call, resource, "ConfigUpdate")


def _update_version(call: Call) -> Record:
    group = _group_of(call)
    cluster = cluster_of(call, call["clusterName"])
    resource = f"nodegroup {call['clusterName']}/{call['nodegroupName']}"
    require_idle(call, resource, "VersionUpdate")
    version = call.get("version") or group.version
    if minor(version) > minor(cluster.version):
        message = f"Requested Nodegroup version {version} is ahead of the cluster's {cluster.version}"
        raise OperationError("InvalidParameterException", message)
    if version != group.version or call.get("releaseVersion"):
        group.release_version = call.get("releaseVersion") or f"{version}.0-{IMAGE_DATE}"
    group.version = version
    if call.get("launchTemplate"):
        group.launch_template = {**(group.launch_template or {}), **call["launchTemplate"]}
    return updated(call, resource, "VersionUpdate")
