"""What the CIS benchmark wants to be told of: filters over the log of a trail, and the metrics that they count into.

The patterns are those of Security Hub's controls CloudWatch.1 to CloudWatch.14, letter by letter: its check compares
the text, and "additional fields or terms cannot be added". Where CIS's own text differs (4.4 and 4.13 name no event
source) AWS's is taken. 4.15, changes of the organization, is CIS's alone.

Sources: Security Hub user guide, "Security Hub controls for CloudWatch"; CIS AWS Foundations Benchmark 5.0, chapter 4
(numbered so since 1.4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mendixgen.authoring.expression import Expr, each, expr
from mendixgen.authoring.module import ModuleBuilder

NAMESPACE = "mendixctl/cis"
"""Where the account's management trail counts; filters of the foundation and alarms of environments agree on it."""


class Control(NamedTuple):
    """One thing to be told of: the benchmark's number, Security Hub's control, what it is, and the filter."""

    number: str
    control: str
    what: str
    pattern: str


def _any(events: Sequence[str]) -> str:
    return " || ".join(f"($.eventName={event})" for event in events)


def _of(source: str, events: Sequence[str]) -> str:
    return f"{{($.eventSource={source}) && ({_any(events)})}}"


_POLICY_CHANGES = (
    "DeleteGroupPolicy DeleteRolePolicy DeleteUserPolicy PutGroupPolicy PutRolePolicy PutUserPolicy CreatePolicy"
    " DeletePolicy CreatePolicyVersion DeletePolicyVersion AttachRolePolicy DetachRolePolicy AttachUserPolicy"
    " DetachUserPolicy AttachGroupPolicy DetachGroupPolicy"
).split()
_BUCKET_CHANGES = (
    "PutBucketAcl PutBucketPolicy PutBucketCors PutBucketLifecycle PutBucketReplication DeleteBucketPolicy"
    " DeleteBucketCors DeleteBucketLifecycle DeleteBucketReplication"
).split()
_RECORDER_CHANGES = (
    "StopConfigurationRecorder DeleteDeliveryChannel PutDeliveryChannel PutConfigurationRecorder".split()
)
_GROUP_CHANGES = (
    "AuthorizeSecurityGroupIngress AuthorizeSecurityGroupEgress RevokeSecurityGroupIngress RevokeSecurityGroupEgress"
    " CreateSecurityGroup DeleteSecurityGroup"
).split()
_ACL_CHANGES = (
    "CreateNetworkAcl CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry ReplaceNetworkAclEntry"
    " ReplaceNetworkAclAssociation"
).split()
_GATEWAY_CHANGES = (
    "CreateCustomerGateway DeleteCustomerGateway AttachInternetGateway CreateInternetGateway DeleteInternetGateway"
    " DetachInternetGateway"
).split()
_ROUTE_CHANGES = (
    "CreateRoute CreateRouteTable ReplaceRoute ReplaceRouteTableAssociation DeleteRouteTable DeleteRoute"
    " DisassociateRouteTable"
).split()
_NETWORK_CHANGES = (
    "CreateVpc DeleteVpc ModifyVpcAttribute AcceptVpcPeeringConnection CreateVpcPeeringConnection"
    " DeleteVpcPeeringConnection RejectVpcPeeringConnection AttachClassicLinkVpc DetachClassicLinkVpc"
    " DisableVpcClassicLink EnableVpcClassicLink"
).split()
_ORGANIZATION_CHANGES = (
    "AcceptHandshake AttachPolicy CreateAccount CreateOrganizationalUnit CreatePolicy DeclineHandshake"
    " DeleteOrganization DeleteOrganizationalUnit DeletePolicy DetachPolicy DisablePolicyType EnablePolicyType"
    " InviteAccountToOrganization LeaveOrganization MoveAccount RemoveAccountFromOrganization UpdatePolicy"
    " UpdateOrganizationalUnit"
).split()

CONTROLS: dict[str, Control] = {
    "root-use": Control(
        "4.3",
        "CloudWatch.1",
        "The root user was used",
        '{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}',
    ),
    "denied-calls": Control(
        "4.1",
        "CloudWatch.2",
        "A call was not authorized",
        '{($.errorCode="*UnauthorizedOperation") || ($.errorCode="AccessDenied*")}',
    ),
    "sign-in-without-mfa": Control(
        "4.2",
        "CloudWatch.3",
        "Somebody signed in to the console without MFA",
        '{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type ='
        ' "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }',
    ),
    "policy-changes": Control(
        "4.4", "CloudWatch.4", "An IAM policy was changed", _of("iam.amazonaws.com", _POLICY_CHANGES)
    ),
    "trail-changes": Control(
        "4.5",
        "CloudWatch.5",
        "A trail was changed",
        f"{{{_any('CreateTrail UpdateTrail DeleteTrail StartLogging StopLogging'.split())}}}",
    ),
    "failed-sign-ins": Control(
        "4.6",
        "CloudWatch.6",
        "A sign-in to the console failed",
        '{($.eventName=ConsoleLogin) && ($.errorMessage="Failed authentication")}',
    ),
    "key-deletion": Control(
        "4.7",
        "CloudWatch.7",
        "A key was disabled, or its deletion scheduled",
        _of("kms.amazonaws.com", ["DisableKey", "ScheduleKeyDeletion"]),
    ),
    "bucket-policy-changes": Control(
        "4.8", "CloudWatch.8", "A bucket's policy was changed", _of("s3.amazonaws.com", _BUCKET_CHANGES)
    ),
    "config-changes": Control(
        "4.9", "CloudWatch.9", "AWS Config was changed", _of("config.amazonaws.com", _RECORDER_CHANGES)
    ),
    "security-group-changes": Control(
        "4.10", "CloudWatch.10", "A security group was changed", f"{{{_any(_GROUP_CHANGES)}}}"
    ),
    "network-acl-changes": Control("4.11", "CloudWatch.11", "A network ACL was changed", f"{{{_any(_ACL_CHANGES)}}}"),
    "gateway-changes": Control("4.12", "CloudWatch.12", "A gateway was changed", f"{{{_any(_GATEWAY_CHANGES)}}}"),
    "route-table-changes": Control(
        "4.13", "CloudWatch.13", "A route table was changed", _of("ec2.amazonaws.com", _ROUTE_CHANGES)
    ),
    "network-changes": Control("4.14", "CloudWatch.14", "A network was changed", f"{{{_any(_NETWORK_CHANGES)}}}"),
    "organization-changes": Control(
        "4.15",
        "",
        "The organization was changed",
        f"{{($.eventSource = organizations.amazonaws.com) && ({_any(_ORGANIZATION_CHANGES)})}}",
    ),
}
"""By the name of metric and alarm."""


def filters(module: ModuleBuilder, *, log_group_name: Expr, namespace: str, on: Expr) -> None:
    """Add ``aws_cloudwatch_log_metric_filter.cis``, one a control where ``on`` is true, over the log of a trail."""
    patterns = module.local(
        "cis_patterns",
        {name: it.pattern for name, it in CONTROLS.items()},
        "What Security Hub compares letter by letter: nothing may be added.",
    )
    module.resource(
        "aws_cloudwatch_log_metric_filter.cis",
        "Counts what the CIS benchmark wants to be told of.",
        for_each=expr(f"{{ for name, pattern in {patterns} : name => pattern if {on} }}"),
        name=f"{module.var.environment}-{each.key}",
        log_group_name=log_group_name,
        pattern=each.value,
        metric_transformation={"name": each.key, "namespace": namespace, "value": "1"},
    )
