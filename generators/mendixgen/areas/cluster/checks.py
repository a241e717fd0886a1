"""What no single field of the cluster's section can say: groups that cannot work, an API that is open by mistake.

Each rule yields its findings at the place in the YAML. Sources: Amazon EKS API reference, CreateNodegroup (reserved
label prefixes); EC2 user guide, "Instance type naming conventions" (a ``g`` after the generation is Graviton, Arm);
EBS user guide, "General Purpose SSD volumes" (gp3: four IOPS for each MiB/s, at most 500 for each GB).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network
from itertools import pairwise

from mendixgen.areas.blocks import Problem, parse
from mendixgen.areas.cluster import Cluster, addons
from mendixgen.areas.cluster.nodegroup import NodeGroup, Scaling
from mendixgen.areas.contract import Check, Header, independent

Path = tuple[str | int, ...]

PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
WIDEST_PUBLIC_PREFIX = 8
RESERVED_LABELS = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")
KEEPS_PODS_OUT = ("NoSchedule", "NoExecute")
SERVICE_PREFIXES = (12, 24)
IOPS_PER_MIB = 4
IOPS_PER_GB = 500
BASE_IOPS = 3000
MOST_MINORS_BEHIND = 3
"""How far kubelets may be behind the API server (Kubernetes, "Version Skew Policy")."""

_ARM = re.compile(r"^(a1|[a-z]+[0-9]+g[a-z]*|[a-z]+[0-9]+g[a-z]*-[a-z0-9]+|im4gn|is4gen)\.")
_NUMBERS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_NAMES = frozenset("sun mon tue wed thu fri sat jan feb mar apr may jun jul aug sep oct nov dec".split())


def check(inputs: Cluster.Inputs, header: Header) -> list[Check]:
    """Groups that cannot work, endpoints that are open or shut by mistake, two scalers on one group."""
    return independent(
        lambda: _endpoint(inputs),
        lambda: _service_cidr(inputs.service_cidr),
        lambda: _principals(inputs),
        lambda: _foreign_principals(inputs, header),
        lambda: _addons(inputs),
        lambda: _groups(inputs.node_groups, header.region),
        lambda: (
            found
            for name, group in inputs.node_groups.items()
            for found in _version(("node_groups", name), group, inputs.version)
        ),
        lambda: _home_of_the_system(inputs),
    )


def _groups(groups: Mapping[str, NodeGroup], region: str) -> Iterator[Check]:
    for name, group in groups.items():
        path = ("node_groups", name)
        yield from _size(path, group)
        yield from _unknown_types((*path, "instance_types"), group.instance_types, region)
        yield from _instances(path, group)
        yield from _marks(path, group)
        yield from _scaling((*path, "scaling"), group)


def _endpoint(inputs: Cluster.Inputs) -> Iterator[Check]:
    if inputs.endpoint == "restricted" and not inputs.allow_from:
        hint = "list the public blocks in allow_from, or say endpoint: private"
        yield Check(("endpoint",), "MXS360", "a restricted endpoint is for nobody without allow_from", hint)
    if inputs.endpoint == "private" and inputs.allow_from:
        hint = "say endpoint: restricted, or use private_allow_from for a VPN or a peered network"
        yield Check(("allow_from",), "MXS360", "no public address reaches a private endpoint", hint)
    for index, text in enumerate(inputs.allow_from):
        path: Path = ("allow_from", index)
        block = parse(text)
        if isinstance(block, Problem):
            yield Check(path, block.code, block.summary, block.hint)
        elif block.prefixlen < WIDEST_PUBLIC_PREFIX:
            hint = "name the blocks of your offices and of CI"
            yield Check(path, "MXS361", f"{block} opens the Kubernetes API to a large part of the internet", hint)
        elif any(block.subnet_of(private) for private in PRIVATE):
            yield Check(path, "MXS361", f"{block} is a private block", "put it into private_allow_from")
    for index, text in enumerate(inputs.private_allow_from):
        path = ("private_allow_from", index)
        block = parse(text)
        if isinstance(block, Problem):
            yield Check(path, block.code, block.summary, block.hint)
        elif not any(block.subnet_of(private) for private in PRIVATE):
            yield Check(path, "MXS361", f"{block} is not a private block", "put it into allow_from")
    yield from _twice(("allow_from",), inputs.allow_from)
    yield from _twice(("private_allow_from",), inputs.private_allow_from)


def _service_cidr(text: str | None) -> Iterator[Check]:
    if text is None:
        return
    block = parse(text)
    least, most = SERVICE_PREFIXES
    if isinstance(block, Problem):
        yield Check(("service_cidr",), block.code, block.summary, block.hint)
    elif not least <= block.prefixlen <= most or not any(block.subnet_of(private) for private in PRIVATE[:3]):
        hint = "take one of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 that is not the VPC's"
        yield Check(("service_cidr",), "MXS361", f"{block} is not a /{least} to /{most} of a private range", hint)


def _principals(inputs: Cluster.Inputs) -> Iterator[Check]:
    yield from _twice(("admins",), inputs.admins)
    yield from _twice(("viewers",), inputs.viewers)
    for index, arn in enumerate(inputs.viewers):
        if arn in inputs.admins:
            hint = "leave it in one of the two: EKS knows one entry for each role or user"
            yield Check(("viewers", index), "MXS362", f"{arn} is also among the admins", hint)


def _foreign_principals(inputs: Cluster.Inputs, header: Header) -> Iterator[Check]:
    """EKS has one entry a principal, and the platform's own roles have theirs already."""
    own = {
        f"arn:{header.partition}:iam::{header.account}:role/{header.name}-{title}": title
        for title in ("platform-admin", "auditor")
    }
    for key, arns in (("admins", inputs.admins), ("viewers", inputs.viewers)):
        for index, arn in enumerate(arns):
            if arn in own:
                summary = f"{arn} is the platform's own {own[arn]}, which the cluster lets in anyway"
                yield Check((key, index), "MXS362", summary, "leave it out")
            elif arn.split(":")[1] != header.partition:
                summary = f"{arn} is in the partition {arn.split(':')[1]}, the cluster in {header.partition}"
                yield Check((key, index), "MXS362", summary, f"its ARN begins with arn:{header.partition}:iam::")


