"""What no apply can take any more is gone, whichever environment it was of."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from mendixctl.engine.environment.sweep import LIFETIME, sweep
from mendixctl.engine.session import now


@pytest.mark.parametrize("place", ["dev/plans", "prod/rehearsal/.mendixctl/prod/plans"])
@pytest.mark.parametrize("name", ["plan.json", "terraform.plan", "new.plan"])
def test_expired_plans_go_and_others_stay(tmp_path: Path, place: str, name: str) -> None:
    moment = now()
    folder = tmp_path / place
    folder.mkdir(parents=True)
    old, fresh, elsewhere = folder / name, folder / "fresh.plan", folder.parent / "old"
    for path, age in ((old, LIFETIME + timedelta(minutes=1)), (fresh, LIFETIME / 2), (elsewhere, LIFETIME * 2)):
        path.write_text("x")
        os.utime(path, ((moment - age).timestamp(),) * 2)
    sweep(tmp_path, moment)
    assert not old.exists()
    assert fresh.exists()
    assert elsewhere.exists()


def test_a_folder_that_cannot_be_read_is_no_matter(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "plans").write_text("")
    sweep(tmp_path, now())
    sweep(tmp_path / "none", now())
