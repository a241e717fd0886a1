"""Asks AWS what an account has in a region: the VPC outward, then lists. Nothing is changed; every call reads.

What one call may not ask is said and left out: a role that may not list the databases still adopts a network.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from mendixctl.aws import error_code, guarded
from mendixctl.engine.adopt.cluster_discovery import clusters_of
from mendixctl.engine.adopt.inventory import (
    Bucket,
    Database,
    Endpoint,
    Group,
    Inventory,
    Key,
    Nat,
    RouteTable,
    Subnet,
    Tags,
    Vpc,
)
from mendixctl.engine.adopt.matching import IN_A_CLUSTER
from mendixgen.diagnostics import Diagnostic, MendixError, Severity

if TYPE_CHECKING:
    from mendixctl.aws import Clients

T = TypeVar("T")

BUCKET_PARTS: Mapping[str, str] = {
    "aws_s3_bucket_versioning": "get_bucket_versioning",
    "aws_s3_bucket_public_access_block": "get_public_access_block",
    "aws_s3_bucket_ownership_controls": "get_bucket_ownership_controls",
    "aws_s3_bucket_server_side_encryption_configuration": "get_bucket_encryption",
    "aws_s3_bucket_policy": "get_bucket_policy",
    "aws_s3_bucket_lifecycle_configuration": "get_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging": "get_bucket_logging",
    "aws_s3_bucket_notification": "get_bucket_notification_configuration",
    "aws_s3_bucket_object_lock_configuration": "get_object_lock_configuration",
}
"""Type of a bucket's setting -> the call that answers it; an answer without content means that it is not set."""

_NOT_SET = (
    "NoSuch",
    "ObjectLockConfigurationNotFound",
    "OwnershipControlsNotFound",
    "ServerSideEncryptionConfigurationNotFound",
)
"""What the codes begin with by which S3 says that a bucket has no such setting."""

_WAYS = (
    "NatGatewayId",
    "TransitGatewayId",
    "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId",
    "LocalGatewayId",
    "CarrierGatewayId",
    "NetworkInterfaceId",
    "InstanceId",
    "GatewayId",
)
"""What a route may lead to. Source: EC2 API reference, Route."""

ALL = ("encryption", "network", "storage", "database", "cluster", "identity")
"""The areas whose resources are looked for."""


