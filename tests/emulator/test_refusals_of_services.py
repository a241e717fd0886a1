"""What a service of the emulator refuses by a check of its own: each such rule, for real, with AWS's code.

What the rules themselves answer is tested with their examples in `tests/unit/emulator/test_refusals.py`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixctl.guard.refusals import rulebook
from tests.emulator.refusing_account import Account, key

pytestmark = pytest.mark.emulator

OPEN = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
CACHE = {
    "TargetOriginId": "o",
    "ViewerProtocolPolicy": "allow-all",
    "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
}


def test_each_check_that_a_service_has_of_its_own(emulator: Endpoint) -> None:
    account = Account(emulator)
    for part in (backups, distributions, singletons, tables, subnets, volumes, images, clusters, balancers, domains):
        part(account)
    for part in (policies, logs, databases, names, buckets, secrets):
        part(account)
    wanted = {rule.id for rule in rulebook.every_rule() if rule.answered == "moto"}
    assert account.refused == wanted


def test_the_emulator_refuses_every_rule_but_for_two() -> None:
    """Warm indices are in a domain's own API, which the emulator lacks; where a standby is, it does not keep."""
    left = {rule.id for rule in rulebook.every_rule() if rule.answered == "nobody"}
    assert left == {"es.warm-in-use", "rds.subnet-of-standby"}


def backups(account: Account) -> None:
    backup = account("backup")
    backup.create_backup_vault(BackupVaultName="main")

    def plan(**lifecycle: int) -> Any:
        rule = {"RuleName": "daily", "TargetBackupVaultName": "main", "Lifecycle": lifecycle}
        return backup.create_backup_plan(BackupPlan={"BackupPlanName": "p", "Rules": [rule]})

    days = {"MoveToColdStorageAfterDays": 30}
    account.refuses("backup.backup-cold-too-short", lambda: plan(DeleteAfterDays=119, **days))
    plan(DeleteAfterDays=120, **days)

    def lock(least: int, most: int, **more: int) -> Any:
        return backup.put_backup_vault_lock_configuration(
            BackupVaultName="main", MinRetentionDays=least, MaxRetentionDays=most, **more
        )

    account.refuses("backup.backup-lock-upside-down", lambda: lock(8, 7))
    lock(7, 7, ChangeableForDays=3)
    lock(7, 30, ChangeableForDays=3)
    account.settle()
    account.refuses(
        "backup.backup-lock-in-force",
        lambda: backup.delete_backup_vault_lock_configuration(BackupVaultName="main"),
    )
    database = f"arn:aws:rds:{account.region}:123456789012:db:crm"
    backup.start_backup_job(BackupVaultName="main", ResourceArn=database, IamRoleArn=account.role)
    text = account.refuses("backup.vault-holds-backups", lambda: backup.delete_backup_vault(BackupVaultName="main"))
    assert text == "Backup vault cannot be deleted (contains 1 recovery points)"


def distributions(account: Account) -> None:
    cloudfront = account("cloudfront")
    wafv2 = account("wafv2")
    visibility = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": False, "MetricName": "m"}
    acl = wafv2.create_web_acl(
        Name="regional", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=visibility
    )["Summary"]["ARN"]

    def create(reference: str, **more: Any) -> Any:
        origin = {
            "Id": "o",
            "DomainName": "a.example.com",
            "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"},
        }
        config = {
            "CallerReference": reference,
            "Origins": {"Quantity": 1, "Items": [origin]},
            "DefaultCacheBehavior": CACHE,
            "Comment": "",
            "Enabled": True,
            **more,
        }
        return cloudfront.create_distribution_with_tags(
            DistributionConfigWithTags={"DistributionConfig": config, "Tags": {"Items": []}}
        )

    elsewhere = f"arn:aws:acm:{account.region}:123456789012:certificate/11111111-2222-3333-4444-555555555555"
    viewer = {"ACMCertificateArn": elsewhere, "SSLSupportMethod": "sni-only"}
    account.refuses("cloudfront.certificate-elsewhere", lambda: create("a", ViewerCertificate=viewer))
    account.refuses("cloudfront.web-acl-elsewhere", lambda: create("a", WebACLId=acl))
    alias = {"Aliases": {"Quantity": 1, "Items": ["www.example.com"]}}
    made = create("a", **alias)
    account.refuses("cloudfront.alias-taken", lambda: create("b", **alias))
    account.refuses(
        "cloudfront.distribution-enabled",
        lambda: cloudfront.delete_distribution(Id=made["Distribution"]["Id"], IfMatch=made["ETag"]),
    )


