"""The provider's schema and the modules that the areas' Python makes, each once a session: cdktf imports for 10 s."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping

import pytest

from mendixgen.areas.catalogue import area
from mendixgen.authoring import provider
from mendixgen.authoring.build import module_files
from tests.golden.areas.committed import folder


@pytest.fixture(scope="session")
def schema() -> provider.ProviderSchema:
    return provider.load()


@pytest.fixture(scope="session")
def synthesised(schema: provider.ProviderSchema) -> Callable[[str], Mapping[str, str | bytes]]:
    """The files of the newest module of an area, made from its Python and as released as the committed one is."""

    @functools.cache
    def made(name: str) -> Mapping[str, str | bytes]:
        declared = area(name)
        manifest = json.loads((folder(name, declared.version) / "module.json").read_text("utf-8"))
        return module_files(declared, schema, manifest["released"])

    return made
