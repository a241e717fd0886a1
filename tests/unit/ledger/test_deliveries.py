"""Deliveries in the ledger: they move its head, and nothing that the platform is planned from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.delivery import record
from mendixctl.engine.environment.ledger import check_base
from mendixctl.ledger.audit import audit
from mendixctl.ledger.release import PLATFORM, Kind, Status
from mendixgen.diagnostics import Refused
from mendixgen.repository import Repository
from tests.support.fabricated_ledger import Fabricated, numbers

SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.example.com
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Fabricated:
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "dev.yaml").write_text(SPEC)
    return Fabricated(Repository(tmp_path))


def deliver(ledger: Fabricated, app: str, digest: str, status: Status = Status.SUCCEEDED) -> None:
    newest = ledger.store.platform()
    said = {record.FACTS: {"app": app, "digest": digest}, PLATFORM: newest.number if newest else 0}
    ledger.release(kind=Kind.APP, status=status, **said)


def test_the_platform_stays_where_it_is(ledger: Fabricated) -> None:
    assert ledger.store.platform() is None
    ledger.release()
    deliver(ledger, "crm", "sha256:1")
    deliver(ledger, "portal", "sha256:2", Status.FAILED)
    platform = ledger.store.platform()
    assert platform is not None
    assert (platform.number, ledger.store.head()) == (1, 3)
    ledger.release()
    platform = ledger.store.platform()
    assert platform is not None
    assert platform.number == 4
    assert not audit(ledger.store).findings


def test_a_checkout_need_not_follow_deliveries(ledger: Fabricated) -> None:
    ledger.release()
    ledger.release()
    deliver(ledger, "crm", "sha256:1")

    class Place:
        environment = "dev"

        def __init__(self, base: int) -> None:
            self.lock: Any = type("Lock", (), {"base": base})

    for base in (2, 3):
        check_base(Place(base), ledger.store.platform(), ledger.store.head())  # type: ignore[arg-type]
    for base, code in ((1, "MXP120"), (4, "MXP121")):
        with pytest.raises(Refused) as refused:
            check_base(Place(base), ledger.store.platform(), ledger.store.head())  # type: ignore[arg-type]
        assert refused.value.diagnostics[0].code == code


def test_deliveries_are_found_by_app_the_newest_first(ledger: Fabricated) -> None:
    ledger.release()
    deliver(ledger, "crm", "sha256:1")
    deliver(ledger, "portal", "sha256:2")
    deliver(ledger, "crm", "sha256:3", Status.FAILED)
    assert numbers(record.deliveries(ledger.store, "crm")) == [4, 2]
    assert numbers(record.reached(ledger.store, "crm")) == [2]


def test_a_basis_that_makes_no_sense_is_none(ledger: Fabricated) -> None:
    ledger.release()
    odd = ledger.release(kind=Kind.APP, **{PLATFORM: 9})
    assert odd.basis == 0
    assert ledger.store.platform() is None
