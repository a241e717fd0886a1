"""What the emulator refuses of a state that it has itself: the questions that the rules ask of it, and real Terraform.

One emulator serves the table; each line makes what it needs, is refused, and is taken after what is said to do instead.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from mendixctl.emulator.endpoint import Endpoint
from mendixctl.engine.plan.verdicts import judge_file
from tests.emulator.refusing_account import Account, key
from tests.emulator.terraform_root import Root


def test_the_emulator_knows_what_it_has(emulator: Endpoint) -> None:
    account = Account(emulator)
    clusters(account)
    databases(account)
    networks(account)
    balancers(account)
    policies(account)
    buckets(account)
    names(account)
    singletons(account)


def clusters(account: Account) -> None:
    eks, at = account("eks"), account.subnets

    def create(name: str, *zones: str, version: str = "1.33") -> Any:
        network = {"subnetIds": [at[zone] for zone in zones]}
        return eks.create_cluster(name=name, version=version, roleArn=account.role, resourcesVpcConfig=network)

    account.refuses("eks.one-zone", lambda: create("narrow", "a", "a2"))
    create("prod", "a", "b")
    eks.create_nodegroup(
        clusterName="prod",
        nodegroupName="old",
        version="1.30",
        nodeRole=account.role,
        subnets=[at["a"]],
        scalingConfig={"minSize": 2, "maxSize": 4, "desiredSize": 2},
    )

    def config(*zones: str) -> Any:
        return eks.update_cluster_config(name="prod", resourcesVpcConfig={"subnetIds": [at[zone] for zone in zones]})

    text = account.refuses("eks.other-zones", lambda: config("a", "b", "c"))
    assert f"exact set of AZs '{account.region}a,{account.region}b'" in text
    config("a2", "b")
    account.settle()
    account.refuses("eks.nodes-too-old", lambda: eks.update_cluster_version(name="prod", version="1.34"))
    account.refuses("eks.version-skips", lambda: eks.update_cluster_version(name="prod", version="1.35"))
    text = account.refuses(
        "eks.nodes-ahead",
        lambda: eks.update_nodegroup_version(clusterName="prod", nodegroupName="old", version="1.34"),
    )
    assert "[1.33, 1.32, 1.31, 1.30]" in text
    eks.update_nodegroup_version(clusterName="prod", nodegroupName="old", version="1.33")
    account.settle()
    eks.update_cluster_version(name="prod", version="1.34")
    account.settle()
    text = account.refuses(
        "eks.min-above-desired",
        lambda: eks.update_nodegroup_config(
            clusterName="prod", nodegroupName="old", scalingConfig={"minSize": 3, "maxSize": 4}
        ),
    )
    assert text == "Minimum capacity 3 can't be greater than desired size 2"
    account.refuses("ec2.subnet-of-control-plane", lambda: account("ec2").delete_subnet(SubnetId=at["a2"]))
    secrets = [{"resources": ["secrets"], "provider": {"keyArn": key(account)}}]
    other = [{"resources": ["secrets"], "provider": {"keyArn": key(account)}}]
    plain = {"subnetIds": [at["a"], at["b"]]}
    eks.create_cluster(name="sealed", roleArn=account.role, resourcesVpcConfig=plain, encryptionConfig=secrets)
    account.refuses(
        "eks.encryption-key-changes",
        lambda: eks.associate_encryption_config(clusterName="sealed", encryptionConfig=other),
    )
    eks.create_access_entry(clusterName="prod", principalArn=account.role)
    account.refuses(
        "eks.access-entry-twice", lambda: eks.create_access_entry(clusterName="prod", principalArn=account.role)
    )
    pod = {"clusterName": "prod", "namespace": "apps", "serviceAccount": "mendix", "roleArn": account.role}
    eks.create_pod_identity_association(**pod)
    account.refuses("eks.pod-identity-twice", lambda: eks.create_pod_identity_association(**pod))


def databases(account: Account) -> None:
    rds, at = account("rds"), account.subnets

    def group(name: str, *zones: str) -> Any:
        return rds.create_db_subnet_group(
            DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=[at[zone] for zone in zones]
        )

    account.refuses("rds.subnet-group-one-zone", lambda: group("narrow", "a", "a2"))
    group("wide", "a", "b")
    group("three", "a", "b")
    rds.create_db_instance(
        DBInstanceIdentifier="placed",
        Engine="postgres",
        DBInstanceClass="db.t4g.medium",
        MasterUsername="mendix_admin",
        MasterUserPassword="long-enough-1",
        AllocatedStorage=100,
        AvailabilityZone=f"{account.region}b",
        DBSubnetGroupName="three",
    )

    def move(*zones: str) -> Any:
        return rds.modify_db_subnet_group(DBSubnetGroupName="three", SubnetIds=[at[zone] for zone in zones])

    move("a2", "b", "a")
    ec2 = account("ec2")
    other = ec2.create_subnet(VpcId=account.vpc, CidrBlock="10.0.8.0/24", AvailabilityZone=f"{account.region}c")
    at["further"] = other["Subnet"]["SubnetId"]
    account.refuses("rds.subnet-of-instance", lambda: move("a", "further"))
    move("b", "further")
    rds.create_db_parameter_group(DBParameterGroupName="pg16", DBParameterGroupFamily="postgres16", Description="x")
    static = [{"ParameterName": "max_connections", "ParameterValue": "9", "ApplyMethod": "immediate"}]
    foreign = [{"ParameterName": "sql_mode", "ParameterValue": "x", "ApplyMethod": "immediate"}]

    def parameters(sent: list[dict[str, str]]) -> Any:
        return rds.modify_db_parameter_group(DBParameterGroupName="pg16", Parameters=sent)

    account.refuses("rds.static-at-once", lambda: parameters(static))
    account.refuses("rds.parameter-unknown", lambda: parameters(foreign))

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

    account.refuses("rds.family-of-another", lambda: create("db", EngineVersion="17.2", DBParameterGroupName="pg16"))
    create("db", EngineVersion="16.4", DBParameterGroupName="pg16", BackupRetentionPeriod=0)

    def modify(**changes: Any) -> Any:
        return rds.modify_db_instance(DBInstanceIdentifier="db", ApplyImmediately=True, **changes)

    text = account.refuses("rds.version-down", lambda: modify(EngineVersion="15.7"))
    assert text == "Cannot upgrade postgres from 16.4 to 15.7"
    account.refuses("rds.major-unallowed", lambda: modify(EngineVersion="17.2"))
    account.refuses("rds.storage-shrinks", lambda: modify(AllocatedStorage=50))
    account.refuses(
        "rds.replica-without-backups",
        lambda: rds.create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="db"),
    )
    modify(BackupRetentionPeriod=7)
    rds.create_db_instance_read_replica(DBInstanceIdentifier="copy", SourceDBInstanceIdentifier="db")
    account.refuses("rds.replicas-first", lambda: modify(EngineVersion="16.8"))
    account.refuses(
        "rds.final-snapshot-of-replica",
        lambda: rds.delete_db_instance(DBInstanceIdentifier="copy", FinalDBSnapshotIdentifier="last"),
    )
    create("managed", EngineVersion="16.4", BackupRetentionPeriod=7, ManageMasterUserPassword=True)
    account.refuses(
        "rds.replica-of-managed-master",
        lambda: rds.create_db_instance_read_replica(DBInstanceIdentifier="no", SourceDBInstanceIdentifier="managed"),
    )
    account.refuses("rds.retention-zero-with-replicas", lambda: modify(BackupRetentionPeriod=0))
    account.refuses("rds.parameter-group-in-use", lambda: rds.delete_db_parameter_group(DBParameterGroupName="pg16"))


def networks(account: Account) -> None:
    ec2, at = account("ec2"), account.subnets
    account.refuses(
        "ec2.secondary-overlaps",
        lambda: ec2.associate_vpc_cidr_block(VpcId=account.vpc, CidrBlock="10.0.128.0/17"),
    )
    ec2.associate_vpc_cidr_block(VpcId=account.vpc, CidrBlock="100.64.0.0/16")
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    gateway = ec2.create_nat_gateway(SubnetId=at["c"], AllocationId=address)["NatGateway"]["NatGatewayId"]
    account.refuses("ec2.subnet-in-use", lambda: ec2.delete_subnet(SubnetId=at["c"]))
    ec2.delete_nat_gateway(NatGatewayId=gateway)
    ec2.delete_subnet(SubnetId=at["c"])

    def endpoint(*zones: str) -> Any:
        return ec2.create_vpc_endpoint(
            VpcId=account.vpc,
            VpcEndpointType="Interface",
            ServiceName=f"com.amazonaws.{account.region}.ecr.api",
            SubnetIds=[at[zone] for zone in zones],
        )

    account.refuses("ec2.endpoint-zone-twice", lambda: endpoint("a", "a2"))
    endpoint("a", "b")
    rules(account)
    volume = ec2.create_volume(AvailabilityZone=f"{account.region}a", Size=20, VolumeType="gp3")["VolumeId"]
    account.refuses("ec2.volume-shrinks", lambda: ec2.modify_volume(VolumeId=volume, Size=10))


def rules(account: Account) -> None:
    ec2 = account("ec2")
    one, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=account.vpc)["GroupId"]
        for name in ("one", "other")
    )

    def open_port(group: str, port: int, **peer: Any) -> Any:
        rule = {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            **(peer or {"IpRanges": [{"CidrIp": "10.0.0.0/8"}]}),
        }
        return ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])

    open_port(one, 1, UserIdGroupPairs=[{"GroupId": other}])
    account.refuses("ec2.group-referenced", lambda: ec2.delete_security_group(GroupId=other))
    for port in range(2, 61):
        open_port(one, port)
    account.refuses("ec2.group-full-in", lambda: open_port(one, 61))
    acl = ec2.create_network_acl(VpcId=account.vpc)["NetworkAcl"]["NetworkAclId"]

    def entry(number: int) -> Any:
        return ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=number, Protocol="-1", RuleAction="allow", Egress=False, CidrBlock="10.0.0.0/8"
        )

    for number in range(1, 21):
        entry(number)
    account.refuses("ec2.acl-above-quota", lambda: entry(21))
    account("service-quotas").request_service_quota_increase(
        ServiceCode="vpc", QuotaCode="L-2AEEBF1A", DesiredValue=40.0
    )
    for number in range(21, 41):
        entry(number)
    account.refuses("ec2.acl-full", lambda: entry(41))


def balancers(account: Account) -> None:
    elb, at = account("elbv2"), account.subnets

    def create(kind: str, *zones: str) -> Any:
        return elb.create_load_balancer(Name=f"apps-{kind[:3]}", Type=kind, Subnets=[at[zone] for zone in zones])

    account.refuses("elasticloadbalancing.one-zone", lambda: create("application", "a"))
    account.refuses("elasticloadbalancing.zone-twice", lambda: create("network", "a", "a2"))
    arn = create("network", "a", "b")["LoadBalancers"][0]["LoadBalancerArn"]

    def target(protocol: str) -> str:
        made = elb.create_target_group(Name=protocol.lower(), Protocol=protocol, Port=80, VpcId=account.vpc)
        return str(made["TargetGroups"][0]["TargetGroupArn"])

    def listener(protocol: str) -> Any:
        forward = {"Type": "forward", "TargetGroupArn": target(protocol)}
        return elb.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=[forward])

    account.refuses("elasticloadbalancing.tcp-to-http", lambda: listener("HTTP"))
    listener("TCP")

    def protect(word: str) -> None:
        attributes = [{"Key": "deletion_protection.enabled", "Value": word}]
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=attributes)

    protect("true")
    text = account.refuses(
        "elasticloadbalancing.deletion-protected", lambda: elb.delete_load_balancer(LoadBalancerArn=arn)
    )
    assert arn in text
    protect("false")
    elb.delete_load_balancer(LoadBalancerArn=arn)


def policies(account: Account) -> None:
    iam = account("iam")
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    )
    arns = [
        iam.create_policy(PolicyName=f"p{number}", PolicyDocument=document)["Policy"]["Arn"] for number in range(26)
    ]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="cluster", PolicyArn=arn)
    account.refuses("iam.policies-above-quota", lambda: iam.attach_role_policy(RoleName="cluster", PolicyArn=arns[10]))
    account("service-quotas").request_service_quota_increase(
        ServiceCode="iam", QuotaCode="L-0DA4ABF3", DesiredValue=25.0
    )
    for arn in arns[10:25]:
        iam.attach_role_policy(RoleName="cluster", PolicyArn=arn)
    account.refuses("iam.policy-attached", lambda: iam.delete_policy(PolicyArn=arns[0]))
    account.refuses("iam.role-in-use", lambda: iam.delete_role(RoleName="cluster"))
    account.refuses("iam.many-policies", lambda: iam.attach_role_policy(RoleName="cluster", PolicyArn=arns[25]))
    iam.attach_role_policy(RoleName="cluster", PolicyArn=arns[0])


def buckets(account: Account) -> None:
    s3 = account("s3")
    place = {"LocationConstraint": account.region}
    s3.create_bucket(Bucket="files", CreateBucketConfiguration=place)
    lock = {"ObjectLockEnabled": "Enabled"}

    def versions(status: str) -> Any:
        return s3.put_bucket_versioning(Bucket="files", VersioningConfiguration={"Status": status})

    account.refuses(
        "s3.lock-unversioned",
        lambda: s3.put_object_lock_configuration(Bucket="files", ObjectLockConfiguration=lock),
    )
    s3.create_bucket(Bucket="locked", CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
    account.refuses(
        "s3.versions-of-locked",
        lambda: s3.put_bucket_versioning(Bucket="locked", VersioningConfiguration={"Status": "Suspended"}),
    )
    versions("Enabled")
    versions("Suspended")


def names(account: Account) -> None:
    route53, elb, acm = account("route53"), account("elbv2"), account("acm")
    zone = route53.create_hosted_zone(Name="apps.example.com", CallerReference="x")["HostedZone"]["Id"]

    def record(kind: str, value: str) -> Any:
        made = {"Name": "apps.example.com", "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        change = {"Action": "CREATE", "ResourceRecordSet": made}
        return route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [change]})

    account.refuses("route53.cname-at-apex", lambda: record("CNAME", "www.example.com"))
    record("A", "192.0.2.1")
    certificate = acm.request_certificate(DomainName="apps.example.com")["CertificateArn"]
    at = account.subnets
    made = elb.create_load_balancer(Name="served", Type="network", Subnets=[at["a"], at["b"]])
    target = elb.create_target_group(Name="served", Protocol="TLS", Port=443, VpcId=account.vpc)
    listener = elb.create_listener(
        LoadBalancerArn=made["LoadBalancers"][0]["LoadBalancerArn"],
        Protocol="TLS",
        Port=443,
        Certificates=[{"CertificateArn": certificate}],
        DefaultActions=[{"Type": "forward", "TargetGroupArn": target["TargetGroups"][0]["TargetGroupArn"]}],
    )
    account.refuses("acm.certificate-in-use", lambda: acm.delete_certificate(CertificateArn=certificate))
    elb.delete_listener(ListenerArn=listener["Listeners"][0]["ListenerArn"])
    acm.delete_certificate(CertificateArn=certificate)


def singletons(account: Account) -> None:
    guardduty, hub = account("guardduty"), account("securityhub")
    detector = guardduty.create_detector(Enable=True, Tags={"a": "b"})["DetectorId"]
    account.refuses("guardduty.one-detector", lambda: guardduty.create_detector(Enable=True))
    arn = f"arn:aws:guardduty:{account.region}:123456789012:detector/{detector}"
    guardduty.tag_resource(ResourceArn=arn, Tags={"c": "d"})
    guardduty.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert guardduty.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"c": "d"}
    assert guardduty.get_detector(DetectorId=detector)["Tags"] == {"c": "d"}
    hub.enable_security_hub()
    account.refuses("securityhub.one-account", hub.enable_security_hub)


def test_a_plan_knew_what_a_forced_apply_hears(root_of: Callable[..., Root]) -> None:
    root = root_of("refusals")
    root.apply()
    bad = {"storage_gb": 30, "check_timeout": 10, "buckets": 200}
    root.run("plan", "-input=false", "-out=tfplan", *(f"-var={name}={value}" for name, value in bad.items()))
    shown = root.folder / "plan.json"
    shown.write_text(root.run("show", "-json", "tfplan").stdout)
    known = {one.rule: one for one in judge_file(shown).refusals if one.certain}
    assert {rule: one.address for rule, one in known.items()} == {
        "elasticloadbalancing.check-timeout": "aws_lb_target_group.this",
        "iam.policy-large": "aws_iam_policy.this",
        "rds.storage-shrinks": "aws_db_instance.this",
    }
    failed = root.run("apply", "-input=false", "tfplan", codes=(1,))
    heard = " ".join(failed.stderr.replace("│", " ").split())
    for one in known.values():
        assert f"{one.code}: {one.text}" in heard
    assert root.changes() == {}
