from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from mendixctl.emulator import control
from mendixctl.emulator.folder import DataFolder
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository


def test_one_process_holds_a_folder_and_anybody_sees_it(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "123456789012")
    assert not folder.is_held()
    with folder.hold():
        assert folder.is_held()
        with pytest.raises(MendixError) as error, folder.hold():
            pass
        assert error.value.diagnostics[0].code == "MXE107"
    assert not folder.is_held()


def test_on_a_disk_that_takes_nothing_it_can_be_looked_at_and_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = Repository(tmp_path)
    folder = DataFolder(repository.private / "emulator" / "123456789012")
    with folder.hold():
        pass
    opened = os.open

    def read_only(path: object, flags: int, *more: int, **options: int) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *more, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(os, "open", read_only)
    assert [status.running for status in control.status(repository)] == [False]
    for change in (
        lambda: control.start(repository, "123456789012", "eu-central-1"),
        lambda: control.stop(repository, "123456789012"),
        lambda: control.reset(repository, "123456789012"),
    ):
        with pytest.raises(MendixError, match="Read-only") as error:
            change()
        assert error.value.diagnostics[0].code == "MXE106"
