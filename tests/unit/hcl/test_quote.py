"""Whatever text goes into `hcl.quote`, HCL reads exactly that text back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mendixgen import hcl

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
TRICKY = st.text(st.sampled_from(list('${}%"\\\n\r\t ~`$abc\x00\x7f\u2028é')), max_size=40)


def evaluated(quoted: str) -> str:
    """What a quoted string without interpolations means, after the HCL specification; fails on a template."""
    assert quoted[0] == quoted[-1] == '"'
    body, position, text = quoted[1:-1], 0, ""
    escapes = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}
    while position < len(body):
        if body.startswith(("$${", "%%{"), position):
            text += body[position + 1 : position + 3]
            position += 3
        elif body[position] == "\\":
            kind = body[position + 1]
            width = {"u": 4, "U": 8}.get(kind, 0)
            text += chr(int(body[position + 2 : position + 2 + width], 16)) if width else escapes[kind]
            position += 2 + width
        else:
            assert body[position] != '"'
            assert not body.startswith(("${", "%{"), position)
            assert body[position] not in "\n\r"
            text += body[position]
            position += 1
    return text


@given(TEXT | TRICKY)
@example('${file("/etc/passwd")}')
@example("%{ if true }x%{ endif }")
@example("$${a} %%{b} $$$${c}")
@example('"\\"')
def test_text_survives_quoting(text: str) -> None:
    assert evaluated(hcl.quote(text)) == text


@given(TEXT | TRICKY)
def test_a_quoted_string_is_one_line_of_visible_characters(text: str) -> None:
    quoted = hcl.quote(text)
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in quoted)


@given(TEXT | TRICKY)
def test_a_key_means_the_same_as_its_quoted_form(text: str) -> None:
    written = hcl.key(text)
    if written.startswith('"'):
        assert evaluated(written) == text
    else:
        assert written == text
        assert written.isidentifier()


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogate"):
        hcl.quote("\ud800")


@pytest.mark.parametrize("text", ["a.b()", "1", '"x"', "${a}", "a b", ""])
def test_only_references_are_expressions(text: str) -> None:
    with pytest.raises(ValueError, match="not a reference"):
        hcl.Expression(text)


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_numbers_that_hcl_does_not_have_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        hcl.literal(value)
