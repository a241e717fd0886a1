"""Reading Terraform's expressions and templates as text: where strings and interpolations begin and end.

Source: the HCL native syntax specification, "Template Expressions" and "Lexical Elements".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LINE = 100
"""A ``for`` expression that would be longer than this is broken over lines."""

_FOR = re.compile(r"[\[{] ?for ")


def parts_of(text: str) -> Iterator[tuple[str, str]]:
    """The parts of a template: ``("text", literal)``, ``("code", expression)``, ``("directive", content)``.

    Raises ValueError when an interpolation is not closed.
    """
    literal: list[str] = []
    position = 0
    while position < len(text):
        if text.startswith(("$${", "%%{"), position):
            literal.append(text[position + 1 : position + 3])
            position += 3
        elif text.startswith(("${", "%{"), position):
            if literal:
                yield "text", "".join(literal)
                literal.clear()
            end = after_code(text, position + 2)
            content = text[position + 2 : end - 1].strip()
            yield ("code" if text[position] == "$" else "directive"), content
            position = end
        else:
            literal.append(text[position])
            position += 1
    if literal:
        yield "text", "".join(literal)


def without_strings(text: str) -> str:
    """An expression's code alone: the literal text of its strings is blanked, their interpolations stay."""
    kept: list[str] = []
    position = 0
    while position < len(text):
        if text[position] == '"':
            end = after_string(text, position + 1)
            inner = text[position + 1 : end - 1]
            kept.extend(f" {without_strings(part)} " for kind, part in parts_of(inner) if kind != "text")
            kept.append('""')
            position = end
        else:
            kept.append(text[position])
            position += 1
    return "".join(kept)


def laid_out(text: str, width: int = LINE) -> str:
    """An expression with its long ``for`` expressions broken over lines, as a person breaks them."""
    if len(text) <= width and "\n" not in text:
        return text
    mask = _masked(text)
    match = _FOR.search(mask)
    if not match:
        return text
    start = match.start()
    end = _closing(mask, start)
    inner = slice(start + 1, end)
    body, hidden = text[inner], mask[inner]
    colon = _at_depth_0(hidden, " : ")
    if colon < 0:
        return text
    head, rest = body[:colon].strip(), body[colon + 3 :].strip()
    condition = _at_depth_0(_masked(rest), " if ")
    lines = [f"{head} :", laid_out(rest if condition < 0 else rest[:condition].strip(), width)]
    if condition >= 0:
        lines.append(f"if {rest[condition + 4 :].strip()}")
    joined = "\n".join(lines)
    return f"{text[: start + 1]}\n{joined}\n{text[end:]}"


def _masked(text: str) -> str:
    """``text`` with every character of its strings replaced, so that only code is left to search in."""
    kept: list[str] = []
    position = 0
    while position < len(text):
        end = after_string(text, position + 1) if text[position] == '"' else position + 1
        kept.append(text[position] if end == position + 1 else "s" * (end - position))
        position = end
    return "".join(kept)


def _closing(mask: str, start: int) -> int:
    depth = 0
    for position in range(start, len(mask)):
        depth += (mask[position] in "([{") - (mask[position] in ")]}")
        if depth == 0:
            return position
    raise ValueError(f"a bracket is not closed: {mask}")


def _at_depth_0(mask: str, wanted: str) -> int:
    depth = 0
    for position, character in enumerate(mask):
        if depth == 0 and mask.startswith(wanted, position):
            return position
        depth += (character in "([{") - (character in ")]}")
    return -1


def after_string(text: str, position: int) -> int:
    """The position after the quoted string whose content begins at ``position``. Raises ValueError: it has no end."""
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == '"':
            return position + 1
        elif text.startswith(("$${", "%%{"), position):
            position += 3
        elif text.startswith(("${", "%{"), position):
            position = after_code(text, position + 2)
        else:
            position += 1
    raise ValueError(f"a string is not closed: {text}")


def after_code(text: str, position: int) -> int:
    """The position after the interpolation whose content begins at ``position``. Raises ValueError: it has no end."""
    depth = 0
    while position < len(text):
        character = text[position]
        if character == '"':
            position = after_string(text, position + 1)
            continue
        if character == "}":
            if depth == 0:
                return position + 1
            depth -= 1
        elif character == "{":
            depth += 1
        position += 1
    raise ValueError(f"an interpolation is not closed: {text}")
