"""The IAM actions of a request, from the table ``actions.json``: what it asks for, and what AWS asks for besides."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from mendixctl.emulator.calls.resources import key_environment, resource, role_boundary
from mendixctl.emulator.contract.judge import Judged
from mendixctl.emulator.exchange import Request
from mendixctl.emulator.keys.holders import Place
from mendixctl.emulator.keys.judge import uses_by_caller
from mendixctl.emulator.partitions import partition

TABLE = Path(__file__).with_name("actions.json")
ANY = "*"
UNKNOWN = "unknown"
"""The service that a role is passed to where the table does not say it: no policy allows that."""

_HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_ROLE = re.compile(r"arn:[\w-]+:iam::\d{12}:role/[\w+=,.@/-]+")
_VERSION = re.compile(r"20\d\d_?\d\d_?\d\d$")
_MANAGED_TAGS = ("Tags", "tags", "TagSpecifications", "TagList", "TagSpecification")
_BOUNDED = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy")
_MAKES = ("Allocate", "Create", "Enable", "Import", "Put", "Register", "Request", "Restore", "Run")


@dataclass(frozen=True, slots=True)
class Call:
    """One question to IAM. ``context``: what is known under the names of condition keys."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


@cache
def table() -> Mapping[str, Any]:
    """What ``actions.json`` says."""
    read: dict[str, Any] = json.loads(TABLE.read_bytes())
    return read


def calls(request: Request, read: Judged, account: str) -> Iterator[Call]:
    """All that IAM is asked before ``request`` is done."""
    prefix = table()["services"].get(read.asked.service, read.asked.service)
    operation = f"{prefix}:{_VERSION.sub('', read.asked.name)}"
    place = Place(account, request.region)
    parameters = read.parameters
    here = {"aws:RequestedRegion": home(place.region) if prefix in table()["global"] else place.region}
    on = resource(operation, parameters, place)
    own = {**here, **_of_resource(operation, parameters, place)}
    for name in table()["actions"].get(operation, [operation.partition(":")[2]]):
        versioned = name == "GetObject" and parameters.get("VersionId")
        yield Call(f"{prefix}:{name}{'Version' if versioned else ''}", on, own)
    if prefix in table()["tags"] and _is_made_with_tags(operation, parameters):
        yield Call(f"{prefix}:{table()['tags'][prefix]}", on, here)
    for action in table()["needs"].get(operation, ()):
        yield Call(action, ANY, here)
    yield from _besides(operation, parameters, place)
    for action, key, context in uses_by_caller(request, read, account):
        yield Call(action, key, {**here, **context})


def _besides(operation: str, parameters: Mapping[str, Any], place: Place) -> Iterator[Call]:
    here = {"aws:RequestedRegion": place.region}
    at_home = {"aws:RequestedRegion": home(place.region)}
    for path, role in _roles(parameters):
        service = table()["passes"].get(operation, {}).get(path, UNKNOWN)
        if service:
            yield Call("iam:PassRole", role, {**at_home, "iam:PassedToService": service})
    if linked := table()["linked"].get(operation):
        arn = f"arn:{partition(place.region)}:iam::{place.account}:role/aws-service-role/{linked}/AWSServiceRole"
        yield Call("iam:CreateServiceLinkedRole", arn, {**at_home, "iam:AWSServiceName": linked})
    if operation == "secretsmanager:RotateSecret" and parameters.get("RotationLambdaARN"):
        yield Call("lambda:InvokeFunction", str(parameters["RotationLambdaARN"]), here)
    if operation.startswith("rds:") and parameters.get("ManageMasterUserPassword") is True:
        for action in ("CreateSecret", "TagResource"):
            yield Call(f"secretsmanager:{action}", ANY, here)


def _of_resource(operation: str, parameters: Mapping[str, Any], place: Place) -> dict[str, str]:
    """The condition keys that policies use of what is called: a role's boundary, a key's tag."""
    if operation == "iam:CreateServiceLinkedRole":
        return {"iam:AWSServiceName": str(parameters.get("AWSServiceName", ""))}
    if operation == "kms:ScheduleKeyDeletion":
        tagged = key_environment(str(parameters.get("KeyId", "")), place)
        return {"aws:ResourceTag/environment": tagged} if tagged else {}
    if operation not in _BOUNDED:
        return {}
    boundary = parameters.get("PermissionsBoundary") or role_boundary(str(parameters.get("RoleName", "")), place)
    return {"iam:PermissionsBoundary": str(boundary)} if boundary else {}


def home(region: str) -> str:
    """The region in which IAM and the other global services of the region's partition are asked."""
    return _HOMES[partition(region)]


def _is_made_with_tags(operation: str, parameters: Mapping[str, Any]) -> bool:
    makes = operation.partition(":")[2].startswith(_MAKES)
    return makes and any(parameters.get(name) for name in _MANAGED_TAGS)


def _roles(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """The roles that stand in a request as such (not in a policy's text), with the way to each; lists have none."""
    if isinstance(value, str) and _ROLE.fullmatch(value):
        yield path, value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _roles(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _roles(inner, path)
