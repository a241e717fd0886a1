"""Copies of the state: known by their names, whole or an error, and the newest releases' alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.ledger.state_copies import StateCopies, StateCopy, facts, named
from mendixctl.ledger.state_copies_local import LocalStateCopies
from mendixctl.ledger.state_copies_s3 import S3StateCopies
from mendixgen.diagnostics import MendixError

MOMENT = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINEAGE = "9d1f2a4c-0000-4000-8000-000000000000"
LINEAGES = st.from_regex(r"[A-Za-z0-9-]{1,64}", fullmatch=True).filter(str.isascii)
COPIES = st.builds(
    StateCopy,
    release=st.integers(0, 10**8),
    serial=st.integers(0, 10**17),
    lineage=LINEAGES,
    resources=st.integers(0, 10**6),
    digest=st.binary(max_size=8).map(lambda data: f"sha256:{hashlib.sha256(data).hexdigest()}"),
    taken_at=st.integers(0, 10**9).map(lambda seconds: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)),
    size=st.integers(0, 10**9),
)


def state(serial: int, *, lineage: str = LINEAGE, resources: int = 1) -> bytes:
    instances = [{"index_key": number, "attributes": {"password": "hunter2"}} for number in range(resources)]
    resource = {"mode": "managed", "type": "aws_vpc", "name": "this", "instances": instances}
    data = {"mode": "data", "type": "aws_vpc", "name": "that", "instances": [{}]}
    return json.dumps({"lineage": lineage, "serial": serial, "resources": [resource, data]}).encode()


class Bucket:
    """boto3's S3 client as far as copies need it. ``full``: nothing can be put any more."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, dict[str, Any]]] = {}
        self.full = False

    def put_object(self, Bucket: str, Key: str, Body: bytes, **options: Any) -> None:  # noqa: N803 - boto3's names
        if self.full:
            raise ClientError({"Error": {"Code": "QuotaExceeded"}}, "PutObject")
        self.objects[Key] = (Body, options)

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803 - boto3's names
        return {"Body": BytesIO(self.objects[Key][0])}

    def delete_object(self, Bucket: str, Key: str) -> None:  # noqa: N803 - boto3's names
        del self.objects[Key]

    def get_paginator(self, name: str) -> Bucket:
        assert name == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:  # noqa: N803 - boto3's names
        found = [key for key in sorted(self.objects) if key.startswith(Prefix)]
        for key in found:
            yield {"Contents": [{"Key": key, "Size": len(self.objects[key][0])}]}
        yield {}


@pytest.fixture(params=["local", "s3"])
def copies(request: pytest.FixtureRequest, tmp_path: Path) -> StateCopies:
    if request.param == "local":
        return LocalStateCopies(tmp_path / "state-copies")
    return S3StateCopies(Bucket(), "bucket", "some/dev", "key")


@given(COPIES)
def test_everything_stands_in_the_name(copy: StateCopy) -> None:
    assert named(copy.name, copy.size) == copy
    assert "/" not in copy.name
    assert len(copy.name) < 255


@given(COPIES, st.data())
def test_a_name_that_is_not_exactly_right_is_no_copy(copy: StateCopy, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(copy.name) - 1))
    character = data.draw(st.sampled_from("/.\0-\n Z٣zG"))
    found = named(copy.name[:place] + character + copy.name[place + 1 :], copy.size)
    assert found is None or found.name != copy.name or character == copy.name[place]


@given(st.text(max_size=200))
def test_any_other_name_is_no_copy(text: str) -> None:
    assert named(text, 1) is None


@given(st.binary(max_size=100) | st.from_type(type(None)).map(lambda _: b'{"lineage": 7, "serial": "x"}'))
def test_what_is_no_state_is_an_error_and_never_a_crash(data: bytes) -> None:
    with pytest.raises(MendixError) as error:
        facts(data, "it")
    assert error.value.diagnostics[0].code == "MXB101"


@pytest.mark.parametrize("lineage", ["", "../../etc", "a" * 65, "a b", "x\n", "ü"])
def test_a_lineage_that_is_none_cannot_become_a_name(lineage: str) -> None:
    with pytest.raises(MendixError):
        facts(state(1, lineage=lineage), "it")