class Discovery:
    """Asks, and gathers what could not be asked in ``warnings``."""

    def __init__(self, clients: Clients, account: str, region: str) -> None:
        self._clients = clients
        self.account = account
        self.region = region
        self.warnings: list[Diagnostic] = []

    def inventory(self, *, vpc: str = "", areas: tuple[str, ...] = ()) -> Inventory:
        """What there is of ``areas`` (all where none is named). ``vpc``: the ID of the one that is meant.

        Raises:
            MendixError: MXA1xx, AWS cannot be asked at all; MXP251, there is no such VPC; MXP252, there are several.
        """
        wanted = areas or ALL
        vpcs = self._listed("network", wanted, "describe the VPCs", self._vpcs)
        chosen = _chosen(vpcs, vpc)
        if chosen is not None:
            chosen = self._around(chosen)
        databases = self._listed("database", wanted, "list the databases", self._databases)
        clusters = self._listed("cluster", wanted, "list the clusters", lambda: clusters_of(self._clients, self._pages))
        buckets = self._listed("storage", wanted, "list the buckets", self._buckets)
        keys = self._ask("list the aliases of keys", self._keys, dict[str, str]())
        names = {kind: self._ask(what, ask, frozenset[str]()) for kind, (what, ask) in self._lists().items()}
        names["aws_db_instance"] = frozenset(one.name for one in databases)
        names["aws_eks_cluster"] = frozenset(one.name for one in clusters)
        names["aws_kms_alias"] = frozenset(keys)
        names["aws_s3_bucket"] = frozenset(one.name for one in buckets)
        templates = self._ask("list the launch templates", self._templates, dict[str, str]())
        providers = self._ask("list the identity providers", self._providers, dict[str, str]())
        for kind in IN_A_CLUSTER:
            names[kind] = frozenset(it for one in clusters for it in one.inside.get(kind, ()))
        using = [*(it.key for it in buckets), *(it.key for it in databases)]
        using += [key for it in clusters for key in (it.secrets_key, it.log_key)]
        used = self._ask("look at the keys", lambda: self._used(using, keys), dict[str, Key]())
        return Inventory(
            self.account,
            self.region,
            chosen,
            tuple(vpcs),
            tuple(buckets),
            tuple(databases),
            tuple(clusters),
            names,
            keys,
            used,
            {"aws_launch_template": templates, "aws_iam_openid_connect_provider": providers},
            self._ask("look at all tags (tag:GetResources)", self._tagged, dict[str, Tags]()),
        )

    def _listed(self, area: str, wanted: tuple[str, ...], what: str, ask: Callable[[], Iterator[T]]) -> list[T]:
        """What there is of an area; nothing is asked where it is not wanted."""
        return self._ask(what, lambda: list(ask()), list[T]()) if area in wanted else []

    def _ask(self, what: str, ask: Callable[[], T], otherwise: T) -> T:
        """An answer; where AWS does not allow the question, ``otherwise`` and a warning."""
        try:
            with guarded(what):
                return ask()
        except MendixError as error:
            first = error.diagnostics[0]
            if first.code != "MXA103":
                raise
            self.warnings.append(
                Diagnostic(
                    "MXP250",
                    f"what there is was not looked at in full: {first.summary}",
                    hint="allow it (the policy ReadOnlyAccess has all of it), or adopt without",
                    detail=first.detail,
                    severity=Severity.WARNING,
                )
            )
            return otherwise

    def _pages(self, service: str, operation: str, key: str, **arguments: Any) -> Iterator[Any]:
        client = self._clients.client(service)
        for page in client.get_paginator(operation).paginate(**arguments):
            yield from page.get(key, ())

    # Network

    def _vpcs(self) -> Iterator[Vpc]:
        for one in self._pages("ec2", "describe_vpcs", "Vpcs"):
            if one.get("IsDefault"):
                continue
            blocks = one.get("CidrBlockAssociationSet", ())
            further = {
                it["AssociationId"]: it["CidrBlock"]
                for it in blocks
                if it["CidrBlock"] != one["CidrBlock"] and it.get("CidrBlockState", {}).get("State") == "associated"
            }
            yield Vpc(one["VpcId"], one["CidrBlock"], _tags(one), further)

    def _around(self, vpc: Vpc) -> Vpc:
        inside = [{"Name": "vpc-id", "Values": [vpc.id]}]
        client = self._clients.client("ec2")
        with guarded(f"look into {vpc.id}"):
            tables = list(self._pages("ec2", "describe_route_tables", "RouteTables", Filters=inside))
            of_subnet = {
                one["SubnetId"]: table["RouteTableId"]
                for table in tables
                for one in table.get("Associations", ())
                if one.get("SubnetId")
            }
            acls = list(self._pages("ec2", "describe_network_acls", "NetworkAcls", Filters=inside))
            of_acl = {one["SubnetId"]: acl["NetworkAclId"] for acl in acls for one in acl.get("Associations", ())}
            attached = [{"Name": "attachment.vpc-id", "Values": [vpc.id]}]
            gateways = list(self._pages("ec2", "describe_internet_gateways", "InternetGateways", Filters=attached))
            groups = self._pages("ec2", "describe_security_groups", "SecurityGroups", Filters=inside)
            dns = client.describe_vpc_attribute(VpcId=vpc.id, Attribute="enableDnsSupport")
            return Vpc(
                vpc.id,
                vpc.cidr,
                vpc.tags,
                vpc.further,
                gateways[0]["InternetGatewayId"] if gateways else "",
                bool(dns["EnableDnsSupport"]["Value"]),
                tuple(
                    Subnet(
                        one["SubnetId"],
                        one["CidrBlock"],
                        one["AvailabilityZone"],
                        _tags(one),
                        of_subnet.get(one["SubnetId"], ""),
                        of_acl.get(one["SubnetId"], ""),
                    )
                    for one in self._pages("ec2", "describe_subnets", "Subnets", Filters=inside)
                ),
                tuple(_table(one) for one in tables),
                tuple(
                    Nat(one["NatGatewayId"], one["SubnetId"], _allocation(one))
                    for one in self._pages("ec2", "describe_nat_gateways", "NatGateways", Filters=inside)
                    if one.get("State") in ("available", "pending")
                ),
                tuple(
                    Endpoint(
                        one["VpcEndpointId"],
                        one["ServiceName"],
                        one["VpcEndpointType"],
                        tuple(one.get("RouteTableIds", ())),
                    )
                    for one in self._pages("ec2", "describe_vpc_endpoints", "VpcEndpoints", Filters=inside)
                    if str(one.get("State", "available")).lower() in ("available", "pending")
                ),
                (
                    *(Group(one["GroupId"], one["GroupName"]) for one in groups if one["GroupName"] != "default"),
                    *(Group(one["NetworkAclId"], "", "network ACL") for one in acls if not one.get("IsDefault")),
                ),
            )

    # The rest

    def _buckets(self) -> Iterator[Bucket]:
        client = self._clients.client("s3")
        for one in client.list_buckets().get("Buckets", ()):
            name = one["Name"]
            if not self._is_here(client, name):
                continue
            tags = self._part(client.get_bucket_tagging, name).get("TagSet", ())
            parts = {
                kind
                for kind, operation in BUCKET_PARTS.items()
                if any(key != "ResponseMetadata" for key in self._part(getattr(client, operation), name))
            }
            yield Bucket(name, {it["Key"]: it["Value"] for it in tags}, frozenset(parts), self._key_of(client, name))

    def _key_of(self, client: Any, name: str) -> str:
        said = self._part(client.get_bucket_encryption, name).get("ServerSideEncryptionConfiguration", {})
        rules = (it.get("ApplyServerSideEncryptionByDefault", {}) for it in said.get("Rules", ()))
        return next((str(it["KMSMasterKeyID"]) for it in rules if it.get("KMSMasterKeyID")), "")

    def _is_here(self, client: Any, name: str) -> bool:
        answer = client.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
        return {"EU": "eu-west-1"}.get(answer, answer) == self.region

    @staticmethod
    def _part(ask: Callable[..., Any], name: str) -> Mapping[str, Any]:
        """A setting of a bucket; nothing where it is not set."""
        try:
            answer: Mapping[str, Any] = ask(Bucket=name)
        except Exception as error:
            if error_code(error).startswith(_NOT_SET):
                return {}
            raise
        return answer

    def _databases(self) -> Iterator[Database]:
        for one in self._pages("rds", "describe_db_instances", "DBInstances"):
            if one.get("DBClusterIdentifier"):
                continue  # Aurora and DocumentDB: no area makes them
            group = one.get("DBSubnetGroup") or {}
            yield Database(
                one["DBInstanceIdentifier"],
                one["Engine"],
                one["EngineVersion"],
                one["DBInstanceClass"],
                int(one.get("AllocatedStorage", 0)),
                one.get("StorageType", ""),
                bool(one.get("StorageEncrypted")),
                bool(one.get("MultiAZ")),
                int(one.get("BackupRetentionPeriod", 0)),
                group.get("DBSubnetGroupName", ""),
                tuple(it["SubnetIdentifier"] for it in group.get("Subnets", ())),
                group.get("VpcId", ""),
                one.get("ReadReplicaSourceDBInstanceIdentifier", ""),
                one.get("DBName", ""),
                one.get("KmsKeyId", ""),
                int(one.get("MaxAllocatedStorage") or 0),
                one.get("PreferredBackupWindow", ""),
                one.get("PreferredMaintenanceWindow", ""),
                _tags(one, "TagList"),
            )

    def _templates(self) -> dict[str, str]:
        pages = self._pages("ec2", "describe_launch_templates", "LaunchTemplates")
        return {one["LaunchTemplateName"]: one["LaunchTemplateId"] for one in pages}

    def _providers(self) -> dict[str, str]:
        """Host and path of each OIDC provider -> its ARN."""
        listed = self._clients.client("iam").list_open_id_connect_providers().get("OpenIDConnectProviderList", ())
        return {one["Arn"].partition("oidc-provider/")[2]: one["Arn"] for one in listed}

    def _used(self, named: Iterable[str], aliases: Mapping[str, str]) -> dict[str, Key]:
        """The keys of the account's own among those that were named, by ID, ARN or alias."""
        client = self._clients.client("kms")
        names = {identifier: alias for alias, identifier in sorted(aliases.items(), reverse=True)}
        found = {}
        for name in dict.fromkeys(filter(None, named)):
            try:
                one = client.describe_key(KeyId=name)["KeyMetadata"]
            except Exception as error:
                if error_code(error) != "NotFoundException":
                    raise
                continue  # of another account, or gone
            if one.get("KeyManager") != "AWS" and one.get("KeyState", "Enabled") == "Enabled":
                identifier = one["KeyId"]
                found[name] = Key(identifier, one["Arn"], names.get(identifier, ""), bool(one.get("MultiRegion")))
        return found

    def _keys(self) -> dict[str, str]:
        return {
            one["AliasName"]: one["TargetKeyId"]
            for one in self._pages("kms", "list_aliases", "Aliases")
            if one.get("TargetKeyId") and not one["AliasName"].startswith("alias/aws/")
        }

    def _lists(self) -> Mapping[str, tuple[str, Callable[[], frozenset[str]]]]:
        """Type -> what is asked, and the names that answer."""

        def listed(service: str, operation: str, key: str, name: str, **arguments: Any) -> Callable[[], frozenset[str]]:
            return lambda: frozenset(one[name] for one in self._pages(service, operation, key, **arguments))

        return {
            "aws_iam_role": ("list the roles", listed("iam", "list_roles", "Roles", "RoleName")),
            "aws_iam_policy": (
                "list the account's policies",
                listed("iam", "list_policies", "Policies", "Arn", Scope="Local"),
            ),
            "aws_cloudwatch_log_group": (
                "list the log groups",
                listed("logs", "describe_log_groups", "logGroups", "logGroupName"),
            ),
            "aws_db_subnet_group": (
                "list the subnet groups",
                listed("rds", "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName"),
            ),
            "aws_db_parameter_group": (
                "list the parameter groups",
                listed("rds", "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName"),
            ),
            "aws_ecr_repository": (
                "list the repositories",
                listed("ecr", "describe_repositories", "repositories", "repositoryName"),
            ),
        }

    def _tagged(self) -> dict[str, Tags]:
        pages = self._pages("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList")
        return {one["ResourceARN"]: _tags(one) for one in pages}


