"""What a build does: check out the commit, run one command of mendixctl as the role that may, leave the answer.

The command is a process of its own. It works with the credentials of the role that the project names
(``MENDIXCTL_ROLE_ARN``); those of the build's own role, which reach nothing but log, bucket, passphrase and that role,
stay here. The role is taken by a profile and not by a session: a session of a role that another role took ends after an
hour (IAM user guide, "Role chaining"), and SDKs renew what a profile names.

Ctrl-C at the other end is an object that appears in the bucket; the command is then interrupted as in a terminal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mendixctl.aws import Clients, guarded
from mendixctl.engine.elsewhere import answer
from mendixctl.engine.elsewhere.request import (
    ANSWER,
    CHECKOUT,
    FILE,
    PLAN,
    STOP,
    Request,
    is_there,
    parse,
    refused,
)
from mendixctl.engine.elsewhere.settings import STEPS
from mendixctl.engine.environment import git
from mendixgen import __version__
from mendixgen.files import read_bounded

POLL = 3.0
"""Seconds between two looks whether to stop."""

DOCUMENT = "MENDIXCTL_JSON_FILE"
STEP = "MENDIXCTL_STEP"
ROLE = "MENDIXCTL_ROLE_ARN"
PROFILE = "mendixctl"


def build(folder: Path, variables: Mapping[str, str]) -> int:
    """Do what ``request.json`` in ``folder`` asks for; the exit code of the command.

    ``variables``: of the build. What the command says goes to this process's own output as it is said.

    Raises:
        MendixError: MXP287, there is no request, or not one for this project; MXA1xx, the bucket cannot be reached.
    """
    request = parse(_read(folder / FILE))
    _check(request, variables)
    s3 = Clients(request.region).client("s3")
    checkout = _checked_out(folder, request)
    repository = checkout / request.folder
    document = folder / "document.json"
    _place_plan(folder, repository)
    code = 130 if _is_to_stop(s3, request) else _run(repository, folder, document, request, variables, s3)
    plan = repository / PLAN
    sealed = plan.read_bytes() if request.arguments[0] == "plan" and plan.is_file() else None
    _leave(
        s3,
        request,
        answer.packed(
            code,
            document.read_bytes() if document.is_file() else b"",
            sealed,
            _patch(repository),
        ),
    )
    return code


def _check(request: Request, variables: Mapping[str, str]) -> None:
    """The project says which commands it is for: one whose role only reads must not be told that it applied."""
    command = request.arguments[0] if request.arguments else ""
    if command not in STEPS:
        raise refused(f"{command or 'nothing'} does not run in a build")
    if variables.get(STEP) not in (None, "", STEPS[command].value):
        raise refused(
            f"{command} is not for a project of the step {variables[STEP]}", "name the projects the other way"
        )
    if request.generator != __version__:
        raise refused(
            f"mendixctl {request.generator} asks, and the project installs {__version__}",
            "have the project install that one (builds.package of the foundation, or its image), or use this one",
        )


def _read(path: Path) -> bytes:
    try:
        return read_bounded(path, 1 << 20)
    except OSError as error:
        raise refused(f"its source has no {FILE}") from error


def _checked_out(folder: Path, request: Request) -> Path:
    """The commit, checked out: by git, which knows modes; its folder may be somebody else's than this user's."""
    checkout = folder / CHECKOUT
    for name in ("refs", "objects"):
        (checkout / ".git" / name).mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        (checkout / ".git" / "index").unlink()
    _git(checkout, "reset", "--quiet", "--hard", request.commit)
    if request.git_name:
        _git(checkout, "config", "user.name", request.git_name)
        _git(checkout, "config", "user.email", request.git_address)
    return checkout


def _place_plan(folder: Path, repository: Path) -> None:
    carried = folder / PLAN
    if carried.is_file():
        target = repository / PLAN
        target.write_bytes(carried.read_bytes())
        target.chmod(0o600)


def _run(
    repository: Path,
    folder: Path,
    document: Path,
    request: Request,
    variables: Mapping[str, str],
    s3: Any,
) -> int:
    # a group of its own: what interrupts it reaches Terraform too, as in a terminal, and not this process
    path = os.pathsep.join(part for part in sys.path if part)
    process = subprocess.Popen(
        [*program(), "-C", str(repository), *request.arguments],
        stdin=subprocess.DEVNULL,
        env={**_credentials(folder, variables), DOCUMENT: str(document), "PYTHONUNBUFFERED": "1", "PYTHONPATH": path},
        start_new_session=True,
    )
    before = {one: signal.signal(one, lambda *_: _interrupt(process)) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        asked = False
        while process.poll() is None:
            if not asked and _is_to_stop(s3, request):
                asked = True
                _interrupt(process)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(POLL)
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
    return process.returncode if process.returncode >= 0 else 1


def program() -> list[str]:
    """mendixctl itself; what stands in the folder of a checkout is never imported."""
    return [sys.executable, "-P", "-m", "mendixctl.app"]


def _interrupt(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


def _credentials(folder: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """The variables of the command: with a profile that is the role, where the project names one."""
    found = dict(variables)
    role = found.get(ROLE)
    if not role:
        return found
    config = folder / "aws-config"
    import configparser

    profile = configparser.ConfigParser(interpolation=None)
    profile[f"profile {PROFILE}"] = {
        "role_arn": role,
        "credential_source": "EcsContainer",
        "role_session_name": "mendixctl",
    }
    with config.open("w") as stream:
        profile.write(stream)
    return {**found, "AWS_CONFIG_FILE": str(config), "AWS_PROFILE": PROFILE, "AWS_SDK_LOAD_CONFIG": "1"}


def _is_to_stop(s3: Any, request: Request) -> bool:
    with guarded(f"look for s3://{request.bucket}/{request.prefix}{STOP}"):
        return is_there(s3, request.bucket, f"{request.prefix}{STOP}")


def _leave(s3: Any, request: Request, data: bytes) -> None:
    with guarded(f"write s3://{request.bucket}/{request.prefix}{ANSWER}"):
        s3.put_object(Bucket=request.bucket, Key=f"{request.prefix}{ANSWER}", Body=data)


def _patch(repository: Path) -> bytes:
    """What the command left in committed files, and new ones that git does not ignore."""
    (repository / PLAN).unlink(missing_ok=True)
    _git(repository, "add", "--all", "--", "environments")
    return _git(repository, "diff", "--cached", "--binary", "--relative", "HEAD", "--", "environments")


def _git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, check=False, env=git.quiet(os.environ))
    if done.returncode:
        raise refused(f"git cannot {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
