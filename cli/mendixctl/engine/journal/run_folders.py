"""Where the raw journals of Terraform's runs are kept, and for how long."""

from __future__ import annotations

import contextlib
import shutil
from datetime import UTC, datetime
from pathlib import Path

from mendixctl.engine.errors import unwritable
from mendixctl.engine.journal.journal import is_unsettled
from mendixgen.files import private_folder

KEPT = 30
"""Runs kept per environment; an apply's journal is there to be read when something went wrong just now.

One whose effects may be missing from the state is kept until somebody looked after it."""


def run_folder(workspace: Path, name: str, moment: datetime) -> Path:
    """A new folder for one run, for its owner alone; the oldest ones go.

    Raises:
        MendixError: MXP111, it cannot be made.
    """
    runs = workspace / "runs"
    folder = runs / f"{moment.astimezone(UTC):%Y%m%dT%H%M%S.%f}-{name}"
    try:
        private_folder(folder, workspace)
    except OSError as error:
        raise unwritable(folder, error) from error
    with contextlib.suppress(OSError):
        for old in sorted(runs.iterdir())[:-KEPT]:
            if not is_unsettled(old):
                shutil.rmtree(old, ignore_errors=True)
    return folder


def find_run(workspace: Path, name: str) -> Path | None:
    """The newest run of that name, or None."""
    with contextlib.suppress(OSError):
        return max((workspace / "runs").glob(f"*-{name}"), default=None)
    return None
