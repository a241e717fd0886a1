"""Reviews the permissions of an environment's roles, and proposes narrower ones. It reads, writes a report, no more.

What it looks at: when each role was last used, and when each service that it may call was; passwords and access keys
of the account's users (the credential report); what Access Analyzer found unused. What it proposes is a policy that
denies a role the services which it may call and never does: attached beside what the role has, it takes only that
away. A person decides.

The report is written as ``reviews/<yyyy-mm-dd>/<environment>.json`` and ``.md`` into the bucket of the records, where
nobody can change it later.

Sources: IAM user guide, "Refining permissions using last accessed information" (a tracking period of 400 days),
"Getting credential reports" (made anew every four hours at most); Access Analyzer API reference, ListFindingsV2.
"""

from __future__ import annotations

import csv
import io
import json
import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

log = logging.getLogger()
log.setLevel(logging.INFO)

PAUSE = 2
"""Seconds between two questions about a job of IAM's."""
LONGEST = 600
"""Seconds that the jobs of IAM's may take altogether."""
NEVER = ("no_information", "not_supported", "N/A", "")


class ReviewError(Exception):
    """The review cannot be made; the last one stays what is known."""


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """A review: ``bucket``, ``environment`` and ``unused_after_days`` of the event. Returns where it was written."""
    import boto3

    clients = {name: boto3.client(name) for name in ("iam", "accessanalyzer", "s3")}
    return review(clients, event, datetime.now(UTC))


