"""What is in a package, as CycloneDX 1.6 in JSON: the app, the runtime it asks for, and every library that it brings.

A library (JAR) is named by the Maven coordinates in it, or else by its manifest, or else by its file's name. Sources:
CycloneDX 1.6, "JSON Reference"; purl specification, type ``maven``; Maven Archiver, "pom.properties". The document is
the same for the same package: no moment and no random number stands in it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mendixctl.engine.delivery.package import Package, opened
from mendixctl.zip_archives import UNREADABLE

LIBRARIES, WIDGETS = (".jar",), (".mpk",)
LARGEST_LIBRARY = 512 * 1024**2
_FILE_NAME = re.compile(r"(?P<name>.+?)-(?P<version>\d[\w.+-]*)\.(?:jar|mpk)")


def document(package: Package, commit: str) -> str:
    """The list of contents of a package.

    Raises:
        MendixError: MXV110, the package cannot be read.
    """
    runtime = f"pkg:generic/mendix-runtime@{quote(package.mendix)}"
    components: list[dict[str, Any]] = [
        {
            "type": "framework",
            "bom-ref": runtime,
            "name": "mendix-runtime",
            "version": package.mendix,
            "purl": runtime,
        },
        *_libraries(package),
    ]
    app = {
        "type": "application",
        "bom-ref": package.digest,
        "name": package.name,
        "version": package.version or commit or package.digest,
        "hashes": [{"alg": "SHA-256", "content": package.digest.removeprefix("sha256:")}],
        "properties": [{"name": "mendixctl:commit", "value": commit}] if commit else [],
    }
    said = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, package.digest + commit)}",
        "version": 1,
        "metadata": {"component": app},
        "components": components,
        "dependencies": [{"ref": package.digest, "dependsOn": [one["bom-ref"] for one in components]}],
    }
    return json.dumps(said, indent=2) + "\n"


def _libraries(package: Package) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    with opened(package.path) as archive:
        for entry in sorted(archive.infolist(), key=lambda one: one.filename):
            name = entry.filename.rpartition("/")[2]
            if not name.endswith((*LIBRARIES, *WIDGETS)) or entry.file_size > LARGEST_LIBRARY:
                continue
            content = archive.read(entry)
            digest = hashlib.sha256(content).hexdigest()
            if digest in seen:
                continue
            seen.add(digest)
            yield {
                "type": "library",
                "bom-ref": f"sha256:{digest}",
                **_named(name, content),
                "hashes": [{"alg": "SHA-256", "content": digest}],
                "properties": [{"name": "mendixctl:path", "value": entry.filename}],
            }


def _named(name: str, content: bytes) -> dict[str, str]:
    """``name`` and ``version`` of a library, and ``group`` and ``purl`` where Maven's coordinates stand in it."""
    given = _coordinates(content) if name.endswith(LIBRARIES) else {}
    if {"groupId", "artifactId", "version"} <= given.keys():
        group, artifact, version = given["groupId"], given["artifactId"], given["version"]
        purl = f"pkg:maven/{quote(group, safe='')}/{quote(artifact, safe='')}@{quote(version, safe='')}"
        return {"group": group, "name": artifact, "version": version, "purl": purl}
    found = _FILE_NAME.fullmatch(name)
    plain = found["name"] if found else name.rpartition(".")[0]
    version = given.get("Bundle-Version") or given.get("Implementation-Version") or (found["version"] if found else "")
    return {"name": given.get("Bundle-SymbolicName", plain).partition(";")[0] or plain, "version": version}


def _coordinates(content: bytes) -> dict[str, str]:
    """What a JAR says of itself; nothing where it says nothing that can be read, or speaks of several."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as library:
            names = library.namelist()
            poms = [one for one in names if one.startswith("META-INF/maven/") and one.endswith("/pom.properties")]
            place = poms[0] if len(poms) == 1 else "META-INF/MANIFEST.MF" if "META-INF/MANIFEST.MF" in names else ""
            if not place or library.getinfo(place).file_size > 1024**2:
                return {}
            text = library.read(place).decode("utf-8", "replace")
    except UNREADABLE:
        return {}
    divider = "=" if place.endswith(".properties") else ":"
    pairs = (line.partition(divider) for line in text.splitlines() if divider in line and not line.startswith("#"))
    return {key.strip(): value.strip() for key, _, value in pairs}
