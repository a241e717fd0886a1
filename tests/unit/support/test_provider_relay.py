"""What the relay leaves out of the provider's schemas, and that it leaves the rest as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.provider_process import types_of
from tests.support.provider_relay import Schemas, entries, fields, varint

RESOURCES, DATA_SOURCES, PROVIDER, CAPABILITIES = 2, 3, 1, 7
NAMES = st.from_regex(r"aws_[a-z]{1,8}", fullmatch=True)


def number(value: int) -> bytes:
    """A number as Protocol Buffers write it."""
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])


def with_length(field: int, content: bytes) -> bytes:
    return number(field << 3 | 2) + number(len(content)) + content


def entry(field: int, name: str, schema: bytes) -> bytes:
    """One entry of a map by type."""
    return with_length(field, with_length(1, name.encode()) + with_length(2, schema))


@given(st.integers(0, 2**63))
def test_a_number_is_read_as_it_was_written(value: int) -> None:
    assert varint(b"\x80" + number(value), 1) == (value, 1 + len(number(value)))


@given(
    st.dictionaries(NAMES, st.binary(max_size=400)),
    st.dictionaries(NAMES, st.binary(max_size=400)),
    st.binary(max_size=300),
    st.sets(NAMES),
)
def test_what_is_left_out_are_other_types(
    resources: dict[str, bytes], sources: dict[str, bytes], provider: bytes, others: set[str]
) -> None:
    message = with_length(PROVIDER, provider)
    message += b"".join(entry(RESOURCES, name, schema) for name, schema in resources.items())
    message += b"".join(entry(DATA_SOURCES, name, schema) for name, schema in sources.items())
    message += number(9 << 3) + number(300) + with_length(CAPABILITIES, b"\x08\x01")
    wanted = frozenset([*resources][::2]) | others

    kept = Schemas().of(wanted, lambda: message)
    assert b"".join(whole for _, _, whole in fields(kept)) == kept
    assert [whole for name, whole in entries(kept) if not name] == [
        whole for name, whole in entries(message) if not name
    ]
    assert [it for it in entries(kept) if it[0]] == [it for it in entries(message) if it[0] in wanted]


def test_all_schemas_are_asked_for_once() -> None:
    schemas = Schemas()
    message = entry(RESOURCES, "aws_a", b"1") + entry(RESOURCES, "aws_b", b"2")
    assert schemas.of(frozenset({"aws_a"}), lambda: message) == entry(RESOURCES, "aws_a", b"1")
    assert schemas.of(frozenset({"aws_b"}), lambda: pytest.fail("asked again")) == entry(RESOURCES, "aws_b", b"2")


def test_the_types_of_a_root_are_those_of_its_modules_too(tmp_path: Path) -> None:
    for folder, text in {"root": 'resource "aws_a" "x" {}', "module": "to = aws_b.y", "other": "aws_c"}.items():
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "main.tf").write_text(text)
    installed = tmp_path / "data" / "modules"
    installed.mkdir(parents=True)
    (installed / "modules.json").write_text('{"Modules": [{"Key": "", "Dir": "."}, {"Key": "m", "Dir": "../module"}]}')
    assert types_of(tmp_path / "root", tmp_path / "data") == {"aws_a", "aws_b"}
