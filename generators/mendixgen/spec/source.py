"""YAML text to plain data, with the place of every key and value.

The parser is libyaml's (through PyYAML). YAML 1.1 and 1.2 read some plain words
differently (``no``, ``0123``, ``12:30``, ``2026-01-01``): those are refused with the way to write them,
because a person who means the one must not silently get the other.

Text is kept in Unicode's normal form C: Terraform normalises every string to it and cannot be told not
to, so normalising here, with a warning, is what keeps the specification and the plan the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.spec.composer import Composer, Path, Stop

MAX_BYTES = 1 << 20


@dataclass(slots=True)
class Source:
    """A YAML document: its data, its text, and where each part of it stands.

    ``values`` and ``keys`` map a path (keys and list indexes from the top) to (line, column), from 1.
    """

    file: str
    text: str
    data: dict[str, Any]
    values: dict[Path, tuple[int, int]] = field(repr=False)
    keys: dict[Path, tuple[int, int]] = field(repr=False)
    warnings: list[Diagnostic] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)

    def locate(self, path: Path, *, key: bool = False) -> Location:
        """The place of the value at ``path`` (or of its key); of the nearest parent that stands in the file."""
        while path:
            place = self.keys.get(path) if key else None
            place = place or self.values.get(path) or self.keys.get(path)
            if place:
                return Location(self.file, *place)
            path = path[:-1]
        return Location(self.file, 1, 1)

    def raw(self, path: Path) -> str:
        """The plain scalar at ``path`` as it is written, for a hint that shows how to quote it."""
        place = self.values.get(path)
        if place is None:
            return ""
        line = self.text.split("\n", place[0])[place[0] - 1] if self.text.count("\n") >= place[0] - 1 else ""
        match = re.match(r"[^\s,\[\]{}#]+", line[place[1] - 1 :])
        return match[0] if match else ""


def read(raw: str | bytes, file: str) -> Source:
    """Read one YAML document whose top level is a mapping.

    Raises:
        MendixError: all problems in order of position. MXS101 not UTF-8, MXS102 empty, MXS103 too large,
            MXS104 syntax, MXS105 a tab, MXS106 several documents, MXS107 top level no mapping,
            MXS108 duplicate key, MXS109 key not text, MXS110 tag, MXS111 anchor loops, MXS112 too many
            nodes, MXS113 too deep, MXS114 ambiguous scalar, MXS115 number out of range, MXS116 merge key,
            MXS117 unprintable or unsafe text.
    """
    source = scan(raw, file)
    if source.problems:
        raise MendixError(source.problems)
    return source


def scan(raw: str | bytes, file: str) -> Source:
    """Like `read`, but what is wrong with single keys and values is left in ``problems``.

    So a caller can go on and say everything else that is wrong with the file too.
    """
    text = decode(raw, file)
    composer = Composer(file, text)
    complete = False
    try:
        composer.build()
        complete = True
    except yaml.YAMLError as error:
        composer.syntax_error(error)
    except Stop:
        pass
    problems = sorted(composer.problems, key=_place)
    data = composer.result
    if problems and not (complete and isinstance(data, dict)):
        raise MendixError(problems)
    if not isinstance(data, dict):
        raise MendixError(
            Diagnostic(
                "MXS107",
                f"the file holds {_kind(data)}, but a specification is a mapping of keys to values",
                hint="begin with a line such as: name: dev",
                location=Location(file, 1, 1),
            )
        )
    warnings = sorted(composer.warnings, key=_place)
    return Source(file, text, data, composer.values, composer.keys, warnings, problems)


def _place(problem: Diagnostic) -> Location:
    return problem.location or Location("")


def decode(raw: str | bytes, file: str) -> str:
    """The text of a file, without a look at what it says.

    Raises:
        MendixError: MXS101 not UTF-8, MXS102 empty, MXS103 too large.
    """

    def refuse(code: str, summary: str, hint: str, line: int = 1, column: int = 1) -> MendixError:
        return MendixError(Diagnostic(code, summary, hint=hint, location=Location(file, line, column)))

    data = raw.encode("utf-8", "surrogatepass") if isinstance(raw, str) else raw
    if len(data) > MAX_BYTES:
        hint = "describe less in one environment, or move what is generated out of the YAML"
        raise refuse("MXS103", f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read", hint)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("MXS101", "the file is UTF-16, not UTF-8", "save it as UTF-8")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        what = f"the file is not UTF-8: byte 0x{data[error.start]:02x} means nothing here"
        raise refuse("MXS101", what, "save the file as UTF-8", line, column) from error
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise refuse("MXS102", "the file is empty", "at least name, region, account and domain must be given")
    return text


def _kind(value: Any) -> str:
    kinds = ((type(None), "nothing"), (bool, "true or false"), (str, "text"), (list, "a list"), (dict, "a mapping"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a number")
