"""The services of AWS that a VPC endpoint can lead to, to catch a misspelt one.

Not all there are: a full service name is always taken.
Source: AWS, AWS PrivateLink guide, "AWS services that integrate with AWS PrivateLink" and "Gateway endpoints".
"""

from __future__ import annotations

import difflib

from mendixgen.areas.contract import Check

GATEWAY = ("s3", "dynamodb")
"""Services that a route leads to; the other endpoints are interfaces."""

_INTERFACE = """
access-analyzer acm-pca application-autoscaling appmesh-envoy-management aps aps-workspaces athena autoscaling
autoscaling-plans backup cloudformation cloudtrail codeartifact.api codeartifact.repositories codebuild
codecommit codecommit-fips codedeploy codedeploy-commands-secure codepipeline cognito-idp config dms ds ebs
ec2 ec2messages ecr.api ecr.dkr ecs eks eks-auth elasticache elasticfilesystem elasticloadbalancing email-smtp
events execute-api firehose fis git-codecommit glue grafana guardduty-data iam imagebuilder inspector2
kinesis-streams kms lambda license-manager logs monitoring oam opensearch organizations pi pipes ram rds
rds-data rekognition resource-groups resource-groups-tagging scheduler secretsmanager securityhub
servicecatalog servicediscovery signin sns sqs ssm ssm-contacts ssm-incidents ssmmessages states
storagegateway sts synthetics textract transcribe transfer translate wafv2 xray
"""
INTERFACE = frozenset(_INTERFACE.split())


def problem(path: tuple[str | int, ...], service: str, region: str) -> Check | None:
    """What is wrong with ``service`` at ``path``, or None; a full service name is not looked at."""
    known = sorted({*GATEWAY, *INTERFACE})
    if service in known or "amazonaws." in service:
        return None
    close = difflib.get_close_matches(service, known, 1, cutoff=0.6)
    hint = f"did you mean {close[0]}? " if close else ""
    return Check(
        path,
        "MXS307",
        f"{service} is not a service that is known to have an endpoint",
        f"{hint}for a newer one write its full name: com.amazonaws.{region}.{service}",
    )
