"""Whether the deployer may do what the AWS provider calls for each type of resource that the areas have.

The calls are those of the provider's own resources (create, read, update, delete) that go beyond reading by
``Describe``; AWS's service authorization reference says what each asks for besides (``iam:PassRole``,
``lambda:InvokeFunction`` of ``RotateSecret``, service-linked roles).
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import pytest

from mendixgen.areas.catalogue import AREAS, area
from mendixgen.areas.foundation import Foundation, grants
from mendixgen.authoring.build import collect
from mendixgen.authoring.expression import render

CALLS = {
    "aws_athena_named_query": (
        "athena:CreateNamedQuery athena:GetNamedQuery athena:UpdateNamedQuery athena:DeleteNamedQuery"
    ),
    "aws_athena_workgroup": "athena:CreateWorkGroup athena:GetWorkGroup athena:UpdateWorkGroup athena:DeleteWorkGroup",
    "aws_autoscaling_group_tag": "autoscaling:CreateOrUpdateTags autoscaling:DeleteTags",
    "aws_autoscaling_policy": "autoscaling:PutScalingPolicy autoscaling:DeletePolicy",
    "aws_autoscaling_schedule": "autoscaling:PutScheduledUpdateGroupAction autoscaling:DeleteScheduledAction",
    "aws_acm_certificate": "acm:RequestCertificate acm:DescribeCertificate acm:DeleteCertificate",
    "aws_budgets_budget": "budgets:ModifyBudget budgets:ViewBudget budgets:TagResource budgets:ListTagsForResource",
    "aws_ce_anomaly_monitor": (
        "ce:CreateAnomalyMonitor ce:GetAnomalyMonitors ce:UpdateAnomalyMonitor ce:DeleteAnomalyMonitor"
    ),
    "aws_ce_anomaly_subscription": (
        "ce:CreateAnomalySubscription ce:GetAnomalySubscriptions ce:UpdateAnomalySubscription"
        " ce:DeleteAnomalySubscription"
    ),
    "aws_cloudtrail": (
        "cloudtrail:CreateTrail cloudtrail:UpdateTrail cloudtrail:DeleteTrail cloudtrail:StartLogging"
        " cloudtrail:StopLogging cloudtrail:PutEventSelectors cloudtrail:PutInsightSelectors cloudtrail:AddTags"
        " cloudtrail:GetTrailStatus cloudtrail:ListTags iam:PassRole"
    ),
    "aws_codebuild_project": (
        "codebuild:CreateProject codebuild:UpdateProject codebuild:DeleteProject codebuild:BatchGetProjects"
        " iam:PassRole"
    ),
    "aws_codeconnections_connection": (
        "codeconnections:CreateConnection codeconnections:GetConnection codeconnections:DeleteConnection"
        " codeconnections:ListTagsForResource codeconnections:TagResource codeconnections:UntagResource"
    ),
    "aws_codepipeline": (
        "codepipeline:CreatePipeline codepipeline:GetPipeline codepipeline:UpdatePipeline codepipeline:DeletePipeline"
        " codepipeline:ListTagsForResource codepipeline:TagResource codepipeline:UntagResource iam:PassRole"
        " codestar-connections:PassConnection codeconnections:PassConnection"
    ),
    "aws_cloudwatch_event_target": "events:PutTargets events:RemoveTargets events:ListTargetsByRule",
    "aws_cloudfront_monitoring_subscription": (
        "cloudfront:CreateMonitoringSubscription cloudfront:GetMonitoringSubscription"
        " cloudfront:DeleteMonitoringSubscription"
    ),
    "aws_cloudwatch_composite_alarm": "cloudwatch:PutCompositeAlarm cloudwatch:DescribeAlarms cloudwatch:DeleteAlarms",
    "aws_cloudwatch_dashboard": "cloudwatch:PutDashboard cloudwatch:GetDashboard cloudwatch:DeleteDashboards",
    "aws_cloudwatch_log_metric_filter": "logs:PutMetricFilter logs:DescribeMetricFilters logs:DeleteMetricFilter",
    "aws_cloudwatch_log_resource_policy": "logs:PutResourcePolicy logs:DeleteResourcePolicy",
    "aws_cloudwatch_metric_alarm": "cloudwatch:PutMetricAlarm cloudwatch:DeleteAlarms",
    "aws_cloudwatch_query_definition": (
        "logs:PutQueryDefinition logs:DescribeQueryDefinitions logs:DeleteQueryDefinition"
    ),
    "aws_iam_service_linked_role": "iam:CreateServiceLinkedRole iam:DeleteServiceLinkedRole",
    "aws_lambda_invocation": "lambda:InvokeFunction",
    "aws_opensearch_domain": (
        "es:CreateDomain es:DescribeDomain es:DescribeDomainConfig es:UpdateDomainConfig es:UpgradeDomain"
        " es:GetUpgradeStatus es:GetCompatibleVersions es:DeleteDomain es:AddTags es:ListTags es:RemoveTags"
    ),
    "aws_db_event_subscription": (
        "rds:CreateEventSubscription rds:ModifyEventSubscription rds:DeleteEventSubscription"
        " rds:AddSourceIdentifierToSubscription rds:RemoveSourceIdentifierFromSubscription"
    ),
    "aws_db_instance": (
        "rds:CreateDBInstance rds:CreateDBInstanceReadReplica rds:ModifyDBInstance rds:DeleteDBInstance"
        " rds:RestoreDBInstanceFromDBSnapshot rds:RestoreDBInstanceToPointInTime rds:RebootDBInstance"
        " secretsmanager:CreateSecret secretsmanager:TagResource"
    ),
    "aws_db_proxy_target": "rds:RegisterDBProxyTargets rds:DeregisterDBProxyTargets rds:DescribeDBProxyTargets",
    "aws_ecr_pull_through_cache_rule": (
        "ecr:CreatePullThroughCacheRule ecr:UpdatePullThroughCacheRule ecr:DeletePullThroughCacheRule"
    ),
    "aws_ecr_replication_configuration": "ecr:PutReplicationConfiguration ecr:DescribeRegistry",
    "aws_ecr_repository_creation_template": (
        "ecr:CreateRepositoryCreationTemplate ecr:UpdateRepositoryCreationTemplate"
        " ecr:DeleteRepositoryCreationTemplate iam:PassRole"
    ),
    "aws_eks_addon": "eks:CreateAddon eks:UpdateAddon eks:DeleteAddon eks:CreatePodIdentityAssociation iam:PassRole",
    "aws_eks_cluster": "eks:CreateCluster eks:UpdateClusterVersion eks:DeleteCluster iam:PassRole kms:CreateGrant",
    "aws_eks_node_group": (
        "eks:CreateNodegroup eks:UpdateNodegroupConfig eks:UpdateNodegroupVersion eks:DeleteNodegroup ec2:RunInstances"
    ),
    "aws_flow_log": "ec2:CreateFlowLogs ec2:DeleteFlowLogs iam:PassRole logs:CreateLogDelivery logs:DeleteLogDelivery",
    "aws_glue_catalog_database": "glue:CreateDatabase glue:GetDatabase glue:UpdateDatabase glue:DeleteDatabase",
    "aws_glue_catalog_table": "glue:CreateTable glue:GetTable glue:UpdateTable glue:DeleteTable",
    "aws_iam_openid_connect_provider": "iam:CreateOpenIDConnectProvider iam:DeleteOpenIDConnectProvider",
    "aws_lambda_function": (
        "lambda:CreateFunction lambda:UpdateFunctionCode lambda:UpdateFunctionConfiguration lambda:DeleteFunction"
        " lambda:GetFunction lambda:ListVersionsByFunction lambda:GetFunctionCodeSigningConfig"
    ),
    "aws_lambda_permission": "lambda:AddPermission lambda:RemovePermission lambda:GetPolicy",
    "aws_launch_template": (
        "ec2:CreateLaunchTemplate ec2:CreateLaunchTemplateVersion ec2:ModifyLaunchTemplate ec2:DeleteLaunchTemplate"
    ),
    "aws_lb_listener": "elasticloadbalancing:CreateListener elasticloadbalancing:ModifyListener",
    "aws_lb_listener_certificate": (
        "elasticloadbalancing:AddListenerCertificates elasticloadbalancing:RemoveListenerCertificates"
    ),
    "aws_network_acl_rule": "ec2:CreateNetworkAclEntry ec2:DeleteNetworkAclEntry",
    "aws_s3_bucket_metric": "s3:PutMetricsConfiguration s3:GetMetricsConfiguration",
    "aws_secretsmanager_secret": (
        "secretsmanager:CreateSecret secretsmanager:UpdateSecret secretsmanager:DeleteSecret"
        " secretsmanager:ReplicateSecretToRegions secretsmanager:RemoveRegionsFromReplication"
    ),
    "aws_secretsmanager_secret_policy": (
        "secretsmanager:PutResourcePolicy secretsmanager:ValidateResourcePolicy secretsmanager:DeleteResourcePolicy"
    ),
    "aws_secretsmanager_secret_rotation": (
        "secretsmanager:RotateSecret secretsmanager:CancelRotateSecret lambda:InvokeFunction"
    ),
    "aws_secretsmanager_secret_version": (
        "secretsmanager:PutSecretValue secretsmanager:GetSecretValue secretsmanager:UpdateSecretVersionStage"
    ),
    "aws_vpc_security_group_ingress_rule": "ec2:AuthorizeSecurityGroupIngress ec2:ModifySecurityGroupRules",
    "aws_synthetics_canary": (
        "synthetics:CreateCanary synthetics:GetCanary synthetics:StartCanary synthetics:StopCanary"
        " synthetics:UpdateCanary synthetics:DeleteCanary synthetics:TagResource synthetics:UntagResource iam:PassRole"
        " lambda:CreateFunction lambda:PublishLayerVersion lambda:PublishVersion lambda:DeleteLayerVersion"
    ),
}
OWN_CALLS = (
    "acm:DescribeCertificate cloudtrail:LookupEvents eks:DescribeAddon eks:DescribeCluster eks:DescribeNodegroup"
    " eks:ListAddons elasticloadbalancing:DescribeTargetHealth kms:CancelKeyDeletion kms:DescribeKey kms:EnableKey"
    " rds:CreateDBSnapshot rds:DescribeDBInstances rds:DescribeDBSnapshots secretsmanager:DescribeSecret"
    " secretsmanager:RestoreSecret tag:GetResources"
)
"""What mendixctl itself asks of AWS beside Terraform: health, snapshots, restores, who changed what, whose it is."""
_ACTION = re.compile(r'"([a-z0-9-]+:[A-Z][A-Za-z0-9]*\*?)"')


def granted() -> set[str]:
    texts = [
        render(it.arguments["policy"])
        for it in collect(Foundation).resources
        if it.type == "aws_iam_policy" and it.address != "aws_iam_policy.deployer_boundary"
    ]
    return {action for text in texts for action in _ACTION.findall(text)}


@pytest.mark.parametrize("kind", CALLS)
def test_the_deployer_may_make_change_and_remove_it(kind: str) -> None:
    patterns = granted()
    missing = [call for call in CALLS[kind].split() if not any(fnmatchcase(call, pattern) for pattern in patterns)]
    assert missing == []


def test_the_deployer_may_do_what_mendixctl_does_itself() -> None:
    patterns = granted()
    assert [call for call in OWN_CALLS.split() if not any(fnmatchcase(call, it) for it in patterns)] == []


def test_the_calls_are_of_types_that_areas_have() -> None:
    made = {it.type for name in AREAS for it in collect(area(name)).resources}
    assert set(CALLS) <= made


def test_every_service_that_the_areas_give_a_role_may_be_given_one() -> None:
    """A role that Terraform names in an argument is passed; IAM wants to know to whom."""
    for service in ("ecr", "eks", "ec2", "lambda", "rds", "monitoring.rds", "pods.eks", "dlm", "s3", "vpc-flow-logs"):
        assert f"{service}.amazonaws.com" in grants.PASSED_TO
    for service in ("autoscaling", "eks", "eks-nodegroup", "elasticloadbalancing", "pullthroughcache.ecr", "rds"):
        assert f"{service}.amazonaws.com" in grants.SERVICE_LINKED


def test_the_only_functions_that_it_may_call_are_those_that_rotate_or_install() -> None:
    found = collect(Foundation)
    boundary = render(
        next(it for it in found.resources if it.address == "aws_iam_policy.deployer_boundary").arguments["policy"]
    )
    assert re.search(
        r'"CallNoOtherFunctions"[^}]*"lambda:InvokeFunction"[^}]*NotResource *= local.deployed_rotations', boundary
    )
    rotations = render(next(it for it in found.locals if it.name == "deployed_rotations").value)
    assert '["rotate-*", "logging-installer"]' in rotations
    assert ":function:${pair[0]}*-${pair[1]}" in rotations
    assert "lambda:InvokeFunction" not in {action for _, listed in grants.MANAGED.values() for action in listed}


def test_a_role_has_ten_policies_at_most() -> None:
    """IAM's default quota (managed policies a role); global, identity and state stand beside those of the tables."""
    assert len({*grants.MANAGED, *grants.ABROAD}) + 3 <= 10
