"""Prints the folder of the scanners' programs (checkov, parliament), after installing them if they are not there.

They have a virtual environment of their own, ``.venv-scanners``, because checkov pins versions of packages that
mendixctl uses too. Used by the tests under ``tests/security``; ``make`` may call it earlier. Takes about 10 s once.

    python tools/scanners.py
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
REQUIREMENTS = REPOSITORY / "tests" / "security" / "requirements.txt"
PACKAGES = REPOSITORY / "tools" / "packages.py"
FOLDER = REPOSITORY / ".venv-scanners"


def ensure() -> Path:
    """The folder of the scanners' programs. Several processes may ask at once; one installs, the others wait.

    Raises CalledProcessError when they cannot be installed (no package index, say).
    """
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    stamp = FOLDER / "requirements.sha256"
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([sys.executable, "-m", "venv", str(FOLDER)], check=True)
            python = str(FOLDER / "bin" / "python")
            install = [str(PACKAGES), python, "--requirement", str(REQUIREMENTS)]
            subprocess.run([python, *install], check=True, stdout=sys.stderr)
            # once, and no more than they use, even where Python is told to write no bytecode
            variables = {name: it for name, it in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
            subprocess.run([python, "-c", "import checkov.main, parliament.cli"], check=True, env=variables)
            stamp.write_text(wanted)
    return FOLDER / "bin"


if __name__ == "__main__":
    print(ensure())
