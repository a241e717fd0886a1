"""Edits of YAML: the data is what was asked for, and what a person wrote beside it stays."""

from __future__ import annotations

import string
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.spec.edit import rewrite, same
from mendixgen.spec.source import read
from tests.support.soak import examples

TEXT = """\
# yaml-language-server: $schema=../schema/environment.json
name: prod   # the name
description: 'Mendix production'

tags:                     # cost allocation
  cost-center:   "4711"
  data-class: confidential   # why

# who may reach it
network:
  cidr: 10.20.0.0/16
  # three is enough
  zones: 3
  endpoints: [s3, ecr.api,   ecr.dkr]  # the cheap ones
  allow_from:
  - "203.0.113.0/24"   # office
  - "198.51.100.0/24"  # home

storage:
    buckets:
        files: {lifecycle: {infrequent_after_days: 30}}   # four spaces, on purpose
# the end
"""


def test_equal_data_gives_back_the_very_text() -> None:
    assert rewrite(TEXT, read(TEXT, "f").data) is TEXT


def test_one_change_touches_one_line() -> None:
    data = read(TEXT, "f").data
    data["network"]["zones"] = 2
    data["tags"]["cost-center"] = "4712"
    old, new = TEXT.splitlines(), rewrite(TEXT, data).splitlines()
    assert len(old) == len(new)
    changed = [(a, b) for a, b in zip(old, new, strict=True) if a.split() != b.split()]
    assert changed == [('  cost-center:   "4711"', '  cost-center: "4712"'), ("  zones: 3", "  zones: 2")]
    assert "        files: {lifecycle: {infrequent_after_days: 30}}   # four spaces, on purpose" in new


def test_keys_come_and_go_and_the_comments_of_the_others_stay() -> None:
    data = read(TEXT, "f").data
    del data["network"]["cidr"], data["tags"]["cost-center"], data["storage"]
    data["network"]["allow_from"].pop(0)
    data["owner"] = "yes: # 'no'\n"
    data["limits"] = {"destroy": 1, "replace": 0}
    written = rewrite(TEXT, data)
    assert read(written, "f").data == data
    for comment in (
        "# three is enough",
        "# the name",
        "# cost allocation",
        "# why",
        "# who may reach it",
        "# the cheap ones",
        "# the end",
    ):
        assert comment in written


def test_an_alias_is_written_out_when_one_of_its_places_changes() -> None:
    text = "# top\na: &x {b: 1, c: [1]}\nd: *x\ne: *x\n"
    target = {"a": {"b": 1, "c": [1]}, "d": {"b": 2, "c": [1]}, "e": {"b": 1, "c": [1]}}
    written = rewrite(text, target)
    assert read(written, "f").data == target
    assert "# top" in written


@pytest.mark.parametrize(
    "text",
    [
        "{name: a, b: [1, 2]}\n",
        "---\nname: a\nb: [1, 2]\n",
        "name: a\nb: [1, 2]",
        "name: a\r\nb: [1, 2]\r\n",
        "  name: a\n  b: [1, 2]\n",
        '"name": a\nb:\n- 1\n- 2\n',
    ],
)
def test_other_ways_to_lay_out_a_file(text: str) -> None:
    for target in (
        {"name": "b", "b": [1, 2]},
        {"name": "a", "b": [1, 2, {"c": "x"}]},
        {"name": "a"},
        {"b": "2026-01-01"},
    ):
        assert same(read(rewrite(text, target), "f").data, target)


NAMES = st.text(string.ascii_lowercase + "-_.", min_size=1, max_size=6).filter(
    lambda s: s[0].isalpha() and s[-1].isalpha()
)


def is_plain(key: str) -> bool:
    """Whether a key is text without quotes."""
    return key not in {"on", "off", "yes", "no", "true", "false", "null"}


TEXTS = st.one_of(
    st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=12),
    st.sampled_from(
        [
            "yes",
            "no",
            "null",
            "1",
            "1.5",
            "010",
            "24:00",
            "2026-01-01",
            "~",
            "",
            " a",
            "a ",
            "a: b",
            "# x",
            "a\nb",
            "\t",
            "é",
            "${x}",
            "*a",
            "&a",
            "!t",
            "0x1",
            "1e3",
            "=",
            "<<",
            ".inf",
            "True",
            "-",
            "?",
            "\u2028",
            "\x85",
            "\u200b",
        ]
    ),
)
SCALAR = st.one_of(st.none(), st.booleans(), st.integers(-99999, 99999), st.sampled_from([0.5, 2.25]), TEXTS)
TREE = st.dictionaries(
    NAMES.filter(is_plain),
    st.recursive(
        SCALAR,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES.filter(is_plain), inner, max_size=3),
        max_leaves=6,
    ),
    min_size=1,
    max_size=5,
)


@settings(max_examples=examples(150))
@given(before=TREE, after=TREE, mixed=st.booleans())
def test_any_data_can_become_any_other(before: dict[str, Any], after: dict[str, Any], mixed: bool) -> None:
    text = "# opening comment\n" + rewrite("placeholder: 1\n", before)
    commented = "".join(
        f"{line}   # c{n}\n" if line.endswith(": true") else f"{line}\n" for n, line in enumerate(text.split("\n")[:-1])
    )
    assert same(read(commented, "f").data, before)
    target = {**before, **after} if mixed else after
    written = rewrite(commented, target)
    assert same(read(written, "f").data, target)
    assert written.startswith("# opening comment\n")
    if same(before, target):
        assert written == commented


@settings(max_examples=examples(60))
@given(
    st.dictionaries(
        NAMES.filter(is_plain),
        st.tuples(st.integers(0, 99), st.booleans()),
        min_size=1,
        max_size=6,
    )
)
def test_comments_of_untouched_keys_survive(entries: dict[str, tuple[int, bool]]) -> None:
    lines = [
        f"# above {key}\n{key}:\n  # inside {key}\n  value: {value}  # beside {key}\n"
        for key, (value, _) in entries.items()
    ]
    target = {key: {"value": value + 1 if changes else value} for key, (value, changes) in entries.items()}
    written = rewrite("".join(lines), target)
    assert read(written, "f").data == target
    for key, line in zip(entries, lines, strict=True):
        if entries[key][1]:
            assert f"# above {key}\n" in written
            assert f"# beside {key}\n" in written
        else:
            assert line in written


@pytest.mark.parametrize(
    ("text", "gone", "expected"),
    [
        ("name: a\n\nnetwork:\n  nat: none\n", ("network",), "name: a\n"),
        ("name: a\n\nnetwork:\n  nat: none\n\nowner: me\n", ("network",), "name: a\n\nowner: me\n"),
        ("name: a\n\n# why\nnetwork:\n  nat: none\n", ("network",), "name: a\n\n# why\n"),
        (
            "network:\n  nat: none\n\n  zones: 2\n\nowner: me\n",
            ("network", "zones"),
            "network:\n  nat: none\n\nowner: me\n",
        ),
        ("name: a\n\nnetwork: {}\n\n", ("network",), "name: a\n\n"),
    ],
)
def test_what_is_removed_leaves_no_further_empty_lines(text: str, gone: tuple[str, ...], expected: str) -> None:
    data: Any = read(text, "f").data
    parent = data
    for step in gone[:-1]:
        parent = parent[step]
    del parent[gone[-1]]
    assert rewrite(text, data) == expected
