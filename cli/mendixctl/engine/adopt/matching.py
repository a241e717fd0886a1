"""Finds, for what a plan would create, what there is of it already: by identity, never by likeness.

A network is matched from the VPC outward: subnets by block and zone, gateways by where they stand, tables by whose they
are. What has a name that AWS keeps unique (a bucket, a role, a database) is matched by that name, and its settings are
those of the thing that was matched. Pure: a plan's creations and an inventory in, addresses and import IDs out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from mendixctl.engine.adopt.inventory import Inventory, Subnet, Vpc
from mendixctl.engine.adopt.planned import Creation
from mendixctl.engine.journal.import_ids import import_id

BUCKET = "aws_s3_bucket"

NAMED: Mapping[str, str] = {
    "aws_s3_bucket": "bucket",
    "aws_iam_role": "name",
    "aws_cloudwatch_log_group": "name",
    "aws_db_subnet_group": "name",
    "aws_db_parameter_group": "name",
    "aws_db_instance": "identifier",
    "aws_ecr_repository": "name",
    "aws_eks_cluster": "name",
    "aws_kms_alias": "name",
    "aws_launch_template": "name",
}
"""Types whose name AWS keeps unique, and the attribute that has it."""


IN_A_CLUSTER = (
    "aws_eks_node_group",
    "aws_eks_addon",
    "aws_eks_access_entry",
    "aws_eks_access_policy_association",
)
"""Types whose import ID is that of their cluster and a name in it: both are known before they are there."""


@dataclass(frozen=True, slots=True)
class Match:
    """A resource that is there: its address, and the ID by which Terraform imports it."""

    address: str
    type: str
    id: str
    area: str = ""


@dataclass(slots=True)
class _Matching:
    """The state of one matching: what was matched, by address and by thing."""

    inventory: Inventory
    given: Mapping[str, str]
    found: dict[str, Match] = field(default_factory=dict)
    subnets: dict[tuple[str, str], Subnet] = field(default_factory=dict)
    tables: dict[tuple[str, str], str] = field(default_factory=dict)
    endpoints: dict[str, str] = field(default_factory=dict)
    buckets: dict[tuple[str, str], str] = field(default_factory=dict)

    def take(self, one: Creation, identifier: str) -> None:
        if identifier and identifier not in {it.id for it in self.found.values() if it.type == one.type}:
            self.found[one.address] = Match(one.address, one.type, identifier, one.area)


def match(creations: Sequence[Creation], inventory: Inventory, given: Mapping[str, str]) -> list[Match]:
    """What of ``creations`` there is and the state has not, in their order; an ID is given once. ``given``: the
    environment's own values (`mendixctl.engine.journal.import_ids.surroundings`).
    """
    state = _Matching(inventory, given)
    if inventory.vpc is not None:
        _network([one for one in creations if one.area == "network"], inventory.vpc, state)
    _by_name(creations, state)
    _settings(creations, state)
    return [state.found[one.address] for one in creations if one.address in state.found and not one.managed]


# Network


def _network(creations: Sequence[Creation], vpc: Vpc, state: _Matching) -> None:
    for kind, matched in _STEPS:
        for one in creations:
            if one.type == kind:
                matched(one, vpc, state)


def _vpc(one: Creation, vpc: Vpc, state: _Matching) -> None:
    state.take(one, vpc.id)


def _further(one: Creation, vpc: Vpc, state: _Matching) -> None:
    blocks = {block: association for association, block in vpc.further.items()}
    state.take(one, blocks.get(one.value("cidr_block"), ""))


def _subnet(one: Creation, vpc: Vpc, state: _Matching) -> None:
    wanted = one.value("cidr_block"), one.value("availability_zone")
    for subnet in vpc.subnets:
        if (subnet.cidr, subnet.zone) == wanted:
            state.subnets[one.name, one.key] = subnet
            state.take(one, subnet.id)


def _gateway(one: Creation, vpc: Vpc, state: _Matching) -> None:
    state.take(one, vpc.gateway)


def _nat(one: Creation, vpc: Vpc, state: _Matching) -> None:
    """The one in the zone's public subnet; its address is at the same key."""
    subnet = state.subnets.get(("public", one.key))
    nat = next((it for it in vpc.nats if subnet is not None and it.subnet == subnet.id), None)
    if nat is not None:
        state.take(one, nat.id if one.type == "aws_nat_gateway" else nat.allocation)


