"""A YAML while it is written: lines with where each value is from, and what it leaves out beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mendixctl.engine.adopt.results import LeftOut


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person says of the environment that is to be."""

    name: str
    region: str
    account: str
    domain: str
    target: str = "aws"
    schema: str = "environment.json"
    """The schema that editors check the YAML by, in the folder ``schema``."""


@dataclass(slots=True)
class Draft:
    """The text, and what it does not adopt."""

    lines: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def say(self, text: str, source: str = "", *, depth: int = 0) -> None:
        line = f"{'  ' * depth}{text}"
        told = _printable(source)
        self.lines.append(f"{line:<40}  # {told}" if told else line)

    def out(self, identifier: str, why: str, way: str) -> None:
        self.left_out.append(LeftOut("", identifier, why, way))


def settings_of(**said: Any) -> str:
    """Settings in one line of YAML; what is None or empty is not said."""
    return ", ".join(_pairs(said))


def _pairs(said: Mapping[str, Any]) -> Iterator[str]:
    for key, value in said.items():
        if value is not None and value != "":
            yield f"{key}: {value}"


def as_key(name: str) -> str:
    """A name as a key of YAML: what could be read as something else is quoted."""
    return name if re.fullmatch(r"[a-z][a-z0-9_-]*", name) and name not in _WORDS else json.dumps(name)


def as_text(name: str) -> str:
    """A name of AWS's as a value of YAML."""
    return name if re.fullmatch(r"[a-z][a-z0-9-]*", name) and name not in _WORDS else json.dumps(name)


_WORDS = frozenset({"false", "n", "no", "null", "off", "on", "true", "y", "yes"})


def short_name(name: str, environment: str, length: int, taken: Collection[str]) -> str:
    """A name of the YAML for what has one in AWS: without the environment's, of what the YAML takes, and free."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower().removeprefix(f"{environment}-"))
    plain = plain[:length].strip("-")
    plain = plain if plain[:1].isalpha() else f"x{plain}"[:length].strip("-")
    found, number = plain, 2
    while found in taken:
        end = f"-{number}"
        found, number = f"{plain[: length - len(end)].strip('-')}{end}", number + 1
    return found


def _printable(text: str) -> str:
    """A text of AWS's as a comment: one line of what can be printed."""
    return "".join(one for one in " ".join(text.split()) if one.isprintable())
