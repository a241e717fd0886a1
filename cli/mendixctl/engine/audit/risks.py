"""The risks of a platform, the measures against each, and what in an environment shows that a measure is there.

A measure is judged by the settings in effect (the YAML with the defaults of the pinned modules); what the account has
once is judged by the foundations of the repository that are of the same account.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Settings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What measures are judged by. ``settings``: section -> settings in effect, of areas that are on; ``account``: of
    the account's foundations, key -> value, the first that is set; ``protected`` and ``target`` are the header's."""

    settings: Mapping[str, Settings]
    account: Settings
    protected: bool
    target: str

    def of(self, area: str, *path: str) -> Any:
        """A setting in effect; None where the area is off or the setting is not set."""
        return _at(self.settings.get(area), path)

    def once(self, *path: str) -> Any:
        """A setting of the account's foundation; None where no foundation says it."""
        return _at(self.account, path)

    def on(self, area: str) -> bool:
        """Whether an area is on."""
        return area in self.settings


@dataclass(frozen=True, slots=True)
class Measure:
    """Something against a risk: what it is, whether it is there, and what to write where it is not."""

    what: str
    evidence: str
    holds: Callable[[Facts], bool]
    remedy: str


@dataclass(frozen=True, slots=True)
class Risk:
    """What may happen, and what is against it."""

    id: str
    what: str
    measures: tuple[Measure, ...]


def _at(value: Any, path: tuple[str, ...]) -> Any:
    for part in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(part)
    return value


def _every(values: Any, test: Callable[[Any], bool]) -> bool:
    """Whether there are any, and all pass."""
    return isinstance(values, Mapping) and bool(values) and all(test(it) for it in values.values())


