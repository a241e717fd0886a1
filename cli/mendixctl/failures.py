"""Failures as a person or a program is told them, and the exit code that each means."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from traceback import extract_tb
from typing import Any

import click

from mendixctl.application import Application
from mendixgen.diagnostics import Diagnostic, MendixError

INTERRUPTED = 130


def report(application: Application, error: BaseException) -> int:
    """Show ``error`` and give back the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError) and not application.as_json:
        click.echo(error.ctx.get_help() if error.ctx else "", err=True)
        return 1
    diagnostics, code = _explain(application, error)
    application.view.failed(diagnostics, code, getattr(error, "result", None))
    return code


def _explain(application: Application, error: BaseException) -> tuple[tuple[Diagnostic, ...], int]:
    if isinstance(error, MendixError):
        return error.diagnostics, error.exit_code
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        path = context.command_path if context else "mendixctl"
        return (Diagnostic("MXC113", error.format_message().rstrip("."), hint=f"{path} --help"),), 1
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return (Diagnostic("MXC114", "interrupted", hint="mendixctl history shows what is recorded"),), INTERRUPTED
    return (_crash(application, error),), 1


def _crash(application: Application, error: BaseException) -> Diagnostic:
    """Write where an unexpected error came from, and say that it is a defect.

    The report holds neither the error's message, values of variables nor arguments: any of them may be a secret.
    """
    from mendixgen import __version__
    from mendixgen.files import private_folder

    place = _crash_folder(application) / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.txt"
    frames = extract_tb(error.__traceback__)
    lines = [
        f"mendixctl {__version__}, Python {sys.version.split()[0]}, {sys.platform}",
        f"command: {application.command}",
        f"error: {type(error).__module__}.{type(error).__qualname__}",
        *(f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames),
    ]
    chain: Any = error.__cause__ or error.__context__
    if chain is not None:
        lines.append(f"after: {type(chain).__module__}.{type(chain).__qualname__}")
    try:
        if place.parent.name == "crashes":
            private_folder(place.parent, place.parent.parent)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as stream:
            stream.write("\n".join(lines) + "\n")
        where = f"please report it with {place} (it holds no secrets)"
    except OSError:
        where = "please report it with these lines:\n" + "\n".join(lines)
    return Diagnostic(
        "MXC199",
        f"this is a defect of mendixctl: {type(error).__name__} in {_short(frames[-1].filename) if frames else '?'}",
        hint=where,
    )


def _crash_folder(application: Application) -> Path:
    """The repository's private folder, or the system's temporary one outside a repository."""
    from tempfile import gettempdir

    try:
        return application.repository.private / "crashes"
    except (MendixError, OSError):
        return Path(gettempdir())


def _short(filename: str) -> str:
    """A source file from its package on: where mendixctl is installed concerns nobody."""
    parts = Path(filename).parts
    for package in ("mendixctl", "mendixgen", "site-packages"):
        if package in parts:
            return "/".join(parts[len(parts) - 1 - parts[::-1].index(package) :])
    return Path(filename).name
