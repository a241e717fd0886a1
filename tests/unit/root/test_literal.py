"""Data as HCL: what is written parses back to the same data. (Terraform's own reading: tests/emulator.)"""

from __future__ import annotations

import io
import string
from typing import Any

import hcl2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.hcl import Expression, assignments, identifier, key, literal, quote
from tests.support.soak import examples


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("plain", '"plain"'),
        ('a "b" \\', '"a \\"b\\" \\\\"'),
        ("a\nb\r\tc", '"a\\nb\\r\\tc"'),
        ('${file("x")}', '"$${file(\\"x\\")}"'),
        ("%{ if true }", '"%%{ if true }"'),
        ("$${x} %%{y}", '"$$${x} %%%{y}"'),
        ("$ % { }", '"$ % { }"'),
        ("\x00\x07\x7f\u2028\u200b", '"\\u0000\\u0007\\u007f\\u2028\\u200b"'),
        ("é中", '"é中"'),
        ("\U0001f600", '"\U0001f600"'),
        ("\U000e0001", '"\\U000e0001"'),
        ("\u0301x", '"\\u0301x"'),
    ],
)
def test_quotes(text: str, quoted: str) -> None:
    assert quote(text) == quoted


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        quote("\ud800")


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_numbers_that_hcl_does_not_have_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        literal(value)


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}])
def test_what_is_no_data_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        literal(value)


@pytest.mark.parametrize("text", ["a b", "a.b; c", "${x}", 'a["x"]', "", "1a", "a.", "file(x)", "a\n"])
def test_only_references_are_expressions(text: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        Expression(text)


@pytest.mark.parametrize("text", ["", "1a", "a b", "a\n", 'a"', "a.b"])
def test_only_names_are_identifiers(text: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        identifier(text)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a", "a"),
        ("a-b", '"a-b"'),
        ("for", '"for"'),
        ("é", '"é"'),
        ("e\u0301", '"e\\u0301"'),
        ("👩‍🚀", '"\\U0001f469\\u200d\\U0001f680"'),
        ("${x}", '"$${x}"'),
    ],
)
def test_keys(name: str, written: str) -> None:
    assert key(name) == written


def test_alignment_stops_at_values_of_several_lines() -> None:
    pairs = [("a", "1"), ("long_name", "2"), ("map", "{\n    x = 1\n  }"), ("b", "3"), ("cc", "4")]
    assert assignments(pairs, 2) == [
        "  a         = 1",
        "  long_name = 2",
        "  map = {\n    x = 1\n  }",
        "  b  = 3",
        "  cc = 4",
    ]


def test_long_lists_are_written_one_value_a_line() -> None:
    assert literal(["a", 1, True]) == '["a", 1, true]'
    assert literal(["x" * 60, "y" * 60], 4) == f'[\n      "{"x" * 60}",\n      "{"y" * 60}",\n    ]'


ASCII = st.text(string.ascii_letters + string.digits + " .:/-_", max_size=10)
DATA = st.recursive(
    st.one_of(st.booleans(), st.integers(-1000, 1000), ASCII),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.ascii_letters + "-", min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=examples(40))
@given(st.dictionaries(st.sampled_from(["alpha", "beta", "gamma"]), DATA, min_size=1, max_size=3))
def test_another_parser_reads_the_same_data(data: dict[str, Any]) -> None:
    text = "\n".join(assignments(((name, literal(value)) for name, value in data.items()), 0)) + "\n"
    parsed = hcl2.load(io.StringIO(text))
    parsed.pop("__comments__", None)
    assert _unquoted(parsed) == data


def _unquoted(value: Any) -> Any:
    if isinstance(value, str):
        return value[1:-1] if value.startswith('"') else value
    if isinstance(value, dict):
        return {_unquoted(k): _unquoted(v) for k, v in value.items()}
    return [_unquoted(v) for v in value] if isinstance(value, list) else value
