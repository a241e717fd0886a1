"""What the apps need of the areas, and of each other's settings, to run as their YAML says.

Rules of the gate: they hold for what is planned from now on, and never keep an older release from being read. What
cannot work is an error; what a person has to bring, or gives up, is a warning.

Sources: Elastic Load Balancing, "Target groups for your Network Load Balancers" and Amazon ECS, "Network Load Balancer
resources for blue/green" (a shift of traffic takes up to ten minutes to be seen); EKS user guide, "Kubernetes reserved
resources" and the AMI's ``bootstrap`` (what a node keeps for itself); EC2 instance types (memory for each vCPU of the
families c, m and r); Mendix on Kubernetes, "Retrieve Environment-Sensitive Data from a Secret Store".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mendixgen import instance_types
from mendixgen.diagnostics import Severity
from mendixgen.spec.apps import App
from mendixgen.spec.header import Header
from mendixgen.spec.lifecycle import Concern

LEAST_BAKE_MINUTES = 10
RUNTIME_SECRET = "{app}-runtime"  # noqa: S105 -- the name of one
"""The entry of ``secrets`` that an app on a secret store reads at its start."""

GIB_PER_VCPU = {"c": 2, "m": 4, "r": 8}
"""Memory of the families whose name says it; of others nothing is known."""

NODE_CPU = 0.5
"""Cores of a node that Kubernetes, and what runs on every node, keep."""

NODE_MEMORY = (0.9, 0.5)
"""The share of a node's memory that is left, and GiB of it that what runs on every node takes."""


INLINE_CHARACTERS = 10_240
BUILDER_CHARACTERS = 381
"""Of the builder's policy without its repositories, as the module writes it."""