def _chosen(vpcs: list[Vpc], wanted: str) -> Vpc | None:
    """The VPC that is meant: the one that was named, or the only one."""
    if wanted:
        for one in vpcs:
            if one.id == wanted:
                return one
        raise MendixError(
            Diagnostic("MXP251", f"there is no VPC {wanted} here beside the default one", hint=_there(vpcs))
        )
    if len(vpcs) > 1:
        raise MendixError(
            Diagnostic("MXP252", f"there are {len(vpcs)} VPCs, and which is meant was not said", hint=_there(vpcs))
        )
    return next(iter(vpcs), None)


def _there(vpcs: list[Vpc]) -> str:
    if not vpcs:
        return "there is none at all: look at account and region"
    named = (f"{one.id} ({', '.join(filter(None, (one.tags.get('Name', ''), one.cidr)))})" for one in vpcs)
    return f"name one with --vpc: {', '.join(itertools.islice(named, 10))}"


def _tags(one: Mapping[str, Any], key: str = "Tags") -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in one.get(key) or ()}


def _table(one: Mapping[str, Any]) -> RouteTable:
    routes = {}
    for route in one.get("Routes", ()):
        to = route.get("DestinationCidrBlock") or route.get("DestinationPrefixListId", "")
        way = next((str(route[key]) for key in _WAYS if route.get(key)), "")
        if to and way and way != "local":
            routes[to] = way
    main = any(it.get("Main") for it in one.get("Associations", ()))
    return RouteTable(one["RouteTableId"], main, routes, _tags(one))


def _allocation(one: Mapping[str, Any]) -> str:
    addresses = one.get("NatGatewayAddresses", ())
    return next((it["AllocationId"] for it in addresses if it.get("AllocationId")), "")
