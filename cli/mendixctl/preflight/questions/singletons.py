"""What an account and region have once, and have already.

GuardDuty, Config, Security Hub and Access Analyzer refuse a second one, so that a foundation whose account somebody has
set up before fails in the middle. What is there can be adopted as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mendixctl.aws import error_code, is_missing
from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.questions.names import adopt
from mendixctl.preflight.subject import Subject
from mendixctl.preflight.wanted import Wanted

CI_ISSUER = "token.actions.githubusercontent.com"
CONFIG_ROLE = "AWSServiceRoleForConfig"


@dataclass(frozen=True, slots=True)
class Singleton:
    """``setting``: what of a foundation asks for it; ``there``: the IDs, for an import, of what exists."""

    type: str
    title: str
    setting: str
    action: str
    there: Callable[[Inquiry, Subject], list[str]]


def _detectors(inquiry: Inquiry, subject: Subject) -> list[str]:
    pages = inquiry.client("guardduty").get_paginator("list_detectors").paginate()
    return [detector for page in pages for detector in page["DetectorIds"]]


def _recorders(inquiry: Inquiry, subject: Subject) -> list[str]:
    answer = inquiry.client("config").describe_configuration_recorders()
    return [str(one["name"]) for one in answer["ConfigurationRecorders"]]


def _channels(inquiry: Inquiry, subject: Subject) -> list[str]:
    return [str(one["name"]) for one in inquiry.client("config").describe_delivery_channels()["DeliveryChannels"]]


def _hub(inquiry: Inquiry, subject: Subject) -> list[str]:
    """Security Hub says that the account is not subscribed where it is off (API reference, DescribeHub)."""
    try:
        inquiry.client("securityhub").describe_hub()
    except Exception as error:
        if error_code(error) in {"InvalidAccessException", "ResourceNotFoundException"}:
            return []
        raise
    return [subject.header.account]


def _analyzers(inquiry: Inquiry, subject: Subject) -> list[str]:
    """One analyzer of external access a region is what an account may have; those of unused access are its own."""
    pages = inquiry.client("accessanalyzer").get_paginator("list_analyzers").paginate(type="ACCOUNT")
    return [str(one["name"]) for page in pages for one in page["analyzers"]]


def _providers(inquiry: Inquiry, subject: Subject) -> list[str]:
    listed = inquiry.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    issuers = _issuers(subject)
    return [str(one["Arn"]) for one in listed if str(one["Arn"]).partition("oidc-provider/")[2] in issuers]


def _issuers(subject: Subject) -> set[str]:
    ci: Mapping[str, Any] = subject.section("foundation").get("ci") or {}
    github, gitlab = ci.get("github") or {}, ci.get("gitlab") or {}
    issuers = ((CI_ISSUER if github else "", github), (gitlab.get("host", ""), gitlab))
    return {issuer for issuer, of in issuers if issuer and of.get("create_provider", True)}


def _linked_role(inquiry: Inquiry, subject: Subject) -> list[str]:
    try:
        return [str(inquiry.client("iam").get_role(RoleName=CONFIG_ROLE)["Role"]["Arn"])]
    except Exception as error:
        if error_code(error) == "NoSuchEntity" or is_missing(error):
            return []
        raise


SINGLETONS = (
    Singleton("aws_guardduty_detector", "a GuardDuty detector", "guardduty", "guardduty:ListDetectors", _detectors),
    Singleton("aws_config_configuration_recorder", "a recorder of AWS Config", "config_rules",
              "config:DescribeConfigurationRecorders", _recorders),
    Singleton("aws_config_delivery_channel", "a delivery channel of AWS Config", "config_rules",
              "config:DescribeDeliveryChannels", _channels),
    Singleton("aws_iam_service_linked_role", f"the role {CONFIG_ROLE}", "config_rules", "iam:GetRole", _linked_role),
    Singleton("aws_securityhub_account", "Security Hub", "security_hub", "securityhub:DescribeHub", _hub),
    Singleton("aws_accessanalyzer_analyzer", "an analyzer of external access", "access_analyzer",
              "access-analyzer:ListAnalyzers", _analyzers),
    Singleton("aws_iam_openid_connect_provider", "the identity provider of CI", "ci",
              "iam:ListOpenIDConnectProviders", _providers),
)  # fmt: skip


def _wanted(subject: Subject) -> list[Singleton]:
    """What is yet to be made: by the plan, or by the settings where the state has none of it."""
    section = subject.section("foundation")
    if not section:
        return []
    if subject.changes is not None:
        return [one for one in SINGLETONS if subject.adds(one.type)]
    return [one for one in SINGLETONS if section.get(one.setting)]


def _concerns(subject: Subject) -> Any:
    wanted = _wanted(subject)
    if not wanted:
        return None
    types = [one.type for one in wanted]
    return [types, sorted(known for known in subject.known or () if known[0] in types), sorted(_issuers(subject))]


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    found = False
    for one in _wanted(subject):
        there: list[str] = []
        with inquiry.asking(one.action):
            there = one.there(inquiry, subject)
        for identifier in there:
            if subject.is_known(one.type, identifier):
                continue
            found = True
            yield _exists(subject, one, identifier)
    if not found and not inquiry.missed:
        yield Finding("MXF190", Grade.OK, "the account has nothing yet of what it can have only once")


def _exists(subject: Subject, one: Singleton, identifier: str) -> Finding:
    if subject.known is None:
        return Finding(
            "MXF185",
            Grade.NOTE,
            f"the account has {one.title}; whether it is this foundation's is not known without its state",
            evidence=identifier,
        )
    address = next((change.address for change in subject.changes or () if change.type == one.type), "")
    way = adopt(subject.name, Wanted(one.type, "", address), identifier)
    return Finding(
        "MXF191",
        Grade.ERROR,
        f"the account has {one.title} already, and the state of {subject.name} does not know it",
        evidence=identifier,
        hint=f"{way}; or leave {one.setting} out of the YAML",
        path=(one.setting,),
    )


QUESTION = Question("singletons", "What an account has once", _concerns, _ask)
