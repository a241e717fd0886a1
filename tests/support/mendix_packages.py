"""Packages and projects of Mendix apps as far as a delivery looks at them, and a program that plays mxbuild."""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ENTITIES = [{"Name": "Crm.Customer", "Attributes": [{"Name": "Name", "Type": "String"}]}]
POM = "groupId=org.example\nartifactId=helper\nversion=1.2.3\n"

MXBUILD = """\
#!{python}
import shutil, sys
options = dict(one.split("=", 1) for one in sys.argv[1:] if one.startswith("--"))
if {fails!r}:
    print("Error: Crm.Customer has no owner")
    sys.exit(1)
shutil.copyfile({package!r}, options["--output"])
"""


def library(pom: str = POM) -> bytes:
    """A JAR with Maven's coordinates in it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("META-INF/maven/org.example/helper/pom.properties", pom)
    return held.getvalue()


def mda(
    path: Path,
    *,
    name: str = "CRM",
    mendix: str = "11.6.0.1234",
    version: str = "1.4.0",
    entities: Any = ENTITIES,
    files: Mapping[str, bytes] | None = None,
) -> Path:
    """A deployment package."""
    said = {"ProjectName": name, "RuntimeVersion": mendix, "ModelVersion": version}
    said |= {"Entities": entities} if entities is not None else {}
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/metadata.json", json.dumps(said))
        archive.writestr("model/lib/userlib/helper-9.jar", library())
        for place, content in (files or {}).items():
            archive.writestr(place, content)
    return path


def mpr(path: Path, *, mendix: str = "11.6.0.1234", models: tuple[bytes, ...] = (b"one",)) -> Path:
    """A project of format 1."""
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE _MetaData (_ProductVersion TEXT)")
        made.execute("INSERT INTO _MetaData VALUES (?)", (mendix,))
        made.execute("CREATE TABLE UnitContents (UnitID BLOB, Contents BLOB)")
        kind = b"\x02$Type\x00\x19\x00\x00\x00DomainModels$DomainModel\x00"
        for number, one in enumerate(models):
            made.execute("INSERT INTO UnitContents VALUES (?, ?)", (bytes([number]) * 16, b"\0" * 30 + kind + one))
        page = b"\x02$Type\x00\x0b\x00\x00\x00Pages$Page\x00"
        made.execute("INSERT INTO UnitContents VALUES (?, ?)", (b"p" * 16, page + b"any"))
    made.close()
    return path


def mxbuild(path: Path, package: Path, *, fails: bool = False) -> Path:
    """A program that builds ``package``, whatever it is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MXBUILD.format(python=sys.executable, package=str(package), fails=fails))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path
