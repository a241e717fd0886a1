"""Replication of buckets to a standby, of a primary's backups to here, names that are switched, servers made ready.

What is in the other region is named by ARNs that follow from names, so that neither root reads the other's state. S3
replicates only to buckets that exist, and RDS only from databases that do: docs/recovery.md has the order.

Sources: Amazon S3 user guide, "Setting up replication permissions", "Replicating encrypted objects" (an alias' ARN may
name the key over there); Amazon RDS user guide, "Replicating automated backups to another AWS Region"; Route 53
developer guide, "Values specific for failover records", API reference, HealthCheckConfig (a calculated check with a
threshold of 0 is always healthy, and inverted never); provider 5.100.
"""

from __future__ import annotations

from mendixgen.areas.recovery.names import names
from mendixgen.authoring.constructs.policy import allow, trust_of_service
from mendixgen.authoring.constructs.service_role import service_role
from mendixgen.authoring.expression import Expr, call, each, expr
from mendixgen.authoring.module import ModuleBuilder


def build(module: ModuleBuilder) -> None:
    """Add everything of the area."""
    var = module.var
    standby = module.local(
        "standby",
        expr(f"one([for name in {var.standby}[*] : merge({var.neighbours}[name], {{ name = name }})])"),
        "Where the standby is; null without one.",
    )
    primary = module.local(
        "primary",
        expr(f"one([for name in {var.primary}[*] : merge({var.neighbours}[name], {{ name = name }})])"),
        "Where the primary is; null in an environment that stands by for none.",
    )
    _buckets(module, standby)
    _backups(module, primary)
    names(module, standby)
    _servers(module, primary)


def _buckets(module: ModuleBuilder, standby: Expr) -> None:
    var = module.var
    module.section("Buckets")
    there = module.local(
        "replicas",
        expr(
            f"merge([for it in {standby}[*] : {{ for name, bucket in {var.bucket_names} : name => {{\n"
            "source = bucket\n"
            f'target = join("", ["arn:", {var.partition}, ":s3:::", it.name, "-", it.account, "-", name])\n'
            f"}} }} if {var.replicate_buckets}]...)"
        ),
        "Each bucket, and the one of the standby that takes its objects.",
    )
    key = module.local(
        "replica_key_arn",
        expr(
            f"one([for it in {standby}[*] :"
            f' join(":", ["arn", {var.partition}, "kms", it.region, it.account, "alias/${{it.name}}-storage"])])'
        ),
        "The standby's key by its alias, which is known beforehand.",
    )
    some = expr(f"length({there}) > 0 ? 1 : 0")
    role = service_role(
        module,
        "replication",
        "What S3 works as when it replicates.",
        count=some,
        role_name=f"{var.environment}-replication",
        description=f"Replicates the buckets of {var.environment}.",
        trust=trust_of_service("s3.amazonaws.com", var.account, _sources(module)),
        policy_name="replicate",
        permissions=_permissions(module, there, standby),
        permissions_comment="Read here, and write there, with the key of either side.",
        tags={"Name": f"{var.environment}-replication"},
    )
    module.resource(
        "aws_s3_bucket_replication_configuration.this",
        "Every object that is written from now on, encrypted with the standby's own key; what was there before needs a"
        " batch job. Deletions are replicated as markers, never as the removal of a version.",
        for_each=there,
        bucket=each.value.source,
        role=role.role.arn,
        rule={
            "id": "standby",
            "status": "Enabled",
            "priority": 0,
            "filter": {},
            "delete_marker_replication": {"status": "Enabled"},
            "source_selection_criteria": {"sse_kms_encrypted_objects": {"status": "Enabled"}},
            "destination": {
                "bucket": each.value.target,
                "storage_class": "STANDARD",
                "encryption_configuration": {"replica_kms_key_id": key},
                "metrics": {"status": "Enabled", "event_threshold": {"minutes": 15}},
                "replication_time": {"status": "Enabled", "time": {"minutes": 15}},
            },
        },
        depends_on=[role.permissions],
    )


def _sources(module: ModuleBuilder) -> Expr:
    """ARNs of the buckets that are replicated: those of the environment's names, and those of names of their own."""
    var = module.var
    return call("concat", [f"arn:{var.partition}:s3:::{var.environment}-*"], var.named_bucket_arns)


