"""Upgrades with the real modules: what an area is wired to comes along, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mendixctl.engine.repository import upgrade
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.diagnostics import MendixError
from mendixgen.lock import Lock, Pin
from mendixgen.repository import Repository
from mendixgen.root.wiring import unmet
from mendixgen.versions.store import ModuleStore, version_key
from tests.unit.engine.conftest import Bench

MODULES = Path(__file__).resolve().parents[4] / "modules"
SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com
"""


@pytest.fixture
def session(bench: Bench, tmp_path: Path) -> Session:
    """A session in a repository that has this project's own modules."""
    folder = tmp_path / "with-real-modules"
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / "dev.yaml").write_text(SPEC)
    (folder / "modules").symlink_to(MODULES)
    return replace(bench.session, repository=Repository.find(folder))


def pins(session: Session) -> dict[str, str]:
    lock = locks.parse(session.repository.lock("dev").read_bytes(), "dev.lock")
    return {area: pin.version for area, pin in lock.pins.items()}


def write(session: Session, **versions: str) -> None:
    lock = Lock("0.1.0", pins={area: Pin(version) for area, version in versions.items()})
    session.repository.lock("dev").write_text(locks.dump(lock, "dev"))


def test_an_area_brings_what_it_is_wired_to_and_in_a_version_that_has_it(session: Session) -> None:
    write(session, encryption="1.0.0", network="1.1.0", storage="1.0.0")
    upgrade.upgrade(session, "dev", "ingress")
    found = pins(session)
    # ingress needs network.allow_from, which came with 1.2.0; nothing asks for a newer encryption or for a cluster
    assert set(found) == {"encryption", "network", "storage", "ingress"}
    assert version_key(found["network"]) >= (1, 2, 0)
    assert found["encryption"] == "1.0.0"


def test_what_is_needed_of_what_is_needed_comes_too(session: Session) -> None:
    write(session, encryption="1.0.0")
    upgrade.upgrade(session, "dev", "workloads")
    assert {"workloads", "cluster", "identity", "network", "storage", "encryption"} <= set(pins(session))
    assert "ingress" not in pins(session), "optional wiring turns nothing on"


def test_everything_is_on_and_wired(session: Session) -> None:
    write(session, encryption="1.0.0")
    upgrade.upgrade(session, "dev", everything=True)
    store = ModuleStore(MODULES)
    on = {area: store.manifest(area, version) for area, version in pins(session).items()}
    newest = [store.manifest(area, store.newest(area) or "") for area in store.areas()]
    # what would bring a second provider is on only where its section is written
    assert set(on) == {one.area for one in newest if one.kind == "environment" and not one.aliases}
    assert list(unmet(on)) == []


def test_a_version_that_is_too_old_for_its_neighbours_is_refused(session: Session) -> None:
    upgrade.upgrade(session, "dev", everything=True)
    before = session.repository.lock("dev").read_bytes()
    with pytest.raises(MendixError) as error:
        upgrade.upgrade(session, "dev", "network", "1.1.0")
    assert {found.code for found in error.value.diagnostics} == {"MXR108"}
    assert session.repository.lock("dev").read_bytes() == before
