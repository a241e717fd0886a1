"""The code of Lambda functions and canaries that modules ship, and how it becomes an archive that is always the same.

The functions themselves run in AWS: they import nothing of this project, and boto3 only when they are called.
"""

from __future__ import annotations

import io
import zipfile
from importlib import resources

_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The earliest time that an archive can give a file."""
_READABLE = 0o644 << 16
_UNIX = 3


def source(name: str) -> str:
    """The Python of the function ``name``."""
    return resources.files(__name__).joinpath(f"{name}.py").read_text(encoding="utf-8")


def archive(name: str) -> bytes:
    """The deployment package of the function ``name``: one file, the same bytes on every machine.

    Nothing is compressed, because what a compressor writes depends on its version.
    """
    return _package(f"{name}.py", source(name))


def script(name: str) -> str:
    """The JavaScript of the canary ``name``."""
    return resources.files(__name__).joinpath(f"{name}.js").read_text(encoding="utf-8")


def script_archive(name: str) -> bytes:
    """The package of the canary ``name``: as `archive`, in the folder where Synthetics looks for a handler."""
    return _package(f"nodejs/node_modules/{name}.js", script(name))


def _package(path: str, text: str) -> bytes:
    entry = zipfile.ZipInfo(path, _OLDEST)
    entry.external_attr = _READABLE
    entry.create_system = _UNIX
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        package.writestr(entry, text.encode())
    return buffer.getvalue()