def _addons(inputs: Cluster.Inputs) -> Iterator[Check]:
    pinned = addons.versions().get(inputs.version, {})
    given = {name for name, addon in inputs.addons.items() if addon.version}
    missing = [name for name in addons.ADDONS if name not in pinned and name not in given]
    if missing:
        known = ", ".join(addons.versions())
        yield Check(
            ("version",),
            "MXS371",
            f"no add-on versions are known for Kubernetes {inputs.version} (known: {known})",
            f"give a version in addons to {', '.join(missing)}, or take a Kubernetes version that is known",
        )
    yield from _proxy(inputs)
    for name, addon in inputs.addons.items():
        if addon.configuration is None:
            continue
        try:
            valid = isinstance(json.loads(addon.configuration), dict)
        except ValueError:
            valid = False
        if not valid:
            hint = """write an object in one string: '{"replicaCount": 3}'"""
            yield Check(("addons", name, "configuration"), "MXS371", "this is not a JSON object", hint)


def _proxy(inputs: Cluster.Inputs) -> Iterator[Check]:
    """kube-proxy has Kubernetes' own versions, and its skew (Kubernetes, "Version Skew Policy")."""
    proxy = inputs.addons.get("kube-proxy")
    if proxy is None or proxy.version is None:
        return
    behind = int(inputs.version.partition(".")[2]) - int(proxy.version.split(".")[1])
    if not 0 <= behind <= MOST_MINORS_BEHIND:
        summary = f"kube-proxy {proxy.version} does not run on Kubernetes {inputs.version}"
        hint = f"it has the cluster's version or one of the {MOST_MINORS_BEHIND} before it; leave it out to follow"
        yield Check(("addons", "kube-proxy", "version"), "MXS371", summary, hint)


def _version(path: Path, group: NodeGroup, cluster: str) -> Iterator[Check]:
    if group.version is None:
        return
    behind = int(cluster.partition(".")[2]) - int(group.version.partition(".")[2])
    if not 0 <= behind <= MOST_MINORS_BEHIND:
        hint = f"nodes have the cluster's version or one of the {MOST_MINORS_BEHIND} before it; leave it out to follow"
        summary = f"nodes of {group.version} do not work with a cluster of {cluster}"
        yield Check((*path, "version"), "MXS374", summary, hint)


