"""history's options: each takes what it says, and together they take what all of them do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest

from mendixctl.commands.moments import Moment
from mendixctl.engine.history import run as history_run
from mendixctl.engine.history.filters import Selection, select
from mendixctl.engine.history.results import HistoryResult
from mendixctl.engine.session import Session
from mendixctl.ledger.release import Kind, Status
from tests.support.fabricated_ledger import BOB, FIRST, Fabricated, change, numbers
from tests.support.small_repository import small_repository, write_module

NOTE = 'module.notes.terraform_data.note["first"]'


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> HistoryResult:
    """v1 makes a note, v2 fails, v3 is by another person about another area, v4 an edit alone, v5 another pin."""
    made = Fabricated(small_repository(tmp_path_factory.mktemp("selecting") / "platform"))
    made.release(change(NOTE, "create"))
    made.release(change(NOTE), status=Status.FAILED, done=[])
    made.release(change("module.other.aws_vpc.this"), author=BOB, kind=Kind.ROLLBACK)
    made.edit("    first: hello", "    second: again\n    first: hello")
    made.release()
    write_module(made.repository.modules, "1.1.0")
    made.versions["notes"] = "1.1.0"
    made.release()
    return history_run.history(Session(made.repository), "dev")


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        (Selection(), [1, 2, 3, 4, 5]),
        (Selection(area="notes"), [1, 2, 4, 5]),
        (Selection(area="other"), [3]),
        (Selection(by="SEGHERS"), [1, 2, 4, 5]),
        (Selection(by="ci@runner"), [3]),
        (Selection(by="assumed-role/deployer"), [3]),
        (Selection(since=FIRST + timedelta(days=3)), [4, 5]),
        (Selection(until=FIRST + timedelta(days=1)), [1, 2]),
        (Selection(outcomes=("failed", "interrupted")), [2]),
        (Selection(kinds=("rollback",)), [3]),
        (Selection(address=NOTE), [1, 2]),
        (Selection(address="module.notes.terraform_data.note"), [1, 2]),
        (Selection(area="notes", outcomes=("succeeded",), since=FIRST + timedelta(hours=1)), [4, 5]),
        (Selection(by="nobody"), []),
    ],
)
def test_a_selection(ledger: HistoryResult, selection: Selection, expected: list[int]) -> None:
    chosen = select(ledger, selection)
    assert numbers(chosen.listed) == expected
    assert chosen.records == ledger.records


def moment(text: str, *, ends: bool = False) -> datetime:
    return Moment(ends=ends).convert(text, None, None)


def test_moments() -> None:
    assert moment("2026-11-01T10:00+00:00") == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert moment("2026-11-02", ends=True) - moment("2026-11-02") == timedelta(days=1, microseconds=-1)
    for text, ago in (("12h", timedelta(hours=12)), ("7d", timedelta(days=7)), ("2w", timedelta(weeks=2))):
        assert abs(datetime.now(UTC) - ago - moment(text)) < timedelta(minutes=1)


@pytest.mark.parametrize("text", ["", "yesterday", "7", "7y", "2026-13-01", "-1d", "999999d"])
def test_what_is_no_moment(text: str) -> None:
    with pytest.raises(click.BadParameter):
        moment(text)


def test_a_folder_without_releases(tmp_path: Path) -> None:
    empty = history_run.history(Session(small_repository(tmp_path / "platform")), "dev")
    assert select(empty, Selection(area="notes")).listed == ()
