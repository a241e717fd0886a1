"""The recovery plan, in both languages, from a specification."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendixgen.reports.recovery import LANGUAGES, Language, document
from mendixgen.spec.loader import load_text
from mendixgen.versions.store import ModuleStore

STORE = ModuleStore(Path(__file__).resolve().parents[3] / "modules")
PROD = """\
name: prod
region: eu-central-1
account: "123456789012"
domain: apps.example.com
owner: platform@example.com
target: emulator
neighbours: {prod-dr: {region: eu-west-1, account: "123456789012", domain: dr.apps.example.com}}
secrets: {replicas: [{region: eu-west-1}]}
registry: {replicate_to: [eu-west-1]}
database: {instances: {crm: {}}}
apps:
  crm: {mendix: "11.6", database: crm}
  portal: {mendix: "11.6", hostname: portal.example.com}
recovery: {standby: prod-dr, rpo_minutes: 60, rto_minutes: 240, failover: dns, elastic_disaster_recovery: true}
"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plan_names_what_is_lost_what_is_back_and_who_does_what(language: Language) -> None:
    text = document(load_text(PROD, "environments/prod.yaml", store=STORE, lock=None), language)
    assert "eu-west-1" in text
    for said in ("| 60 |", "| 240 |", "| 15 | 65 |", "`crm.apps.example.com`", "portal.example.com"):
        assert said in text
    for command in ("recovery failover prod-dr", "recovery failover prod-dr --names", "recovery failback prod-dr"):
        assert command in text
    assert "Elastic Disaster Recovery" in text
    assert "{{" not in text
    assert "None" not in text
