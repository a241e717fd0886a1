"""Whatever is written is read again as what it was, by readers of YAML 1.1 and of 1.2."""

from __future__ import annotations

import io

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from mendixgen.kubernetes.text import dump, fill

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40) | st.text(
    "01eExo_:.-+ynNaf~#'\"\n", max_size=12
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_what_is_written_is_read_again(value: object) -> None:
    text = dump({"it": value})
    assert yaml.safe_load(text) == {"it": value}
    assert YAML(typ="safe", pure=True).load(io.StringIO(text)) == {"it": value}


@pytest.mark.parametrize(
    "text", ["on", "Y", "no", "1e3", "0o17", "0x1f", "12:30:45", "1_000", ".inf", "~", "null", "2026-11-30", "1.35", ""]
)
def test_what_some_reader_takes_for_something_else_is_quoted(text: str) -> None:
    assert dump({"it": text}).removeprefix("it: ").startswith('"')


def test_keys_keep_their_order_and_texts_of_lines_are_blocks() -> None:
    assert dump({"b": 1, "a": "one\ntwo\n"}) == "b: 1\na: |\n  one\n  two\n"


def test_a_comment_has_no_line_that_is_none() -> None:
    text = fill(
        "values.yaml.j2", {"environment": "prod", "comment": "word " * 60 + "\ninjected: true", "values": {"a": 1}}
    )
    assert yaml.safe_load(text) == {"a": 1}
    assert max(map(len, text.splitlines())) <= 120
