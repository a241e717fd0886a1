"""Who is at work: what the record of a release says of its author."""

from __future__ import annotations

import getpass
import socket
from pathlib import Path

from mendixctl.engine import git
from mendixctl.ledger.release import Author


def author(folder: Path, arn: str = "") -> Author:
    """The operating system's user, the host, and git's identity in ``folder``."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):
        user = "unknown"  # a container may run under a user id that has no name
    return Author(user=user, host=socket.gethostname(), git=git.identity(folder), arn=arn)
