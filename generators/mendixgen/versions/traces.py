"""Which variables of a module its resources are made of, read from the text of its ``main.tf``.

Modules are written by one writer and formatted by ``terraform fmt``, so that a block begins and ends in the first
column and a local in the third; that is all of HCL that is known here. What is found explains to people and is never a
ground to act on: plans read ``module.json`` alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_HEAD = re.compile(r'(resource|data) "([^"]+)" "([^"]+)" \{$|(locals) \{$')
_LOCAL = re.compile(r"  ([a-z][a-z0-9_]*)\s*=(?!=)")
_VARIABLE = re.compile(r"\bvar\.([a-z][a-z0-9_]*)")
_LOCAL_USED = re.compile(r"\blocal\.([a-z][a-z0-9_]*)")


@dataclass(frozen=True)
class Traces:
    """The resources of a module and its locals, by address and name, with the text of each."""

    resources: Mapping[str, str]
    locals: Mapping[str, str]

    def variables_of(self, address: str) -> frozenset[str]:
        """The variables that a resource is made of, through locals too."""
        return frozenset(name for text in self.made_of(address) for name in _VARIABLE.findall(text))

    def made_of(self, address: str) -> list[str]:
        """The text of a resource, and of each local that it is made of."""
        texts, waiting, seen = [self.resources[address]], _LOCAL_USED.findall(self.resources[address]), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen or name not in self.locals:
                continue
            seen.add(name)
            texts.append(self.locals[name])
            waiting += _LOCAL_USED.findall(self.locals[name])
        return texts

    def reached_by(self, variable: str, key: str = "") -> list[str]:
        """The addresses of the resources that a variable reaches, sorted.

        ``key``: of those only the ones that name this key of it; where none does by itself, those whose locals do.
        """
        reached = sorted(address for address in self.resources if variable in self.variables_of(address))
        if not key:
            return reached
        return (
            [address for address in reached if names(self.resources[address], key)]
            or [address for address in reached if any(names(text, key) for text in self.made_of(address))]
            or reached
        )


def names(text: str, key: str) -> bool:
    """Whether some HCL reads the attribute ``key`` of something."""
    return re.search(rf'\.{re.escape(key)}\b|"{re.escape(key)}"', text) is not None


def read(text: str) -> Traces:
    """The traces of a ``main.tf``."""
    resources: dict[str, str] = {}
    local: dict[str, str] = {}
    for head, body in _blocks(text):
        if head[1]:
            resources[("data." if head[1] == "data" else "") + f"{head[2]}.{head[3]}"] = body
        else:
            local.update(_locals(body))
    return Traces(resources, local)


def _blocks(text: str) -> Iterator[tuple[re.Match[str], str]]:
    head: re.Match[str] | None = None
    lines: list[str] = []
    for line in text.splitlines():
        if head is None:
            head, lines = _HEAD.match(line), []
        elif line == "}":
            yield head, "\n".join(lines)
            head = None
        elif not line.lstrip().startswith("#"):
            lines.append(line)


def _locals(body: str) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    lines: list[str] = []
    for line in body.splitlines():
        began = _LOCAL.match(line)
        if began:
            lines = found.setdefault(began[1], [])
        lines.append(line)
    return {name: "\n".join(part) for name, part in found.items()}
