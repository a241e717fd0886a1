"""What AWS has fixed and no plan can change, said with the way to get there all the same.

Terraform says itself what would be replaced; here stands what each such attribute means to a person, and the few
changes in place that Terraform plans and AWS refuses, or that stop somebody's work.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mendixctl.terraform.plan import AttributeChange

_COPY = (
    "take a snapshot, copy it with the databases' key (aws rds copy-db-snapshot --kms-key-id), and let the instance"
    " begin from it: restore_from: {snapshot: ...} under a name that is free"
)

WAYS: Mapping[tuple[str, str], str] = {
    ("aws_db_instance", "storage_encrypted"): _COPY,
    ("aws_db_instance", "kms_key_id"): _COPY,
    ("aws_db_instance", "engine"): "write the engine that it has",
    ("aws_subnet", "cidr_block"): "write the block that it has: network.subnets, since network 1.5.0",
    ("aws_subnet", "availability_zone"): "write the zones that it has: network.zones",
    ("aws_vpc", "cidr_block"): "write the block that it has: network.cidr",
    ("aws_kms_key", "multi_region"): (
        "a key of one region stays one: write encryption.keys with multi_region: false, since encryption 1.3.0"
    ),
    ("aws_eks_cluster", "bootstrap_self_managed_addons"): "EKS takes it only when a cluster is made",
    ("aws_eks_cluster", "role_arn"): "write the role that it has: cluster.role_arn, since cluster 1.3.0",
    ("aws_eks_cluster", "name"): "write the name that it has: cluster.name, since cluster 1.3.0",
    ("aws_eks_cluster", "encryption_config"): (
        "EKS never changes the key of a cluster's secrets: name it, in encryption.keys.cluster with its alias, or in"
        " encryption.existing.cluster"
    ),
    ("aws_eks_node_group", "launch_template"): (
        "EKS gives a group no launch template that it was made without, and no other one: say it in adopted"
    ),
    ("aws_eks_node_group", "node_role_arn"): "write the role that it has: adopted.role_arn",
    ("aws_eks_node_group", "subnet_ids"): (
        "it stands in other subnets than the private ones of its zones: let the platform make a group beside it"
    ),
}
"""Type and attribute that forces a replacement -> what can be done."""

REFUSED_IN_PLACE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("aws_db_instance", "db_subnet_group_name"): (
        "AWS moves no instance to another subnet group of its own VPC (InvalidVPCNetworkStateFault)",
        _COPY,
    ),
}
"""Type and attribute that Terraform would change in place -> why AWS does not, and the way.

Source: RDS user guide, "Working with a DB instance in a VPC", and the API's error of ModifyDBInstance.
"""

_MODE = (
    "EKS takes no cluster from CONFIG_MAP to API at once, and nodes and people still stand in aws-auth",
    "write cluster: {authentication: api-and-config-map}; once everybody has an access entry, leave it out",
)
"""Source: Amazon EKS user guide, "Change authentication mode to use access entries"."""

NOTES: Mapping[tuple[str, str], str] = {
    ("aws_db_instance", "manage_master_user_password"): (
        "RDS makes a new master password and keeps it in Secrets Manager; the old one no longer lets anybody in"
    ),
    ("aws_db_instance", "vpc_security_group_ids"): "from then on only the platform's nodes reach it",
    ("aws_db_instance", "parameter_group_name"): "static parameters take effect with its next reboot",
    ("aws_db_instance", "engine_version"): "its engine is upgraded, at once or in its window",
    ("aws_db_instance", "multi_az"): "a standby is made, or removed",
    ("aws_eks_cluster", "version"): "its control plane is upgraded",
    ("aws_eks_cluster", "vpc_config"): "who reaches its endpoint may change",
    ("aws_eks_cluster", "encryption_config"): "its secrets are encrypted from then on, and for ever",
    ("aws_eks_cluster", "access_config"): (
        "access entries count from then on; those that aws-auth lets in stay only with authentication:"
        " api-and-config-map"
    ),
    ("aws_eks_node_group", "launch_template"): "its nodes are renewed, a few at a time",
    ("aws_eks_node_group", "version"): "its nodes are renewed, a few at a time",
    ("aws_kms_key", "policy"): "who may use it changes: what its old policy named is let in by IAM policies alone",
    ("aws_iam_role", "assume_role_policy"): "who may take the role on changes",
    ("aws_route", "nat_gateway_id"): "traffic takes another way out, from another address, at once",
    ("aws_route", "gateway_id"): "traffic takes another way out at once",
    ("aws_route_table_association", "route_table_id"): "the subnet's traffic follows another table at once",
    ("aws_vpc", "enable_dns_hostnames"): "instances get names from then on",
    ("aws_subnet", "map_public_ip_on_launch"): "new instances in it get no public address any more",
    ("aws_s3_bucket_versioning", "versioning_configuration"): "versions are kept from then on",
    ("aws_s3_bucket_policy", "policy"): "what the old policy allowed is no longer allowed, unless the new one does",
    ("aws_s3_bucket_lifecycle_configuration", "rule"): "the rules of before no longer hold",
    ("aws_s3_bucket_server_side_encryption_configuration", "rule"): "new objects are encrypted as it says from then on",
}
"""Type and attribute of a change in place -> what it means to whoever uses the resource."""

_OTHERWISE = {
    "aws_eks_cluster": "let a cluster be made beside it, move the applications, and remove the old one",
    "aws_db_instance": _COPY,
}


def way(kind: str, forced: Iterable[str]) -> str:
    """What a person can do about attributes that force a replacement of a resource."""
    roots = dict.fromkeys(path.partition(".")[0].partition("[")[0] for path in forced)
    said = dict.fromkeys(WAYS[kind, root] for root in roots if (kind, root) in WAYS)
    if said:
        return "; ".join(said)
    return _OTHERWISE.get(kind, "let the platform make its own beside it, or write in the YAML what it is")


def refused_in_place(kind: str, attributes: Iterable[AttributeChange]) -> tuple[str, str] | None:
    """Why AWS does not change a resource in place as planned, and the way; None where it does."""
    for one in attributes:
        if one.path.endswith("authentication_mode") and (one.before, one.after) == ("CONFIG_MAP", "API"):
            return _MODE
        found = REFUSED_IN_PLACE.get((kind, one.path.partition(".")[0].partition("[")[0]))
        if found is not None:
            return found
    return None


def notes(kind: str, attributes: Iterable[AttributeChange]) -> tuple[str, ...]:
    """What changes in place mean to whoever uses a resource."""
    roots = dict.fromkeys(one.path.partition(".")[0].partition("[")[0] for one in attributes)
    found = [NOTES[kind, root] for root in roots if (kind, root) in NOTES]
    lost = [one.path for one in attributes if one.path.startswith(("tags.", "tags[")) and one.after is None]
    if lost:
        names = ", ".join(path.removeprefix("tags.") for path in lost)
        found.append(f"it loses tags: {names} (to keep them, write them in tags: of the YAML)")
    return tuple(found)
