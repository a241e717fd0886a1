"""Whether the policies of whoever deploys allow what an apply will call.

IAM evaluates them itself (SimulatePrincipalPolicy), policies of the organisation and a permissions boundary included;
which actions a type of resource needs is ``permissions.json``. A policy can name the resources that it is for, so that
IAM denies its actions on ``*``: those are asked about again, for a resource that is called as the environment's are.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject
from mendixctl.terraform.plan import Action
from mendixgen.global_provider import REGION

BATCH = 50
"""Actions of one request; an answer has at most 1,000 results (IAM API reference)."""

VERBS: Mapping[Action, tuple[str, ...]] = {
    Action.CREATE: ("create",),
    Action.UPDATE: ("update",),
    Action.DELETE: ("delete",),
    Action.REPLACE: ("create", "delete"),
}
PASSING = "iam:PassRole@"
ABROAD = ("cloudfront:", "wafv2:")
"""Services that are asked in us-east-1, whatever region the environment is in: WAF is CloudFront's here."""
ANY = "*"

RESOURCES: Mapping[str, str] = {
    "acm": "acm:{region}:{account}:certificate/00000000-0000-0000-0000-000000000000",
    "autoscaling": "autoscaling:{region}:{account}:autoScalingGroup:0:autoScalingGroupName/eks-{name}",
    "cloudwatch": "cloudwatch:{region}:{account}:alarm:{name}-preflight",
    "dlm": "dlm:{region}:{account}:policy/policy-0",
    "ecr": "ecr:{region}:{account}:repository/{name}/preflight",
    "eks": "eks:{region}:{account}:cluster/{name}",
    "elasticloadbalancing": "elasticloadbalancing:{region}:{account}:loadbalancer/net/{name}-ingress/0",
    "events": "events:{region}:{account}:rule/{name}-preflight",
    "iam": "iam::{account}:role/{name}-preflight",
    "kms": "kms:{region}:{account}:key/00000000-0000-0000-0000-000000000000",
    "lambda": "lambda:{region}:{account}:function:{name}-preflight",
    "logs": "logs:{region}:{account}:log-group:/mendix/{name}/preflight",
    "rds": "rds:{region}:{account}:db:{name}-preflight",
    "route53": "route53:::hostedzone/Z0",
    "s3": "s3:::{name}-{account}-preflight",
    "secretsmanager": "secretsmanager:{region}:{account}:secret:{name}/preflight-AbCdEf",
    "sns": "sns:{region}:{account}:{name}-preflight",
}
"""Service -> a resource that is called as the environment's, without ``arn:<partition>:``."""

OF_IAM = (
    ("OpenIDConnectProvider", "iam::{account}:oidc-provider/oidc.eks.{region}.amazonaws.com/id/0"),
    ("ServiceLinkedRole", "iam::{account}:role/aws-service-role/*"),
    ("RolePolicy", RESOURCES["iam"]),
    ("Policy", "iam::{account}:policy/{name}-preflight"),
)
"""What stands in the name of an IAM action -> a resource for it; a role for the others."""


@dataclass(frozen=True, slots=True)
class Denied:
    """``unsure``: IAM was asked about no resource that the policy could name."""

    action: str
    why: str
    unsure: bool = False


def needed(subject: Subject) -> frozenset[str]:
    """The actions of the plan's changes; without a plan, what it takes to make the environment."""
    table = _table()
    if subject.changes is None:
        rows = [(kind, "create") for kind in subject.types]
    else:
        rows = [(change.type, verb) for change in subject.changes for verb in VERBS.get(change.action, ())]
    return frozenset(action for kind, verb in rows for action in table.get(kind, {}).get(verb, "").split())


@cache
def _table() -> Mapping[str, Mapping[str, str]]:
    table: dict[str, dict[str, str]] = json.loads(Path(__file__).parents[1].joinpath("permissions.json").read_bytes())[
        "types"
    ]
    return table


def _concerns(subject: Subject) -> Any:
    return sorted(needed(subject)) or None


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    if subject.target != "aws" and "assumed-role/" not in subject.caller:
        yield Finding("MXF210", Grade.OK, "an emulator lets everybody do everything")
        return
    principal = ""
    with inquiry.asking("iam:GetRole"):
        principal = _principal(subject.caller, inquiry)
    if not principal:
        return
    denied: list[Denied] | None = None
    with inquiry.asking("iam:SimulatePrincipalPolicy"):
        denied = list(_denied(subject, inquiry, principal))
    if denied is None:
        return
    yield from _told(subject, principal, denied)
    if not denied:
        number = len(needed(subject))
        yield Finding("MXF210", Grade.OK, f"the policies allow the {number} actions that this takes", principal)


def _principal(caller: str, inquiry: Inquiry) -> str:
    """The role or user whose policies count. The ARN of a session has no path, so that the role itself is asked for."""
    kind, _, rest = caller.split(":", 5)[5].partition("/")
    if kind != "assumed-role":
        return caller
    return str(inquiry.client("iam").get_role(RoleName=rest.split("/")[0])["Role"]["Arn"])


