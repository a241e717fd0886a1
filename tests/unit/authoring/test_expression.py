"""Expressions and templates: what an area's Python says is what stands in the HCL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hcl2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixgen import hcl
from mendixgen.authoring.expression import (
    Expr,
    call,
    code,
    dynamic,
    each,
    expr,
    expressions_in,
    jsonencode,
    render,
    template,
)
from mendixgen.authoring.scanning import laid_out, parts_of, without_strings

VPC = Expr("aws_vpc.this")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (VPC.id, "aws_vpc.this.id"),
        (VPC["a"], 'aws_vpc.this["a"]'),
        (VPC[0].id, "aws_vpc.this[0].id"),
        (VPC["*"].id, "aws_vpc.this[*].id"),
        (VPC[each.key].id, "aws_vpc.this[each.key].id"),
        (VPC[f"{each.key}-x"], 'aws_vpc.this["${each.key}-x"]'),
        (expr("a ? b : c").id, "(a ? b : c).id"),
        (expr("values(local.x)").id, "values(local.x).id"),
        (expr("values(local.x)")[0], "values(local.x)[0]"),
        (expr(f"{VPC.id} == null ? [] : {VPC}"), "aws_vpc.this.id == null ? [] : aws_vpc.this"),
        (expr(f"!{expr('a || b')}"), "!(a || b)"),
        (expr(f'"x-{VPC.id}"'), '"x-${aws_vpc.this.id}"'),
        (expr(f"{VPC}"), "aws_vpc.this"),
        (call("merge", Expr("local.tags"), {"Name": "x"}), 'merge(local.tags, { Name = "x" })'),
    ],
)
def test_expressions(value: Expr, text: str) -> None:
    assert code(value) == text


def test_an_f_string_interpolates() -> None:
    assert f"{Expr('var.environment')}-vpc" == "${var.environment}-vpc"


@pytest.mark.parametrize(
    "use", [bool, list, lambda it: f"{it:>5}", lambda it: setattr(it, "id", 1), lambda it: it[1.5]]
)
def test_what_python_cannot_know_of_an_expression_is_refused(use: Callable[[Any], object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        use(VPC)


@pytest.mark.parametrize("text", ["${var.a", 'x == "a', '"${"'])
def test_unclosed_expressions_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not closed"):
        expr(text)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", '"plain"'),
        ("${var.a}", "var.a"),
        ("${var.a}${var.b}", '"${var.a}${var.b}"'),
        ('a "b"\n${lookup(x, "k", "}")}', '"a \\"b\\"\\n${lookup(x, "k", "}")}"'),
        ("$${literal} %%{too}", '"$${literal} %%{too}"'),
        ("%{ if var.a }x%{ endif }", '"%{ if var.a }x%{ endif }"'),
        ('${{ a = "}" }["a"]}!', '"${{ a = "}" }["a"]}!"'),
    ],
)
def test_templates(text: str, written: str) -> None:
    assert template(text) == written


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_a_template_without_interpolations_is_quoted_text(text: str) -> None:
    escaped = text.replace("${", "$${").replace("%{", "%%{")
    if "$${" not in text and "%%{" not in text:
        assert template(escaped) == hcl.quote(text)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('ab "\\\n-/'), max_size=12) | st.just(VPC.id),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc:/ ", min_size=1, max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


def as_hcl2(value: Any) -> Any:
    """The value as python-hcl2 gives it back when it parses HCL."""
    if isinstance(value, Expr):
        return str(value)
    if isinstance(value, str):
        return hcl.quote(value)
    if isinstance(value, dict):
        return {(k if k.isidentifier() else f'"{k}"'): as_hcl2(v) for k, v in value.items()}
    return [as_hcl2(item) for item in value] if isinstance(value, list) else value


@given(VALUES)
def test_what_is_rendered_parses_to_the_same_data(value: Any) -> None:
    if isinstance(value, int) and not isinstance(value, bool) and value < 0:
        return  # python-hcl2 reads a negative number as an operation
    found = hcl2.loads(f"x = {render({'it': value})}\n")["x"]["it"]
    assert _plain(found) == _plain(as_hcl2(value))


def _plain(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("${-"):
        return int(value[2:-1])
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items() if not k.startswith("__")}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def test_a_policy_is_written_over_lines() -> None:
    policy = jsonencode(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "s3:*", "Resource": VPC.arn}]}
    )
    assert code(policy) == (
        'jsonencode({\nVersion = "2012-10-17"\nStatement = [{\n'
        'Effect = "Deny"\nAction = "s3:*"\nResource = aws_vpc.this.arn\n}]\n})'
    )


def test_expressions_are_found_wherever_they_are() -> None:
    value = {"a": [VPC.id, "x-${var.b}"], "${var.c}": dynamic(Expr("var.d"), {"e": "${var.f}"})}
    assert sorted(expressions_in(value)) == ["aws_vpc.this.id", "var.b", "var.c", "var.d", "var.f"]


def test_code_without_strings_keeps_interpolations() -> None:
    assert "var.b" in without_strings('a == "var.a ${var.b}"')
    assert "var.a" not in without_strings('a == "var.a ${var.b}"')


def test_parts_of_a_template() -> None:
    assert list(parts_of("a$${b}${c}%{if d}")) == [("text", "a${b}"), ("code", "c"), ("directive", "if d")]


LONG = (
    "{ for pair in setproduct(var.secondary_cidrs, var.zones) :"
    ' "${pair[1]} if : ${pair[0]}" => pair[0] if pair[1] != "x" }'
)


def test_a_long_for_expression_is_broken_where_a_person_breaks_it() -> None:
    assert laid_out(LONG).splitlines() == [
        "{",
        "for pair in setproduct(var.secondary_cidrs, var.zones) :",
        '"${pair[1]} if : ${pair[0]}" => pair[0]',
        'if pair[1] != "x"',
        "}",
    ]


def test_breaking_changes_nothing_but_space() -> None:
    assert "".join(laid_out(LONG).split()) == "".join(LONG.split())
    assert laid_out("[for x in y : x]") == "[for x in y : x]"
