"""Every rule with an example of what it is about and one of what it is not; and every file of rules is sound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mendixctl.guard import rulebook
from mendixctl.guard.conditions import QUESTIONS
from mendixctl.guard.judge import judge, judgement
from mendixctl.guard.rulebook import FOLDER, Kind, Rule
from mendixctl.guard.verdict import Verdict
from tests.unit.guard.plans import document, item, one, sides

EXAMPLES = Path(__file__).parent / "examples"
INDEX: dict[str, str] = json.loads((FOLDER / "index.json").read_text())
NAMES = sorted(set(INDEX.values()))
RULES = {rule.id: rule for name in NAMES for rule in rulebook.read(name).rules}


def example(rule: Rule) -> dict[str, Any]:
    name, _, own = rule.id.partition(".")
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())[own]
    return found


@pytest.mark.parametrize("identity", RULES)
def test_a_rule_holds_of_what_it_is_about(identity: str) -> None:
    rule = RULES[identity]
    about = example(rule)
    assert about["type"] in rule.types
    assert about["action"] in rule.on
    yes = about["yes"]
    assert sides(yes["before"], yes["after"], yes.get("unknown")).meet(rule)
    found = judgement(one(about["type"], about["action"], **yes))
    assert found.verdict.gravity >= rule.verdict.gravity
    if found.verdict is rule.verdict:
        assert identity in found.rule.split(", ")
        assert rule.reason in found.reason


@pytest.mark.parametrize("identity", RULES)
def test_a_rule_does_not_hold_of_the_like(identity: str) -> None:
    rule = RULES[identity]
    about = example(rule)
    no = dict(about["no"])
    action = no.pop("action", about["action"])
    change = one(about["type"], action, **no)
    found = judgement(change)
    # what AWS refuses is named by its opposite too, as the reason why that is one-way
    assert identity not in found.rule.split(", ") or (rule.refused and found.one_way)


@pytest.mark.parametrize("identity", [name for name, rule in RULES.items() if rule.parent])
def test_what_the_same_plan_makes_has_nothing_to_lose(identity: str) -> None:
    rule = RULES[identity]
    assert rule.parent is not None
    after = {**example(rule)["yes"]["after"], rule.parent.reference: "made-now"}
    (kind,) = rule.types
    setting = item(kind, "create", None, after)
    known = item(rule.parent.type, "create", None, {rule.parent.key: "made-now"})
    other = item(rule.parent.type, "create", None, {rule.parent.key: "another"})
    assert judge(document(setting, known))[0].judgement.verdict is Verdict.REVERSIBLE
    assert judge(document(setting, other))[0].judgement.verdict is Verdict.IRREVERSIBLE
    referred = item(kind, "create", None, {**after, rule.parent.reference: None}, {rule.parent.reference: True})
    assert judge(document(referred, other))[0].judgement.verdict is Verdict.REVERSIBLE
    assert judge(document(referred))[0].judgement.verdict is Verdict.IRREVERSIBLE


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_has_an_example_and_every_example_a_rule(name: str) -> None:
    path = EXAMPLES / f"{name}.json"
    examples = json.loads(path.read_text()) if path.exists() else {}
    assert [rule.id for rule in rulebook.read(name).rules] == [f"{name}.{own}" for own in examples]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_of_rules_is_sound(name: str) -> None:
    found = rulebook.read(name)
    for type_ in found.kinds:
        assert rulebook.service(type_) is found, f"index.json leads {type_} elsewhere"
    for rule in found.rules:
        assert rule.types <= set(found.kinds)
        assert rule.on <= {"create", "update", "delete", "replace"}
        assert all(condition.question in QUESTIONS for condition in rule.when)
        assert all(condition.steps for condition in rule.when)
        assert rule.source
        assert rule.reason
        assert rule.reason[0] == rule.reason[0].lower() or rule.reason.split()[0] in PROPER
        assert not rule.reason.endswith(".")
        assert not (rule.refused and rule.verdict is not Verdict.RESTORE_NEEDED)
        assert not (rule.one_way and rule.verdict is not Verdict.IRREVERSIBLE)
    for type_, kind in found.kinds.items():
        assert (type_ in found.holds) == (kind in (Kind.DATA, Kind.IDENTITY))


PROPER = {"AWS", "EBS", "EFS", "EKS", "ElastiCache", "FSx", "MSK", "OpenSearch", "RDS", "Route", "S3"}


def test_the_index_and_the_folder_agree() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == {*NAMES, "index"}
    assert list(INDEX) == sorted(INDEX)


def test_every_type_of_the_modules_is_known() -> None:
    modules = Path(__file__).parents[3] / "modules"
    used = {
        address.rsplit(".", 2)[-2].split("[")[0]
        for path in modules.glob("*/*/module.json")
        for address in json.loads(path.read_text())["addresses"]
    }
    assert used
    unknown = {type_ for type_ in used if rulebook.service(type_).kind(type_) is Kind.UNKNOWN}
    assert unknown == set()
