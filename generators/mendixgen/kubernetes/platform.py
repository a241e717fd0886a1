"""What manifests are made from: the specification with its defaults, in the words that the manifests use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mendixgen.spec import called
from mendixgen.spec.apps import App
from mendixgen.spec.header import Header
from mendixgen.spec.loader import Specification

GATEWAY_NAMESPACE = "envoy-gateway-system"
"""Where Envoy Gateway runs, and with it the proxies of its gateways."""

GATEWAY = "platform"
LOGGING_NAMESPACE = "logging"
"""Where the Elastic Stack runs."""

DATABASE_PORTS = {"postgres": 5432, "mysql": 3306, "mariadb": 3306, "oracle": 1521, "sqlserver": 1433}
"""Ports of the engines; the first word of an engine's name decides."""


@dataclass(frozen=True)
class Platform:
    """An environment as its manifests see it."""

    header: Header
    settings: Mapping[str, Mapping[str, Any]]

    @classmethod
    def of(cls, spec: Specification) -> Platform:
        return cls(spec.header, spec.settings)

    def section(self, area: str) -> Mapping[str, Any]:
        """What takes effect of an area; empty where it is off."""
        return self.settings.get(area, {})

    @property
    def apps(self) -> Mapping[str, App]:
        return self.header.apps

    @property
    def namespaces(self) -> list[str]:
        """The namespaces of the Operator and its apps, the first one for apps that name none."""
        return list(self.section("workloads").get("namespaces", ["mendix"]))

    def namespace_of(self, app: App) -> str:
        return app.namespace or self.namespaces[0]

    def apps_in(self, namespace: str) -> dict[str, App]:
        return {name: app for name, app in sorted(self.apps.items()) if self.namespace_of(app) == namespace}

    def hostname(self, name: str) -> str:
        return self.apps[name].hostname or f"{name}.{self.header.domain}"

    @property
    def cluster(self) -> str:
        """Name of the cluster."""
        return called.cluster(self.header.name, self.settings)

    @property
    def kubernetes(self) -> str:
        """Version of the cluster: ``1.35``."""
        return str(self.section("cluster").get("version", ""))

    @property
    def network(self) -> list[str]:
        """The blocks of the VPC."""
        network = self.section("network")
        return [network.get("cidr", "10.0.0.0/16"), *network.get("secondary_cidrs", ())]

    def controller(self, key: str) -> Mapping[str, Any] | None:
        """A controller of ``workloads.controllers``; None where it is turned off."""
        found: Mapping[str, Any] = self.section("workloads").get("controllers", {}).get(key, {})
        return found if found.get("enabled", bool(found)) else None

    @property
    def listeners(self) -> list[Mapping[str, Any]]:
        """The load balancer's listeners, by port."""
        return sorted(self.section("ingress").get("listeners", ()), key=lambda one: int(one["port"]))

    @cached_property
    def databases(self) -> Mapping[str, Mapping[str, Any]]:
        instances: Mapping[str, Mapping[str, Any]] = self.section("database").get("instances", {})
        return instances

    def engine(self, app: App) -> str:
        """The family of the engine of an app's database: ``postgres``, ``oracle``; empty where it has none."""
        return str(self.databases.get(app.database or "", {}).get("engine", "")).partition("-")[0]

    def database_port(self, app: App) -> int | None:
        """The port of an app's database; None where it has none."""
        given = self.databases.get(app.database or "", {}).get("port")
        return given or DATABASE_PORTS.get(self.engine(app))

    def secrets_of(self, app: str) -> dict[str, Mapping[str, Any]]:
        """The entries of ``secrets`` that an app may read."""
        entries: Mapping[str, Mapping[str, Any]] = self.section("secrets").get("entries", {})
        return {name: one for name, one in sorted(entries.items()) if app in (one.get("readers") or ())}

    @property
    def log_engine(self) -> str:
        """Where logs are searched: ``opensearch``, ``elastic``, or nowhere (an empty text)."""
        engine = str(self.section("logging").get("engine", "none"))
        return "" if engine == "none" else engine

    @property
    def logging_namespace(self) -> str:
        """Where the agents run that deliver logs: beside the Elastic Stack, or where their role is for."""
        if self.log_engine == "elastic":
            return LOGGING_NAMESPACE
        return str(self.section("logging").get("pods", {}).get("namespace", LOGGING_NAMESPACE))

    @property
    def autoscaled_by_pods(self) -> bool:
        """Whether a node group is sized by the Cluster Autoscaler."""
        groups = self.section("cluster").get("node_groups", {}).values()
        return any((group.get("scaling") or {}).get("driver") == "cluster-autoscaler" for group in groups)
