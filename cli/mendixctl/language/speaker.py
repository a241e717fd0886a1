"""Says a text in another language: a message by its template, a constant as it stands, anything else as recognised."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from string import Formatter

from mendixctl.language import catalogue
from mendixctl.language.spacing import MARKS, joined
from mendixctl.language.templates import Templates
from mendixctl.language.wrapping import columns, has_wide
from mendixgen.messages import Message

LONGEST = 4000
"""Characters of a text that is looked at for templates; what is longer is a file or a program's output."""

_SEPARATORS = tuple(map(re.compile, (r"\n", r"(?<=[.!?]) (?=[A-Z])|(?<=[?]) ", "; ", ": ", ", ")))
"""What parts of a text are put together with, the widest first."""

_BOUNDARY = re.compile(r"\n|[.!?] [A-Z]|; ")


class Speaker:
    """The texts of one catalogue."""

    def __init__(self, entries: Mapping[str, str]) -> None:
        self._entries = entries
        self._known: dict[tuple[str, bool], str | None] = {}

    @staticmethod
    def of(language: str) -> Speaker:
        return Speaker(catalogue.entries(language))

    def say(self, text: str) -> str:
        """A text of this tool."""
        return self._say(text, sure=False)

    def recognise(self, text: str) -> str:
        """A text that may be somebody's data."""
        return self._say(text, sure=True)

    def _say(self, text: str, *, sure: bool) -> str:
        if isinstance(text, Message):
            found = self._of_message(text)
            if found is not None:
                return found
        text = str(text)
        core = text.strip()
        if not core or len(core) > LONGEST:
            return text
        found = self._known.get((core, sure))
        if (core, sure) not in self._known:
            found = self._known[core, sure] = self._find(core, sure=sure)
        if found is None:
            return text
        return _in_place(text, core, found)

    def _of_message(self, message: Message) -> str | None:
        template = message.template
        core = template.strip()
        entry = self._entries.get(core)
        if entry is None:
            return None
        arguments = {
            name: self._say(it, sure=not isinstance(it, Message)) if isinstance(it, str) else str(it)
            for name, it in message.arguments.items()
        }
        return _in_place(template, core, filled(entry, arguments))

    def _find(self, text: str, *, sure: bool) -> str | None:
        if not sure or _is_phrase(text):
            said = self._constant(text)
            if said is not None:
                return said
        found = self._templates.find(text, sure=sure)
        if found is not None and any(_BOUNDARY.search(it) for it in found[1].values()):
            # a place that holds the end of a clause holds what was put behind the text
            parts = self._in_parts(text, sure=sure)
            if parts is not None:
                return parts
        if found is not None:
            template, places = found
            return filled(
                self._entries[template.key],
                {name: self._say(it, sure=True) for name, it in places.items()},
            )
        return self._in_parts(text, sure=sure)

    def _constant(self, text: str) -> str | None:
        """As it stands, or with the stop that was put behind it or taken away."""
        key = text.replace("{", "{{").replace("}", "}}")
        entry = self._entries.get(key)
        if entry is not None:
            return entry.replace("{{", "{").replace("}}", "}")
        return None

    def _in_parts(self, text: str, *, sure: bool) -> str | None:
        """Lines, sentences and clauses that were put together, each by itself; None where none of them is known."""
        lead = next((mark for mark in MARKS if text.startswith(mark)), "")
        if lead:
            rest = text[len(lead) :]
            said = self._say(rest, sure=sure)
            return None if said == rest else MARKS[lead] + said
        if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
            inner = self._say(text[1:-1], sure=sure)
            return None if inner == text[1:-1] else f"（{inner}）"
        ended = self._with_note(text, sure=sure) or self._begun(text, sure=sure)
        if ended is not None:
            return ended
        for separator in _SEPARATORS:
            parts = separator.split(text)
            if len(parts) > 1:
                named = sure or separator.pattern in (": ", ", ")  # lists of names, and what stands behind a name
                said_parts = [self._say(part, sure=named) for part in parts]
                if said_parts != parts:
                    return "".join(_rejoined(parts, said_parts, separator.findall(text)))
        return None

    def _with_note(self, text: str, *, sure: bool) -> str | None:
        """A text with something in brackets behind it, such as its source."""
        head, opened, note = text[:-1].rpartition(" (")
        if not opened or not text.endswith(")") or ")" in note:
            return None
        said = self._say(head, sure=sure)
        return None if said == head else f"{said}（{self._say(note, sure=True)}）"

    def _begun(self, text: str, *, sure: bool) -> str | None:
        """A text that begins with a template, and goes on with what was put behind that."""
        found = self._templates.begin(text)
        if found is None:
            return None
        template, places, rest = found
        said = filled(self._entries[template.key], {name: self._say(it, sure=True) for name, it in places.items()})
        return joined([said, self._say(rest, sure=sure)])

    @cached_property
    def _templates(self) -> Templates:
        return Templates(self._entries)


def _rejoined(parts: list[str], said: list[str], between: list[str]) -> Iterator[str]:
    """The parts with what stood between them: Chinese marks where what stands before is Chinese."""
    for index, part in enumerate(said):
        yield part
        if index < len(between):
            mark = between[index]
            if mark == " ":
                yield "" if has_wide(part[-1:]) else mark
            else:
                changed = part != parts[index] or (said[index + 1] != parts[index + 1])
                yield MARKS.get(mark, mark) if changed else mark


def _in_place(text: str, core: str, said: str) -> str:
    """``said`` in the place of ``core``; what was padded to a width takes as many columns as before."""
    start = text.index(core)
    behind = text[start + len(core) :]
    if len(behind) > 1 and not behind.strip(" "):
        behind = " " * max(columns(core) + len(behind) - columns(said), 1)
    return text[:start] + said + behind


def _is_phrase(text: str) -> bool:
    """Two words or a word with its punctuation: hardly a name."""
    return " " in text or text[-1:] in ".:?!"


def filled(template: str, arguments: Mapping[str, str]) -> str:
    """A translation with its places filled, the rule of spaces kept where they meet."""

    def parts() -> Iterator[str]:
        for literal, name, _, _ in Formatter().parse(template):
            yield literal
            if name is not None:
                yield arguments.get(name, f"{{{name}}}")

    return joined(parts())