def _permissions(module: ModuleBuilder, there: Expr, standby: Expr) -> list[dict[str, object]]:
    var = module.var
    here = expr(f'[for it in {there} : "arn:{var.partition}:s3:::${{it.source}}"]')
    objects = expr(f'[for it in {there} : "arn:{var.partition}:s3:::${{it.source}}/*"]')
    targets = expr(f'[for it in {there} : "${{it.target}}/*"]')
    return [
        allow("ReadTheRule", ["s3:GetReplicationConfiguration", "s3:ListBucket"], here),
        allow(
            "ReadVersions",
            [
                "s3:GetObjectLegalHold",
                "s3:GetObjectRetention",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            objects,
        ),
        allow("WriteReplicas", ["s3:ReplicateDelete", "s3:ReplicateObject", "s3:ReplicateTags"], targets),
        allow(
            "ReadWithTheKeyHere",
            ["kms:Decrypt"],
            var.storage_key_arn,
            condition={"StringEquals": {"kms:ViaService": f"s3.{var.region}.amazonaws.com"}},
        ),
        allow(
            "WriteWithTheKeyThere",
            ["kms:Encrypt", "kms:GenerateDataKey"],
            f"arn:{var.partition}:kms:{standby.region}:{var.account}:key/*",
            condition={
                "StringEquals": {"kms:ViaService": f"s3.{standby.region}.amazonaws.com"},
                "ForAnyValue:StringEquals": {"kms:ResourceAliases": f"alias/{standby.name}-storage"},
            },
        ),
    ]


def _backups(module: ModuleBuilder, primary: Expr) -> None:
    var = module.var
    module.section("Backups of the primary's databases")
    sources = module.local(
        "sources",
        expr(
            f"merge([for it in {primary}[*] : {{ for name, here in coalesce({var.instance_identifiers}, {{}}) : name =>"
            f' join(":", ["arn", {var.partition}, "rds", it.region, it.account, "db", "${{it.name}}-${{name}}"])'
            " }]...)"
        ),
        "The primary's databases, by the names that every environment gives its own.",
    )
    module.resource(
        "aws_db_instance_automated_backups_replication.this",
        "Snapshots and logs of the primary's databases, some minutes old, from which they are restored here.",
        for_each=sources,
        source_db_instance_arn=each.value,
        kms_key_id=var.database_key_arn,
        retention_period=var.backup_days,
    )


def _servers(module: ModuleBuilder, primary: Expr) -> None:
    var = module.var
    module.section("Servers beside the cluster")
    some = expr(f"{var.elastic_disaster_recovery} && {primary} != null ? 1 : 0")
    group = module.resource(
        "aws_security_group.replication",
        "Replication servers: agents write to them, and they reach AWS.",
        count=some,
        name=f"{var.environment}-replication-servers",
        description=f"Replication servers of Elastic Disaster Recovery in {var.environment}",
        vpc_id=var.vpc_id,
        tags={"Name": f"{var.environment}-replication-servers"},
    )
    module.resource(
        "aws_vpc_security_group_egress_rule.replication",
        "To the services of AWS.",
        count=some,
        security_group_id=group[0].id,
        description="AWS services",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4="0.0.0.0/0",
    )
    module.resource(
        "aws_drs_replication_configuration_template.this",
        "How servers that get an agent are replicated into this region. The service has to be initialised here first,"
        " once an account.",
        count=some,
        associate_default_security_group=False,
        bandwidth_throttling=0,
        create_public_ip=False,
        data_plane_routing="PRIVATE_IP",
        default_large_staging_disk_type="GP3",
        ebs_encryption="CUSTOM",
        ebs_encryption_key_arn=var.storage_key_arn,
        replication_server_instance_type="t3.small",
        replication_servers_security_groups_ids=[group[0].id],
        staging_area_subnet_id=expr(f"values({var.staging_subnets})[0]"),
        staging_area_tags={"Name": f"{var.environment}-replication"},
        use_dedicated_replication_server=False,
        pit_policy=[
            {"enabled": True, "interval": 10, "retention_duration": 60, "units": "MINUTE", "rule_id": 1},
            {"enabled": True, "interval": 1, "retention_duration": 24, "units": "HOUR", "rule_id": 2},
            {"enabled": True, "interval": 1, "retention_duration": 3, "units": "DAY", "rule_id": 3},
        ],
        tags={"Name": f"{var.environment}-replication"},
    )
