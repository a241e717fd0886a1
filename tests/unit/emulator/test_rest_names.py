"""The names of REST operations, and the entries that CloudTrail's events are read from."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.emulator.extensions.rest_names import operation_name
from mendixctl.emulator.journal import Entry, Journal, recorded


@pytest.mark.parametrize(
    ("service", "method", "path", "query", "expected"),
    [
        ("s3", "PUT", "/bucket", {}, "CreateBucket"),
        ("s3", "PUT", "/bucket", {"versioning": [""]}, "PutBucketVersioning"),
        ("s3", "DELETE", "/bucket", {"publicAccessBlock": [""]}, "DeletePublicAccessBlock"),
        ("s3", "PUT", "/bucket/a/b", {}, "PutObject"),
        ("s3", "DELETE", "/bucket", {}, "DeleteBucket"),
        ("eks", "POST", "/clusters/prod/node-groups", {}, "CreateNodegroup"),
        ("eks", "DELETE", "/clusters/prod", {}, "DeleteCluster"),
        ("lambda", "PUT", "/2015-03-31/functions/rotate/configuration", {}, "UpdateFunctionConfiguration"),
        ("elasticfilesystem", "POST", "/2015-02-01/file-systems", {}, "CreateFileSystem"),
        ("nobody", "PUT", "/x", {}, "PUT /x"),
        ("eks", "PATCH", "/nothing", {}, "PATCH /nothing"),
    ],
)
def test_the_operation_of_a_route(
    service: str, method: str, path: str, query: dict[str, list[str]], expected: str
) -> None:
    assert operation_name(service, method, path, query) == expected


@given(method=st.sampled_from(["GET", "PUT", "POST", "DELETE"]), path=st.text(max_size=30), key=st.text(max_size=10))
def test_any_request_has_a_name(method: str, path: str, key: str) -> None:
    assert operation_name("s3", method, f"/{path}", {key: [""]})


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
