"""The committed modules as python-hcl2 reads them; a file is parsed once, by whichever test asks first."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import hcl2

from mendixgen.versions.store import ModuleStore

STORE = ModuleStore(Path(__file__).parents[3] / "modules")
QUOTE = '"'


def folder(area: str, version: str) -> Path:
    """Where a version of a module stands."""
    return STORE.folder / area / version


@functools.cache
def text(area: str, version: str, name: str = "main.tf") -> str:
    """One file of a module."""
    return (folder(area, version) / name).read_text("utf-8")


@functools.cache
def parsed(area: str, version: str, name: str = "main.tf") -> dict[str, Any]:
    """One file of a module, parsed; not to be changed."""
    return hcl2.loads(text(area, version, name))


def resources(area: str, version: str) -> dict[str, dict[str, Any]]:
    """The resources of a module by address."""
    return {
        f"{kind.strip(QUOTE)}.{name.strip(QUOTE)}": body
        for block in parsed(area, version)["resource"]
        for kind, named in block.items()
        for name, body in named.items()
    }


def declared(area: str, version: str, kind: str) -> dict[str, dict[str, Any]]:
    """The ``variable`` or ``output`` blocks of a module by name."""
    blocks = parsed(area, version, f"{kind}s.tf")[kind]
    return {name.strip(QUOTE): body for block in blocks for name, body in block.items()}
