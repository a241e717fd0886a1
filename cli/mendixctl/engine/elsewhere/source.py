"""What a build is made from: the committed revision, packed with what it is asked to do.

CodeBuild unpacks an object of S3 and knows nothing of git then. The checks of an apply ask git, so the archive has a
clone of one commit, of which nothing is checked out: archives of CodeBuild keep no modes, git does.
"""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import zipfile
from pathlib import Path

from mendixctl.engine.elsewhere.request import CHECKOUT, FILE, PLAN, Request
from mendixctl.engine.environment import git
from mendixgen.diagnostics import Diagnostic, MendixError, Refused
from mendixgen.repository import Repository

NAMED = 5
"""Files that are named where the checkout is not as its commit."""


def committed(repository: Repository) -> tuple[str, str]:
    """The commit that is checked out, and where the repository stands in it.

    Raises:
        MendixError: MXP281, this is no git repository with a commit.
        Refused: MXP280, files are not as the commit has them.
    """
    top, commit = git.top(repository.root), git.commit(repository.root)
    if top is None or not commit:
        raise MendixError(
            Diagnostic(
                "MXP281",
                "what runs elsewhere is a commit of git, and here is none",
                hint="git init, git add -A, git commit; or run it here, without --on",
            )
        )
    changed = git.uncommitted(repository.root, [top])
    if changed is None or changed:
        names = changed or ["git does not say which"]
        more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        raise Refused(
            Diagnostic(
                "MXP280",
                f"what runs elsewhere is the commit {commit[:12]}, and this checkout is not as it is: "
                f"{', '.join(names[:NAMED])}{more}",
                hint="commit these, or put them aside (git stash)",
            )
        )
    return commit, os.path.relpath(repository.root.resolve(), top.resolve())


def packed(repository: Repository, request: Request, plan: bytes | None = None) -> bytes:
    """The archive for CodeBuild: the request, the clone, and a sealed plan where one is applied.

    Raises:
        MendixError: MXP281, git cannot clone this repository.
    """
    buffer = io.BytesIO()
    with (
        tempfile.TemporaryDirectory(prefix="mendixctl-") as folder,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        clone = Path(folder) / CHECKOUT
        top = git.top(repository.root)
        _git("init", "--quiet", "--template=", str(clone))
        # by its name, and not as what is checked out: a person may have committed while other builds ran. Version 2 of
        # git's protocol gives any commit (git, upload-pack.c, upload_pack_v2)
        _git(
            "-C",
            str(clone),
            "-c",
            "protocol.version=2",
            "fetch",
            "--quiet",
            "--depth=1",
            f"file://{top}",
            request.commit,
        )
        _git("-C", str(clone), "update-ref", "HEAD", request.commit)
        (clone / ".git" / "FETCH_HEAD").unlink()  # names a folder of this machine
        archive.writestr(FILE, request.dump())
        if plan is not None:
            archive.writestr(PLAN, plan)
        for path in sorted(clone.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_dir():
                archive.writestr(f"{name}/", b"")  # git knows no repository without refs/, though it be empty
            else:
                archive.write(path, name)
    return buffer.getvalue()


def _git(*arguments: str) -> None:
    variables = git.quiet(os.environ)
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, check=False, stdin=subprocess.DEVNULL, env=variables
        )
    except OSError as error:
        raise _unpacked(str(error)) from error
    if done.returncode:
        raise _unpacked(done.stderr.decode(errors="replace").strip())


def _unpacked(why: str) -> MendixError:
    return MendixError(Diagnostic("MXP281", "git cannot pack this commit", hint="see what git says below", detail=why))
