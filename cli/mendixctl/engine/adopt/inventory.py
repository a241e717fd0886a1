"""What an account has in one region that an environment could take over: plain data, as AWS said it.

The VPC is walked outward (subnets, tables, gateways), the rest is listed. Nothing here knows of modules or addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OWNER = "environment"
"""The tag by which mendixctl says whose a resource is."""

Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subnet:
    """``table``: the route table that it is associated with, "" where only the VPC's main one is."""

    id: str
    cidr: str
    zone: str
    tags: Tags = field(default_factory=dict, hash=False)
    table: str = ""
    acl: str = ""


@dataclass(frozen=True, slots=True)
class RouteTable:
    """``routes``: destination (a block or a prefix list) -> the ID of what it leads to."""

    id: str
    main: bool = False
    routes: Mapping[str, str] = field(default_factory=dict, hash=False)
    tags: Tags = field(default_factory=dict, hash=False)

    @property
    def default(self) -> str:
        """Where all that is not the VPC's goes; "" where that is nowhere."""
        return self.routes.get("0.0.0.0/0", "")


@dataclass(frozen=True, slots=True)
class Nat:
    """A NAT gateway; ``allocation``: that of its public address, "" for a private one."""

    id: str
    subnet: str
    allocation: str = ""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A VPC endpoint; ``kind``: Gateway, Interface, ..."""

    id: str
    service: str
    kind: str
    tables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """A security group, or (``kind`` acl) a network ACL, of which only its being there is of interest."""

    id: str
    name: str
    kind: str = "security group"


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC and what is in it. ``further``: association -> block, of its secondary blocks."""

    id: str
    cidr: str
    tags: Tags = field(default_factory=dict, hash=False)
    further: Mapping[str, str] = field(default_factory=dict, hash=False)
    gateway: str = ""
    dns: bool = True
    subnets: tuple[Subnet, ...] = ()
    tables: tuple[RouteTable, ...] = ()
    nats: tuple[Nat, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def main(self) -> RouteTable:
        """The table of the subnets that have none of their own."""
        return next((one for one in self.tables if one.main), RouteTable(""))

    def table(self, subnet: Subnet) -> RouteTable:
        """The table that holds for a subnet."""
        return next((one for one in self.tables if one.id == subnet.table), self.main)


@dataclass(frozen=True, slots=True)
class Bucket:
    """``parts``: the settings that it has, by the type that has them in Terraform (``aws_s3_bucket_policy``);
    ``key``: the KMS key that encrypts it, as it names it.
    """

    name: str
    tags: Tags = field(default_factory=dict, hash=False)
    parts: frozenset[str] = frozenset()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Database:
    """An RDS instance. ``source``: what it is a replica of; ``group``: its subnet group."""

    name: str
    engine: str
    version: str
    size: str
    storage_gb: int
    storage_type: str = ""
    encrypted: bool = True
    multi_az: bool = False
    backup_days: int = 0
    group: str = ""
    subnets: tuple[str, ...] = ()
    vpc: str = ""
    source: str = ""
    database: str = ""
    key: str = ""
    most_gb: int = 0
    backup_window: str = ""
    maintenance_window: str = ""
    tags: Tags = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class NodeGroup:
    """A managed node group of a cluster. ``image``: EKS's name of it (AL2023_x86_64_STANDARD); ``template``: the name
    of its launch template, "" where it has none; ``taints``: as kubectl writes them; ``unavailable``: how many nodes
    are renewed at a time, a number or a share ("33%").
    """

    name: str
    types: tuple[str, ...] = ()
    least: int = 0
    most: int = 0
    spot: bool = False
    role: str = ""
    image: str = ""
    version: str = ""
    template: str = ""
    subnets: tuple[str, ...] = ()
    labels: Tags = field(default_factory=dict, hash=False)
    taints: tuple[str, ...] = ()
    unavailable: str = ""
    repair: bool = False


@dataclass(frozen=True, slots=True)
class Cluster:
    """An EKS cluster. ``mode``: EKS's authentication mode; ``issuer``: of its service accounts' tokens, a URL;
    ``admins``, ``viewers``: whom access entries let do everything, or look; ``inside``: by type, the IDs by which
    Terraform imports what is in it.
    """

    name: str
    version: str
    vpc: str = ""
    public: bool = False
    public_from: tuple[str, ...] = ()
    role: str = ""
    secrets_key: str = ""
    mode: str = ""
    extended: bool = False
    zonal_shift: bool = False
    issuer: str = ""
    admins: tuple[str, ...] = ()
    viewers: tuple[str, ...] = ()
    log_key: str = ""
    inside: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    groups: tuple[NodeGroup, ...] = ()
    tags: Tags = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Key:
    """A KMS key of the account's own that something was found to be encrypted with. ``alias``: with ``alias/``, ""
    where it has none.
    """

    id: str
    arn: str
    alias: str = ""
    multi_region: bool = False


@dataclass(frozen=True, slots=True)
class Inventory:
    """What was found. ``names``: type of resource -> the names (or IDs) by which Terraform imports those there are.

    ``keys``: alias -> ID of its key; ``used``: the keys that encrypt what was found, by whatever they are named there.
    ``ids``: type -> name -> the ID by which Terraform imports it, where that is not the name. ``tagged``: ARN -> tags
    of all that the tagging API knows.
    """

    account: str
    region: str
    vpc: Vpc | None = None
    vpcs: tuple[Vpc, ...] = ()
    buckets: tuple[Bucket, ...] = ()
    databases: tuple[Database, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    names: Mapping[str, frozenset[str]] = field(default_factory=dict, hash=False)
    keys: Mapping[str, str] = field(default_factory=dict, hash=False)
    used: Mapping[str, Key] = field(default_factory=dict, hash=False)
    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)
    tagged: Mapping[str, Tags] = field(default_factory=dict, hash=False)
