"""Whatever a plan holds, it is judged: without an error, never milder for more changes, never fine by ignorance."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from mendixctl.guard import rulebook
from mendixctl.guard.judge import Ruling, created_again, judge, judge_drift, judgement, way_back
from mendixctl.guard.paths import look, parse
from mendixctl.guard.rulebook import Kind
from mendixctl.guard.verdict import Verdict, gravest
from mendixctl.terraform.plan import ResourceChange
from tests.support.soak import examples
from tests.unit.guard.plans import document, item
from tests.unit.guard.test_rules import NAMES, RULES

KINDS = sorted({kind for name in NAMES for kind in rulebook.read(name).kinds})
STEPS = sorted({step for rule in RULES.values() for condition in rule.when for step in condition.steps})
ACTIONS = st.sampled_from(["create", "update", "delete", "replace", "forget", "no-op", "read"])
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["Enabled", "API", "", "16.4", "17", "{", '{"rules":[{"selection":{"countNumber":3}}]}', "[]"])
    | st.text(max_size=5)
)
VALUES: st.SearchStrategy[Any] = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(STEPS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
MARKS: st.SearchStrategy[Any] = st.recursive(
    st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(STEPS), inner, max_size=4),
    max_leaves=8,
)
TYPES = st.sampled_from(KINDS) | st.text(max_size=8)
ITEMS = st.builds(
    lambda kind, action, before, after, unknown, number: item(
        kind, action, before, after, unknown, address=f"{kind}.r{number}"
    ),
    TYPES,
    ACTIONS,
    VALUES,
    VALUES,
    MARKS,
    st.integers(0, 10**6),
)


def worst(rulings: tuple[Ruling, ...]) -> Verdict:
    return gravest(ruling.judgement.verdict for ruling in rulings)


@settings(max_examples=examples(100))
@given(st.lists(ITEMS, max_size=4), st.lists(ITEMS, max_size=2))
def test_any_plan_is_judged(changes: list[dict[str, Any]], drift: list[dict[str, Any]]) -> None:
    plan = document(*changes, drift=tuple(drift))
    for ruling in (*judge(plan), *judge_drift(plan)):
        for found in (ruling.judgement, ruling.back, created_again(ruling.change)):
            assert isinstance(found.verdict, Verdict)
            assert found.verdict is Verdict.REVERSIBLE or found.reason
            assert not (found.one_way and found.verdict is not Verdict.IRREVERSIBLE)


@settings(max_examples=examples(80))
@given(st.lists(ITEMS, max_size=3), ITEMS)
def test_one_more_change_never_makes_a_plan_milder(changes: list[dict[str, Any]], more: dict[str, Any]) -> None:
    # what makes the plan's own resources is told apart: a setting of something new takes nothing away
    more["change"]["actions"] = [action for action in more["change"]["actions"] if action != "create"] or ["update"]
    fewer, all_of_them = document(*changes), document(*changes, more)
    assert worst(judge(all_of_them)).gravity >= worst(judge(fewer)).gravity


@settings(max_examples=examples(80))
@given(st.text(max_size=40), st.sampled_from(["delete", "replace", "forget"]), VALUES)
@example("aws_", "delete", None)
@example("aws_db_something_new", "delete", {})
@example("", "delete", {})
def test_what_is_not_known_is_never_silently_fine(kind: str, action: str, before: Any) -> None:
    if rulebook.service(kind).kind(kind) is not Kind.UNKNOWN:
        return
    (ruling,) = judge(document(item(kind, action, before, {} if action == "replace" else None)))
    assert ruling.judgement.verdict.gravity >= Verdict.RESTORE_NEEDED.gravity
    assert ruling.judgement.reason
    assert ruling.back.verdict.gravity >= Verdict.RESTORE_NEEDED.gravity


@settings(max_examples=examples(120))
@given(st.sampled_from(sorted(RULES)), VALUES, VALUES, MARKS)
def test_every_rule_answers_whatever_it_is_asked(identity: str, before: Any, after: Any, unknown: Any) -> None:
    rule = RULES[identity]
    for action in sorted(rule.on):
        raw = item(min(rule.types), action, before, after, unknown)
        change = ResourceChange("a.b", "", min(rule.types), document(raw).changes[0].action, raw=raw)
        assert isinstance(judgement(change).verdict, Verdict)
        assert isinstance(way_back(change).verdict, Verdict)


@given(VALUES, MARKS, st.lists(st.sampled_from([*STEPS, "[*]", "{}"]), max_size=5))
def test_looking_anywhere_never_fails(value: Any, unknown: Any, steps: list[str]) -> None:
    assert isinstance(look(tuple(steps), value, unknown), dict)


def test_a_path_is_read_as_it_is_written() -> None:
    assert parse("rule[*].expiration[*].days") == ("rule", "[*]", "expiration", "[*]", "days")
    assert parse("policy{}.rules[*].x") == ("policy", "{}", "rules", "[*]", "x")
