#!/usr/bin/env python3
"""Install packages into a virtual environment: by uv, which computes a sixth of what pip does, or else by pip.

Usage: packages.py PYTHON ARGUMENT...

PYTHON is the environment's interpreter, the arguments are those of `pip install`. uv goes into the environment first;
it is no dependency of mendixctl. What pip is configured to (an index of one's own, certificates, constraints) holds for
uv too. Where uv cannot be had, fails, or has nothing for a setting of pip's, pip does the work, and says what is wrong.
Nothing is compiled. Exit code: that of pip.

Runs on any Python from 3.7 on, as `environment.py` does, which calls it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys

UV = {
    "cert": "SSL_CERT_FILE",
    "constraint": "UV_CONSTRAINT",
    "default-timeout": "UV_HTTP_TIMEOUT",
    "extra-index-url": "UV_EXTRA_INDEX_URL",
    "find-links": "UV_FIND_LINKS",
    "index-url": "UV_DEFAULT_INDEX",
    "no-index": "UV_NO_INDEX",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "trusted-host": "UV_INSECURE_HOST",
}
"""pip's settings and uv's variables (docs.astral.sh/uv, "Environment variables")."""

SEPARATED_BY_COMMAS = {"find-links"}
HARMLESS = {"cache-dir", "disable-pip-version-check", "no-color", "no-input", "progress-bar", "quiet", "retries"}
"""Settings of pip's that change nothing of what is installed."""

RANKS = ["global", "install", ":env:"]
"""The sections of pip's settings that hold for an installation; a later one wins."""


def variables(listed: str) -> dict[str, str] | None:
    """uv's variables for what `pip config list` says; None where it says something that uv has no variable for."""
    settings: dict[str, tuple[int, str]] = {}
    for line in listed.splitlines():
        name, _, value = line.partition("=")
        section, _, option = name.rpartition(".")
        if section in RANKS:
            settings[option] = max(settings.get(option, (-1, "")), (RANKS.index(section), str(ast.literal_eval(value))))
    found = {"UV_INDEX_STRATEGY": "unsafe-best-match"}  # pip's: the best version, whichever index has it
    for option, (_, value) in settings.items():
        if option in UV:
            found[UV[option]] = ("," if option in SEPARATED_BY_COMMAS else " ").join(value.split())
        elif option not in HARMLESS:
            return None
    return found


def by_uv(python: str, arguments: list[str]) -> bool:
    """Whether uv has installed them; what it says is not shown."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        listed = subprocess.check_output([python, "-m", "pip", "config", "list"], stderr=subprocess.DEVNULL)
        given = variables(listed.decode())
    except (OSError, subprocess.CalledProcessError, SyntaxError, ValueError):
        return False
    return (
        given is not None
        and subprocess.call([python, "-m", "pip", "install", "-qq", "--no-compile", "uv"], **quiet) == 0
        and subprocess.call(
            [python, "-m", "uv", "pip", "install", "--python", python, *arguments], env={**given, **os.environ}, **quiet
        )
        == 0
    )


def main(python: str, arguments: list[str]) -> int:
    """Install; pip's exit code where uv has not."""
    if by_uv(python, arguments):
        return 0
    return subprocess.call(
        [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-compile", *arguments]
    )


if __name__ == "__main__":
    if len(sys.argv) < 3:
        raise SystemExit(__doc__)
    raise SystemExit(main(sys.argv[1], sys.argv[2:]))
