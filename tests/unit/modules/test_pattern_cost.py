"""No pattern of a module takes for ever, and those of the modules here are all taken."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen.spec import structure
from mendixgen.versions.pattern_cost import MOST_PLACES, is_bounded
from mendixgen.versions.schema_flaws import flaw

MODULES = Path(__file__).parents[3] / "modules"


def patterns(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part["pattern"]
        yield from part.get("patternProperties", {})
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from patterns(inner)


def test_every_pattern_of_the_modules_is_bounded() -> None:
    found = {
        pattern
        for path in MODULES.glob("*/*/module.json")
        for pattern in patterns(json.loads(path.read_text())["section"])
    }
    assert len(found) > 40
    assert [pattern for pattern in found if not is_bounded(pattern)] == []


@pytest.mark.parametrize(
    "pattern",
    [
        # of OWASP, "Regular expression Denial of Service"
        "^(a+)+$",
        "^([a-zA-Z]+)*$",
        "^(a|aa)+$",
        "^(a|a?)+$",
        "^(.*a){20}$",
        r"^([a-zA-Z0-9])(([\-.]|[_]+)?([a-zA-Z0-9]+))*(@){1}[a-z0-9]+[.]{1}(([a-z]{2,3})|([a-z]{2,3}[.]{1}[a-z]{2,3}))$",
        r"^(([a-z])+.)+[A-Z]([a-z])+$",
        r"(x+x+)+y",
        r"^(\w+\s?)*$",
        # as costly without a loop that may read nothing
        "^(a?){64}b",
        "(a*)*b",
        "^(a{1,9}){1,9}$",
        "^(ab|a|b)*$",
        "^(a|a)*$",
        "^(b(a?)?)*$",
        # a power of the length
        "^a*a*a*b$",
        ".*.*.*=.*",
        "a*a*b",
        # what is not looked into
        "^(?=a)a$",
        r"^(a)\1$",
        "^(?i:a)$",
        "(?i)a",
        f"^{'a' * (MOST_PLACES + 1)}$",
    ],
)
def test_a_pattern_that_may_take_for_ever_is_a_flaw(pattern: str) -> None:
    assert not is_bounded(pattern)
    assert flaw({"type": "string", "pattern": pattern}) == "pattern of section cannot be used"
    assert flaw({"type": "object", "patternProperties": {pattern: {"type": "string"}}})


@pytest.mark.parametrize(
    "pattern", ["^a*a*$", "a*b", "^(ab|cd)*$", "^([a-z]+-)+$", "^(ab|a)(bc|c)?$", "^(?:a-?)*$", ""]
)
def test_what_reads_a_text_in_few_ways_is_taken(pattern: str) -> None:
    assert is_bounded(pattern)
    assert flaw({"type": "string", "pattern": pattern}) == ""


PARTS = st.recursive(
    st.sampled_from(["a", "b", "[ab]", "."]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map(lambda two: f"(?:{two[0]}|{two[1]})"),
        st.tuples(inner, st.sampled_from("*+?")).map(lambda two: f"(?:{two[0]}){two[1]}"),
    ),
    max_leaves=7,
)


def ways(pattern: str, length: int) -> int:
    """How many ways there are to read as many a's: the number of times that a matcher gets to the end and fails."""
    found = 0

    def counted(items: Any, at: int, then: Any) -> None:
        nonlocal found
        if found > 100_000:
            return
        if not items:
            then(at)
            return
        (operation, argument), rest = items[0], items[1:]
        name = str(operation)
        if name == "SUBPATTERN":
            counted([*argument[3]], at, lambda end: counted(rest, end, then))
        elif name == "BRANCH":
            for branch in argument[1]:
                counted([*branch], at, lambda end: counted(rest, end, then))
        elif name == "MAX_REPEAT":
            least, most, inner = argument
            if most > 0 and at <= length:
                more = (re._constants.MAX_REPEAT, (max(least - 1, 0), most - 1 if most < 99 else most, inner))  # type: ignore[attr-defined]
                counted([*inner], at, lambda end: counted([more, *rest], end, then) if end > at else None)
            if not least:
                counted(rest, at, then)
        elif at < length and re.match(_spelled(operation, argument), "a"):
            counted(rest, at + 1, then)

    def reached(_: int) -> None:
        nonlocal found
        found += 1

    counted([*re._parser.parse(pattern)], 0, reached)  # type: ignore[attr-defined]
    return found


def _spelled(operation: Any, argument: Any) -> str:
    name = str(operation)
    return chr(argument) if name == "LITERAL" else "." if name == "ANY" else "[ab]"


@given(PARTS)
def test_what_is_taken_reads_no_text_in_very_many_ways(pattern: str) -> None:
    if is_bounded("^" + pattern):
        assert ways(pattern, 14) <= 14**3 * 8


def test_a_very_long_text_fits_no_pattern() -> None:
    schema = {"type": "string", "pattern": "^a+b?a+$"}
    long = "a" * (structure.LONGEST + 1)
    assert structure.check(long[1:], schema)[1] == []
    (found,) = structure.check(long, schema)[1]
    assert found.code == "MXS206"
    assert "4,096 characters" in found.summary
    assert structure.check(
        {long: 1}, {"type": "object", "patternProperties": {"a": {}}, "additionalProperties": False}
    )[1]
