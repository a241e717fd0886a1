"""One node group, as the YAML says it: what its nodes are, and how their number follows the load."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mendixgen.areas.contract import Strict, setting
from mendixgen.areas.fields import DNS_LABEL, PrincipalArn, ZoneLetter

InstanceType = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*\.[a-z0-9-]+$", max_length=40)]
LabelName = Annotated[
    str, Field(pattern=r"^([a-z0-9]([a-z0-9.-]*[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$")
]
LabelValue = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$")]
TAINT = r"^[A-Za-z0-9][A-Za-z0-9_./-]*(=[A-Za-z0-9_.-]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$"
Taint = Annotated[str, Field(pattern=TAINT, max_length=190)]
ScheduleName = Annotated[str, Field(pattern=DNS_LABEL, max_length=40)]
_FIELD = r"[0-9A-Za-z*,/-]+"
Cron = Annotated[str, Field(pattern=rf"^{_FIELD}( {_FIELD}){{4}}$", max_length=100)]
Timezone = Annotated[str, Field(pattern=r"^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$", max_length=60)]

NEW_NODES = "the nodes of the group: new ones are made beside the old ones, which are then drained"
NEW_NODES_ON_OR_OFF = (
    "the nodes of the group, when its first schedule comes or its last one goes: new ones are made beside the old ones,"
    " which are then drained"
)


class Disk(Strict):
    """The volume of a node, gp3 and encrypted; changing it renews the nodes, a few at a time."""

    size_gb: int = setting(50, description="Size, for images, logs and ephemeral storage.", unit="GB", ge=20, le=16384)
    iops: int = setting(3000, description="Provisioned operations.", unit="IOPS", ge=3000, le=16000)
    throughput: int = setting(125, description="Provisioned throughput.", unit="MiB/s", ge=125, le=1000)


class Update(Strict):
    """How nodes are renewed: for a new version, image, disk or label of a launch template."""

    max_unavailable_percent: int = setting(
        33, description="Share of the group that may be renewed at the same time.", unit="percent", ge=1, le=100
    )
    max_unavailable: int | None = setting(
        None, description="Number of nodes that may be renewed at the same time, instead.", unit="nodes", ge=1, le=100
    )
    force: bool = setting(
        False, description="Whether to renew nodes even where a pod disruption budget says no, after 15 minutes."
    )


class Step(Strict):
    """Nodes to add above a load."""

    above: int = setting(description="Average CPU of the group's nodes.", unit="percent", ge=1, le=100)
    add: int = setting(description="How many nodes to add.", unit="nodes", ge=1, le=50)


class StepIn(Strict):
    """Nodes to take below a load."""

    below: int = setting(description="Average CPU of the group's nodes.", unit="percent", ge=1, le=90)
    remove: int = setting(1, description="How many nodes to take.", unit="nodes", ge=1, le=50)


class Schedule(Strict):
    """What holds from a point in time on, until the next schedule of the group says otherwise."""

    # No max: EKS reports an Auto Scaling group's numbers as the node group's own, and the largest one stays the
    # YAML's, so that it can be changed there at any time.

    name: ScheduleName = setting(description="Name, unique in the group.")
    cron: Cron = setting(description="When: minute, hour, day of the month, month, day of the week (0 is Sunday).")
    timezone: Timezone = setting("UTC", description="Time zone of cron, as the IANA names it; it knows summer time.")
    min: int | None = setting(None, description="Least number of nodes from then on.", unit="nodes", ge=0, le=450)
    desired: int | None = setting(None, description="Number of nodes at that moment.", unit="nodes", ge=0, le=450)


class Scaling(Strict):
    """What changes the number of nodes: CloudWatch alarms on the group's CPU, or the cluster autoscaler. Never both."""

    driver: Literal["cloudwatch", "cluster-autoscaler"] = setting(
        "cloudwatch",
        description=(
            "cloudwatch: the policies below. cluster-autoscaler: the controller in the cluster, which looks at pods"
            " that find no place; the policies below are then not made."
        ),
    )
    cpu_target: int | None = setting(
        60,
        description="Average CPU that a target-tracking policy keeps the group at; null for none.",
        unit="percent",
        ge=10,
        le=95,
    )
    scale_in: bool = setting(True, description="Whether target tracking also takes nodes away.")
    steps: list[Step] = setting(
        [],
        description="Nodes to add at once above some loads, in ascending order: faster than target tracking alone.",
        max_length=10,
    )
    step_in: StepIn | None = setting(None, description="Nodes to take at once below a load.")
    step_minutes: int = setting(
        2, description="How long a load must last before steps act on it.", unit="minutes", ge=1, le=60
    )
    cooldown: int = setting(
        300,
        description=(
            "After nodes were taken (step_in) or a sleeping group was woken, how long nothing of the kind happens"
            " again. It is also the warm-up, unless that is set."
        ),
        unit="seconds",
        ge=0,
        le=3600,
    )
    warmup: int | None = setting(
        None,
        description=(
            "How long a new node takes until its load counts; the policies do not add for the same load meanwhile."
            " By default, as long as cooldown."
        ),
        unit="seconds",
        ge=0,
        le=3600,
    )
    wake: bool = setting(
        True,
        description=(
            "Whether a group that may be empty (min: 0) gets its first node when pods find no place: an empty group"
            " has no CPU that a policy could look at."
        ),
    )
    schedules: list[Schedule] = setting(
        [],
        description=(
            "Numbers of nodes by time of day and week. The group's min is then what it starts with, and the schedules"
            " set it from then on; its max is the ceiling at all times."
        ),
        create_only=NEW_NODES_ON_OR_OFF,
        max_length=50,
    )