def _denied(subject: Subject, inquiry: Inquiry, principal: str) -> Iterator[Denied]:
    actions = sorted(needed(subject))
    passes = [action.removeprefix(PASSING) for action in actions if action.startswith(PASSING)]
    role = _resource(subject, "iam:PassRole")
    for service in passes:
        said = _simulated(subject, inquiry, principal, ["iam:PassRole"], role, {"iam:PassedToService": service})
        yield from (Denied(f"{one.action} to {service}", one.why) for one in said)
    plain = [action for action in actions if "@" not in action]
    of_iam = [action for action in plain if action.startswith("iam:")]
    for resource in sorted({_resource(subject, action) for action in of_iam}):
        asked = [action for action in of_iam if _resource(subject, action) == resource]
        yield from _simulated(subject, inquiry, principal, asked, resource)
    abroad = [action for action in plain if action.startswith(ABROAD)]
    others = [action for action in plain if not action.startswith(("iam:", *ABROAD))]
    doubtful = list(_simulated(subject, inquiry, principal, others, ANY))
    doubtful += _simulated(subject, inquiry, principal, abroad, ANY, {"aws:RequestedRegion": REGION})
    yield from _asked_again(subject, inquiry, principal, doubtful)


def _asked_again(subject: Subject, inquiry: Inquiry, principal: str, doubtful: Sequence[Denied]) -> Iterator[Denied]:
    """What a policy may allow for the environment's own resources alone."""
    explicit = [one for one in doubtful if one.why.startswith("explicitDeny")]
    yield from explicit
    rest = [one for one in doubtful if one not in explicit]
    for service in sorted({one.action.partition(":")[0] for one in rest}):
        asked = [one for one in rest if one.action.startswith(f"{service}:")]
        if service not in RESOURCES:
            yield from (Denied(one.action, one.why, unsure=True) for one in asked)
            continue
        resource = _resource(subject, f"{service}:")
        yield from _simulated(subject, inquiry, principal, [one.action for one in asked], resource)


def _simulated(
    subject: Subject,
    inquiry: Inquiry,
    principal: str,
    actions: Sequence[str],
    resource: str,
    more: Mapping[str, str] | None = None,
) -> Iterator[Denied]:
    """Those of the actions that IAM would not allow on the resource."""
    context = {"aws:RequestedRegion": subject.region, **_boundary(subject), **(more or {})}
    entries = [
        {"ContextKeyName": key, "ContextKeyType": "string", "ContextKeyValues": [value]}
        for key, value in context.items()
    ]
    pages = inquiry.client("iam").get_paginator("simulate_principal_policy")
    for start in range(0, len(actions), BATCH):
        listed = pages.paginate(
            PolicySourceArn=principal,
            ActionNames=list(actions[start : start + BATCH]),
            ResourceArns=[resource],
            ContextEntries=entries,
        )
        for page in listed:
            for result in page["EvaluationResults"]:
                if result["EvalDecision"] != "allowed":
                    yield Denied(str(result["EvalActionName"]), _why(result))


def _why(result: Mapping[str, Any]) -> str:
    parts = [str(result["EvalDecision"])]
    if result.get("OrganizationsDecisionDetail", {}).get("AllowedByOrganizations") is False:
        parts.append("by a policy of the organisation")
    if result.get("PermissionsBoundaryDecisionDetail", {}).get("AllowedByPermissionsBoundary") is False:
        parts.append("by the permissions boundary")
    named = sorted({str(one.get("SourcePolicyId", "")) for one in result.get("MatchedStatements", ())} - {""})
    if named:
        parts.append(f"in {', '.join(named)}")
    return f"{' '.join(parts)} on {result.get('EvalResourceName', ANY)}"


def _boundary(subject: Subject) -> dict[str, str]:
    """Roles of the environments are made with their boundary, which the deployer's policies insist on."""
    header = subject.header
    return {"iam:PermissionsBoundary": f"arn:{header.partition}:iam::{header.account}:policy/{header.name}-boundary"}


def _resource(subject: Subject, action: str) -> str:
    header = subject.header
    service, _, name = action.partition(":")
    template = RESOURCES[service]
    if service == "iam":
        template = next((each for part, each in OF_IAM if part in name), template)
    filled = template.format(account=header.account, region=header.region, name=header.name)
    return f"arn:{header.partition}:{filled}"


def _told(subject: Subject, principal: str, denied: Iterable[Denied]) -> Iterator[Finding]:
    """One finding a service, so that a role without policies is not told two hundred times."""
    rows: dict[tuple[str, bool], list[Denied]] = {}
    for one in denied:
        rows.setdefault((one.action.partition(":")[0], one.unsure), []).append(one)
    for (service, unsure), found in sorted(rows.items()):
        actions = ", ".join(dict.fromkeys(one.action for one in found))
        reasons = "; ".join(dict.fromkeys(one.why for one in found))
        what = f"the policies of {principal.rpartition('/')[2]} do not allow {actions}"
        if unsure:
            yield Finding(
                "MXF212",
                Grade.WARNING,
                f"{what} on every resource",
                evidence=reasons,
                hint=f"nothing has to be done where a policy names the resources of {service} that it is for",
            )
        else:
            yield Finding(
                "MXF211",
                Grade.ERROR,
                what,
                evidence=reasons,
                hint=f"allow it to {principal}; the foundation's deployer has all of it (kind: foundation, ci)",
            )


QUESTION = Question("permissions", "Permissions", _concerns, _ask)
