"""The risk assessment: each measure by what shows it, and a report that programs and people can keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mendixctl.engine.audit.report import ReportedRelease, ReportResult, Standing, assessed
from mendixctl.engine.audit.risks import RISKS, Facts
from mendixctl.views.markdown import audit

NOTHING = Facts({}, {}, False, "emulator")
EVERYTHING = Facts(
    {
        "audit": {"alarms": "cis", "trail": {"data_events": ["s3"], "management_events": False}},
        "backup": {"vault_lock": {"min_days": 7}},
        "cluster": {"endpoint": "private"},
        "cost": {"monthly_budget": {"amount": 100}, "anomaly_above": 100},
        "database": {"instances": {"crm": {"backup_retention_days": 14, "multi_az": True}}},
        "edge": {"waf": {"mode": "block"}},
        "encryption": {},
        "monitoring": {},
        "network": {"zones": 3},
        "recovery": {"standby": "prod-dr"},
        "secrets": {"rotation_days": 30},
        "storage": {},
        "support": {},
    },
    {
        "access_analyzer": {"external": True},
        "ci": {"github": {}},
        "config_rules": True,
        "cost_tags": ["environment"],
        "guardduty": True,
        "inspector": True,
        "trail": {},
    },
    True,
    "aws",
)
REPORT = ReportResult(
    environment="prod",
    account="123456789012",
    region="eu-central-1",
    target="aws",
    made=datetime(2026, 11, 30, tzinfo=UTC),
    areas={"network": "1.2.0"},
    off=("edge",),
    foundations=("foundation",),
    risks=assessed(EVERYTHING),
    releases=(
        ReportedRelease(3, "apply", "succeeded", "anna", datetime(2026, 11, 29, tzinfo=UTC), "one | more\n*zone*", 4),
    ),
    head=3,
    base=3,
)


def test_without_anything_every_risk_is_open_and_with_everything_each_is_covered() -> None:
    assert {it.standing for it in assessed(NOTHING)} == {Standing.OPEN}
    assert [it.id for it in assessed(EVERYTHING) if it.standing is not Standing.COVERED] == []


def test_every_setting_that_is_taken_away_shows() -> None:
    for area in EVERYTHING.settings:
        settings = {name: value for name, value in EVERYTHING.settings.items() if name != area}
        assert any(not it.there for risk in assessed(replace(EVERYTHING, settings=settings)) for it in risk.measures), (
            area
        )
    for key in EVERYTHING.account:
        account = {name: value for name, value in EVERYTHING.account.items() if name != key}
        assert any(not it.there for risk in assessed(replace(EVERYTHING, account=account)) for it in risk.measures), key


def test_one_database_without_backups_is_enough() -> None:
    instances: Any = {"crm": {"backup_retention_days": 14}, "portal": {"backup_retention_days": 1}}
    facts = replace(EVERYTHING, settings={**EVERYTHING.settings, "database": {"instances": instances}})
    (lost,) = [it for it in assessed(facts) if it.id == "data-lost"]
    assert lost.standing is Standing.PARTLY
    assert [it.what for it in lost.measures if not it.there] == ["databases are backed up for a week or longer"]


def test_a_network_may_name_its_zones() -> None:
    facts = replace(EVERYTHING, settings={**EVERYTHING.settings, "network": {"zones": ["a", "b"]}})
    assert {it.standing for it in assessed(facts)} == {Standing.COVERED}


def test_risks_have_names_of_their_own_and_remedies() -> None:
    assert len({it.id for it in RISKS}) == len(RISKS)
    assert all(it.remedy and it.evidence for risk in RISKS for it in risk.measures)


def test_a_message_cannot_break_the_markdown() -> None:
    text = audit(REPORT)
    assert "| v3 | apply | succeeded | anna | 2026-11-29 00:00 | 4 | one \\| more \\*zone\\* |" in text
    assert "| edge | off |" in text
    assert "Not asked." in text
    assert "- module.x" in audit(replace(REPORT, drifted=("module.x",)))
