"""What holds for the module of every area, in every version: an area that is added is held to it without a line here.

The committed modules are the golden HCL. What is particular to an area stands in a file of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import pytest

from mendixgen.areas.catalogue import AREAS, area
from mendixgen.versions import life_cycle
from mendixgen.versions.store import version_key
from tests.golden.areas.committed import STORE, declared, folder, resources, text

VERSIONS = [(name, version) for name in AREAS for version in STORE.versions(name)]
every_area = pytest.mark.parametrize("name", AREAS)
every_version = pytest.mark.parametrize(
    ("name", "version"),
    # python-hcl2 takes seconds for a large file, which is parsed once where the tests that read it run in one worker
    [pytest.param(*it, marks=pytest.mark.xdist_group("-".join(it)), id="-".join(it)) for it in VERSIONS],
)


@pytest.mark.authoring
@pytest.mark.xdist_group("authoring")
@every_area
def test_the_newest_module_is_what_the_python_says(
    name: str, synthesised: Callable[[str], Mapping[str, str | bytes]]
) -> None:
    files = {file: made if isinstance(made, bytes) else made.encode() for file, made in synthesised(name).items()}
    committed = folder(name, area(name).version)
    assert files == {
        path.relative_to(committed).as_posix(): path.read_bytes() for path in committed.rglob("*") if path.is_file()
    }


@every_area
def test_the_newest_version_is_the_one_that_is_declared(name: str) -> None:
    assert STORE.newest(name, released_only=False) == area(name).version


def test_every_module_is_of_an_area_that_there_is() -> None:
    assert STORE.areas() == sorted(AREAS)


def test_what_was_released_is_as_it_was() -> None:
    found = life_cycle.verify(STORE.folder)
    assert found.problems == ()
    released = [(name, version) for name, version in VERSIONS if STORE.manifest(name, version).released]
    assert sorted(found.verified) == sorted(released)


@every_version
def test_the_manifest_lists_what_the_hcl_has(name: str, version: str) -> None:
    manifest = STORE.manifest(name, version)
    assert list(manifest.addresses) == sorted(resources(name, version))
    assert set(manifest.inputs) == set(declared(name, version, "variable"))
    assert set(manifest.outputs) == set(declared(name, version, "output"))


@every_version
def test_everything_is_described(name: str, version: str) -> None:
    for kind in ("variable", "output"):
        assert not [it for it, body in declared(name, version, kind).items() if not body["description"].strip('" ')]
    lines = text(name, version).splitlines()
    starts = [index for index, line in enumerate(lines) if line.startswith("resource ")]
    assert not [lines[index] for index in starts if not lines[index - 1].startswith("# ")]


@every_version
def test_no_module_asks_aws_has_a_provider_or_protects_for_ever(name: str, version: str) -> None:
    assert not re.search(r"^data |^provider |\bprevent_destroy\b", text(name, version), re.MULTILINE)


@every_version
def test_no_address_is_gone_from_its_major_version_without_a_move(name: str, version: str) -> None:
    major = version_key(version)[0]
    newest = [it for it in STORE.versions(name) if version_key(it)[0] == major][-1]
    moved = {it.source for it in STORE.manifest(name, newest).moves}
    assert set(STORE.manifest(name, version).addresses) - set(STORE.manifest(name, newest).addresses) <= moved
