"""Whether identity providers and permissions boundaries that exist are what the environment takes them for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from mendixctl.aws import error_code, is_missing
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

GITHUB = "token.actions.githubusercontent.com"
STS = "sts.amazonaws.com"
NEEDED = (
    "ec2:DescribeInstances",
    "ecr:BatchGetImage",
    "elasticloadbalancing:RegisterTargets",
    "kms:Decrypt",
    "logs:PutLogEvents",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
)
"""Some of what roles of the platform do; a boundary without one of these stops something that the YAML asks for."""

Provider = tuple[tuple[str, ...], str, str]
"""Place in the YAML, issuer, audience."""


def _providers(subject: Subject) -> Iterator[Provider]:
    ci: Mapping[str, Any] = subject.section("foundation").get("ci") or {}
    for name in ("github", "gitlab"):
        of = ci.get(name)
        if of and not of.get("create_provider", True):
            issuer = GITHUB if name == "github" else str(of.get("host", "gitlab.com"))
            yield ("ci", name, "create_provider"), issuer, STS if name == "github" else f"https://{issuer}"
    delivery = subject.section("delivery")
    tool, oidc = delivery.get("tool", ""), delivery.get("oidc") or {}
    if tool in {"github", "gitlab", "jenkins"} and not oidc.get("create"):
        issuer = str(oidc.get("issuer") or {"github": GITHUB, "gitlab": "gitlab.com"}.get(tool, ""))
        if issuer:
            audience = str(oidc.get("audience") or (f"https://{issuer}" if tool == "gitlab" else STS))
            yield ("delivery", "oidc"), issuer, audience


def _providers_concern(subject: Subject) -> Any:
    return list(_providers(subject)) or None


def _ask_providers(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    iam = inquiry.client("iam")
    for path, issuer, audience in _providers(subject):
        arn = f"arn:{subject.header.partition}:iam::{subject.header.account}:oidc-provider/{issuer}"
        provider: dict[str, Any] | None = None
        with inquiry.asking("iam:GetOpenIDConnectProvider"):
            try:
                provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
            except Exception as error:
                if error_code(error) not in {"NoSuchEntity", "NoSuchEntityException"} and not is_missing(error):
                    raise
                what = f"the account has no identity provider of {issuer}"
                hint = f"the foundation makes it (ci), or {path[-1]} here: create_provider or oidc.create"
                yield Finding("MXF261", Grade.ERROR, what, str(error), hint, path)
        if provider is None:
            continue
        audiences = [str(one) for one in provider.get("ClientIDList", ())]
        if audience in audiences:
            yield Finding("MXF260", Grade.OK, f"the identity provider of {issuer} takes tokens for {audience}")
        else:
            what = f"the identity provider of {issuer} takes no tokens for {audience}"
            hint = (
                "aws iam add-client-id-to-open-id-connect-provider --open-id-connect-provider-arn"
                f" {arn} --client-id {audience}"
            )
            yield Finding("MXF262", Grade.ERROR, what, ", ".join(audiences) or "no audience", hint, path)


def _boundaries(subject: Subject) -> Iterator[tuple[tuple[str | int, ...], str]]:
    given = subject.section("identity").get("boundary_policy_arn")
    if given:
        yield ("identity", "boundary_policy_arn"), str(given)
    ci: Mapping[str, Any] = subject.section("foundation").get("ci") or {}
    for index, arn in enumerate(ci.get("boundaries", ())):
        yield ("ci", "boundaries", index), str(arn)


def _boundaries_concern(subject: Subject) -> Any:
    return list(_boundaries(subject)) or None


def _ask_boundaries(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    iam = inquiry.client("iam")
    for path, arn in _boundaries(subject):
        document: Any = None
        with inquiry.asking("iam:GetPolicy"):
            try:
                version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
                document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
            except Exception as error:
                if error_code(error) not in {"NoSuchEntity", "NoSuchEntityException"} and not is_missing(error):
                    raise
                what = f"there is no policy {arn} that could be a boundary"
                yield Finding("MXF263", Grade.ERROR, what, str(error), "the ARN of a managed policy", path)
        if document is None:
            continue
        stopped = [action for action in NEEDED if not _lets(document, action)]
        if stopped:
            what = f"the boundary {arn.rpartition('/')[2]} lets no role do what roles of the platform do"
            hint = "whoever keeps it allows it; modules/identity shows our own boundary"
            yield Finding("MXF264", Grade.WARNING, what, ", ".join(stopped), hint, path)
        else:
            yield Finding("MXF260", Grade.OK, f"the boundary {arn.rpartition('/')[2]} is there, and lets roles work")


def _lets(document: Mapping[str, Any], action: str) -> bool:
    """Whether some statement allows an action and none without a condition denies it everywhere; the rest is IAM's."""
    statements = document.get("Statement", ())
    statements = [statements] if isinstance(statements, Mapping) else list(statements)
    denied = any(
        one["Effect"] == "Deny"
        and not one.get("Condition")
        and one.get("Resource") in ("*", ["*"])
        and _says(one, action)
        for one in statements
    )
    return not denied and any(one["Effect"] == "Allow" and _says(one, action) for one in statements)


def _says(statement: Mapping[str, Any], action: str) -> bool:
    key = "Action" if "Action" in statement else "NotAction"
    patterns = statement.get(key, ())
    patterns = [patterns] if isinstance(patterns, str) else patterns
    matches = any(fnmatchcase(action.lower(), str(one).lower()) for one in patterns)
    return matches == (key == "Action")


QUESTIONS = (
    Question("existing-providers", "Identity providers that exist", _providers_concern, _ask_providers),
    Question("existing-boundaries", "Permissions boundaries that exist", _boundaries_concern, _ask_boundaries),
)