def singletons(account: Account) -> None:
    config = account("config")
    account("s3").create_bucket(Bucket="recordings", CreateBucketConfiguration={"LocationConstraint": account.region})

    def recorder(name: str) -> Any:
        return config.put_configuration_recorder(ConfigurationRecorder={"name": name, "roleARN": account.role})

    def channel(name: str) -> Any:
        return config.put_delivery_channel(DeliveryChannel={"name": name, "s3BucketName": "recordings"})

    recorder("one")
    account.refuses("config.one-recorder", lambda: recorder("two"))
    channel("one")
    account.refuses("config.one-channel", lambda: channel("two"))


def tables(account: Account) -> None:
    dynamodb = account("dynamodb")
    dynamodb.create_table(
        TableName="incidents",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        DeletionProtectionEnabled=True,
    )
    account.refuses("dynamodb.table-protected", lambda: dynamodb.delete_table(TableName="incidents"))


def subnets(account: Account) -> None:
    ec2 = account("ec2")

    def create(block: str) -> Any:
        return ec2.create_subnet(VpcId=account.vpc, CidrBlock=block)

    account.refuses("ec2.subnet-outside", lambda: create("10.9.0.0/24"))
    account.refuses("ec2.subnet-conflict", lambda: create("10.0.1.128/25"))
    acl = ec2.create_network_acl(VpcId=account.vpc)["NetworkAcl"]["NetworkAclId"]

    def entry() -> Any:
        return ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=100, Protocol="-1", RuleAction="allow", Egress=True, CidrBlock="10.0.0.0/8"
        )

    entry()
    account.refuses("ec2.acl-number-twice", entry)


def volumes(account: Account) -> None:
    ec2 = account("ec2")
    volume = ec2.create_volume(AvailabilityZone=f"{account.region}a", Size=20, VolumeType="gp3")["VolumeId"]
    ec2.modify_volume(VolumeId=volume, Size=30)
    account.refuses("ec2.volume-rests", lambda: ec2.modify_volume(VolumeId=volume, Size=40))
    account.settle()
    ec2.modify_volume(VolumeId=volume, Size=40)


def images(account: Account) -> None:
    ecr = account("ecr")
    ecr.create_repository(repositoryName="prod/crm")
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "layers": []}
    ecr.put_image(repositoryName="prod/crm", imageManifest=json.dumps(manifest), imageTag="1")
    account.refuses("ecr.repository-holds-images", lambda: ecr.delete_repository(repositoryName="prod/crm"))
    ecr.delete_repository(repositoryName="prod/crm", force=True)


def clusters(account: Account) -> None:
    eks, at = account("eks"), account.subnets
    network = {"subnetIds": [at["a"], at["b"]]}
    eks.create_cluster(name="old", version="1.33", roleArn=account.role, resourcesVpcConfig=network)
    account.refuses("eks.version-down", lambda: eks.update_cluster_version(name="old", version="1.32"))
    eks.create_addon(clusterName="old", addonName="vpc-cni")
    account.refuses("eks.addon-twice", lambda: eks.create_addon(clusterName="old", addonName="vpc-cni"))
    eks.create_nodegroup(
        clusterName="old",
        nodegroupName="apps",
        nodeRole=account.role,
        subnets=[at["a"]],
        scalingConfig={"minSize": 1, "maxSize": 2, "desiredSize": 1},
    )
    secrets = [{"resources": ["secrets"], "provider": {"keyArn": key(account, resources_only=True)}}]
    sealed = {"roleArn": account.role, "resourcesVpcConfig": network, "encryptionConfig": secrets}
    account.refuses("eks.key-grants", lambda: eks.create_cluster(name="mute", **sealed))
    account.refuses("eks.cluster-has-groups", lambda: eks.delete_cluster(name="old"))