def concerns(header: Header, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    """Everything that is to be said of the apps of an environment with these settings, by app."""
    for name, app in header.apps.items():
        yield from _release(name, app)
        yield from _replicas(name, app)
        yield from _namespace(name, app, settings)
        yield from _secrets(name, app, settings)
        yield from _hostname(name, app, header, settings)
        yield from _size(name, app, settings)
    yield from _runtime_secrets(header, settings)
    yield from _builder(header, settings)
    yield from _room(header, settings)


def _builder(header: Header, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    """The Mendix Operator's builder may push to each app's repository, and IAM takes so many characters a role.

    Source: IAM User Guide, "IAM and AWS STS quotas" (the sum of a role's inline policies).
    """
    builder = settings.get("workloads", {}).get("builder", {})
    if "registry" not in settings or not builder.get("enabled"):
        return
    before = f"arn:{header.partition}:ecr:{header.region}:{header.account}:repository/{header.name}/"
    characters = BUILDER_CHARACTERS + sum(len(f'"{before}{name}",') for name in header.apps)
    if characters > INLINE_CHARACTERS:
        summary = (
            f"{characters} characters of the builder's policy: IAM takes {INLINE_CHARACTERS} in a role and no more"
        )
        hint = "fewer apps here, in a second environment, or workloads.builder.enabled: false"
        yield Concern(("apps",), "MXS178", summary, hint)


def _release(name: str, app: App) -> Iterator[Concern]:
    release = app.release
    if release.strategy == "canary" and release.bake_minutes < LEAST_BAKE_MINUTES:
        summary = f"a step of a canary is watched for {release.bake_minutes} minutes, and takes ten to be seen"
        hint = f"{LEAST_BAKE_MINUTES} or more: a Network Load Balancer moves new connections alone, and late"
        yield Concern(("apps", name, "release", "bake_minutes"), "MXS136", summary, hint)


def _replicas(name: str, app: App) -> Iterator[Concern]:
    scale = app.autoscale
    if scale is not None and "replicas" in app.model_fields_set and not scale.min <= app.replicas <= scale.max:
        summary = f"{app.replicas} replicas at first are not between autoscale's {scale.min} and {scale.max}"
        yield Concern(("apps", name, "replicas"), "MXS137", summary, "leave replicas out: autoscale says how many")
    least = scale.min if scale is not None else app.replicas
    if least == 1 and app.release.strategy != "recreate":
        summary = f"{name} may have a single replica: it is away while a node is drained, whatever its strategy"
        place = ("autoscale", "min") if scale is not None else ("replicas",)
        yield Concern(("apps", name, *place), "MXS138", summary, "2 or more, or strategy: recreate", Severity.WARNING)


def _namespace(name: str, app: App, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    known = settings.get("workloads", {}).get("namespaces")
    if app.namespace is not None and known is not None and app.namespace not in known:
        summary = f"there is no {app.namespace} in workloads.namespaces"
        yield Concern(("apps", name, "namespace"), "MXS139", summary, f"there is {', '.join(known)}")


def _secrets(name: str, app: App, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    if app.secrets and app.identity == "storage-plan":
        summary = "an app on storage plans reads no secrets: the two exclude each other"
        yield Concern(("apps", name, "secrets"), "MXS139", summary, "identity: secret-store, or remove secrets")
        return
    if "secrets" not in settings:
        return
    entries: Mapping[str, Mapping[str, Any]] = settings["secrets"].get("entries", {})
    for constant, entry in app.secrets.items():
        path = ("apps", name, "secrets", constant)
        if entry not in entries:
            have = ", ".join(entries) or "nothing"
            yield Concern(path, "MXS139", f"there is no {entry} in secrets.entries", f"there is {have}")
        elif name not in (entries[entry].get("readers") or ()):
            summary = f"{name} may not read {entry}"
            yield Concern(path, "MXS139", summary, f"readers: [{name}] in secrets.entries.{entry}")


def _hostname(name: str, app: App, header: Header, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    ingress = settings.get("ingress")
    if app.hostname is None or app.hostname == header.domain or ingress is None:
        return
    path = ("apps", name, "hostname")
    inside = app.hostname.removesuffix(f".{header.domain}")
    if inside == app.hostname:
        if not ingress.get("further_certificate_arns"):
            summary = f"{app.hostname} is outside of {header.domain}: neither its certificate nor its zone is made here"
            hint = "a certificate in ingress.further_certificate_arns, and a record that leads to the load balancer"
            yield Concern(path, "MXS148", summary, hint, Severity.WARNING)
    elif "." in inside and not ingress.get("certificate_arn"):
        parent = app.hostname.partition(".")[2]
        named = ingress.get("certificate_names") or ()
        if app.hostname not in named and f"*.{parent}" not in named:
            summary = f"the certificate is for {header.domain} and names right below it, which {app.hostname} is not"
            hint = f"certificate_names: [{app.hostname}] and records: [..., {inside}] in ingress"
            yield Concern(path, "MXS148", summary, hint, Severity.WARNING)


def _runtime_secrets(header: Header, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    if "secrets" not in settings:
        return
    entries = settings["secrets"].get("entries", {})
    missing = [
        wanted
        for name, app in header.apps.items()
        if app.identity == "secret-store"
        and name not in (entries.get(wanted := RUNTIME_SECRET.format(app=name), {}).get("readers") or ())
    ]
    if missing:
        summary = f"apps read at their start what is not there: {', '.join(missing)}"
        hint = "an entry of secrets.entries each, rotate: false, readers: [<app>]; docs/apps.md says what it holds"
        yield Concern(("apps",), "MXS145", summary, hint, Severity.WARNING)


# -- nodes ------------------------------------------------------------------------------------------


def _size(name: str, app: App, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    nodes = [_left(kind) for group in _groups(settings).values() for kind in group["instance_types"]]
    if not nodes or None in nodes:
        return  # a type that the table does not know may have room
    known = [node for node in nodes if node is not None]
    largest_cpu = max(cpu for cpu, _ in known)
    memories = [memory for _, memory in known if memory is not None]
    if app.cpu > largest_cpu:
        summary = f"no node has {app.cpu:g} cores for a replica; the largest has {largest_cpu:g} left"
        yield Concern(("apps", name, "cpu"), "MXS146", summary, "a larger type in cluster.node_groups, or fewer cores")
    elif len(memories) == len(known) and app.memory_gb > max(memories):
        summary = f"no node has {app.memory_gb:g} GB for a replica; the largest has {max(memories):.1f} left"
        hint = "a larger type in cluster.node_groups, or less memory"
        yield Concern(("apps", name, "memory_gb"), "MXS146", summary, hint)


def _room(header: Header, settings: Mapping[str, Mapping[str, Any]]) -> Iterator[Concern]:
    room = 0.0
    for group in _groups(settings).values():
        left = [_left(kind) for kind in group["instance_types"]]
        if not left or None in left:
            return
        room += group.get("max", 0) * min(one[0] for one in left if one is not None)
    wanted = sum(app.cpu * max(app.replicas, app.autoscale.max if app.autoscale else 0) for app in header.apps.values())
    if room and wanted > room:
        summary = f"all replicas together ask for {wanted:g} cores, and all nodes have {room:g}"
        hint = "a larger max of cluster.node_groups; nodes with taints do not count"
        yield Concern(("apps",), "MXS147", summary, hint, Severity.WARNING)


def _groups(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The node groups that take apps: those without a taint."""
    groups: Mapping[str, Mapping[str, Any]] = settings.get("cluster", {}).get("node_groups", {})
    return {name: group for name, group in groups.items() if not group.get("taints") and group.get("instance_types")}


def _left(kind: str) -> tuple[float, float | None] | None:
    """CPU and GiB of memory that a node of a type has for pods; None where the table does not have the type."""
    vcpus = instance_types.vcpus(kind)
    if vcpus is None:
        return None
    per_vcpu = GIB_PER_VCPU.get(kind[0]) if kind[1:2].isdigit() else None
    memory = None if per_vcpu is None else vcpus * per_vcpu * NODE_MEMORY[0] - NODE_MEMORY[1]
    return vcpus - NODE_CPU, memory
