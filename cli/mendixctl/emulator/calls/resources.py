"""The ARN of what a request is about, for the services whose policies name resources; all others have ``*``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mendixctl.emulator.keys.holders import Place, key_of
from mendixctl.emulator.partitions import partition

ANY = "*"
Parameters = Mapping[str, Any]


def resource(operation: str, parameters: Parameters, place: Place) -> str:
    """The ARN that IAM is asked about; what has no ARN before it is made is ``*``."""
    service, _, name = operation.partition(":")
    found = _KINDS[service](name, parameters, place) if service in _KINDS else ""
    if not found:
        return ANY
    return found if found.startswith("arn:") else f"arn:{partition(place.region)}:{found}"


def role_boundary(name: str, place: Place) -> str:
    """The permissions boundary of the role; nothing if it has none, or is not there."""
    from moto.iam.models import iam_backends

    backend: Any = iam_backends[place.account][partition(place.region)]
    held = next((it for it in backend.roles.values() if it.name == name), None)
    return str(getattr(held, "permissions_boundary_arn", None) or "")


def _role(name: str, place: Place) -> str:
    """The ARN of a role that is below a path; nothing for one that is below none, or is not there."""
    from moto.iam.models import iam_backends

    backend: Any = iam_backends[place.account][partition(place.region)]
    held = next((it for it in backend.roles.values() if it.name == name and it.path != "/"), None)
    return str(held.arn) if held is not None else ""


def key_environment(name: str, place: Place) -> str:
    """The environment that a key is tagged with; nothing if it has no such tag, or is not there."""
    held = key_of(place, name)
    if held is None:
        return ""
    from moto.kms.models import kms_backends

    backend: Any = kms_backends[place.account][place.region]
    tags = backend.list_resource_tags(held.id)["Tags"]
    return next((str(one["TagValue"]) for one in tags if one["TagKey"] == "environment"), "")


def _iam(operation: str, parameters: Parameters, place: Place) -> str:
    if operation == "CreateServiceLinkedRole":
        return f"iam::{place.account}:role/aws-service-role/{parameters.get('AWSServiceName')}/AWSServiceRole"
    if operation == "GetServiceLinkedRoleDeletionStatus":
        _, _, path = str(parameters.get("DeletionTaskId")).partition("/")
        return f"iam::{place.account}:role/{path.rpartition('/')[0]}"
    if "Path" not in parameters and (held := _role(str(parameters.get("RoleName", "")), place)):
        return held
    for name, kind in _IAM:
        value = parameters.get(name)
        if value and not (name == "RoleName" and "InstanceProfileName" in parameters):
            text = str(value)
            path = str(parameters.get("Path") or "/").strip("/")
            bare = f"{path}/{text}" if path and operation.startswith("Create") else text
            return text if text.startswith("arn:") else f"iam::{place.account}:{kind}/{bare.removeprefix('https://')}"
    return ""


_IAM = (
    ("PolicySourceArn", "role"),
    ("RoleName", "role"),
    ("InstanceProfileName", "instance-profile"),
    ("PolicyArn", "policy"),
    ("PolicyName", "policy"),
    ("OpenIDConnectProviderArn", "oidc-provider"),
    ("Url", "oidc-provider"),
)


def _kms(operation: str, parameters: Parameters, place: Place) -> str:
    key = str(parameters.get("KeyId") or parameters.get("TargetKeyId") or "")
    if not key or key.startswith(("arn:", "alias/")):
        return key if key.startswith("arn:") else ""
    return f"kms:{place.region}:{place.account}:key/{key}"


def _lambda(operation: str, parameters: Parameters, place: Place) -> str:
    name = str(parameters.get("FunctionName") or "")
    return name if not name or name.startswith("arn:") else f"lambda:{place.region}:{place.account}:function:{name}"


def _route53(operation: str, parameters: Parameters, place: Place) -> str:
    if operation.startswith("Create"):
        return ""
    bare = str(next((parameters[it] for it in _ROUTE53 if parameters.get(it)), "")).rpartition("/")[2]
    if not bare:
        return ""
    kind = str(parameters.get("ResourceType") or "hostedzone")
    kind = "change" if operation == "GetChange" else "healthcheck" if "HealthCheck" in operation else kind
    return f"route53:::{kind}/{bare}"


_ROUTE53 = ("HostedZoneId", "Id", "HealthCheckId", "ResourceId")


def _s3(operation: str, parameters: Parameters, place: Place) -> str:
    bucket = str(parameters.get("Bucket") or "")
    key = parameters.get("Key")
    objects = "/*" if operation == "DeleteObjects" else f"/{key}" if key else ""
    return f"s3:::{bucket}{objects}" if bucket else ""


def _secretsmanager(operation: str, parameters: Parameters, place: Place) -> str:
    name = str(parameters.get("SecretId") or parameters.get("Name") or "")
    if not name or name.startswith("arn:"):
        return name
    return f"secretsmanager:{place.region}:{place.account}:secret:{name}-AbCdEf"


def _budgets(operation: str, parameters: Parameters, place: Place) -> str:
    asked = parameters.get("Budget") or parameters.get("NewBudget") or parameters
    name = str(asked.get("BudgetName") or "") if isinstance(asked, Mapping) else ""
    return f"budgets::{place.account}:budget/{name}" if name else str(parameters.get("ResourceARN") or "")


def _ce(operation: str, parameters: Parameters, place: Place) -> str:
    return str(next((parameters[it] for it in _CE if parameters.get(it)), ""))


_CE = ("ResourceArn", "MonitorArn", "SubscriptionArn")


def _cloudtrail(operation: str, parameters: Parameters, place: Place) -> str:
    name = str(next((parameters[it] for it in _CLOUDTRAIL if parameters.get(it)), ""))
    listed = [str(it) for it in parameters.get("ResourceIdList") or []]
    if operation == "DescribeTrails" or not (name or listed):
        return ""
    name = name or listed[0]
    return name if name.startswith("arn:") else f"cloudtrail:{place.region}:{place.account}:trail/{name}"


_CLOUDTRAIL = ("Name", "TrailName", "ResourceId")


_KINDS: Mapping[str, Callable[[str, Parameters, Place], str]] = {
    "budgets": _budgets,
    "ce": _ce,
    "cloudtrail": _cloudtrail,
    "iam": _iam,
    "kms": _kms,
    "lambda": _lambda,
    "route53": _route53,
    "s3": _s3,
    "secretsmanager": _secretsmanager,
}
