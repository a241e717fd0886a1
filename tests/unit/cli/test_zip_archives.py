"""Archives whose content is not to be trusted: what comes back is what went in, or one kind of error."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.zip_archives import UnreadableArchive, packed, unpacked

MOST = 1 << 20
CONTENT = {"plan.json": b'{"a": 1}' * 100, "plan.tfplan": bytes(range(256)) * 8}


@given(st.dictionaries(st.text("abc./-", min_size=1, max_size=8), st.binary(max_size=200), max_size=4))
def test_what_is_packed_is_unpacked(entries: dict[str, bytes]) -> None:
    assert unpacked(packed(entries), MOST) == entries


@given(st.data())
def test_a_damaged_archive_is_said_to_be_one_or_still_reads(data: st.DataObject) -> None:
    whole = bytearray(packed(CONTENT))
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    damaged = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    try:
        found = unpacked(damaged, MOST)
    except UnreadableArchive:
        return
    assert sum(map(len, found.values())) <= MOST


@pytest.mark.parametrize("flipped", range(30, 60))
def test_a_flipped_byte_of_what_is_compressed_is_noticed(flipped: int) -> None:
    whole = bytearray(packed({"x": b"abcdefgh" * 40}))
    whole[flipped % (len(whole) - 80)] ^= 0xFF
    with contextlib.suppress(UnreadableArchive):
        assert list(unpacked(bytes(whole), MOST).values()) == [b"abcdefgh" * 40]


def test_what_zipfile_has_other_errors_for_is_unreadable_as_well() -> None:
    whole = bytearray(packed({"x": b"abc"}))
    central = whole.rindex(b"PK\x01\x02")
    encrypted, other, name, offset = (bytearray(whole) for _ in range(4))
    encrypted[6] |= 1
    encrypted[central + 8] |= 1
    other[8] = other[central + 10] = 97
    name[central + 9] |= 8  # a name in UTF-8, which it is not
    name[central + 46] = 0xFF
    end = whole.rindex(b"PK\x05\x06")
    offset[end + 12 : end + 16] = b"\xff\xff\xff\x0f"  # a directory that begins before the file
    for damaged in (encrypted, other, name, offset):
        with pytest.raises(UnreadableArchive):
            unpacked(bytes(damaged), MOST)


def test_what_would_fill_memory_is_not_unpacked() -> None:
    assert len(packed({"x": bytes(MOST + 1)})) < 4096
    with pytest.raises(UnreadableArchive):
        unpacked(packed({"x": bytes(MOST + 1)}), MOST)
