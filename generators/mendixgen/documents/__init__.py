"""What is rendered beside an environment's root: documents, a folder a kind below ``environments/<env>/``.

Each kind is a module with a pure function ``render(source)``, which gives the text of its files by their path within
the kind's folder. Rendering needs template engines and data that a plan has no other use for, so the modules are named
here and imported only once something is rendered; `mendixgen.documents.files` says when that is needed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mendixgen.spec.loader import Specification
    from mendixgen.versions.store import ModuleStore

RENDERERS: dict[str, str] = {
    "delivery": "mendixgen.pipelines.delivery",
    "kubernetes": "mendixgen.kubernetes.render",
    "runbooks": "mendixgen.runbooks.render",
}
"""The folder of each kind of document, and the module whose ``render`` makes them."""

NAME = re.compile(r"(?!.*\.tf\Z)[a-z][a-z0-9-]*(?:/[A-Za-z0-9_][A-Za-z0-9_.-]*)+")
"""A document's path below the environment's folder. No part begins with a dot, so none leads out of it;
and none is Terraform's."""


@dataclass(frozen=True, slots=True)
class Source:
    """What documents are rendered from: an environment's specification, and the modules that it pins."""

    spec: Specification
    store: ModuleStore


Renderer = Callable[[Source], Mapping[str, str]]


def render(source: Source, renderers: Mapping[str, str] | None = None) -> dict[str, str]:
    """Every document of an environment, sorted: path below the environment's folder -> text.

    The same source always gives the same text. An environment for which a kind has nothing to say has no such folder.

    Raises:
        MendixError: what a renderer refuses.
        ValueError: a renderer gave a name that is not a document's.
    """
    files: dict[str, str] = {}
    for folder, module in (RENDERERS if renderers is None else renderers).items():
        renderer: Renderer = import_module(module).render
        for name, text in renderer(source).items():
            path = f"{folder}/{name}"
            if NAME.fullmatch(path) is None:
                raise ValueError(f"{path!r} is no name of a document")
            files[path] = text
    return dict(sorted(files.items()))
