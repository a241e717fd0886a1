"""Quotas that a specification alone can show: how many of something it makes, against what AWS gives.

What an account has already, and whether a quota of it was raised, is for the preflight. The table is
``data/quotas.json``, edited by hand and dated; how the areas count is said here, and a test compares that with a plan.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from mendixgen.diagnostics import Severity
from mendixgen.regions import prefix_lists
from mendixgen.spec.lifecycle import Concern, databases, family
from mendixgen.spec.wording import Path

OPEN_PORTS = frozenset({(80, "tcp"), (443, "tcp")})
"""What the network opens to the clients of the load balancer by itself."""

LOW_PORTS = 1024
NETWORK_PROTOCOLS = {"TCP": ("tcp",), "TLS": ("tcp",), "UDP": ("udp",), "TCP_UDP": ("tcp", "udp")}
DATABASE_PORTS = 3
"""PostgreSQL, MySQL and Oracle: the network lets all of them pass from the nodes to the databases."""

GATEWAYS = 3
"""Pods that a listener leads to; each counts once for each listener."""

OWN_ROLES = 35
"""Roles of an environment beside those of its applications, with everything on."""

OPTION_ENGINES = ("mysql", "oracle")


@dataclass(frozen=True, slots=True)
class Quota:
    """What AWS gives: ``default`` until somebody asks for more, ``most`` at most (None: it names no end)."""

    title: str
    service: str
    code: str | None
    default: int
    most: int | None
    source: str

    @property
    def hint(self) -> str:
        """How it is raised; empty where it cannot be."""
        if self.most == self.default:
            return ""
        command = f"aws service-quotas request-service-quota-increase --service-code {self.service}"
        return f"{command} --quota-code {self.code}" if self.code else "ask AWS for more"


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a quota's things a specification makes, and the setting that decides it."""

    quota: str
    path: Path
    number: int
    of: str = ""


def concerns(settings: Mapping[str, Any]) -> Iterator[Concern]:
    """Every count that is above a quota: an error where AWS gives no more, a warning where it has to be asked."""
    for count in counts(settings):
        quota = quotas()[count.quota]
        if count.number <= quota.default:
            continue
        refused = quota.most is not None and count.number > quota.most
        end = quota.most if refused else quota.default
        summary = f"{count.number} {quota.title}{f' ({count.of})' if count.of else ''}: AWS gives {end}"
        if refused:
            yield Concern(count.path, "MXS178", f"{summary} and no more", "make fewer")
        else:
            hint = f"make fewer, or have the quota raised before the apply: {quota.hint}"
            yield Concern(count.path, "MXS177", f"{summary} until it is asked for more", hint, Severity.WARNING)


def counts(settings: Mapping[str, Any]) -> Iterator[Count]:
    """Everything that is counted, whether it is much or little. ``settings``: the sections with their defaults."""
    yield from _network(settings)
    yield from _databases(settings)
    ingress = settings.get("ingress", {})
    if ingress:
        listeners = len(ingress.get("listeners", ()))
        yield Count("listeners", ("ingress", "listeners"), listeners)
        yield Count("targets", ("ingress", "listeners"), listeners * GATEWAYS, "each gateway behind each listener")
        further = ("ingress", "further_certificate_arns")
        yield Count("certificates", further, 1 + len(ingress.get("further_certificate_arns", ())))
        names = 2 + len(ingress.get("certificate_names", ()))
        if ingress.get("certificate_arn") is None:
            yield Count("certificate-names", ("ingress", "certificate_names"), names)
    apps = [app for app in settings.get("apps", {}).values() if app.get("identity", "secret-store") == "secret-store"]
    if apps:
        yield Count("roles", ("apps",), OWN_ROLES + len(apps))


def _network(settings: Mapping[str, Any]) -> Iterator[Count]:
    network = settings.get("network", {})
    if not network:
        return
    zones = network.get("zones", 0)
    is_ours = not network.get("existing")
    if is_ours and network.get("nat") == "per-zone":
        number = zones if isinstance(zones, int) else len(zones)
        yield Count("elastic-addresses", ("network", "zones"), number, "a NAT gateway in each zone")
    ingress = settings.get("ingress", {})
    ports = _ports(ingress.get("listeners", ()))
    clients = len(network.get("allow_from", ()))
    edge = settings.get("edge", {})
    behind = bool(edge.get("cloudfront"))
    exclusive = behind and edge.get("serve") and not edge.get("direct")
    rules = clients * ((0 if exclusive else len(OPEN_PORTS)) + len(ports - OPEN_PORTS))
    rules += prefix_lists().weight if behind else 0
    of = "each block to each port of the load balancer"
    yield Count("rules-per-group", ("network", "allow_from"), rules, f"{of}, and CloudFront's" if behind else of)
    if not is_ours:
        return
    for tier, number in inbound_rules(settings).items():
        yield Count("rules-per-acl", ("network", "secondary_cidrs"), number, f"into the {tier} subnets")
    yield Count("rules-per-acl", ("network", "egress_ports"), _outbound(network), "out of the private subnets")


def inbound_rules(settings: Mapping[str, Any]) -> dict[str, int]:
    """The rules of each tier's network ACL into its subnets, those of cluster and ingress included."""
    inside = 1 + len(settings.get("network", {}).get("secondary_cidrs", ()))
    ingress = settings.get("ingress", {})
    is_internal = ingress.get("scheme") == "internal"
    ports = _ports(ingress.get("listeners", ()))
    low = {pair for pair in ports if pair[0] < LOW_PORTS and (is_internal or pair not in OPEN_PORTS)}
    private = len(settings.get("cluster", {}).get("private_allow_from", ()))
    return {
        "public": 7 + 2 * inside + (0 if is_internal else len(low)),
        "private": 7 + 2 * inside + private + (len(low) if is_internal else 0),
        "database": 1 + DATABASE_PORTS * inside,
    }


def _outbound(network: Mapping[str, Any]) -> int:
    return 7 + len(network.get("secondary_cidrs", ())) + len(network.get("egress_ports", ()))


def _ports(listeners: Sequence[Mapping[str, Any]]) -> set[tuple[int, str]]:
    return {
        (int(listener["port"]), protocol)
        for listener in listeners
        for protocol in NETWORK_PROTOCOLS.get(str(listener["protocol"]), ())
    }


def _databases(settings: Mapping[str, Any]) -> Iterator[Count]:
    instances = databases(settings)
    if not instances:
        return
    path: Path = ("database", "instances")
    number = len(instances) + sum(instance.get("replicas", 0) for instance in instances.values())
    yield Count("database-instances", path, number)
    with_options = [one for one in instances.values() if family(one["engine"]) in OPTION_ENGINES]
    yield Count("option-groups", path, len(with_options), "one for each instance of MySQL or Oracle")


@lru_cache(maxsize=1)
def quotas() -> Mapping[str, Quota]:
    """The table that comes with this mendixctl."""
    table = json.loads(files("mendixgen").joinpath("data/quotas.json").read_text("utf-8"))
    return {name: Quota(**row) for name, row in table["quotas"].items()}