def test_a_copy_comes_back_byte_for_byte_and_says_what_it_is(copies: StateCopies) -> None:
    assert copies.all() == []
    copy = copies.keep(state(7, resources=3), 4, MOMENT)
    assert (copy.release, copy.serial, copy.lineage, copy.resources) == (4, 7, LINEAGE, 3)
    assert copies.all() == [copy]
    assert copies.read(copy) == state(7, resources=3)


def test_the_same_state_of_the_same_release_is_kept_once(copies: StateCopies) -> None:
    first = copies.keep(state(7), 4, MOMENT)
    assert copies.keep(state(7), 4, MOMENT + timedelta(hours=1)) == first
    copies.keep(state(7), 5, MOMENT)
    copies.keep(state(8), 4, MOMENT)
    assert [(copy.release, copy.serial) for copy in copies.all()] == [(4, 7), (4, 8), (5, 7)]


def test_only_the_newest_releases_stay(copies: StateCopies) -> None:
    for release in range(1, 13):
        copies.keep(state(release * 10), release, MOMENT)
        copies.keep(state(release * 10 + 1), release, MOMENT)
    gone = copies.prune(3)
    assert {copy.release for copy in gone} == set(range(1, 10))
    assert [copy.release for copy in copies.all()] == [10, 10, 11, 11, 12, 12]
    assert copies.prune(3) == ()


def test_a_copy_that_is_not_the_one_that_was_written_is_not_given_out(tmp_path: Path) -> None:
    copies = LocalStateCopies(tmp_path)
    copy = copies.keep(state(7), 4, MOMENT)
    (tmp_path / copy.name).write_bytes(state(7).replace(b"hunter2", b"hunter3"))
    with pytest.raises(MendixError) as error:
        copies.read(copy)
    assert error.value.diagnostics[0].code == "MXB102"
    # and a cut one is written anew
    (tmp_path / copy.name).write_bytes(b"")
    assert copies.read(copies.keep(state(7), 4, MOMENT)) == state(7)


def test_local_copies_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state-copies"
    copy = LocalStateCopies(folder).keep(state(7), 4, MOMENT)
    assert (folder / copy.name).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [copy.name]


def test_a_link_is_no_copy(tmp_path: Path) -> None:
    copies = LocalStateCopies(tmp_path / "state-copies")
    copy = copies.keep(state(7), 4, MOMENT)
    (tmp_path / "elsewhere").write_bytes(state(7))
    (tmp_path / "state-copies" / copy.name).unlink()
    (tmp_path / "state-copies" / copy.name).symlink_to(tmp_path / "elsewhere")
    assert copies.all() == []


def test_objects_are_encrypted_as_the_state_and_checked_by_s3() -> None:
    bucket = Bucket()
    copy = S3StateCopies(bucket, "bucket", "some/dev", "key").keep(state(7), 4, MOMENT)
    _, options = bucket.objects[f"some/dev/state-copies/{copy.name}"]
    assert (options["ServerSideEncryption"], options["SSEKMSKeyId"]) == ("aws:kms", "key")
    assert options["ChecksumSHA256"]
    S3StateCopies(bucket, "bucket", "other").keep(state(7), 4, MOMENT)
    assert "SSEKMSKeyId" not in bucket.objects[f"other/state-copies/{copy.name}"][1]


def test_a_copy_that_cannot_be_written_is_an_error_and_takes_nothing_away(tmp_path: Path) -> None:
    bucket = Bucket()
    remote = S3StateCopies(bucket, "bucket", "some/dev")
    remote.keep(state(7), 4, MOMENT)
    bucket.full = True
    with pytest.raises(MendixError) as error:
        remote.keep(state(8), 5, MOMENT)
    assert error.value.diagnostics[0].code == "MXA106"
    assert [copy.serial for copy in remote.all()] == [7]
    (tmp_path / "state-copies").write_text("a file where the folder should be")
    with pytest.raises(MendixError) as error:
        LocalStateCopies(tmp_path / "state-copies").keep(state(7), 4, MOMENT)
    assert error.value.diagnostics[0].code == "MXB103"
