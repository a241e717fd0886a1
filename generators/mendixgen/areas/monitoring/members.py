"""What alarms are of: the sets of things that are watched, each from what its area offers, empty where that is off.

A set's elements are known when Terraform plans, and only their values later; so whether an area is on is read from a
name or from a map, and never from an ID.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Members:
    """``each`` is a map of the members by name; where there is only one thing, ``on`` says whether there is."""

    comment: str
    each: str = ""
    on: str = ""

    @property
    def is_one(self) -> bool:
        """Whether there is at most one member, without a name of its own."""
        return not self.each


def _map(variable: str) -> str:
    return f"var.{variable} == null ? {{}} : var.{variable}"


def _given(variable: str) -> str:
    return f"({_map(variable)})"


def _databases(condition: str) -> str:
    return f"{{ for name, it in local.databases : name => it if {condition} }}"


def _edge(what: str) -> str:
    return f'contains(keys(local.watched), "{what}")'


MEMBERS: dict[str, Members] = {
    "nat-gateways": Members("IDs of the NAT gateways by zone.", each=_map("nat_gateway_ids")),
    "flow-logs": Members("Whether there are flow logs.", on="var.flow_log_group_name != null"),
    "target-groups": Members("Target groups by port of their listener.", each=_map("target_group_arn_suffixes")),
    "load-balancer": Members("Whether there is a load balancer with listeners.", on="length(local.target_groups) > 0"),
    "udp-listeners": Members(
        "Whether a listener takes UDP.",
        on=f'anytrue([for protocol in {_given("listener_protocols")} : strcontains(protocol, "UDP")])',
    ),
    "certificates": Members("ARNs of the certificates by name.", each=_map("certificate_arns")),
    "cluster": Members("Whether there is a cluster.", on="var.cluster_name != null"),
    "node-groups": Members(
        "Auto Scaling groups by node group.",
        each=f"{{ for name, group in {_given('node_groups')} : name => group.asg_name }}",
    ),
    "insights": Members(
        "Whether Container Insights watches the cluster.",
        on="var.cluster_name != null && var.container_insights.enabled",
    ),
    "databases": Members("Databases and their replicas by name.", each=_map("databases")),
    "observed-databases": Members("Those with Performance Insights.", each=_databases("it.insights")),
    "replicas": Members("Read replicas.", each=_databases("it.replica")),
    "mysql-replicas": Members("Read replicas of MySQL.", each=_databases('it.replica && it.kind == "mysql"')),
    "postgres": Members("Databases of PostgreSQL.", each=_databases('it.kind == "postgres"')),
    "mysql": Members("Databases of MySQL.", each=_databases('it.kind == "mysql"')),
    "oracle-alert-logs": Members(
        "Log groups of Oracle's alert logs by database.",
        each=(
            f"{{ for key, group in {_given('database_log_group_names')} :"
            ' trimsuffix(key, "/alert") => group if endswith(key, "/alert") }'
        ),
    ),
    "proxies": Members("Names of the database proxies.", each=_map("proxy_names")),
    "buckets": Members(
        "Buckets whose requests are counted.",
        each="var.bucket_metrics && var.bucket_names != null ? var.bucket_names : {}",
    ),
    "volumes": Members("Whether volumes have snapshots.", on="var.bucket_names != null"),
    "registry": Members("Whether there is a registry.", on="var.repository_names != null"),
    "secrets": Members("Whether there are secrets.", on="var.secret_names != null"),
    "keys": Members("Whether there are keys.", on="var.key_ids != null"),
    "search-domain": Members("Whether logs are searched in a domain.", on='var.logging_engine == "opensearch"'),
    "search-masters": Members(
        "Whether the domain has masters of their own.",
        on="local.search_domain && coalesce(var.search_has_masters, false)",
    ),
    "backup-vault": Members("Whether there is a vault of backups.", on="var.backup_vault_name != null"),
    "backup-daily": Members(
        "Whether there is a backup a day.", on=f'contains(keys({_given("backup_plan_arns")}), "daily")'
    ),
    "backup-copies": Members("Whether backups are copied.", on="var.backup_copy_vault_arn != null"),
    "backup-tests": Members("Whether restores are tested.", on="var.restore_testing_plan_name != null"),
    "replicated-buckets": Members("Buckets that are replicated, by name.", each=_map("replicas")),
    "distribution": Members("Whether CloudFront is in front.", on=_edge("distribution")),
    "measured-distribution": Members("Whether CloudFront measures its origin.", on=_edge("measured")),
    "firewall": Members("Whether a firewall looks at requests.", on=_edge("firewall")),
    "counting-firewall": Members("Whether it only counts what it finds.", on=_edge("counting")),
    "latch": Members("Whether names can be switched to a standby.", on=_edge("latch")),
    "apps": Members("The applications.", each="var.apps"),
    "addresses": Members(
        "Addresses of the applications that are called: from the private subnets, by way of a NAT gateway.",
        each=(
            "{\n"
            'for app, facts in var.apps : app => coalesce(facts.hostname, "${app}.${var.domain}")\n'
            f"if var.synthetics.enabled && length({_given('nat_public_ips')}) > 0"
            ' && contains(keys(local.target_groups), "443")\n'
            "}"
        ),
    ),
}
"""By name; an expression may use the locals of those above it (``local.target_groups`` is ``target-groups``)."""
