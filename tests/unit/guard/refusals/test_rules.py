"""Every rule of what AWS refuses, by its own examples; and every file of rules is sound."""

from __future__ import annotations

import json
import string
from pathlib import Path

import pytest

from mendixctl.guard.refusals import rulebook
from mendixctl.guard.refusals.classify import refusals
from mendixctl.guard.refusals.rulebook import FOLDER, PARTS, Rule
from tests.unit.guard.refusals.examples import ADDRESS, plan

RULES = {rule.id: rule for rule in rulebook.every_rule()}
MODULES = Path(__file__).parents[4] / "modules"


@pytest.mark.parametrize("identity", RULES)
def test_a_plan_knows_what_is_refused(identity: str) -> None:
    rule = RULES[identity]
    (found,) = [one for one in refusals(plan(rule, "refused")) if one.rule == identity]
    assert found.address == ADDRESS
    assert found.code == rule.code
    assert found.certain == (not rule.possible)
    assert found.text == found.text.strip() != ""
    assert found.operation.startswith(f"{rule.service}:")


@pytest.mark.parametrize("identity", RULES)
def test_a_plan_lets_the_like_pass(identity: str) -> None:
    assert [one.text for one in refusals(plan(RULES[identity], "accepted")) if one.rule == identity] == []


@pytest.mark.parametrize("identity", RULES)
def test_a_rule_is_sound(identity: str) -> None:
    rule = RULES[identity]
    assert set(rule.on) <= set(PARTS)
    assert all(rule.on.values())
    assert rule.answered in ("rule", "moto", "nobody")
    if rule.answered == "rule" and rule.possible:
        assert "quota" in rule.possible, (
            "the emulator knows no perhaps but the quotas, which are those of a new account"
        )
    for text in (rule.title, rule.instead, rule.possible, rule.source):
        assert not text.endswith(".")
    known = {*rule.facts, *rule.computed, "count"}
    for template in (rule.text, rule.instead, rule.possible):
        names = {name.partition(".")[0] for _, name, _, _ in string.Formatter().parse(template) if name}
        assert names <= known
    for fact in rule.facts.values():
        assert not fact.of or fact.of in rule.related
    if rule.group is not None:
        assert set(rule.group.by) <= set(rule.facts)


def test_the_index_leads_to_every_rule() -> None:
    index = json.loads((FOLDER / "index.json").read_text())
    assert list(index) == sorted(index)
    wanted: dict[str, list[str]] = {}
    for rule in RULES.values():
        for type_ in rule.types:
            if rule.service not in wanted.setdefault(type_, []):
                wanted[type_].append(rule.service)
    assert index == wanted


def test_there_are_many_of_them() -> None:
    assert len(RULES) >= 150
    assert sum(not rule.possible for rule in RULES.values()) >= 130


def test_nearly_all_are_of_resources_that_the_modules_make() -> None:
    used = {
        address.rsplit(".", 2)[-2].split("[")[0]
        for path in MODULES.glob("*/*/module.json")
        for address in json.loads(path.read_text())["addresses"]
    }
    beside = {type_ for rule in RULES.values() for type_ in rule.types} - used
    assert beside == {"aws_ebs_volume"}


def test_a_rule_names_no_fact_by_a_value_that_it_compares() -> None:
    def literals(rule: Rule) -> set[str]:
        tests = [one for test in rule.when for one in getattr(test, "tests", (test,))]
        return {
            value
            for test in tests
            for value in test.named
            if isinstance(value, str) and test.question in ("is", "is-not", "was", "was-not", "like", "unlike")
        }

    assert [rule.id for rule in RULES.values() if literals(rule) & set(rule.facts)] == []