class Adopted(Strict):
    """What is fixed of a group that was there before the environment. What would renew its nodes anew (type, image,
    role) needs a group beside it: EKS gives a name once."""

    name: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z_-]{0,62}$")] = setting(
        description="Its name in EKS.", create_only=NEW_NODES
    )
    role_arn: PrincipalArn | None = setting(
        None,
        description="ARN of the role that its nodes work as; the platform's own if not given.",
        create_only=NEW_NODES,
    )
    launch_template: Annotated[str, Field(pattern=r"^[A-Za-z0-9()./_-]{3,128}$")] | None = setting(
        None,
        description=(
            "Name of its launch template, which is adopted with it. Without: it was made without one, and EKS gives it"
            " none later; its nodes then stand in the cluster's own security group, and its disks stay as they are."
        ),
        create_only=NEW_NODES,
    )


class NodeGroup(Strict):
    """Nodes of one kind, which EKS makes, drains and repairs."""

    adopted: Adopted | None = setting(
        None, description="What is fixed of a group that was there before the environment.", create_only=NEW_NODES
    )

    instance_types: list[InstanceType] = setting(
        ["m7i.large"],
        description=(
            "EC2 instance types, the preferred one first; of the same size, so that a load means the same on each."
        ),
        create_only=NEW_NODES,
        min_length=1,
        max_length=20,
    )
    capacity: Literal["on-demand", "spot"] = setting(
        "on-demand",
        description="spot is cheaper, and AWS takes such nodes back with two minutes' notice.",
        create_only=NEW_NODES,
    )
    ami: Literal["al2023", "bottlerocket"] = setting(
        "al2023", description="Image of the nodes: Amazon Linux 2023 or Bottlerocket.", create_only=NEW_NODES
    )
    architecture: Literal["x86_64", "arm64"] = setting(
        "x86_64",
        description="Processor of the instance types. Mendix supports x86_64 in production; arm64 is experimental.",
        create_only=NEW_NODES,
    )
    version: str | None = setting(
        None,
        description=(
            "Kubernetes version of the nodes; by default the cluster's. Set it to the older one to take the control"
            " plane up first and the nodes when that has proved itself: nodes never go back."
        ),
        pattern=r"^1\.[1-9][0-9]$",
        one_way="EKS takes no node group back to an older version",
        follows="version",
    )
    release: str | None = setting(
        None,
        description=(
            "Release of the image (1.35.2-20261104); by default the newest one at the time when the group is made or"
            " its Kubernetes version changes."
        ),
        pattern=r"^[0-9]+\.[0-9]+\.[0-9]+-[0-9a-z]+$",
    )
    zones: list[ZoneLetter] | None = setting(
        None,
        description="Letters of the zones that the nodes are in; by default all of the network's.",
        create_only=NEW_NODES,
        min_length=1,
        max_length=6,
    )
    min: int = setting(
        3,
        description=(
            "Least number of nodes, and the number that the group starts with. EKS refuses to raise it above the"
            " number of nodes that there are at that moment: scale the group up first (aws eks"
            " update-nodegroup-config --scaling-config desiredSize=...). With schedules it is only what the group"
            " starts with: they set the least number from then on."
        ),
        unit="nodes",
        ge=0,
        le=450,
    )
    max: int = setting(6, description="Largest number of nodes.", unit="nodes", ge=1, le=450)
    disk: Disk = setting(Disk(), description="The volume of each node.")
    labels: dict[LabelName, LabelValue] = setting({}, description="Kubernetes labels of the nodes.", max_length=50)
    taints: list[Taint] = setting(
        [],
        description="Taints of the nodes, as kubectl writes them: key=value:NoSchedule, or key:NoExecute.",
        max_length=50,
    )
    update: Update = setting(Update(), description="How nodes are renewed.")
    repair: bool = setting(True, description="Whether EKS replaces nodes that are not healthy.")
    scaling: Scaling = setting(Scaling(), description="What changes the number of nodes between min and max.")
