"""libyaml's complaints in words for the person who wrote the YAML; what is not here is shown as libyaml says it."""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """What is wrong, what to do, and whether the place to show is where the unfinished part began."""

    what: str
    hint: str
    is_where_it_began: bool


def explain(problem: str, context: str | None) -> Mistake | None:
    """The mistake behind libyaml's ``problem`` and ``context``; None for one that is not known."""
    return _SYNTAX.get((problem, context)) or _SYNTAX.get((problem, None))


_QUOTE = "close it with the same quote; a quote inside it is written twice (''), or as \\\" in double quotes"
_SYNTAX: dict[tuple[str, str | None], Mistake] = {
    ("found unexpected end of stream", "while scanning a quoted scalar"): Mistake(
        "this quote is never closed", _QUOTE, True
    ),
    ("mapping values are not allowed in this context", None): Mistake(
        "a second colon in one line, or a line that is indented too far",
        'put text with a colon in quotes: "a: b"; keys of one mapping begin in the same column',
        False,
    ),
    ("did not find expected key", "while parsing a block mapping"): Mistake(
        "this line does not begin in the column of the keys before it",
        "keys of one mapping begin in the same column, and each entry of a list with a hyphen",
        False,
    ),
    ("did not find expected ',' or ']'", None): Mistake(
        "the list that begins here is not closed", "close it with ]", True
    ),
    ("did not find expected ',' or '}'", None): Mistake(
        "the mapping that begins here is not closed", "close it with }", True
    ),
    ("could not find expected ':'", None): Mistake(
        "this is neither a key with its colon nor a value",
        "write key: value, with a space after the colon; put text in quotes where it has signs of YAML",
        True,
    ),
    ("did not find expected node content", None): Mistake(
        "a value is missing here, or begins with a sign that YAML uses itself",
        'put text in quotes: "::/0"',
        False,
    ),
    ("found character that cannot start any token", None): Mistake(
        "a value cannot begin with this sign",
        "put the text in quotes",
        False,
    ),
}
"""What libyaml says: (problem, context) -> what is meant; without a context, in any."""
