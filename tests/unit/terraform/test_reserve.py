from __future__ import annotations

import os
from pathlib import Path

import pytest

from mendixctl.terraform.reserve import Reserve

MANY = 64 << 20


def test_room_is_given_back_when_the_disk_is_about_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = [MANY]
    monkeypatch.setattr(Reserve, "_free", lambda self: free[0])
    taken: list[int] = []
    monkeypatch.setattr(os, "posix_fallocate", lambda descriptor, start, size: taken.append(size), raising=False)
    reserve = Reserve(tmp_path, size=4096, low=1024)
    assert taken == [4096]
    assert list(tmp_path.iterdir()) == []
    assert not reserve.is_short()
    free[0] = 1000
    assert reserve.is_short()
    free[0] = MANY
    assert reserve.is_short(), "it is not taken a second time"
    reserve.release()


def test_on_a_small_disk_it_takes_half_and_does_not_begin_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Reserve, "_free", lambda self: 1000)
    reserve = Reserve(tmp_path, size=4096, low=1024)
    assert not reserve.is_short()
    reserve.release()


def _refused(*_: object) -> None:
    raise OSError(27, "File too large")


def test_where_no_room_can_be_set_aside_nothing_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "posix_fallocate", _refused, raising=False)
        assert not Reserve(tmp_path).is_short()
    with monkeypatch.context() as patch:
        patch.delattr(os, "posix_fallocate", raising=False)
        assert not Reserve(tmp_path).is_short()
    assert not Reserve(tmp_path / "absent").is_short()


def test_the_room_is_real(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    allocate = getattr(os, "posix_fallocate", lambda descriptor, start, size: os.pwrite(descriptor, bytes(size), start))
    held: list[int] = []

    def measured(descriptor: int, start: int, size: int) -> None:
        allocate(descriptor, start, size)
        held.append(os.fstat(descriptor).st_blocks * 512)

    monkeypatch.setattr(os, "posix_fallocate", measured, raising=False)
    Reserve(tmp_path, size=1 << 20).release()
    assert held[0] >= 1 << 20
