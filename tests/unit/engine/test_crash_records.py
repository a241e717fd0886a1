"""Journals, doubts, locks and states: what is known after a crash, whatever died."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mendixctl.engine.journal import journal as journals
from mendixctl.engine.state import locks
from mendixctl.engine.unfinished.open_release import outcome_of
from mendixctl.engine.unfinished.orphan_candidates import Certainty, of_journal, of_record, resource_type
from mendixctl.ledger.release import Author, Kind, Record, RecordedChange, Release
from mendixctl.terraform.plan import Action, ResourceChange
from mendixctl.terraform.state import Instance
from tests.support.soak import examples

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
ROLE, TOPIC, BUCKET = ('module.a.aws_iam_role.r["x.y"]', "module.a.aws_sns_topic.t", "module.a.aws_s3_bucket.b")


def release(number: int = 3, **parts: Any) -> Release:
    given_parts: dict[str, Any] = {"plan_digest": "sha256:1", **parts}
    return Release(
        number, "dev", "1", "eu-central-1", "aws", Kind.APPLY, NOW, Author("li", "host"), "s", "l", "d", **given_parts
    )


def change(address: str, action: Action = Action.CREATE, after: Any = None, marks: Any = None) -> ResourceChange:
    raw = {"change": {"after": after or {}, "after_sensitive": marks or {}}}
    return ResourceChange(address, "a", resource_type(address), action, raw=raw)


def event(kind: str, address: str, action: str = "create", **hook: str) -> str:
    return json.dumps({"type": kind, "hook": {"resource": {"addr": address}, "action": action, **hook}})


def run(folder: Path, changes: list[ResourceChange], *lines: str, known: Any = None) -> journals.Journal:
    folder.mkdir(parents=True)
    journals.begin(folder, release(), changes, known or {})
    if lines:
        (folder / journals.STREAM).write_text("\n".join(lines))
    journal = journals.read(folder)
    assert journal is not None
    return journal


def doubted(journal: journals.Journal, *there: Instance) -> dict[str, Certainty]:
    return {one.address: one.certainty for one in of_journal(journal, {one.address: one for one in there})}


def test_an_intent_is_private_and_holds_what_identifies_and_nothing_secret(tmp_path: Path) -> None:
    after = {"name": "r", "password": "hunter2", "tags_all": {"Name": "n", "key": "hunter3"}}
    found = change(ROLE, after=after, marks={"tags_all": {"key": True}, "password": True})
    assert journals.identity(change(ROLE, after=after)) == {
        "name": "r",
        "tags_all.Name": "n",
        "tags_all.key": "hunter3",
    }
    assert journals.identity(found) == {"name": "r"}
    assert journals.identity(change(ROLE, after=after, marks={"name": True})).get("name") is None
    folder = tmp_path / "run"
    run(folder, [found], known={ROLE: journals.identity(found)})
    path = folder / journals.INTENT
    assert path.stat().st_mode & 0o777 == 0o600
    assert "hunter" not in path.read_text()


def test_what_a_killed_terraform_said_is_enough(tmp_path: Path) -> None:
    changes = [
        change(ROLE),
        change(TOPIC),
        change(BUCKET),
        change("module.a.aws_vpc.v"),
        change("aws_eip.e", Action.DELETE),
    ]
    lines = [
        event("apply_start", ROLE),
        event("apply_start", TOPIC),
        event("apply_start", BUCKET),
        event("apply_complete", ROLE, id_key="id", id_value="x"),
        event("apply_errored", BUCKET),
        '{"type": "apply_start", "hook": {"reso',
    ]
    journal = run(tmp_path / "run", changes, *lines)
    assert journal.was_cut_off
    assert doubted(journal) == {ROLE: Certainty.CREATED, TOPIC: Certainty.IN_FLIGHT, BUCKET: Certainty.IN_FLIGHT}
    assert doubted(journal, Instance(ROLE, "aws_iam_role", attributes={"id": "x"})) == {
        TOPIC: Certainty.IN_FLIGHT,
        BUCKET: Certainty.IN_FLIGHT,
    }
    # that Terraform came to its end says nothing of what it never reported on, or failed to do for no reason of AWS's
    journals.end(journal.folder, 1, settled=False)
    ended = journals.read(journal.folder)
    assert ended is not None
    assert doubted(ended) == doubted(journal)
    journals.look_after(ended, [TOPIC])
    journals.look_after(journals.read(journal.folder) or ended, [BUCKET])
    kept = journals.read(journal.folder)
    assert kept is not None
    assert (kept.exit_code, doubted(kept)) == (1, {ROLE: Certainty.CREATED})


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("The plugin.(*GRPCProvider).ApplyResourceChange request was cancelled.", Certainty.IN_FLIGHT),
        ("nobody has ever seen these words", Certainty.IN_FLIGHT),
        (
            (
                "operation error IAM: CreateRole, https response error StatusCode: 409, RequestID: r, "
                "EntityAlreadyExists: Role with name r already exists."
            ),
            Certainty.TAKEN,
        ),
        (
            (
                "operation error IAM: CreateRole, https response error StatusCode: 403, RequestID: r, "
                "api error AccessDenied: not authorized to perform: iam:CreateRole"
            ),
            None,
        ),
    ],
)
def test_what_aws_has_not_refused_is_in_doubt(tmp_path: Path, said: str, expected: Certainty | None) -> None:
    diagnostic = {"severity": "error", "summary": "creating", "detail": said, "address": ROLE}
    lines = [
        event("apply_start", ROLE),
        event("apply_errored", ROLE),
        json.dumps({"type": "diagnostic", "diagnostic": diagnostic}),
    ]
    journal = run(tmp_path / "run", [change(ROLE)], *lines)
    journals.end(journal.folder, 1, settled=False)
    ended = journals.read(journal.folder)
    assert ended is not None
    assert doubted(ended) == ({ROLE: expected} if expected else {})


def test_what_replaces_another_object_stands_beside_it(tmp_path: Path) -> None:
    journal = run(
        tmp_path / "run",
        [change(TOPIC, Action.REPLACE)],
        event("apply_complete", TOPIC, id_key="id", id_value="new"),
    )
    found = of_journal(journal, {TOPIC: Instance(TOPIC, "aws_sns_topic", attributes={"id": "old"})})
    assert [(one.other, one.values["id"]) for one in found] == [("old", "new")]
    assert of_journal(journal, {TOPIC: Instance(TOPIC, "aws_sns_topic", attributes={"id": "new"})}) == []


@pytest.mark.parametrize("gone", [False, True])
def test_a_replacement_that_was_cut_off_may_stand_beside_what_it_replaces(tmp_path: Path, gone: bool) -> None:
    """Before the answer to a creation comes, only what was at the address says whether the state has it already."""
    lines = [event("apply_start", TOPIC, "delete"), event("apply_complete", TOPIC, "delete")] if gone else []
    journal = run(
        tmp_path / "run",
        [change(TOPIC, Action.REPLACE)],
        *lines,
        event("apply_start", TOPIC),
        known={TOPIC: {journals.BEFORE: "old", "name": "t"}},
    )
    found = of_journal(journal, {TOPIC: Instance(TOPIC, "aws_sns_topic", attributes={"id": "old"})})
    assert [(one.other, one.gone, one.values) for one in found] == [("old", gone, {"name": "t"})]
    assert of_journal(journal, {TOPIC: Instance(TOPIC, "aws_sns_topic", attributes={"id": "new"})}) == []
    assert [one.other for one in of_journal(journal, {})] == [""]


def test_a_replacement_is_done_when_both_its_halves_are(tmp_path: Path) -> None:
    """Killed between the two: what is destroyed and not made again is no change that was made."""
    recorded = (RecordedChange(TOPIC, "a", "replace"), RecordedChange(ROLE, "a", "create"))
    record = Record(release(changes=recorded), None, "d")
    halves = [event("apply_complete", TOPIC, "delete"), event("apply_complete", TOPIC)]
    changes = [change(TOPIC, Action.REPLACE), change(ROLE)]
    cut = outcome_of(record, run(tmp_path / "cut", changes, halves[0]), NOW)
    assert (cut.done, cut.failed, cut.not_started) == ((), (TOPIC,), (ROLE,))
    flying = outcome_of(record, run(tmp_path / "flying", changes, halves[0], event("apply_start", TOPIC)), NOW)
    assert (flying.done, flying.failed) == ((), (TOPIC,))
    whole = outcome_of(record, run(tmp_path / "whole", changes, *halves), NOW)
    assert (whole.done, whole.failed, whole.not_started) == ((TOPIC,), (), (ROLE,))


def test_what_another_machine_left_in_doubt_is_kept_once_its_release_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "1-v0003-elsewhere"
    folder.mkdir(parents=True)
    journals.keep_doubts(folder, release(), [journals.Planned(TOPIC, "aws_sns_topic", "create", {"name": "t"})])
    (journal,) = journals.unsettled(tmp_path)
    assert doubted(journal) == {TOPIC: Certainty.POSSIBLE}
    assert not journal.is_alive
    assert journals.journal_of(tmp_path, Record(release(), None, "d")) is None
    journals.look_after(journal, [TOPIC])
    assert [doubted(one) for one in journals.unsettled(tmp_path)] == [{}]


def test_after_a_loss_of_power_the_journal_may_lack_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = run(tmp_path / "run", [change(ROLE), change(TOPIC)], event("apply_start", ROLE))
    assert doubted(journal) == {ROLE: Certainty.IN_FLIGHT}
    monkeypatch.setattr(journals, "boot", lambda: "another life")
    assert doubted(journal) == {ROLE: Certainty.IN_FLIGHT, TOPIC: Certainty.POSSIBLE}


def test_an_apply_whose_terraform_never_began_leaves_no_doubt(tmp_path: Path) -> None:
    assert doubted(run(tmp_path / "run", [change(ROLE)])) == {}


def test_a_release_of_another_machine_may_have_made_all_it_was_going_to() -> None:
    changes = tuple(RecordedChange(a, "a", action) for a, action in ((ROLE, "create"), (TOPIC, "delete")))
    record = Record(release(changes=changes), None, "d")
    assert [(one.address, one.type) for one in of_record(record, {})] == [(ROLE, "aws_iam_role")]
    assert of_record(record, {ROLE: Instance(ROLE, "aws_iam_role", attributes={"id": "x"})}) == []


def test_a_journal_belongs_to_one_release_and_not_to_a_number(tmp_path: Path) -> None:
    run(tmp_path / "runs" / "1-v0003-apply", [])
    assert journals.journal_of(tmp_path, Record(release(), None, "d")) is not None
    assert journals.journal_of(tmp_path, Record(release(plan_digest="sha256:2"), None, "d")) is None
    assert journals.journal_of(tmp_path, Record(release(4), None, "d")) is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 2}', '{"format": 1, "number": "x"}'])
def test_an_intent_that_is_not_whole_is_none(tmp_path: Path, content: str) -> None:
    folder = tmp_path / "runs" / "1-v0003-apply"
    run(folder, [])
    (folder / journals.INTENT).write_text(content)
    assert journals.read(folder) is None
    assert journals.unsettled(tmp_path) == []


def test_the_lock_on_a_stream_ends_with_the_last_that_has_it(tmp_path: Path) -> None:
    stream = tmp_path / journals.STREAM
    descriptor = os.open(stream, os.O_RDWR | os.O_CREAT)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=descriptor)
    os.close(descriptor)
    assert journals.is_locked(stream)
    child.kill()
    child.wait()
    assert not journals.is_locked(stream)
    assert not journals.is_locked(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("aws_vpc.this", "aws_vpc"),
        ('module.a["x.y"].aws_vpc.this[0]', "aws_vpc"),
        (ROLE, "aws_iam_role"),
        ('module.a.aws_vpc.this["a\\"].b.c"]', "aws_vpc"),
        ("nothing", ""),
    ],
)
def test_the_type_in_an_address(address: str, expected: str) -> None:
    assert resource_type(address) == expected


def test_the_owner_of_a_locked_file_is_seen_without_taking_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "terraform.tfstate"
    path.write_text("")
    assert locks.owner(path) == 0
    code = (
        "import fcntl, sys; f = open(sys.argv[1], 'r+'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    child.stdout.readline()
    assert locks.owner(path) == child.pid
    child.kill()
    child.wait()
    assert locks.owner(path) == 0


def test_what_terraform_writes_into_a_lock() -> None:
    raw = {
        "ID": "4f24",
        "Operation": "OperationTypeApply",
        "Who": "li@elsewhere",
        "Created": "2026-11-25T13:14:11.961656123Z",
    }
    lock = locks.parse(json.dumps(raw).encode(), "s3://b/k.tflock")
    assert (lock.id, lock.operation, lock.who, lock.host, lock.here) == (
        "4f24",
        "apply",
        "li@elsewhere",
        "elsewhere",
        False,
    )
    assert lock.since == datetime(2026, 11, 25, 13, 14, 11, 961656, tzinfo=UTC)


@given(
    st.binary()
    | st.dictionaries(st.text(), st.none() | st.text() | st.integers()).map(lambda d: json.dumps(d).encode())
)
def test_a_lock_is_a_lock_whatever_it_says(raw: bytes) -> None:
    assert locks.parse(raw, "x").where == "x"


@settings(max_examples=examples(20))
@given(st.text(), st.integers(0, 40))
def test_a_stream_can_end_anywhere(tmp_path_factory: pytest.TempPathFactory, key: str, cut: int) -> None:
    """However a journal is cut, nothing that it says was begun is taken for not made."""
    address = f"module.a.aws_sns_topic.t[{json.dumps(key)}]"
    lines = "\n".join([event("apply_start", address), event("apply_complete", address, id_key="id", id_value="i")])
    folder = tmp_path_factory.mktemp("runs") / "run"
    journal = run(folder, [change(address)], lines[: len(lines) - cut])
    assert doubted(journal)[address] in {Certainty.CREATED, Certainty.IN_FLIGHT}
