"""What the ledger adds to a verdict: what an earlier release deleted is not brought back by being created."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, cast

import pytest

from mendixctl.engine.plan.judged import LOOK_BACK, judged, losses, with_history
from mendixctl.guard.verdict import Verdict
from mendixctl.ledger.release import Record, RecordedChange, Status
from mendixctl.ledger.store import LedgerStore
from mendixgen.diagnostics import Diagnostic, MendixError
from tests.unit.cli import samples
from tests.unit.guard.plans import document, item

FILES = "aws_efs_file_system.this"


@dataclass
class Ledger:
    """The part of a ledger that is read: (address, action, status) of each release."""

    releases: list[tuple[str, str, Status]]
    broken: int = 0
    read_numbers: list[int] = field(default_factory=list)

    def numbers(self) -> list[int]:
        return list(range(1, len(self.releases) + 1))

    def read(self, number: int) -> Record:
        self.read_numbers.append(number)
        if number == self.broken:
            raise MendixError(Diagnostic("MXL102", "edited"))
        address, action, status = self.releases[number - 1]
        record = samples.record(number, status=status)
        assert record.outcome is not None
        done = (address,) if status is Status.SUCCEEDED else ()
        changes = (RecordedChange(address, "", action),)
        return replace(
            record, release=replace(record.release, changes=changes), outcome=replace(record.outcome, done=done)
        )


def verdict(ledger: Ledger, kind: str = "aws_efs_file_system", action: str = "create") -> tuple[Verdict, str]:
    plan = document(item(kind, action, None if action == "create" else {}, {"x": 1}))
    (one,) = with_history(judged(plan), cast("LedgerStore", ledger))
    return one.verdict, one.judgement.reason


GOOD, BAD = Status.SUCCEEDED, Status.FAILED


@pytest.mark.parametrize(
    ("releases", "expected"),
    [
        ([(FILES, "create", GOOD), (FILES, "delete", GOOD)], Verdict.RESTORE_NEEDED),
        ([(FILES, "create", GOOD), (FILES, "forget", GOOD)], Verdict.RESTORE_NEEDED),
        ([(FILES, "create", GOOD), (FILES, "delete", BAD)], Verdict.REVERSIBLE),
        ([(FILES, "delete", GOOD), (FILES, "create", GOOD)], Verdict.REVERSIBLE),
        ([("aws_efs_file_system.other", "delete", GOOD)], Verdict.REVERSIBLE),
        ([], Verdict.REVERSIBLE),
    ],
)
def test_what_was_deleted_before_is_created_without_what_it_held(
    releases: list[tuple[str, str, Status]], expected: Verdict
) -> None:
    found, reason = verdict(Ledger(releases))
    assert found is expected
    assert ("v2 deleted it" in reason) == (expected is Verdict.RESTORE_NEEDED)


@pytest.mark.parametrize(("kind", "action"), [("aws_route", "create"), ("aws_efs_file_system", "update")])
def test_the_ledger_is_not_asked_where_nothing_can_come_back(kind: str, action: str) -> None:
    ledger = Ledger([(FILES, "delete", GOOD)])
    assert verdict(ledger, kind, action)[0] is Verdict.REVERSIBLE
    assert ledger.read_numbers == []


def test_no_more_of_the_ledger_is_read_than_tells_something() -> None:
    ledger = Ledger([(FILES, "delete", GOOD)] * (LOOK_BACK + 20))
    verdict(ledger)
    assert ledger.read_numbers == [LOOK_BACK + 20]
    strange = Ledger([("a.b", "create", GOOD)] * (LOOK_BACK + 20))
    verdict(strange)
    assert len(strange.read_numbers) == LOOK_BACK


def test_a_record_that_cannot_be_believed_ends_the_search() -> None:
    ledger = Ledger([(FILES, "delete", GOOD), ("a.b", "create", GOOD)], broken=2)
    assert verdict(ledger)[0] is Verdict.REVERSIBLE


def drifted(kind: str, before: Any, after: Any) -> list[Verdict]:
    plan = document(drift=(item(kind, "update" if after is not None else "delete", before, after),))
    return [one.verdict for one in losses(plan)]


def test_drift_is_told_where_it_took_something_and_not_where_it_grew() -> None:
    assert drifted("aws_efs_file_system", {"x": 1}, None) == [Verdict.IRREVERSIBLE]
    assert drifted("aws_db_instance", {"deletion_protection": True}, {"deletion_protection": False}) == [
        Verdict.WINDOWED
    ]
    assert drifted("aws_db_instance", {"allocated_storage": 1}, {"allocated_storage": 2}) == []
    assert drifted("aws_vpc", {"tags": {}}, {"tags": {"a": "b"}}) == []
