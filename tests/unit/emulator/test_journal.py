from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.journal import Entry, Journal, read_header
from mendixgen.diagnostics import MendixError

ACCOUNT = "123456789012"
environments = st.dictionaries(st.text(min_size=1), st.text(), max_size=4)


def opened(folder: Path) -> tuple[Journal, list[Entry]]:
    journal = Journal(folder / "journal.ndjson", ACCOUNT, "5.2.5")
    return journal, list(journal.entries())


@given(st.integers(1, 10**9), st.floats(0, 4e9), environments, st.binary(), st.integers(100, 599))
def test_any_entry_survives_the_line(number: int, moment: float, environ: dict, body: bytes, status: int) -> None:
    entry = Entry(number, moment, environ, body, status)
    line = entry.to_line()
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert Entry.from_line(line) == entry


@given(bodies=st.lists(st.binary(max_size=40), min_size=1, max_size=6), cut=st.integers(0, 400))
def test_whatever_is_cut_off_the_end_costs_only_the_end(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes], cut: int
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    journal, _ = opened(folder)
    ends = []
    for number, body in enumerate(bodies, start=1):
        assert journal.append(float(number), {"A": "b"}, body, 200) == number
        journal.answered(number)
        ends.append(journal.path.stat().st_size)
    journal.close()
    header = len(journal.path.read_bytes().splitlines(keepends=True)[0])
    size = max(header, ends[-1] - cut)
    os.truncate(journal.path, size)

    again, entries = opened(folder)
    # The last byte is the newline that ends the mark.
    assert [entry.body for entry in entries] == bodies[: sum(end <= size for end in ends)]
    number = again.append(9.0, {}, b"after", 200)
    again.answered(number)
    again.close()
    assert [entry.body for entry in opened(folder)[1]] == [*(entry.body for entry in entries), b"after"]


def test_unanswered_entry_is_forgotten_and_its_number_not_used_again(tmp_path: Path) -> None:
    journal, _ = opened(tmp_path)
    for _ in range(3):
        journal.append(1.0, {}, b"", 200)
    journal.answered(3)
    journal.answered(1)
    journal.close()
    again, entries = opened(tmp_path)
    assert [entry.number for entry in entries] == [1, 3]
    assert again.next == 4


@pytest.mark.parametrize("line", [b"rubbish\n", b"{}\n", b"\n", b'{"answered":"x"}\n', b"[1]\n"])
def test_damage_in_the_middle_is_an_error(tmp_path: Path, line: bytes) -> None:
    journal, _ = opened(tmp_path)
    journal.answered(journal.append(1.0, {}, b"", 200))
    journal.close()
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(lines[0] + line + b"".join(lines[1:]))
    with pytest.raises(MendixError) as failed:
        opened(tmp_path)
    assert failed.value.diagnostics[0].code == "MXE106"
    assert "line 2" in failed.value.diagnostics[0].summary


def test_entries_out_of_order_are_an_error(tmp_path: Path) -> None:
    journal, _ = opened(tmp_path)
    journal.append(1.0, {}, b"", 200)
    journal.append(1.0, {}, b"", 200)
    journal.close()
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(lines[0] + lines[2] + lines[1] + lines[1])
    with pytest.raises(MendixError, match="entry 1 follows entry 2"):
        opened(tmp_path)


def test_full_disk_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, _ = opened(tmp_path)
    journal.answered(journal.append(1.0, {}, b"kept", 200))
    before = journal.path.read_bytes()
    write = os.pwrite
    left = [10]

    def full(descriptor: int, data: bytes, offset: int) -> int:
        if not left:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, data[: left.pop()], offset)

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        journal.append(2.0, {}, b"lost", 200)
    monkeypatch.undo()
    assert journal.path.read_bytes() == before
    assert journal.append(3.0, {}, b"next", 200) == 2


def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    journal, _ = opened(tmp_path)
    assert journal.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("account", "moto"), [("210987654321", "5.2.5"), (ACCOUNT, "5.2.6")])
def test_journal_of_another_account_or_version_is_refused(tmp_path: Path, account: str, moto: str) -> None:
    journal, _ = opened(tmp_path)
    with pytest.raises(MendixError) as failed:
        read_header(journal.path, account, moto)
    assert failed.value.diagnostics[0].code == "MXE105"


def test_what_is_no_journal_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.ndjson"
    assert read_header(path, ACCOUNT, "5.2.5") is None
    path.write_text("hello\n")
    with pytest.raises(MendixError) as failed:
        read_header(path, ACCOUNT, "5.2.5")
    assert failed.value.diagnostics[0].code == "MXE106"