def _size(path: Path, group: NodeGroup) -> Iterator[Check]:
    if group.min > group.max:
        yield Check((*path, "min"), "MXS363", f"min {group.min} is above max {group.max}", "raise max, or lower min")
    if group.disk.throughput * IOPS_PER_MIB > group.disk.iops:
        hint = f"raise iops to {group.disk.throughput * IOPS_PER_MIB}, or lower throughput"
        summary = f"{group.disk.iops} IOPS do not carry {group.disk.throughput} MiB/s"
        yield Check((*path, "disk", "throughput"), "MXS372", summary, hint)
    if group.disk.iops > max(BASE_IOPS, IOPS_PER_GB * group.disk.size_gb):
        hint = f"raise size_gb to {-(-group.disk.iops // IOPS_PER_GB)}, or lower iops"
        summary = f"{group.disk.size_gb} GB do not carry {group.disk.iops} IOPS"
        yield Check((*path, "disk", "iops"), "MXS372", summary, hint)
    update = group.update
    if update.max_unavailable is not None and "max_unavailable_percent" in update.model_fields_set:
        hint = "leave one of the two out"
        summary = "max_unavailable and max_unavailable_percent exclude each other"
        yield Check((*path, "update", "max_unavailable"), "MXS373", summary, hint)


def _unknown_types(path: Path, kinds: Sequence[str], region: str) -> Iterator[Check]:
    """What AWS has never had; a type of a generation that is newer than the table is the preflight's to ask about."""
    from mendixgen import instance_types

    for index, kind in enumerate(kinds):
        if not (instance_types.is_known(kind) or instance_types.may_be_newer(kind)):
            near = instance_types.near(kind, region)
            hint = f"did you mean {' or '.join(near)}?" if near else "see AWS's list of instance types"
            summary = f"EC2 has no instance type {kind} (as of {instance_types.as_of()})"
            yield Check((*path, index), "MXS375", summary, hint)


def _instances(path: Path, group: NodeGroup) -> Iterator[Check]:
    for index, kind in enumerate(group.instance_types):
        is_arm = bool(_ARM.match(kind))
        if is_arm != (group.architecture == "arm64"):
            found = "arm64" if is_arm else "x86_64"
            hint = f"say architecture: {found} for a group of such types alone, or choose another type"
            summary = f"{kind} is {found}, and the group's architecture is {group.architecture}"
            yield Check((*path, "instance_types", index), "MXS364", summary, hint)
    yield from _twice((*path, "instance_types"), group.instance_types)
    if group.capacity == "spot" and len(set(group.instance_types)) == 1:
        hint = "list several types of the same size, such as m7i.xlarge, m6i.xlarge, m6a.xlarge"
        summary = "a Spot group of one instance type loses all its nodes when AWS needs that type"
        yield Check((*path, "instance_types"), "MXS365", summary, hint)
    yield from _twice((*path, "zones"), group.zones or [])


def _marks(path: Path, group: NodeGroup) -> Iterator[Check]:
    for name in group.labels:
        domain = name.partition("/")[0] if "/" in name else ""
        if any(domain == reserved or domain.endswith(f".{reserved}") for reserved in RESERVED_LABELS):
            hint = "use a domain of your own, or none"
            yield Check((*path, "labels", name), "MXS366", f"EKS keeps labels of {domain} for itself", hint)
    before: set[tuple[str, str]] = set()
    for index, taint in enumerate(group.taints):
        rest, _, effect = taint.rpartition(":")
        identity = (rest.partition("=")[0], effect)
        if identity in before:
            summary = f"the taint {identity[0]}:{effect} is given twice"
            yield Check((*path, "taints", index), "MXS366", summary, "give each key and effect once")
        before.add(identity)


def _home_of_the_system(inputs: Cluster.Inputs) -> Iterator[Check]:
    """DNS, storage driver and metrics server tolerate no taints of ours and must always have a node."""
    homes = [
        group
        for group in inputs.node_groups.values()
        if group.min > 0
        and not any(taint.endswith(f":{effect}") for taint in group.taints for effect in KEEPS_PODS_OUT)
    ]
    if not homes:
        hint = "give one group a min of at least 1 (2 or 3, to outlive a zone) and no NoSchedule or NoExecute taint"
        yield Check(("node_groups",), "MXS367", "no group always has a node for DNS and the other add-ons", hint)