def _route_table(one: Creation, vpc: Vpc, state: _Matching) -> None:
    """The table of the tier's subnets: of the zone's, or of the most of them where the tier has one table."""
    mine = [
        subnet.table
        for (tier, zone), subnet in state.subnets.items()
        if tier == one.name and zone == (one.key or zone) and subnet.table
    ]
    if mine:
        table = max(dict.fromkeys(mine), key=mine.count)
        state.take(one, table)
        if one.address in state.found:
            state.tables[one.name, one.key] = table


def _route(one: Creation, vpc: Vpc, state: _Matching) -> None:
    """The default route of the table that it is in: of the public one, or of the zone's private one."""
    table = state.tables.get(("public", "") if one.name == "internet" else ("private", one.key))
    destination = one.value("destination_cidr_block")
    known = {it.id: it for it in vpc.tables}
    if table and destination in known[table].routes:
        state.take(one, f"{table}_{destination}")


def _association(one: Creation, vpc: Vpc, state: _Matching) -> None:
    subnet = state.subnets.get((one.name, one.key))
    if subnet is not None and subnet.table:
        state.take(one, f"{subnet.id}/{subnet.table}")


def _endpoint(one: Creation, vpc: Vpc, state: _Matching) -> None:
    wanted = one.value("service_name"), one.value("vpc_endpoint_type")
    for it in vpc.endpoints:
        if (it.service, it.kind) == wanted:
            state.take(one, it.id)
            state.endpoints[one.key] = it.id


def _endpoint_table(one: Creation, vpc: Vpc, state: _Matching) -> None:
    """Keys of these are ``<service>-<zone>``."""
    service, _, zone = one.key.rpartition("-")
    endpoint, table = state.endpoints.get(service), state.tables.get(("private", zone))
    joined = {it.id: it.tables for it in vpc.endpoints}
    if endpoint and table and table in joined[endpoint]:
        state.take(one, f"{endpoint}/{table}")


_STEPS: Sequence[tuple[str, Callable[[Creation, Vpc, _Matching], None]]] = (
    ("aws_vpc", _vpc),
    ("aws_vpc_ipv4_cidr_block_association", _further),
    ("aws_subnet", _subnet),
    ("aws_internet_gateway", _gateway),
    ("aws_nat_gateway", _nat),
    ("aws_eip", _nat),
    ("aws_route_table", _route_table),
    ("aws_route", _route),
    ("aws_route_table_association", _association),
    ("aws_vpc_endpoint", _endpoint),
    ("aws_vpc_endpoint_route_table_association", _endpoint_table),
)
"""From the VPC outward: each step knows what the ones before it have matched."""


# What has a name


def _by_name(creations: Iterable[Creation], state: _Matching) -> None:
    names, ids = state.inventory.names, state.inventory.ids
    for one in creations:
        if one.type in ids and one.type in NAMED:
            state.take(one, ids[one.type].get(one.value(NAMED[one.type]), ""))
        if one.type in IN_A_CLUSTER:
            identifier = import_id(one.type, {**one.values, **state.given}) or ""
            state.take(one, identifier if identifier in names.get(one.type, ()) else "")
        name = one.value(NAMED[one.type]) if one.type in NAMED else ""
        if name and name in names.get(one.type, ()):
            state.take(one, import_id(one.type, {**one.values, **state.given}) or "")
            if one.type == BUCKET:
                state.buckets[one.group] = name


def _settings(creations: Iterable[Creation], state: _Matching) -> None:
    """The settings of a bucket that was matched, the key behind an alias, the policies of a role."""
    parts = {bucket.name: bucket.parts for bucket in state.inventory.buckets}
    aliases = {
        one.group: state.inventory.keys[one.value("name")]
        for one in creations
        if one.type == "aws_kms_alias" and one.address in state.found
    }
    issuers = {one.name: one.issuer for one in state.inventory.clusters}
    clusters = [one.id for one in state.found.values() if one.type == "aws_eks_cluster"]
    providers = state.inventory.ids.get("aws_iam_openid_connect_provider", {})
    for one in creations:
        if one.type == "aws_iam_openid_connect_provider" and one.area == "cluster" and clusters:
            state.take(one, providers.get(issuers[clusters[0]].removeprefix("https://"), ""))
        bucket = state.buckets.get(one.group)
        if bucket is not None and one.type in parts.get(bucket, ()):
            state.take(one, bucket)
        if one.type == "aws_kms_key" and one.group in aliases:
            state.take(one, aliases[one.group])
