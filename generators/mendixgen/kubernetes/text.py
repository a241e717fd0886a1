"""Objects as YAML that every reader reads alike.

Kubernetes reads YAML 1.1 with exceptions, other tools 1.2: ``on``, ``1e3``, ``0o7`` or ``12:30`` are a string to one
and something else to another. So only what cannot be anything but a string is written without quotes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml

_PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@-]*(?:[ :][A-Za-z0-9_./@-]+)*\Z")
_WORDS = frozenset("y n yes no on off true false null nan inf".split())

WIDTH = 120


class _Dumper(yaml.CSafeDumper):  # type: ignore[misc]
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, value: str) -> Any:
    lines = value.split("\n")
    if len(lines) > 1 and all(line == line.rstrip() and line.isprintable() for line in lines) and lines[0][:1].strip():
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|")
    style = "'" if '"' in value and value.isprintable() else '"'
    is_plain = _PLAIN.match(value) and value.lower() not in _WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=None if is_plain else style)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """``value`` (maps in their order, lists, texts, numbers, booleans, nulls) as a YAML document without its marker."""
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, width=WIDTH, allow_unicode=True))


@cache
def _environment() -> Any:
    import jinja2

    from mendixgen import packaged

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(packaged.templates() / "kubernetes"),
        undefined=jinja2.StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 -- YAML, and every value goes through the filter
    )
    made.filters["yaml"] = dump
    made.filters["comment"] = _comment
    return made


def _comment(text: str) -> str:
    """``text`` as comment lines that fit the width."""
    import textwrap

    return "\n".join(textwrap.wrap(" ".join(text.split()), WIDTH, initial_indent="# ", subsequent_indent="# "))


def fill(template: str, values: Mapping[str, Any]) -> str:
    """A template of ``templates/kubernetes/`` with its values."""
    return str(_environment().get_template(template).render(values))
