"""Java's patterns in Python."""

from __future__ import annotations

import pytest

from mendixctl.emulator.contract.patterns import compiled


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        (r"[\w+=,.@-]+", "a-role", True),
        (r"[\w+=,.@-]+", "a role", False),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "Kostenträger 漢 1", True),
        (r"^([\p{L}\p{Z}\p{N}_.:/=+\-@]*)$", "a#b", False),
        (r"[^\p{C}]*", "a\x00", False),
        (r"\P{M}", "x", True),
        (r"\P{M}", "\u0301", False),
        (r"[\P{M}\p{M}]{1,3}", "x\u0301", True),
        (r"\p{ASCII}{1,3}", "aé", False),
        (r"[\P{Digit}]+", "1", False),
        (r"[\w-.]+", "a-b.c", True),
        (r"[a-z\d-_]+", "a-1_", True),
        (r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "a\U0001f600", True),
        (r"^(?i)(true|false)$", "TRUE", True),
        (r"\A[a-z]+\z", "abc", True),
        (r"[\x{0022}a]+", 'a"', True),
    ],
)
def test_a_pattern_matches_whole_texts(pattern: str, text: str, matches: bool) -> None:
    expression = compiled(pattern)
    assert expression is not None
    assert (expression.fullmatch(text) is not None) is matches


@pytest.mark.parametrize("pattern", [r"[\p{Print}&&[^|:/]]+", r"[\p{Nonsense}a]", r"a${1,4}"])
def test_what_python_cannot_say_is_not_judged(pattern: str) -> None:
    assert compiled(pattern) is None
