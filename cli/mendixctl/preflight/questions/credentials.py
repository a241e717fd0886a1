"""Whose credentials these are, and whether the account has the region.

A region that AWS opened after March 2019 has to be enabled for each account; until then every call there fails with
words that do not say so (Account Management guide, "Enable or disable AWS Regions in your account").
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from mendixctl.preflight.findings import Finding, Grade
from mendixctl.preflight.inquiry import Inquiry
from mendixctl.preflight.question import Question
from mendixctl.preflight.subject import Subject

USABLE = frozenset({"ENABLED", "ENABLED_BY_DEFAULT", "opted-in", "opt-in-not-required"})
HOMES = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""The region of each partition that every account has."""

VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")


def _concerns(subject: Subject) -> Any:
    return [subject.header.account, subject.region, subject.caller, *(os.environ.get(name) for name in VARIABLES)]


def _ask(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    header = subject.header
    _, partition, _, _, account, *_ = [*subject.caller.split(":"), *[""] * 5]
    known = f"AWS knows you as {subject.caller}"
    if account != header.account:
        yield Finding(
            "MXF111",
            Grade.ERROR,
            f"these credentials are of account {account}, and {subject.name} is in {header.account}",
            evidence=known,
            hint="sign in to the environment's own account, or name a role there: deploy_role in the YAML",
            path=("account",),
        )
    if partition != header.partition:
        yield Finding(
            "MXF112",
            Grade.ERROR,
            f"these credentials are of the partition {partition}, and {subject.region} is in {header.partition}",
            evidence=known,
            hint="sign in to the partition of the environment's region",
            path=("region",),
        )
    yield from _variable(subject)
    if account == header.account and partition == header.partition:
        yield Finding("MXF110", Grade.OK, f"the credentials are of account {account}", evidence=known)
        yield from _region(subject, inquiry)


def _variable(subject: Subject) -> Iterator[Finding]:
    if subject.target != "aws":  # the emulator is led to its region by mendixctl itself
        return
    name = next((name for name in VARIABLES if os.environ.get(name)), "")
    if name and os.environ[name] != subject.region:
        yield Finding(
            "MXF113",
            Grade.ERROR,
            f"{name} is {os.environ[name]}, and {subject.name} is in {subject.region}",
            hint=f"{name}={subject.region}, or unset {name}",
            path=("region",),
        )


def _region(subject: Subject, inquiry: Inquiry) -> Iterator[Finding]:
    """Asked of EC2, which whoever deploys may ask; where it may not, of the account itself.

    In the partition's first region: one that is not enabled takes nobody's credentials.
    """
    said = ""
    with inquiry.asking("ec2:DescribeRegions"):
        home = inquiry.client("ec2", HOMES[subject.header.partition])
        listed = home.describe_regions(RegionNames=[subject.region], AllRegions=True)["Regions"]
        said = str(listed[0].get("OptInStatus", "")) if listed else "unknown to this partition"
    if not said:
        missed = len(inquiry.missed)
        with inquiry.asking("account:GetRegionOptStatus"):
            answer = inquiry.client("account").get_region_opt_status(RegionName=subject.region)
            said = str(answer["RegionOptStatus"])
            del inquiry.missed[:missed]  # the second answer is as good as the first
    if not said:
        return
    if said in USABLE:
        yield Finding("MXF110", Grade.OK, f"the account has {subject.region}", evidence=said)
        return
    yield Finding(
        "MXF114",
        Grade.ERROR,
        f"the account has not enabled {subject.region}",
        evidence=f"its status is {said}",
        hint=f"aws account enable-region --region-name {subject.region}, which takes minutes to hours",
        path=("region",),
    )


QUESTION = Question("credentials", "Credentials and region", _concerns, _ask)
