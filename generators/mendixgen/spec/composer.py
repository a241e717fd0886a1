"""One YAML document from libyaml's events: plain data, and the place of every key and value.

The data is built here, without recursion over the input and without tags, so that no input can do more
than be refused. What is wrong with a single key or value is collected; what leaves nothing to read stops.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from mendixgen.diagnostics import Diagnostic, Location, Severity
from mendixgen.spec import scalars, syntax

Path = tuple[str | int, ...]

MAX_DEPTH = 24
MAX_NODES = 200_000
MAX_PROBLEMS = 50

_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


class Stop(Exception):
    """Nothing more can be read after what was found."""


@dataclass(slots=True)
class Frame:
    """A mapping or list that is being read."""

    value: dict[str, Any] | list[Any]
    path: Path
    anchor: str | None
    key: str | None = None
    expects_key: bool = True
    skip: int = 0


class Composer:
    """Builds the data of one document from libyaml's events, and collects what is wrong with it."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.result: Any = None
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self.problems: list[Diagnostic] = []
        self.warnings: list[Diagnostic] = []
        self.nodes = 0
        self.anchors: dict[str, tuple[Any, Path]] = {}
        self.open_anchors: set[str] = set()
        self.stack: list[Frame] = []
        self.ignored = 0

    def problem(self, code: str, summary: str, hint: str, mark: Any) -> None:
        self.problems.append(
            Diagnostic(code, summary, hint=hint, location=Location(self.file, mark.line + 1, mark.column + 1))
        )
        if len(self.problems) >= MAX_PROBLEMS:
            raise Stop

    def fatal(self, code: str, summary: str, hint: str, mark: Any) -> None:
        self.problem(code, summary, hint, mark)
        raise Stop

    def syntax_error(self, error: yaml.YAMLError) -> None:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
        context = getattr(error, "context", None)
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        code, summary = "MXS104", f"this is not YAML: {what}" + (f" ({context})" if context else "")
        hint = "look at the indentation, the colons and the quotes of this line and the one before it"
        if known := syntax.explain(what, context):
            summary, hint = f"this is not YAML: {known.what}", known.hint
            if known.is_where_it_began and getattr(error, "context_mark", None):
                line, column = error.context_mark.line + 1, error.context_mark.column + 1
        rows = self.text.split("\n")
        row = rows[line - 1] if line <= len(rows) else ""
        indentation = row[: len(row) - len(row.lstrip())]
        if "\t" in indentation or row[column - 1 : column] == "\t":
            code, summary = "MXS105", "a tab stands where YAML needs spaces"
            hint = "indent with spaces (two a level); most editors can convert the tabs of a file"
            column = row.index("\t") + 1
        position = getattr(error, "position", None)
        if mark is None and isinstance(position, int):
            line, column, code, hint = self._unprintable(line, column)
            summary = "there is a character that YAML does not allow"
        self.problems.append(Diagnostic(code, summary, hint=hint, location=Location(self.file, line, column)))

    def _unprintable(self, line: int, column: int) -> tuple[int, int, str, str]:
        bad = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", self.text)
        if bad:
            line = self.text.count("\n", 0, bad.start()) + 1
            column = bad.start() - (self.text.rfind("\n", 0, bad.start()) + 1) + 1
        return line, column, "MXS117", 'remove it, or write it as an escape in double quotes: "\\x07"'

    # -- events ---------------------------------------------------------------------------------

    def events(self) -> Iterator[Any]:
        loader = _LOADER(self.text)
        try:
            while loader.check_event():
                yield loader.get_event()
        finally:
            loader.dispose()

    def build(self) -> None:
        documents = 0
        for event in self.events():
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self.scalar(event)
            elif kind is yaml.MappingStartEvent:
                self.start(event, {})
            elif kind is yaml.SequenceStartEvent:
                self.start(event, [])
            elif kind in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
                self.end()
            elif kind is yaml.AliasEvent:
                self.alias(event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    hint = "an environment is one file with one document: remove the line ---"
                    self.fatal("MXS106", "a second YAML document begins here", hint, event.start_mark)

    def count(self, mark: Any) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            hint = "write out what the anchors stand for, or describe less in one environment"
            self.fatal("MXS112", f"the file stands for more than {MAX_NODES:,} values", hint, mark)

    def _check_depth(self, depth: int, mark: Any) -> None:
        if depth > MAX_DEPTH:
            hint = "nothing in a specification is that deep"
            self.fatal("MXS113", f"nested more than {MAX_DEPTH} levels deep", hint, mark)

    def check_tag(self, event: Any, own: str) -> None:
        if event.tag is not None and event.tag != "!" and event.tag != own:
            self.problem(
                "MXS110", f"the tag {event.tag} is not read here", "remove it: values are plain data", event.start_mark
            )
        elif event.tag is not None:
            self.problem("MXS110", "tags are not read here", "remove it, and quote what is text", event.start_mark)

    def start(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        self.count(event.start_mark)
        self.check_tag(event, "")
        if self.ignored or self._in_key_position():
            if not self.ignored:
                self.problem("MXS109", "a key must be text", "write the key as a plain word", event.start_mark)
            self.ignored += 1
            self._check_depth(self.ignored, event.start_mark)
            return
        self._check_depth(len(self.stack) + 1, event.start_mark)
        path = self.place(value, event.start_mark)
        if event.anchor:
            self.open_anchors.add(event.anchor)
            self.anchors.pop(event.anchor, None)
        self.stack.append(Frame(value, path, event.anchor))

    def end(self) -> None:
        if self.ignored:
            self.ignored -= 1
            if not self.ignored and self._in_key_position():
                self._key_done(None)
            return
        frame = self.stack.pop()
        if frame.anchor:
            self.open_anchors.discard(frame.anchor)
            self.anchors[frame.anchor] = (frame.value, frame.path)

    def _in_key_position(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1].value, dict) and self.stack[-1].expects_key

    def _key_done(self, name: str | None) -> None:
        frame = self.stack[-1]
        frame.key, frame.expects_key = name, False

    def scalar(self, event: Any) -> None:
        if self.ignored:
            return
        self.count(event.start_mark)
        plain = not event.style and event.implicit[0]
        if event.tag is not None:
            self.check_tag(event, "")
        if self._in_key_position():
            self.take_key(event, plain)
            return
        value = self.value(event, plain=plain and event.tag is None)
        path = self.place(value, event.start_mark)
        if event.anchor:
            self.anchors[event.anchor] = (value, path)

    def take_key(self, event: Any, plain: bool) -> None:
        mark, text = event.start_mark, event.value
        if plain and text == "<<":
            self.problem("MXS116", "merge keys (<<) are not read here", "write the fields out", mark)
            self._key_done(None)
            return
        value = self.value(event, plain=plain)
        if not isinstance(value, str):
            if not self.problems or self.problems[-1].location != Location(self.file, mark.line + 1, mark.column + 1):
                self.problem(
                    "MXS109", f"a key must be text, and {text or 'nothing'} is not", f'quote it: "{text}"', mark
                )
            self._key_done(None)
            return
        frame = self.stack[-1]
        path = (*frame.path, value)
        if path in self.keys:
            first = self.keys[path][0]
            self.problem(
                "MXS108", f"{value} is given twice; the first time in line {first}", "keep one of the two", mark
            )
            self._key_done(None)
            return
        self.keys[path] = (mark.line + 1, mark.column + 1)
        self._key_done(value)

    def place(self, value: Any, mark: Any) -> Path:
        """Put ``value`` where the document is at, and return its path. After a bad key it goes nowhere."""
        if not self.stack:
            self.result = value
            return ()
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            path: Path = (*frame.path, len(frame.value))
            frame.value.append(value)
        else:
            frame.expects_key = True
            if frame.key is None:
                return (*frame.path, "\0")
            path = (*frame.path, frame.key)
            frame.value[frame.key] = value
        self.values[path] = (mark.line + 1, mark.column + 1)
        return path

    def alias(self, event: Any) -> None:
        if self.ignored:
            return
        mark = event.start_mark
        if event.anchor in self.open_anchors:
            self.fatal("MXS111", f"*{event.anchor} stands inside the value that it names", "write the value out", mark)
        if event.anchor not in self.anchors:
            self.fatal("MXS104", f"*{event.anchor} names no anchor before it", f"define it: &{event.anchor}", mark)
        if self._in_key_position():
            self.problem("MXS109", "a key must be text, not an alias", "write the key out", mark)
            self._key_done(None)
            return
        value, origin = self.anchors[event.anchor]
        path = self.place(None, mark)
        copied = self.copy(value, origin, path, mark)
        if not self.stack:
            return
        frame = self.stack[-1]
        if isinstance(frame.value, list):
            frame.value[-1] = copied
        elif frame.key is not None:
            frame.value[frame.key] = copied

    def copy(self, value: Any, origin: Path, path: Path, mark: Any) -> Any:
        """A copy of an anchor's value at another path; its parts keep the places where they are written."""
        self.count(mark)
        self._check_depth(len(path), mark)
        if isinstance(value, dict):
            items: Any = value.items()
        elif isinstance(value, list):
            items = enumerate(value)
        else:
            return value
        copied: dict[Any, Any] = {}
        for step, child in items:
            for places in (self.values, self.keys):
                if (*origin, step) in places:
                    places[(*path, step)] = places[(*origin, step)]
            copied[step] = self.copy(child, (*origin, step), (*path, step), mark)
        return copied if isinstance(value, dict) else list(copied.values())

    def value(self, event: Any, *, plain: bool) -> Any:
        try:
            value = scalars.plain(event.value) if plain else scalars.quoted(event.value)
        except scalars.Unclear as unclear:
            self.problem(unclear.code, unclear.summary, unclear.hint, event.start_mark)
            return unclear.value
        if isinstance(value, str) and value != event.value:
            self.warn_of_form(event.start_mark)
        return value

    def warn_of_form(self, mark: Any) -> None:
        self.warnings.append(
            Diagnostic(
                "MXS118",
                "this text is not in Unicode's normal form C; it is used in that form",
                hint="nothing has to be done: it looks the same, and Terraform keeps no other form",
                location=Location(self.file, mark.line + 1, mark.column + 1),
                severity=Severity.WARNING,
            )
        )