def _scaling(path: Path, group: NodeGroup) -> Iterator[Check]:
    scaling = group.scaling
    if scaling.driver == "cluster-autoscaler":
        yield from _two_drivers(path, scaling)
        return
    loads = [step.above for step in scaling.steps]
    for index, (before, after) in enumerate(pairwise(loads), start=1):
        if after <= before:
            summary = f"the step above {after} stands behind the one above {before}"
            yield Check((*path, "steps", index, "above"), "MXS369", summary, "order the steps by their load")
    if loads and scaling.cpu_target is not None and min(loads) <= scaling.cpu_target:
        index = loads.index(min(loads))
        summary = f"a step above {min(loads)} acts where cpu_target {scaling.cpu_target} keeps the group"
        yield Check((*path, "steps", index, "above"), "MXS369", summary, "begin steps above cpu_target")
    if scaling.step_in and scaling.cpu_target is not None and scaling.step_in.below >= scaling.cpu_target:
        summary = f"nodes taken below {scaling.step_in.below} would be added again at {scaling.cpu_target}"
        yield Check((*path, "step_in", "below"), "MXS369", summary, "stay well below cpu_target")
    yield from _schedules(path, group)


def _two_drivers(path: Path, scaling: Scaling) -> Iterator[Check]:
    for name in (
        "cpu_target",
        "scale_in",
        "steps",
        "step_in",
        "step_minutes",
        "cooldown",
        "warmup",
        "wake",
        "schedules",
    ):
        if name in scaling.model_fields_set and getattr(scaling, name) not in (None, []):
            hint = f"leave {name} out, or say driver: cloudwatch"
            summary = f"{name} is for CloudWatch, and the cluster autoscaler sizes this group: two would fight"
            yield Check((*path, name), "MXS368", summary, hint)


def _schedules(path: Path, group: NodeGroup) -> Iterator[Check]:
    names = [schedule.name for schedule in group.scaling.schedules]
    for index, schedule in enumerate(group.scaling.schedules):
        here = (*path, "schedules", index)
        if schedule.name in names[:index]:
            yield Check((*here, "name"), "MXS370", f"there are two schedules {schedule.name}", "name each differently")
        numbers = {name: getattr(schedule, name) for name in ("min", "desired")}
        given = {name: number for name, number in numbers.items() if number is not None}
        if not given:
            yield Check(here, "MXS370", "the schedule says no number", "give it min or desired")
        if list(given.values()) != sorted(given.values()):
            summary = ", ".join(f"{name} {number}" for name, number in given.items())
            yield Check(here, "MXS370", f"{summary} contradict each other", "min <= desired")
        if max(given.values(), default=0) > group.max:
            summary = f"the schedule asks for more nodes than the group's max {group.max}"
            yield Check(here, "MXS370", summary, "raise the group's max, or ask for fewer")
        problem = _cron_problem(schedule.cron)
        if problem:
            yield Check((*here, "cron"), "MXS370", problem, 'write it like "0 7 * * 1-5": working days at 7:00')
        if not _is_timezone(schedule.timezone):
            summary = f"there is no time zone {schedule.timezone}"
            yield Check((*here, "timezone"), "MXS370", summary, "write it like Europe/Berlin")


def _cron_problem(text: str) -> str:
    for field, (least, most) in zip(text.split(), _NUMBERS, strict=True):
        for part in field.split(","):
            values, _, step = part.partition("/")
            if step and not step.isdigit():
                return f"{part} has a step that is no number"
            for value in values.split("-") if values != "*" else []:
                if value.lower() not in _NAMES and not (value.isdigit() and least <= int(value) <= most):
                    return f"{value or part} is not within {least} and {most}"
    return ""


def _is_timezone(name: str) -> bool:
    from zoneinfo import available_timezones

    known = available_timezones()
    return not known or name in known


def _twice(path: Path, values: Sequence[str]) -> Iterator[Check]:
    for index, value in enumerate(values):
        if value in values[:index]:
            yield Check((*path, index), "MXS362", f"{value} is listed twice", "list it once")