def balancers(account: Account) -> None:
    elb, at = account("elbv2"), account.subnets
    made = elb.create_load_balancer(Name="edge", Type="network", Subnets=[at["a"], at["b"]])
    balancer = made["LoadBalancers"][0]["LoadBalancerArn"]
    target = elb.create_target_group(Name="edge", Protocol="TCP", Port=80, VpcId=account.vpc)
    group = target["TargetGroups"][0]["TargetGroupArn"]
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=80, DefaultActions=forward)
    account.refuses("elasticloadbalancing.group-in-use", lambda: elb.delete_target_group(TargetGroupArn=group))


def domains(account: Account) -> None:
    opensearch = account("opensearch")
    opensearch.create_domain(DomainName="logs", ClusterConfig={"InstanceCount": 3})

    def grow(number: int) -> Any:
        return opensearch.update_domain_config(DomainName="logs", ClusterConfig={"InstanceCount": number})

    grow(6)
    assert opensearch.describe_domain(DomainName="logs")["DomainStatus"]["Processing"] is True
    account.refuses("es.in-progress", lambda: grow(9))
    account.settle()
    grow(9)


def policies(account: Account) -> None:
    iam = account("iam")

    def create(name: str, *statements: dict[str, Any]) -> str:
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        return str(iam.create_policy(PolicyName=name, PolicyDocument=text)["Policy"]["Arn"])

    account.refuses("iam.sid-twice", lambda: create("twice", {**OPEN, "Sid": "A"}, {**OPEN, "Sid": "A"}))


def logs(account: Account) -> None:
    client = account("logs")

    def put(number: int) -> Any:
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "es.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": "*",
        }
        text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        return client.put_resource_policy(policyName=f"p{number}", policyDocument=text)

    for number in range(10):
        put(number)
    account.refuses("logs.many-resource-policies", lambda: put(10))


def databases(account: Account) -> None:
    rds = account("rds")

    def create(name: str, **more: Any) -> Any:
        return rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine="postgres",
            DBInstanceClass="db.t4g.medium",
            MasterUsername="mendix_admin",
            MasterUserPassword="long-enough-1",
            AllocatedStorage=100,
            **more,
        )

    create("kept", DeletionProtection=True)

    def modify(size: int) -> Any:
        return rds.modify_db_instance(DBInstanceIdentifier="kept", AllocatedStorage=size, ApplyImmediately=True)

    account.refuses("rds.storage-grows-little", lambda: modify(109))
    modify(110)
    account.refuses("rds.storage-rests", lambda: modify(130))
    account.settle()
    modify(130)
    account.refuses(
        "rds.deletion-protected",
        lambda: rds.delete_db_instance(DBInstanceIdentifier="kept", SkipFinalSnapshot=True),
    )
    create("gone")
    rds.create_db_snapshot(DBInstanceIdentifier="gone", DBSnapshotIdentifier="last")
    account.refuses(
        "rds.final-snapshot-taken",
        lambda: rds.delete_db_instance(DBInstanceIdentifier="gone", FinalDBSnapshotIdentifier="last"),
    )


def names(account: Account) -> None:
    route53 = account("route53")
    zone = route53.create_hosted_zone(Name="apps.example.com", CallerReference="x")["HostedZone"]["Id"]

    def create() -> Any:
        record = {"Name": "a.apps.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
        change = {"Action": "CREATE", "ResourceRecordSet": record}
        return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})

    create()
    account.refuses("route53.record-twice", create)
    account.refuses("route53.zone-holds-records", lambda: route53.delete_hosted_zone(Id=zone))


def buckets(account: Account) -> None:
    s3 = account("s3")
    s3.put_object(Bucket="recordings", Key="a", Body=b"x")
    account.refuses("s3.bucket-holds-objects", lambda: s3.delete_bucket(Bucket="recordings"))


def secrets(account: Account) -> None:
    client = account("secretsmanager")

    def create() -> Any:
        return client.create_secret(Name="prod/key", SecretString="x")

    create()

    def delete(days: int) -> Any:
        return client.delete_secret(SecretId="prod/key", RecoveryWindowInDays=days)

    account.refuses("secretsmanager.recovery-window", lambda: delete(6))
    delete(7)
    account.refuses("secretsmanager.name-taken", create)