RISKS: tuple[Risk, ...] = (
    Risk(
        "data-lost",
        "Data is deleted or destroyed, by mistake or on purpose",
        (
            Measure(
                "databases are backed up for a week or longer",
                "database.instances.*.backup_retention_days",
                lambda f: _every(f.of("database", "instances"), lambda it: it.get("backup_retention_days", 0) >= 7),
                "backup_retention_days: 14",
            ),
            Measure(
                "backups are kept where the account's own people cannot delete them",
                "backup.vault_lock",
                lambda f: bool(f.of("backup", "vault_lock")),
                "backup: {vault_lock: {min_days: 7}}",
            ),
            Measure(
                "objects that are overwritten or deleted can be had back",
                "area storage: buckets are versioned",
                lambda f: f.on("storage"),
                "mendixctl modules upgrade ENV storage",
            ),
            Measure(
                "a plan that destroys has to be accepted by name",
                "protected",
                lambda f: f.protected,
                "protected: true",
            ),
        ),
    ),
    Risk(
        "zone-lost",
        "A zone, or the region, is gone",
        (
            Measure(
                "the network has two zones or more",
                "network.zones",
                lambda f: (
                    (
                        len(f.of("network", "zones"))
                        if isinstance(f.of("network", "zones"), list)
                        else f.of("network", "zones") or 0
                    )
                    > 1
                ),
                "network: {zones: 3}",
            ),
            Measure(
                "databases stand by in a second zone",
                "database.instances.*.multi_az",
                lambda f: _every(f.of("database", "instances"), lambda it: bool(it.get("multi_az", True))),
                "multi_az: true",
            ),
            Measure(
                "an environment stands by in another region",
                "recovery.standby",
                lambda f: bool(f.of("recovery", "standby")),
                "recovery: {standby: ...}",
            ),
        ),
    ),
    Risk(
        "data-read",
        "Somebody reads data who should not",
        (
            Measure(
                "all that rests is encrypted with keys of the environment's own",
                "area encryption",
                lambda f: f.on("encryption"),
                "mendixctl modules upgrade ENV encryption",
            ),
            Measure(
                "the API of the cluster is not public",
                "cluster.endpoint",
                lambda f: f.of("cluster", "endpoint") in {"private", "restricted"},
                "cluster: {endpoint: private}",
            ),
            Measure(
                "who writes objects and calls functions is recorded",
                "audit.trail.data_events",
                lambda f: bool(f.of("audit", "trail", "data_events")),
                "audit: {trail: {data_events: [s3, lambda]}}",
            ),
            Measure(
                "access from outside of the account is found",
                "foundation: access_analyzer.external",
                lambda f: bool(f.once("access_analyzer", "external")),
                "access_analyzer: {external: true}, in the foundation",
            ),
        ),
    ),
    Risk(
        "credentials-taken",
        "Somebody's credentials are taken and used",
        (
            Measure(
                "whoever deploys from CI has no stored key",
                "foundation: ci",
                lambda f: bool(f.once("ci")),
                "ci: {github: ...}, in the foundation",
            ),
            Measure(
                "secrets are renewed by themselves",
                "secrets.rotation_days",
                lambda f: f.on("secrets") and (f.of("secrets", "rotation_days") or 0) <= 90,
                "secrets: {rotation_days: 30}",
            ),
            Measure(
                "permissions that nobody uses are found every month",
                "audit.review",
                lambda f: f.on("audit"),
                "mendixctl modules upgrade ENV audit",
            ),
            Measure(
                "threats are looked for",
                "foundation: guardduty",
                lambda f: bool(f.once("guardduty")),
                "guardduty: true, in the foundation",
            ),
        ),
    ),
    Risk(
        "unseen-change",
        "Somebody changes the account, and nobody knows who",
        (
            Measure(
                "one trail records all regions, and nobody can change its record",
                "foundation: trail",
                lambda f: f.once("trail") is not None or bool(f.of("audit", "trail", "management_events")),
                "trail: {}, in the foundation",
            ),
            Measure(
                "what the CIS benchmark wants to be told of is told",
                "audit.alarms",
                lambda f: f.of("audit", "alarms") == "cis",
                "audit: {alarms: cis}",
            ),
            Measure(
                "configurations are recorded and held against rules",
                "foundation: config_rules",
                lambda f: bool(f.once("config_rules")),
                "config_rules: true, in the foundation",
            ),
        ),
    ),
    Risk(
        "outage-unseen",
        "Something stops, and nobody comes",
        (
            Measure(
                "incidents reach people by topics with priorities",
                "area support",
                lambda f: f.on("support"),
                "mendixctl modules upgrade ENV support",
            ),
            Measure(
                "alarms and dashboards watch the platform",
                "area monitoring",
                lambda f: f.on("monitoring"),
                "mendixctl modules upgrade ENV monitoring",
            ),
        ),
    ),
    Risk(
        "weakness",
        "A known weakness is used",
        (
            Measure(
                "images are scanned, again whenever something becomes known",
                "foundation: inspector",
                lambda f: bool(f.once("inspector")),
                "inspector: true, in the foundation",
            ),
            Measure(
                "an application firewall stands before the applications",
                "edge.waf",
                lambda f: bool(f.of("edge", "waf")),
                "edge: {waf: {mode: count}}",
            ),
        ),
    ),
    Risk(
        "cost",
        "It costs far more than anybody meant",
        (
            Measure(
                "a budget tells before it is spent",
                "cost.monthly_budget",
                lambda f: bool(f.of("cost", "monthly_budget")),
                "cost: {monthly_budget: {amount: ...}}",
            ),
            Measure(
                "what is unusual is told",
                "cost.anomaly_above",
                lambda f: bool(f.of("cost", "anomaly_above")) or bool(f.once("anomaly_monitor")),
                "cost: {anomaly_above: 100}",
            ),
            Measure(
                "bills know the environments' tags",
                "foundation: cost_tags",
                lambda f: "environment" in (f.once("cost_tags") or ()),
                "cost_tags: [environment, area], in the foundation",
            ),
        ),
    ),
)
