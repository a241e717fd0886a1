"""YAML text becomes data with places, or a clear error; never a traceback."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixgen.diagnostics import MendixError
from mendixgen.spec.composer import MAX_NODES
from mendixgen.spec.source import MAX_BYTES, read
from tests.support.soak import examples


def problems(text: str | bytes) -> list[tuple[str, int, int]]:
    """The code, line and column of each problem."""
    with pytest.raises(MendixError) as caught:
        read(text, "f.yaml")
    found = caught.value.diagnostics
    assert all(one.summary and one.hint for one in found)
    return [(one.code, one.location.line, one.location.column) for one in found if one.location]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a: 1\nb: \xff\n", [("MXS101", 2, 4)]),
        ("a: 1\n".encode("utf-16"), [("MXS101", 1, 1)]),
        ("", [("MXS102", 1, 1)]),
        ("  \n\n", [("MXS102", 1, 1)]),
        ("a: " + "x" * MAX_BYTES, [("MXS103", 1, 1)]),
        ("a: [1\n", [("MXS104", 1, 4)]),
        ('a: 1\nb: "open\nc: 2\n', [("MXS104", 2, 4)]),
        ("a: b: c\n", [("MXS104", 1, 5)]),
        ("a: *b\n", [("MXS104", 1, 4)]),
        ("a:\n\tb: 1\n", [("MXS105", 2, 1)]),
        ("a: 1\n---\nb: 2\n", [("MXS106", 2, 1)]),
        ("- a\n", [("MXS107", 1, 1)]),
        ("just text\n", [("MXS107", 1, 1)]),
        ("# only a comment\n", [("MXS107", 1, 1)]),
        ("a: 1\nb:\n  c: 1\n  c: 2\na: 2\n", [("MXS108", 4, 3), ("MXS108", 5, 1)]),
        ("1: a\n", [("MXS109", 1, 1)]),
        ("? [a, b]\n: c\n", [("MXS109", 1, 3)]),
        ("~: a\n", [("MXS109", 1, 1)]),
        ("a: !!python/object:os.system x\n", [("MXS110", 1, 4)]),
        ("a: !secret x\nb: !!map {}\n", [("MXS110", 1, 4), ("MXS110", 2, 4)]),
        ("a: &x [1, *x]\n", [("MXS111", 1, 11)]),
        ("a: " + "[" * 60 + "]" * 60, [("MXS113", 1, 27)]),
        ("<<: {a: 1}\n", [("MXS116", 1, 1)]),
        ("a: x\x07\n", [("MXS117", 1, 5)]),
        ('a: "' + "e" + "\u0301" * 40 + '"\n', [("MXS117", 1, 4)]),
    ],
)
def test_what_cannot_be_read_is_said_with_its_place(text: str | bytes, expected: list[tuple[str, int, int]]) -> None:
    assert problems(text) == expected


@pytest.mark.parametrize(
    "word",
    [
        "yes",
        "No",
        "ON",
        "off",
        "012345678901",
        "0x1F",
        "0o17",
        "0b1",
        "24:00",
        "1_000",
        "1e5",
        "1.",
        ".5",
        ".nan",
        "-.INF",
        "2026-01-01",
        "2026-01-01T10:00:00Z",
    ],
)
def test_words_that_readers_of_yaml_disagree_about_are_refused(word: str) -> None:
    assert problems(f"a: {word}\n") == [("MXS114", 1, 4)]
    assert read(f'a: "{word}"\n', "f.yaml").data == {"a": word}


@pytest.mark.parametrize("number", ["9" * 17, "9" * 5000, "1." + "0" * 400])
def test_numbers_out_of_range_are_refused(number: str) -> None:
    assert problems(f"a: {number}\n") == [("MXS115", 1, 4)]


def test_plain_values() -> None:
    text = (
        "a: 1\nb: -2.5\nc: true\nd: ~\ne:\nf: text with spaces\ng: 24x7\nh: 10.0.0.0/16\n"
        "i: [x, 'y', \"z\\n\"]\nj: {k: FALSE}\nl: 1.2.3\n"
    )
    assert read(text, "f.yaml").data == {
        "a": 1,
        "b": -2.5,
        "c": True,
        "d": None,
        "e": None,
        "f": "text with spaces",
        "g": "24x7",
        "h": "10.0.0.0/16",
        "i": ["x", "y", "z\n"],
        "j": {"k": False},
        "l": "1.2.3",
    }


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert read(b"\xef\xbb\xbfname: dev\n", "f.yaml").data == {"name": "dev"}


def test_places_of_keys_and_values_and_of_the_nearest_parent() -> None:
    source = read("a:\n  b:\n    - x: 1\n      y: 2\n", "f.yaml")
    assert str(source.locate(("a", "b", 0, "y"))) == "f.yaml:4:10"
    assert str(source.locate(("a", "b", 0, "y"), key=True)) == "f.yaml:4:7"
    assert str(source.locate(("a", "b", 0, "missing"))) == "f.yaml:3:7"
    assert str(source.locate(("nowhere",))) == "f.yaml:1:1"


def test_an_alias_is_a_copy_whose_parts_stand_where_they_are_written() -> None:
    source = read("a: &x {b: [1]}\nc: *x\n", "f.yaml")
    assert source.data == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert source.data["a"] is not source.data["c"]
    assert str(source.locate(("c", "b", 0))) == "f.yaml:1:12"


def test_aliases_that_explode_are_stopped_early() -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40))]
    codes = [code for code, _, _ in problems("\n".join(lines))]
    assert codes == ["MXS112"]
    assert MAX_NODES < 1 << 20


@pytest.mark.parametrize("opening", ["[", "{", "- ", "? ", "a: [", "!a [", "&a ["])
def test_a_megabyte_of_nesting_is_refused_and_not_suffered(opening: str) -> None:
    assert problems(opening * (MAX_BYTES // len(opening) - 1))


def test_text_is_kept_in_normal_form_c_with_a_warning() -> None:
    source = read("a: e\u0301\n", "f.yaml")
    assert source.data == {"a": "\u00e9"}
    assert [(w.code, str(w.location)) for w in source.warnings] == [("MXS118", "f.yaml:1:4")]


@given(st.binary(max_size=200))
def test_no_bytes_make_a_traceback(raw: bytes) -> None:
    try:
        assert isinstance(read(raw, "f.yaml").data, dict)
    except MendixError as error:
        found = error.diagnostics
        problem = [one for one in found if not one.code.startswith("MXS1") or not one.location]
        assert not problem, found


@given(st.text(alphabet="ab:-?*&!|>%@`'\"#{}[],<= \n\t0123456789.~\\x\u0301\u2028", max_size=80))
def test_no_text_that_looks_like_yaml_makes_a_traceback(text: str) -> None:
    try:
        assert isinstance(read(text, "f.yaml").data, dict)
    except MendixError as error:
        assert error.diagnostics  # noqa: PT017 - both ends are right, a traceback is not


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**15), 10**15), st.text(st.characters(codec="utf-8"), max_size=20)
)
DATA = st.dictionaries(
    st.text(min_size=1, max_size=8),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=5), inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


@settings(max_examples=examples(100))
@given(DATA)
def test_what_another_yaml_library_quotes_is_read_as_the_same_data(data: dict[str, object]) -> None:
    import unicodedata

    def composed(value: object) -> object:
        if isinstance(value, str):
            return unicodedata.normalize("NFC", value)
        if isinstance(value, dict):
            return {composed(k): composed(v) for k, v in value.items()}
        return [composed(v) for v in value] if isinstance(value, list) else value

    text = yaml.safe_dump(data, default_style='"', allow_unicode=False)
    try:
        source = read(text.replace('!!int "', '"').replace('!!bool "', '"').replace('!!null "', '"'), "f.yaml")
    except MendixError as error:
        assert {d.code for d in error.diagnostics} <= {"MXS108", "MXS117", "MXS104"}  # noqa: PT017 - NFC twins, lone surrogates
        return
    plain = yaml.load(
        yaml.safe_dump(data, default_style='"')
        .replace('!!int "', '"')
        .replace('!!bool "', '"')
        .replace('!!null "', '"'),
        yaml.SafeLoader,
    )
    assert source.data == composed(plain)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('a: "b\n', "this quote is never closed"),
        ("a: {b: 1\n", "the mapping that begins here is not closed"),
        ("a: [b\n", "the list that begins here is not closed"),
        ("a: b: c\n", "a second colon in one line"),
        ("a:\n    b: 1\n  c: 2\n", "does not begin in the column of the keys before it"),
        ("a: 1\nb\n", "neither a key with its colon nor a value"),
        ("a: @b\n", "a value cannot begin with this sign"),
        ("a: [1, ::/0]\n", "begins with a sign that YAML uses itself"),
    ],
)
def test_syntax_is_explained_in_words_that_are_not_the_parsers(text: str, words: str) -> None:
    with pytest.raises(MendixError) as caught:
        read(text, "dev.yaml")
    assert words in caught.value.diagnostics[0].summary
