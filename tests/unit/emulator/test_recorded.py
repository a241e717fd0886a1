"""The entries of a journal that CloudTrail's events are read from."""

from __future__ import annotations

from pathlib import Path

from mendixctl.emulator.journal import Entry, Journal, recorded


def test_what_was_recorded_last_is_read_while_the_journal_is_open(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    journal = Journal(path, "123456789012", "5")
    assert list(journal.entries()) == []
    for number in range(1, 6):
        journal.append(float(number), {"REQUEST_METHOD": "PUT"}, b"\xff%d" % number, 200)
        journal.answered(number)
    with path.open("ab") as stream:
        stream.write(b'{"n": 6')
    found = recorded(path, 3)
    assert [entry.number for entry in found] == [4, 5]
    assert found[-1] == Entry(5, 5.0, {"REQUEST_METHOD": "PUT"}, b"\xff5", 200)
    journal.close()
