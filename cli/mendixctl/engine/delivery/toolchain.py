"""mxbuild, the compiler of Mendix projects: a folder or file that is here, or an archive in S3 that is pinned.

What comes from S3 is named with its SHA-256, checked, and kept under that name, so that a build never runs what nobody
named. Sources: Mendix documentation, "MxBuild" (options), "mx Command-Line Tool" (beside it in the same archive).
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.aws import guarded
from mendixctl.engine.delivery.package import file_digest
from mendixgen.diagnostics import Diagnostic, Location, MendixError

if TYPE_CHECKING:
    from mendixctl.aws import Clients

S3 = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)")
SHA256 = re.compile(r"(?:sha256:)?([0-9a-f]{64})")
PLACES = ("modeler/mxbuild", "modeler/mxbuild.exe", "mxbuild", "bin/mxbuild")
"""Where the program stands below the folder of an installation."""
SECONDS = 3600
SHOWN_LINES = 30
"""Of mxbuild's last words, that an error shows."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """``source``: where mxbuild is (a folder, a file, an archive, or ``s3://bucket/key``); ``sha256`` of an archive.

    ``java_home``: the folder of the JDK that it compiles with; empty for what ``JAVA_HOME`` says.
    """

    source: str
    sha256: str = ""
    java_home: str = ""


def program(given: Toolchain, cache: Path, clients: Clients | None) -> Path:
    """The program that builds, fetched and unpacked where it has to be.

    Raises:
        MendixError: MXV113, there is none; MXV114, the archive is another than was named; MXA1xx, S3.
    """
    path = Path(given.source)
    if S3.fullmatch(given.source):
        path = _fetched(given, cache, clients)
    elif given.sha256 and path.is_file():
        _check(path, given.sha256, given.source)
    if path.is_file() and tarfile.is_tarfile(path):
        path = _unpacked(path, cache)
    found = path if path.is_file() else next((path / one for one in PLACES if (path / one).is_file()), None)
    if found is None or not os.access(found, os.X_OK):
        raise MendixError(
            Diagnostic(
                "MXV113",
                f"there is no mxbuild in {given.source}",
                hint=f"name its folder, its archive (.tar.gz) or the program; below a folder it is {PLACES[0]}",
            )
        )
    return found


def build(mxbuild: Path, project: Path, target: str, output: Path, given: Toolchain) -> None:
    """Compile a project. ``target``: ``package``, or ``portable-app-package``.

    Raises:
        MendixError: MXV115, it did not compile, or took longer than an hour.
    """
    java = given.java_home or os.environ.get("JAVA_HOME", "")
    options = [f"--target={target}", f"--output={output}"]
    options += [f"--java-home={java}", f"--java-exe-path={Path(java) / 'bin' / 'java'}"] if java else []
    why = ""
    with tempfile.TemporaryFile() as said:
        try:
            code = subprocess.run(
                [str(mxbuild), *options, str(project)],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                timeout=SECONDS,
                check=False,
            ).returncode
            why = f"mxbuild ended with {code}" if code else ""
        except subprocess.TimeoutExpired:
            why = f"mxbuild was not done after {SECONDS // 60} minutes"
        except OSError as error:
            why = f"mxbuild does not run: {error.strerror or error}"
        said.seek(0)
        words = said.read().decode("utf-8", "replace").splitlines()
    if why or not output.is_file():
        raise MendixError(
            Diagnostic(
                "MXV115",
                f"{project.name} was not built: {why or 'mxbuild wrote no package'}",
                hint="open the project in Studio Pro, where its errors have places; a JDK is named with --java-home",
                detail="\n".join(words[-SHOWN_LINES:]),
                location=Location(str(project)),
            )
        )


def _fetched(given: Toolchain, cache: Path, clients: Clients | None) -> Path:
    wanted = SHA256.fullmatch(given.sha256)
    place = S3.fullmatch(given.source)
    if wanted is None or place is None or clients is None:
        raise MendixError(
            Diagnostic(
                "MXV114",
                f"{given.source} is run on this machine, and nobody says what it has to be",
                hint="add --mxbuild-sha256 with the SHA-256 of the archive",
            )
        )
    kept = cache / f"{wanted[1]}.tar.gz"
    if not kept.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=cache, delete=False) as stream:
            try:
                with guarded(f"fetch {given.source} (s3:GetObject)"):
                    clients.client("s3").download_fileobj(place[1], place[2], stream)
                stream.flush()
                _check(Path(stream.name), wanted[1], given.source)
                os.replace(stream.name, kept)
            finally:
                Path(stream.name).unlink(missing_ok=True)
    _check(kept, wanted[1], given.source)
    return kept


def _check(path: Path, sha256: str, source: str) -> None:
    found, wanted = file_digest(path).removeprefix("sha256:"), sha256.removeprefix("sha256:")
    if found != wanted:
        raise MendixError(
            Diagnostic(
                "MXV114",
                f"{source} is not what was named: its SHA-256 is {found}, not {wanted}",
                hint="find out who changed it before anything of it is run; if it is a new version, name its digest",
            )
        )


def _unpacked(archive: Path, cache: Path) -> Path:
    """The folder with what is in an archive, unpacked once."""
    folder = cache / f"mxbuild-{file_digest(archive)[7:23]}"
    if folder.is_dir():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as made:
        inside = Path(made) / "inside"
        try:
            with tarfile.open(archive) as found:
                found.extractall(inside, filter="data")
        except (tarfile.TarError, OSError, EOFError) as error:
            raise MendixError(
                Diagnostic("MXV113", f"{archive.name} cannot be unpacked: {error}", hint="fetch the archive again")
            ) from error
        for one in PLACES:
            if (inside / one).is_file():
                (inside / one).chmod((inside / one).stat().st_mode | stat.S_IXUSR)
        shutil.move(inside, folder)
    return folder