def review(
    clients: dict[str, Any], event: dict[str, Any], now: datetime, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Make the review with clients of IAM, Access Analyzer and S3; returns the bucket and the keys of its two files.

    Raises:
        ReviewError: IAM did not finish a job in time, or failed it.
    """
    environment, days = event["environment"], int(event["unused_after_days"])
    wait = Patience(sleep)
    roles = list(_roles(clients["iam"], environment, days, now, wait))
    report = {
        "environment": environment,
        "made": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "unused_after_days": days,
        "roles": roles,
        "users": list(_users(clients["iam"], days, now, wait)),
        "findings": list(_findings(clients["accessanalyzer"])),
    }
    place = f"reviews/{now:%Y-%m-%d}/{environment}"
    written = []
    for ending, body in (("json", json.dumps(report, indent=2, sort_keys=True)), ("md", as_markdown(report))):
        key = f"{place}.{ending}"
        # A bucket with object lock takes nothing without a checksum.
        clients["s3"].put_object(Bucket=event["bucket"], Key=key, Body=body.encode("utf-8"), ChecksumAlgorithm="SHA256")
        written.append(key)
    log.info("reviewed %d roles, %d users", len(roles), len(report["users"]))
    return {"bucket": event["bucket"], "keys": written}


class Patience:
    """How long all questions of a review may wait for IAM together."""

    def __init__(self, sleep: Callable[[float], None]) -> None:
        self._sleep = sleep
        self._left = LONGEST

    def pause(self, what: str) -> None:
        """Wait once. Raises ReviewError where there is no time left."""
        if self._left <= 0:
            raise ReviewError(f"IAM did not finish {what} in {LONGEST} seconds")
        self._left -= PAUSE
        self._sleep(PAUSE)


def _roles(iam: Any, environment: str, days: int, now: datetime, wait: Patience) -> Iterator[dict[str, Any]]:
    mine = [
        role
        for page in iam.get_paginator("list_roles").paginate()
        for role in page["Roles"]
        if role["RoleName"].startswith(f"{environment}-")
    ]
    jobs = {role["Arn"]: iam.generate_service_last_accessed_details(Arn=role["Arn"])["JobId"] for role in mine}
    for role in mine:
        services = _services(iam, jobs[role["Arn"]], wait)
        used = sorted(name for name, last in services.items() if last is not None and _age(last, now) <= days)
        unused = sorted(name for name in services if name not in used)
        young = _age(role["CreateDate"], now) < days
        yield {
            "role": role["RoleName"],
            "made": _date(role["CreateDate"]),
            "last_used": max((_date(last) for last in services.values() if last is not None), default=None),
            "used": used,
            "unused": unused,
            "verdict": "too new to say" if young else "unused" if not used else "too wide" if unused else "as it is",
            "proposal": None if young or not used or not unused else narrower(unused),
        }


def _services(iam: Any, job: str, wait: Patience) -> dict[str, datetime | None]:
    found: dict[str, datetime | None] = {}
    marker: dict[str, str] = {}
    while True:
        page = iam.get_service_last_accessed_details(JobId=job, **marker)
        if page["JobStatus"] == "IN_PROGRESS":
            wait.pause("the list of services")
            continue
        if page["JobStatus"] == "FAILED":
            raise ReviewError(f"IAM failed: {page.get('Error', {}).get('Message', 'no reason given')}")
        found.update({it["ServiceNamespace"]: it.get("LastAuthenticated") for it in page["ServicesLastAccessed"]})
        if not page.get("IsTruncated"):
            return found
        marker = {"Marker": page["Marker"]}


def narrower(unused: list[str]) -> dict[str, Any]:
    """The policy that denies these services; beside what a role has, it takes away what the role never uses."""
    statement = {
        "Sid": "NeverUsed",
        "Effect": "Deny",
        "Action": [f"{service}:*" for service in unused],
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def _users(iam: Any, days: int, now: datetime, wait: Patience) -> Iterator[dict[str, Any]]:
    while iam.generate_credential_report()["State"] != "COMPLETE":
        wait.pause("the credential report")
    text = iam.get_credential_report()["Content"].decode("utf-8")
    for row in csv.DictReader(io.StringIO(text)):
        problems = list(_problems(row, days, now))
        if problems:
            yield {"user": row["user"], "problems": problems}


def _problems(row: dict[str, str], days: int, now: datetime) -> Iterator[str]:
    root = row["user"] == "<root_account>"
    if row.get("password_enabled") == "true" or root:
        if row.get("mfa_active") != "true":
            yield "signs in without MFA"
        if not root and _idle(row.get("password_last_used", ""), days, now):
            yield f"has a password that was not used for {days} days"
    for number in ("1", "2"):
        if row.get(f"access_key_{number}_active") != "true":
            continue
        if root:
            yield f"has access key {number}, and root should have none"
        if _idle(row.get(f"access_key_{number}_last_used_date", ""), days, now):
            yield f"has access key {number}, which was not used for {days} days"
        elif _idle(row.get(f"access_key_{number}_last_rotated", ""), days, now):
            yield f"has access key {number}, which was not rotated for {days} days"


def _findings(analyzer: Any) -> Iterator[dict[str, Any]]:
    """What the foundation's analyzers have open; none where there are no analyzers."""
    for page in analyzer.get_paginator("list_analyzers").paginate():
        for it in page["analyzers"]:
            if it.get("type") not in {"ACCOUNT", "ACCOUNT_UNUSED_ACCESS"}:
                continue
            open_ones = {"status": {"eq": ["ACTIVE"]}}
            for found in analyzer.get_paginator("list_findings_v2").paginate(analyzerArn=it["arn"], filter=open_ones):
                for one in found["findings"]:
                    yield {
                        "resource": one.get("resource", ""),
                        "kind": one.get("findingType", it["type"]),
                        "since": _date(one["createdAt"]),
                    }


def as_markdown(report: dict[str, Any]) -> str:
    """The report for people: what somebody has to decide, and nothing that is as it should be."""
    lines = [f"# Permissions of {report['environment']}, {report['made'][:10]}", ""]
    lines += ["| role | verdict | services never used |", "|---|---|---|"]
    lines += [
        f"| {it['role']} | {it['verdict']} | {', '.join(it['unused'])} |"
        for it in report["roles"]
        if it["verdict"] != "as it is"
    ]
    lines += ["", "## Users", ""]
    lines += [f"- {it['user']} {problem}" for it in report["users"] for problem in it["problems"]] or [
        "None to change."
    ]
    lines += ["", "## Access Analyzer", ""]
    lines += [f"- {it['kind']}: {it['resource']} (since {it['since']})" for it in report["findings"]] or [
        "Nothing open."
    ]
    return "\n".join(lines) + "\n"


def _idle(text: str, days: int, now: datetime) -> bool:
    """Whether a date of the credential report is that long ago, or never was."""
    if text in NEVER:
        return True
    return _age(datetime.fromisoformat(text), now) > days


def _age(when: datetime, now: datetime) -> int:
    return (now - when).days


def _date(when: datetime | str) -> str:
    return when[:10] if isinstance(when, str) else when.strftime("%Y-%m-%d")
