"""Where the modules, templates, schema and documents of mendixctl are: in a clone, or in an installed wheel."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from mendixgen.diagnostics import Diagnostic, MendixError


def templates() -> Path:
    """The folder of Jinja2 templates: ``root/``, ``module/``, ``repository/``."""
    return _folder("templates")


def modules() -> Path:
    """The folder of the modules that this version brings: ``<area>/<version>/``."""
    return _folder("modules")


def schema() -> Path:
    """The folder of the JSON Schema for editors."""
    return _folder("schema")


def documents() -> Path:
    """The folder of the documents that mendixctl itself reads: ``errors.md``. A wheel has no others."""
    return _folder("docs")


@cache
def _folder(name: str) -> Path:
    """A wheel carries the folders below this package; a clone has them two levels above it.

    Raises:
        MendixError: MXI110, neither place has the folder.
    """
    here = Path(__file__).resolve().parent
    for folder in (here / "packaged" / name, here.parents[1] / name):
        if folder.is_dir():
            return folder
    raise MendixError(
        Diagnostic(
            "MXI110",
            f"this installation of mendixctl has no {name}/ folder",
            hint="install it again: pip install --force-reinstall mendixctl",
        )
    )
