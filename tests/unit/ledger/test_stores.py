"""Ledgers: numbers are given once, records are written once, and the chain shows what was changed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.ledger.archive import of_root, pack, unpack
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Author, Kind, Outcome, Release, Status
from mendixctl.ledger.s3 import S3Ledger
from mendixctl.ledger.serialise import digest
from mendixctl.ledger.store import LedgerStore, folder_name, folder_number
from mendixgen.diagnostics import MendixError, Refused
from tests.support.fake_aws import Bucket

ARCHIVE = pack({"main.tf": b"# one\n"})
MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
OUTCOME = Outcome(Status.SUCCEEDED, MOMENT, 1.5, done=("a",))


def release(number: int, predecessor: str = "", **fields: Any) -> Release:
    return Release(
        **{
            "number": number,
            "environment": "dev",
            "account": "123456789012",
            "region": "eu-central-1",
            "target": "emulator",
            "kind": Kind.APPLY,
            "started_at": MOMENT,
            "author": Author("anna", "host"),
            "spec": "name: dev\n",
            "lock": "base: 1\n",
            "archive_digest": digest(ARCHIVE),
            "predecessor": predecessor,
            **fields,
        }
    )


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LedgerStore:
    if request.param == "local":
        return LocalLedger("dev", tmp_path / "releases")
    return S3Ledger("dev", Bucket(), "bucket", "some/dev", "key")


def fill(store: LedgerStore, count: int) -> None:
    before = ""
    for number in range(1, count + 1):
        store.allot(release(number, before, spec=f"name: v{number}\n"), ARCHIVE)
        before = store.close(number, replace(OUTCOME, serial=number)).digest


def test_an_empty_ledger(store: LedgerStore) -> None:
    assert (store.head(), store.numbers(), store.records()) == (0, [], [])
    with pytest.raises(MendixError) as error:
        store.read(1)
    assert "no release yet" in error.value.diagnostics[0].summary


def test_records_come_back_in_order_and_chained(store: LedgerStore) -> None:
    fill(store, 12)
    records = store.records()
    assert [record.number for record in records] == list(range(1, 13))
    assert records[6].release.spec == "name: v7\n"
    assert records[6].release.predecessor == records[5].digest
    assert store.archive(3) == ARCHIVE
    assert store.head() == 12


def test_a_number_is_given_once(store: LedgerStore) -> None:
    store.allot(release(1), ARCHIVE)
    other = pack({"main.tf": b"# two\n"})
    with pytest.raises(Refused) as error:
        store.allot(release(1, archive_digest=digest(other), author=Author("bob", "pc")), other)
    assert error.value.diagnostics[0].code == "MXL109"
    assert "anna@host" in error.value.diagnostics[0].summary
    assert store.archive(1) == ARCHIVE


def test_an_outcome_is_written_once(store: LedgerStore) -> None:
    store.allot(release(1), ARCHIVE)
    assert store.read(1).status is Status.RUNNING
    store.close(1, OUTCOME)
    with pytest.raises(MendixError) as error:
        store.close(1, replace(OUTCOME, status=Status.FAILED))
    assert error.value.diagnostics[0].code == "MXL110"
    assert store.read(1).status is Status.SUCCEEDED


def test_an_archive_must_be_the_one_that_is_named(store: LedgerStore) -> None:
    with pytest.raises(ValueError, match="archive"):
        store.allot(release(1, archive_digest="sha256:0"), ARCHIVE)
    assert store.head() == 0


def test_another_environments_record_is_foreign(tmp_path: Path) -> None:
    fill(LocalLedger("prod", tmp_path), 0)
    LocalLedger("prod", tmp_path).allot(release(1, environment="prod"), ARCHIVE)
    with pytest.raises(MendixError) as error:
        LocalLedger("dev", tmp_path).read(1)
    assert error.value.diagnostics[0].code == "MXL106"


def test_a_removed_release_is_missed(tmp_path: Path) -> None:
    ledger = LocalLedger("dev", tmp_path)
    fill(ledger, 3)
    (tmp_path / "0002").rename(tmp_path / "away")
    with pytest.raises(MendixError) as error:
        ledger.records()
    assert error.value.diagnostics[0].code == "MXL107"


@pytest.mark.parametrize("what", ["outcome", "release"])
def test_a_replaced_record_breaks_the_chain(tmp_path: Path, what: str) -> None:
    ledger, forged = LocalLedger("dev", tmp_path / "a"), LocalLedger("dev", tmp_path / "b")
    fill(ledger, 3)
    changed = {"release": {"message": "another"}, "outcome": {}}[what]
    forged.allot(release(1, spec="name: v1\n", **changed), ARCHIVE)
    forged.close(1, replace(OUTCOME, serial=99 if what == "outcome" else 1))
    name = f"{what}.json"
    (tmp_path / "a" / "0001" / name).write_bytes((tmp_path / "b" / "0001" / name).read_bytes())
    with pytest.raises(MendixError) as error:
        ledger.records()
    assert error.value.diagnostics[0].code == "MXL108"


def test_a_damaged_archive_is_not_given_out(tmp_path: Path) -> None:
    ledger = LocalLedger("dev", tmp_path)
    fill(ledger, 1)
    (tmp_path / "0001" / "hcl.tar.gz").write_bytes(b"x")
    with pytest.raises(MendixError) as error:
        ledger.archive(1)
    assert error.value.diagnostics[0].code == "MXL111"


def test_what_else_stands_in_the_folder_is_no_release(tmp_path: Path) -> None:
    ledger = LocalLedger("dev", tmp_path)
    fill(ledger, 1)
    for name in (".new-abc", "1", "00002", "notes", "000１"):
        (tmp_path / name).mkdir()
    assert ledger.numbers() == [1]


def test_a_mirror_is_byte_for_byte_and_follows(tmp_path: Path) -> None:
    store = S3Ledger("dev", Bucket(), "bucket", "dev")
    mirror = LocalLedger("dev", tmp_path)
    store.allot(release(1), ARCHIVE)
    assert mirror.mirror(1, store.raw(1)) is True
    assert mirror.mirror(1, store.raw(1)) is False
    store.close(1, OUTCOME)
    assert mirror.mirror(1, store.raw(1)) is True
    assert mirror.records() == store.records()
    assert mirror.archive(1) == ARCHIVE
    other = S3Ledger("dev", Bucket(), "bucket", "dev")
    other.allot(release(1, message="another"), ARCHIVE)
    with pytest.raises(MendixError) as error:
        mirror.mirror(1, other.raw(1))
    assert error.value.diagnostics[0].code == "MXL112"


def _race(folder: Path, name: str, start: Any, results: Any) -> None:
    ledger = LocalLedger("dev", folder)
    start.wait()
    for number in range(1, 13):
        archive = pack({"main.tf": f"# {name}\n".encode()})
        try:
            ledger.allot(release(number, author=Author(name, name), archive_digest=digest(archive)), archive)
            results.put((number, name))
        except Refused:
            continue


def test_of_many_processes_exactly_one_gets_each_number(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    start, results = context.Event(), context.Queue()
    names = ["a", "b", "c", "d"]
    processes = [context.Process(target=_race, args=(tmp_path, name, start, results)) for name in names]
    for process in processes:
        process.start()
    start.set()
    won = [results.get(timeout=20) for _ in range(12)]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    assert results.empty()
    assert sorted(number for number, _ in won) == list(range(1, 13))
    ledger = LocalLedger("dev", tmp_path)
    for number, name in won:
        assert ledger.read(number).release.author.user == name
        assert unpack(ledger.archive(number), "x") == {"main.tf": f"# {name}\n".encode()}
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_full_disk_leaves_no_half_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = LocalLedger("dev", tmp_path)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("mendixctl.ledger.local.os.fsync", full)
        with pytest.raises(MendixError) as error:
            ledger.allot(release(1), ARCHIVE)
    assert error.value.diagnostics[0].code == "MXL113"
    assert list(tmp_path.iterdir()) == []
    ledger.allot(release(1), ARCHIVE)


@given(st.integers(1, 10**7))
def test_folder_names_and_numbers(number: int) -> None:
    assert folder_number(folder_name(number)) == number


NAMES = st.from_regex(r"[a-h_][a-h._-]{0,9}\.tf", fullmatch=True) | st.just(".terraform.lock.hcl")


@given(st.dictionaries(NAMES, st.binary(max_size=60), max_size=5))
def test_archives_are_exact_and_deterministic(files: dict[str, bytes]) -> None:
    data = pack(files)
    assert unpack(data, "x") == files
    assert pack(dict(reversed(files.items()))) == data


@pytest.mark.parametrize("damage", [lambda data: data[:20], lambda data: b"", lambda data: data[:-9] + b"xxxxxxxxx"])
def test_a_broken_archive_is_an_error(damage: Callable[[bytes], bytes]) -> None:
    with pytest.raises(MendixError) as error:
        unpack(damage(ARCHIVE), "v1")
    assert error.value.diagnostics[0].code == "MXL104"


def test_an_archive_with_a_way_out_is_refused() -> None:
    for name in ("../x.tf", "/etc/x.tf", "a/../../x.tf", "a/b.tf", ".x.tf", "x", "-x.tf"):
        with pytest.raises(MendixError):
            unpack(pack({name: b""}), "v1")


def test_an_archive_holds_the_root_and_nothing_private(tmp_path: Path) -> None:
    for name in ("main.tf", ".terraform.lock.hcl", "terraform.tfstate", "x.tfplan"):
        (tmp_path / name).write_text(name)
    assert set(of_root(tmp_path)) == {"main.tf", ".terraform.lock.hcl"}


def test_an_archive_holds_the_documents_that_are_listed(tmp_path: Path) -> None:
    for name in ("main.tf", "notes/all/one.md", "notes/a-persons.md", ".documents"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("notes/all/one.md\nnotes/gone.md\n../../secret.md\n")
    files = of_root(tmp_path)
    assert set(files) == {"main.tf", ".documents", "notes/all/one.md"}
    assert unpack(pack(files), "v1") == files
