"""What the backups' section may say across its fields: errors by place and code, and what is only odd."""

from __future__ import annotations

from typing import Any

import pytest

from mendixgen.areas import parts
from mendixgen.areas.backup import Backup
from mendixgen.areas.contract import Header, Neighbour

THERE = Neighbour(region="eu-west-1", account="123456789012")
HEADER = Header(
    "prod",
    "eu-central-1",
    "123456789012",
    "aws",
    "apps.example.com",
    neighbours={
        "prod-dr": THERE,
        "near": Neighbour(region="eu-central-1", account="123456789012"),
        "other": Neighbour(region="eu-west-1", account="210987654321"),
    },
)
COPIES = {"environment": "prod-dr", "keep_days": 35}


def found(section: dict[str, Any]) -> list[tuple[str, str, bool]]:
    inputs = Backup.Inputs.model_validate(section)
    said = parts.check(Backup, inputs, HEADER)
    return [(".".join(map(str, one.path)), one.code, one.warns) for one in said]


def test_what_production_says_is_right_and_its_cold_storage_is_odd() -> None:
    assert found(
        {
            "daily": {"keep_days": 35},
            "weekly": {"keep_days": 90},
            "monthly": {"keep_days": 2555, "cold_after_days": 30},
            "copy_to": COPIES,
            "vault_lock": {"min_days": 7, "max_days": 3650},
            "restore_tests": {"cron": "0 3 ? * SUN *", "resources": ["rds", "ebs", "s3"]},
        }
    ) == [("monthly.cold_after_days", "MXS603", True)]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ({}, []),
        ({"daily": {"keep_days": 365, "cold_after_days": 30}}, [("daily.cold_after_days", "MXS603", True)]),
        ({"monthly": {"keep_days": 119, "cold_after_days": 30}}, [("monthly.cold_after_days", "MXS602", False)]),
        ({"monthly": {"keep_days": 120, "cold_after_days": 30}}, [("monthly.cold_after_days", "MXS603", True)]),
        (
            {"daily": {"keep_days": 35, "start_hours": 8, "completion_hours": 8}},
            [("daily.completion_hours", "MXS601", False)],
        ),
        ({"vault_lock": {"min_days": 8, "max_days": 7}}, [("vault_lock.min_days", "MXS604", False)]),
        ({"vault_lock": {"min_days": 36, "max_days": 90}}, [("daily.keep_days", "MXS605", False)]),
        (
            {"vault_lock": {"min_days": 1, "max_days": 34}, "copy_to": COPIES},
            [("daily.keep_days", "MXS605", False), ("copy_to.keep_days", "MXS605", False)],
        ),
        ({"copy_to": {**COPIES, "environment": "nowhere"}}, [("copy_to.environment", "MXS606", False)]),
        ({"copy_to": {**COPIES, "environment": "near"}}, [("copy_to.environment", "MXS606", False)]),
        ({"copy_to": {**COPIES, "environment": "other"}}, [("copy_to.environment", "MXS606", False)]),
        ({"restore_tests": {"resources": ["rds", "rds"]}}, [("restore_tests.resources.1", "MXS607", False)]),
    ],
)
def test_findings(section: dict[str, Any], expected: list[tuple[str, str, bool]]) -> None:
    assert found(section) == expected
