"""Whether keys that exist can be used: there, enabled, of the right kind, and let through by their own policies.

A key's policy is its owner's. What it has to allow is what the platform's own keys allow
(`mendixgen.areas.encryption.resources`): the account's IAM policies decide, and services that act on their own are
named. Conditions are not weighed: a statement that lets a service in under some condition counts.

Sources: KMS developer guide, "Key states of AWS KMS keys"; CloudWatch Logs user guide, "Encrypt log data in CloudWatch
Logs" (the service itself is the principal); EC2 Auto Scaling user guide, "Required AWS KMS key policy".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from mendixctl.aws import error_code
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

PATH = ("encryption", "existing")
ACCOUNT = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey", "kms:CreateGrant")
"""What the account must be able to give its roles and, through services, its resources."""

SERVICES: Mapping[str, Mapping[str, str]] = {
    "storage": {"delivery.logs.amazonaws.com": "ingress", "s3.amazonaws.com": "storage"},
    "logs": {
        "logs.{region}.amazonaws.com": "network",
        "cloudtrail.amazonaws.com": "audit",
        "cloudwatch.amazonaws.com": "monitoring",
        "events.amazonaws.com": "monitoring",
    },
}
"""Purpose -> the services that use the key as themselves, and the area that has them do it."""

ENCRYPTS = "kms:GenerateDataKey"
AUTO_SCALING = "AWSServiceRoleForAutoScaling"
MISSING = frozenset({"NotFoundException", "InvalidArnException"})


def _given(subject: Subject) -> Mapping[str, str]:
    given: Mapping[str, str] = subject.section("encryption").get("existing") or {}
    return given


def _concerns(subject: Subject) -> Any:
    given = _given(subject)
    return [given, sorted(subject.specification.pins)] if given else None


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    kms = inquiry.client("kms")
    wrong = False
    for purpose, arn in _given(subject).items():
        for finding in _key(subject, inquiry, kms, purpose, arn):
            wrong = True
            yield finding
    if not wrong and not inquiry.missed:
        yield Finding(
            "MXF240", Grade.OK, "the keys that exist are enabled, and their policies let the platform use them"
        )


def _key(subject: Subject, inquiry: Inquiry, kms: Any, purpose: str, arn: str) -> Iterator[Finding]:
    path = (*PATH, purpose)
    key: dict[str, Any] | None = None
    policy: dict[str, Any] | None = None
    with inquiry.asking("kms:DescribeKey"):
        try:
            key = kms.describe_key(KeyId=arn)["KeyMetadata"]
        except Exception as error:
            if error_code(error) not in MISSING:
                raise
            yield Finding("MXF241", Grade.ERROR, f"the account has no key {arn}", str(error), "the ARN of a key", path)
    if key is None:
        return
    state, use, spec = key.get("KeyState"), key.get("KeyUsage"), key.get("KeySpec", "SYMMETRIC_DEFAULT")
    if state != "Enabled" or use != "ENCRYPT_DECRYPT" or spec != "SYMMETRIC_DEFAULT":
        hint = (
            "an enabled, symmetric key for encryption; one that waits for its deletion is kept by cancel-key-deletion"
        )
        yield Finding(
            "MXF242", Grade.ERROR, f"the key for {purpose} cannot be used", f"{state}, {use}, {spec}", hint, path
        )
        return
    with inquiry.asking("kms:GetKeyPolicy"):
        policy = json.loads(kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"])
    if policy is None:
        return
    lacking = list(_lacking(subject, purpose, policy))
    if lacking:
        what = f"the policy of the key for {purpose} does not let in what uses it"
        hint = "whoever keeps the key adds it; modules/encryption shows the statements of our own keys"
        yield Finding("MXF243", Grade.ERROR, what, "; ".join(lacking), hint, path)


def _lacking(subject: Subject, purpose: str, policy: Mapping[str, Any]) -> Iterator[str]:
    allowed = [one for one in _list(policy.get("Statement", ())) if one.get("Effect") == "Allow"]
    account = subject.header.account
    of_account = [one for one in allowed if any(_is_account(it, account) for it in _principals(one, "AWS"))]
    missing = [action for action in ACCOUNT if not _allows(of_account, action)]
    if missing:
        yield f"{', '.join(missing)} for the account {account}"
    for service, area in SERVICES.get(purpose, {}).items():
        name = service.format(region=subject.region)
        of_service = [one for one in allowed if name in _principals(one, "Service") or "*" in _principals(one, "AWS")]
        if subject.has(area) and not _allows(of_service, ENCRYPTS):
            yield f"{ENCRYPTS} for {name}"
    if purpose == "cluster" and subject.has("cluster"):
        of_scaling = [one for one in allowed if any(AUTO_SCALING in it or it == "*" for it in _principals(one, "AWS"))]
        if not _allows(of_scaling, "kms:CreateGrant"):
            yield f"kms:CreateGrant for the role {AUTO_SCALING}, which starts nodes with encrypted volumes"


def _is_account(principal: str, account: str) -> bool:
    return principal in {"*", account} or principal.endswith(f"::{account}:root")


def _allows(statements: Iterable[Mapping[str, Any]], action: str) -> bool:
    patterns = [str(it) for one in statements for it in _list(one.get("Action", ()))]
    return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in patterns)


def _principals(statement: Mapping[str, Any], kind: str) -> list[str]:
    principal = statement.get("Principal", {})
    if principal == "*":
        return ["*"] if kind == "AWS" else []
    return [str(one) for one in _list(principal.get(kind, ()))]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


QUESTION = Question("existing-keys", "Keys that exist", _concerns, _ask)
