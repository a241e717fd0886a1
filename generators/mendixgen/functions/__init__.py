"""The code of Lambda functions that modules ship, and how it becomes an archive that is always the same.

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
    entry = zipfile.ZipInfo(f"{name}.py", _OLDEST)
    entry.external_attr = _READABLE
    entry.create_system = _UNIX
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        package.writestr(entry, source(name).encode())
    return buffer.getvalue()
