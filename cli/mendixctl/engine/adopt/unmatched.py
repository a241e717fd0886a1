"""What was found and is no resource of the environment: said by name, with what would make it one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mendixctl.engine.adopt.inventory import OWNER, Bucket, Cluster, Database, Inventory, Vpc
from mendixctl.engine.adopt.matching import Match
from mendixctl.engine.adopt.planned import Creation
from mendixctl.engine.adopt.results import LeftOut
from mendixctl.terraform.state import Instance, State

Taken = Sequence[Match | LeftOut]


def unmatched(inventory: Inventory, wanted: Sequence[Creation], taken: Taken, state: State) -> tuple[LeftOut, ...]:
    """What of the inventory nothing in the plan or the state stands for. ``taken``: what was matched, or left out
    under its address.
    """
    known = {one.id for one in taken} | {_called(one) for one in state.instances.values()}
    types = {one.type for one in wanted}
    found: list[LeftOut] = []
    if inventory.vpc is not None:
        found += _network(inventory.vpc, known)
    if "aws_s3_bucket" in types:
        found += [bucket(one) for one in inventory.buckets if one.name not in known and not owned(one)]
    if "aws_db_instance" in types:
        found += [_database(one, wanted) for one in inventory.databases if one.name not in known]
    found += [cluster(one) for one in inventory.clusters if one.name not in known and "aws_eks_cluster" in types]
    found += [
        _group(one.name, it.name)
        for one in inventory.clusters
        if one.name in known
        for it in one.groups
        if f"{one.name}:{it.name}" not in known
    ]
    return tuple(found)


def _called(one: Instance) -> str:
    """What the inventory calls it. A database's ID in a state is one that RDS made up (AWS provider from 5.0 on)."""
    said = one.attributes.get("identifier") if one.type == "aws_db_instance" else ""
    return said if isinstance(said, str) and said else one.id


def owned(one: Bucket) -> bool:
    """Whether it is some environment's already, this one's bucket of the state included."""
    return bool(one.tags.get(OWNER) or one.tags.get("managed-by") == "mendixctl")


def _network(vpc: Vpc, known: set[str]) -> Iterator[LeftOut]:
    for subnet in vpc.subnets:
        if subnet.id not in known:
            yield LeftOut(
                "",
                subnet.id,
                f"subnet {subnet.cidr} in {subnet.zone}: the YAML has none of that block in that zone",
                "say it in network.subnets (network 1.5.0), or keep it to yourself: it stays as it is",
            )
    for nat in vpc.nats:
        if nat.id not in known:
            yield LeftOut("", nat.id, f"NAT gateway in {nat.subnet}: the YAML has none there", "look at network.nat")
    for table in vpc.tables:
        if table.id not in known and not table.main:
            users = sum(one.table == table.id for one in vpc.subnets)
            yield LeftOut(
                "",
                table.id,
                f"route table of {users} subnets: the platform has one for the public subnets, one for those of"
                " databases, and one a zone for private ones",
                "it is not needed any more once its subnets have theirs",
            )
    for kind in ("security group", "network ACL"):
        of_kind = [one for one in vpc.groups if one.kind == kind and one.id not in known]
        if of_kind:
            names = ", ".join(one.name or one.id for one in of_kind[:6])
            yield LeftOut(
                "",
                of_kind[0].id if len(of_kind) == 1 else "",
                f"{len(of_kind)} {kind}{'s' if len(of_kind) > 1 else ''} ({names}{', ...' if len(of_kind) > 6 else ''})"
                ": the platform makes its own, whose names and descriptions AWS fixes",
                "they stay as they are, until nothing uses them",
            )


def bucket(one: Bucket) -> LeftOut:
    return LeftOut(
        "",
        one.name,
        f"bucket {one.name}: none of the YAML is called so",
        f"if it is this environment's, write it in storage.buckets: {{name: {one.name}}}; it stays as it is",
    )


def _database(one: Database, wanted: Sequence[Creation]) -> LeftOut:
    names = [it.value("identifier") for it in wanted if it.type == "aws_db_instance" and not it.managed]
    free = next((name for name in names if name.endswith(f"-{one.name}")), next(iter(names), ""))
    if not one.encrypted:
        why = f"database {one.name} is not encrypted, and RDS never encrypts one that is there"
        key = "take a snapshot, copy it with a key (aws rds copy-db-snapshot --kms-key-id), and say restore_from"
        return LeftOut("", one.name, why, key)
    new = free or f"ENVIRONMENT-{one.name}"
    return LeftOut(
        "",
        one.name,
        f"database {one.name}: no instance of the YAML is called so",
        f"write it in database.instances with name: {one.name}, or rename it: aws rds modify-db-instance"
        f" --db-instance-identifier {one.name} --new-db-instance-identifier {new} --apply-immediately (its endpoint"
        " changes); then adopt again",
    )


def _group(of: str, name: str) -> LeftOut:
    return LeftOut(
        "",
        f"{of}:{name}",
        f"node group {name}: none of the YAML is called so",
        f"write it in cluster.node_groups with adopted: {{name: {name}, role_arn: ...}}, or let the platform's nodes"
        " take its place: it stays as it is until somebody drains and deletes it",
    )


def cluster(one: Cluster) -> LeftOut:
    """A cluster whose name is not the platform's."""
    return LeftOut(
        "",
        one.name,
        f"cluster {one.name}: the YAML's is called otherwise, and EKS never renames one",
        f"if it is this environment's, write cluster: {{name: {one.name}, role_arn: ...}}; else it stays as it is",
    )
