"""What runbooks know of an environment: the names that stand in their commands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mendixgen.alarms.rows import Row
from mendixgen.spec import called
from mendixgen.spec.header import Header
from mendixgen.spec.loader import Specification

_MARKUP = re.compile(r"[\\`*_|<>\[\]{}#]")


@dataclass(frozen=True)
class Subject:
    """An environment as its runbooks see it. Names of the YAML are narrow enough to stand in a command; free text is
    not, and goes through `plain`."""

    header: Header
    settings: Mapping[str, Mapping[str, Any]]
    areas: frozenset[str]

    @classmethod
    def of(cls, spec: Specification) -> Subject:
        """What a specification says."""
        return cls(spec.header, spec.settings, frozenset(spec.pins))

    @property
    def names(self) -> dict[str, Any]:
        """What a template may say; where there is none of a kind, its place is kept by ``<kind>``."""
        environment = self.header.name
        owner = plain(self.header.owner)
        return {
            "env": environment,
            "region": self.header.region,
            "account": self.header.account,
            "domain": self.header.domain,
            "host": next(iter(self.hosts), self.header.domain),
            "flow_logs": f"/mendix/{environment}/flow-logs",
            "database": next(iter(self.databases.values()), "<database>"),
            "bucket": next(iter(self.buckets.values()), "<bucket>"),
            "app": next(iter(self.header.apps), "<app>"),
            "owner_en": f" ({owner})" if owner else "",
            "owner_zh": f"（{owner}）" if owner else "",
        }

    @cached_property
    def databases(self) -> dict[str, str]:
        """Names in AWS of instances and replicas, by name."""
        found = {}
        for name, given in sorted(self._section("database").get("instances", {}).items()):
            found[name] = called.database(self.header.name, self.settings, name)
            for number in range(1, int(given.get("replicas", 0)) + 1):
                found[f"{name}-{number}"] = f"{found[name]}-replica-{number}"
        return found

    @property
    def buckets(self) -> dict[str, str]:
        """Names in AWS, by name."""
        names = self._section("storage").get("buckets", {})
        return {
            name: called.bucket(self.header.name, self.header.account, self.settings, name) for name in sorted(names)
        }

    @property
    def hosts(self) -> list[str]:
        """The names that the applications are reached by."""
        return [app.hostname or f"{name}.{self.header.domain}" for name, app in sorted(self.header.apps.items())]

    def has(self, row: Row) -> bool:
        """Whether the environment can have the alarm: its area is on, and what it is of is there, or may be."""
        if row.area == "apps":
            return bool(self.header.apps)
        if row.area not in self.areas:
            return False
        members = self.members(row)
        return members is None or bool(members)

    def members(self, row: Row) -> list[str] | None:
        """What the row has an alarm of each; None where that is known to Terraform only, or is one thing."""
        known: dict[str, Iterable[str]] = {
            "apps": self.header.apps,
            "buckets": self.buckets,
            "replicated-buckets": self.buckets if self._section("recovery").get("standby") else (),
            "node-groups": self._section("cluster").get("node_groups", {}),
            "target-groups": [str(one["port"]) for one in self._section("ingress").get("listeners", ())],
            "databases": self.databases,
            "observed-databases": self.databases,
            "replicas": self._replicas(),
            "mysql-replicas": self._replicas("mysql"),
            "postgres": self._engine("postgres"),
            "mysql": self._engine("mysql"),
            "oracle-alert-logs": [self.databases[name] for name in self._engine("oracle")],
            "proxies": [name for name, one in self._instances() if one.get("proxy") is not None],
            "addresses": self.header.apps if self._calls_addresses else (),
            **self._edge(),
        }
        return sorted(known[row.of]) if row.of in known else None

    @property
    def _calls_addresses(self) -> bool:
        """Whether canaries call the applications: as the module decides, by the NAT gateways and the listener."""
        listeners = self._section("ingress").get("listeners")
        return (
            "ingress" in self.areas
            and self._section("monitoring").get("synthetics", {}).get("enabled", True) is not False
            and self._section("network").get("nat", "per-zone") != "none"
            and (listeners is None or any(one.get("port") == 443 for one in listeners))
        )

    def _edge(self) -> dict[str, Iterable[str]]:
        """What the edge's alarms are of, and whether there is that."""
        edge = self._section("edge")
        there = "edge" in self.areas and edge.get("cloudfront", True) is not False
        recovery = self._section("recovery")
        switched = recovery.get("failover") == "dns" and any(not app.hostname for app in self.header.apps.values())
        found = {
            "distribution": there,
            "measured-distribution": there and bool(edge.get("metrics")),
            "firewall": there,
            "counting-firewall": there and edge.get("waf", {}).get("mode", "count") == "count",
            "latch": there and switched and bool(recovery.get("standby")),
        }
        return {of: ("edge",) if on else () for of, on in found.items()}

    def _section(self, area: str) -> Mapping[str, Any]:
        return self.settings.get(area, {}) if area in self.areas else {}

    def _instances(self) -> list[tuple[str, Mapping[str, Any]]]:
        return sorted(self._section("database").get("instances", {}).items())

    def _engine(self, kind: str) -> list[str]:
        own = {name for name, one in self._instances() if str(one.get("engine", "postgres")).startswith(kind)}
        return [name for name in self.databases if self._source(name) in own]

    def _replicas(self, kind: str = "") -> list[str]:
        instances = dict(self._instances())
        return [name for name in (self._engine(kind) if kind else self.databases) if name not in instances]

    def _source(self, name: str) -> str:
        return name if name in dict(self._instances()) else name.rpartition("-")[0]


def plain(text: str) -> str:
    """Free text on one line, without what Markdown would read as its own."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(_MARKUP.sub(" ", shown).split())
