"""The review of permissions, against clients that answer as AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mendixgen.functions.review_permissions import ReviewError, narrower, review

NOW = datetime(2026, 11, 30, 4, 0, tzinfo=UTC)
EVENT = {"bucket": "records", "environment": "prod", "unused_after_days": 90}
HEADER = (
    "user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,"
    "access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,"
    "access_key_2_last_used_date"
)
USERS = [
    (
        "<root_account>,arn,2020-01-01T00:00:00+00:00,not_supported,no_information,true,true,"
        "2026-11-01T00:00:00+00:00,2026-11-20T00:00:00+00:00,false,N/A,N/A"
    ),
    "anna,arn,2020-01-01T00:00:00+00:00,true,2026-11-29T00:00:00+00:00,true,false,N/A,N/A,false,N/A,N/A",
    (
        "bert,arn,2020-01-01T00:00:00+00:00,true,2026-01-01T00:00:00+00:00,false,true,"
        "2020-01-01T00:00:00+00:00,2026-11-29T00:00:00+00:00,true,2026-11-01T00:00:00+00:00,N/A"
    ),
]


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


ROLES = {
    "prod-app": (ago(300), {"s3": ago(1), "sqs": None, "sns": ago(200)}),
    "prod-new": (ago(3), {"s3": None}),
    "prod-idle": (ago(300), {"s3": ago(120)}),
    "prod-narrow": (ago(300), {"s3": ago(2)}),
    "other-app": (ago(300), {"s3": None}),
}


class Iam:
    def __init__(self, waits: int = 1) -> None:
        self.left = waits
        self.reports = waits

    def get_paginator(self, name: str) -> Any:
        assert name == "list_roles"
        return Pages([{"Roles": [role(name) for name in ROLES]}])

    def generate_service_last_accessed_details(self, **given: str) -> dict[str, str]:
        return {"JobId": given["Arn"].rpartition("/")[2]}

    def get_service_last_accessed_details(self, **given: str) -> dict[str, Any]:
        if self.left:
            self.left -= 1
            return {"JobStatus": "IN_PROGRESS"}
        services = list(ROLES[given["JobId"]][1].items())
        first, rest = services[:1], services[1:]
        rows = rest if given.get("Marker") else first
        found = [{"ServiceNamespace": n, **({"LastAuthenticated": at} if at else {})} for n, at in rows]
        more = {"IsTruncated": True, "Marker": "m"} if rest and not given.get("Marker") else {"IsTruncated": False}
        return {"JobStatus": "COMPLETED", "ServicesLastAccessed": found, **more}

    def generate_credential_report(self) -> dict[str, str]:
        self.reports -= 1
        return {"State": "STARTED" if self.reports >= 0 else "COMPLETE"}

    def get_credential_report(self) -> dict[str, bytes]:
        return {"Content": "\n".join([HEADER, *USERS]).encode()}


class Analyzer:
    def get_paginator(self, name: str) -> Any:
        if name == "list_analyzers":
            kinds = ["ACCOUNT_UNUSED_ACCESS", "ORGANIZATION"]
            return Pages([{"analyzers": [{"arn": kind, "type": kind} for kind in kinds]}])
        return Pages([{"findings": [{"resource": "role/x", "findingType": "UnusedIAMRole", "createdAt": ago(5)}]}])


class S3:
    def __init__(self) -> None:
        self.put: dict[str, str] = {}

    def put_object(self, **given: Any) -> None:
        assert (given["Bucket"], given["ChecksumAlgorithm"]) == ("records", "SHA256")
        self.put[given["Key"]] = given["Body"].decode()


class Pages:
    def __init__(self, pages: list[dict[str, Any]]) -> None:
        self.pages = pages

    def paginate(self, **_: Any) -> Iterator[dict[str, Any]]:
        return iter(self.pages)


def role(name: str) -> dict[str, Any]:
    return {"RoleName": name, "Arn": f"arn:aws:iam::123456789012:role/{name}", "CreateDate": ROLES[name][0]}


def reviewed(iam: Iam | None = None) -> tuple[dict[str, Any], S3]:
    s3 = S3()
    clients = {"iam": iam or Iam(), "accessanalyzer": Analyzer(), "s3": s3}
    done = review(clients, EVENT, NOW, sleep=lambda _: None)
    assert done == {"bucket": "records", "keys": list(s3.put)}
    return json.loads(s3.put["reviews/2026-11-30/prod.json"]), s3


def test_roles_of_the_environment_are_judged_by_what_they_use() -> None:
    report, s3 = reviewed()
    found = {it["role"]: it for it in report["roles"]}
    assert {name: it["verdict"] for name, it in found.items()} == {
        "prod-app": "too wide",
        "prod-new": "too new to say",
        "prod-idle": "unused",
        "prod-narrow": "as it is",
    }
    assert (found["prod-app"]["used"], found["prod-app"]["unused"]) == (["s3"], ["sns", "sqs"])
    assert found["prod-app"]["proposal"] == narrower(["sns", "sqs"])
    assert found["prod-app"]["proposal"]["Statement"][0]["Effect"] == "Deny"
    assert [found[name]["proposal"] for name in ("prod-new", "prod-idle", "prod-narrow")] == [None, None, None]
    text = s3.put["reviews/2026-11-30/prod.md"]
    assert "| prod-app | too wide | sns, sqs |" in text
    assert "prod-narrow" not in text


def test_users_are_told_for_what_they_should_not_have() -> None:
    report, _ = reviewed()
    found = {it["user"]: it["problems"] for it in report["users"]}
    assert set(found) == {"<root_account>", "bert"}
    assert found["<root_account>"] == ["has access key 1, and root should have none"]
    assert found["bert"] == [
        "signs in without MFA",
        "has a password that was not used for 90 days",
        "has access key 1, which was not rotated for 90 days",
        "has access key 2, which was not used for 90 days",
    ]
    assert report["findings"] == [{"resource": "role/x", "kind": "UnusedIAMRole", "since": "2026-11-25"}]


def test_a_job_that_never_ends_fails_the_review() -> None:
    with pytest.raises(ReviewError, match="did not finish"):
        reviewed(Iam(waits=10_000))
