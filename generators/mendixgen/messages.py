"""Texts for people that keep what they were made of, so that a view can say them in another language.

A `Message` is the English text: JSON, records and tests see a plain ``str``. Beside it stand its template and its
arguments, from which a view finds the same sentence elsewhere. What is written or sent becomes English text alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Message(str):
    """An English text with the ``template`` and ``arguments`` that it was made of; arguments may be messages too."""

    __slots__ = ("arguments", "template")

    template: str
    arguments: Mapping[str, Any]

    def __new__(cls, template: str, arguments: Mapping[str, Any]) -> Message:
        made = super().__new__(cls, template.format_map(arguments))
        made.template = template
        made.arguments = arguments
        return made

    def __reduce__(self) -> tuple[type[Message], tuple[str, dict[str, Any]]]:
        return Message, (self.template, dict(self.arguments))


def msg(template: str, **arguments: Any) -> Message:
    """``msg("no environment {name} in {folder}", name=..., folder=...)``: a template in the form of `str.format`."""
    return Message(template, arguments)


def word(text: str) -> Message:
    """A text without places, such as the word for a status, which is said in the person's language where it stands."""
    return Message(text.replace("{", "{{").replace("}", "}}"), {})
