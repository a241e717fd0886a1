"""The folder that a build leaves: the package, what is in it, and a manifest that says both and from which commit.

Whatever takes it on compares it with its manifest first: a folder travels from one job of a pipeline to the next.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mendixctl.engine.delivery import sbom
from mendixctl.engine.delivery.package import Form, Package, file_digest
from mendixgen import __version__
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import write_atomic

MANIFEST, SBOM = "artifact.json", "sbom.cdx.json"
FORMAT = 1
FILES = {Form.MDA: "package.mda", Form.PORTABLE: "package.zip"}


@dataclass(frozen=True, slots=True)
class Artifact:
    """What was built. ``folder``: where it is; ``package`` and ``sbom``: names in it, with their digests.

    ``mendix``: the runtime's version, ``version`` the project's own, ``domain_model`` what its entities come to (empty:
    unknown), ``commit`` the app's, ``source`` what it was made from.
    """

    folder: Path
    app: str
    form: Form
    name: str
    mendix: str
    version: str
    domain_model: str
    commit: str
    source: str
    package: str
    digest: str
    sbom: str
    sbom_digest: str
    generator: str = __version__

    @property
    def package_path(self) -> Path:
        return self.folder / self.package

    @property
    def sbom_path(self) -> Path:
        return self.folder / self.sbom


def write(folder: Path, app: str, found: Package, commit: str, *, domain_model: str = "", source: str = "") -> Artifact:
    """Lay a package down with its list of contents and its manifest, the manifest last.

    ``domain_model``, ``source``: what the project says of both, where there is one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    name = FILES[found.form]
    if found.path.resolve() != (folder / name).resolve():
        shutil.copyfile(found.path, folder / name)
    document = sbom.document(found, commit)
    write_atomic(folder / SBOM, document)
    made = Artifact(
        folder=folder,
        app=app,
        form=found.form,
        name=found.name,
        mendix=found.mendix,
        version=found.version,
        domain_model=domain_model or found.domain_model,
        commit=commit,
        source=source or found.path.name,
        package=name,
        digest=file_digest(folder / name),
        sbom=SBOM,
        sbom_digest=file_digest(folder / SBOM),
    )
    said = {"format": FORMAT, **asdict(made), "form": made.form.value}
    del said["folder"]
    write_atomic(folder / MANIFEST, json.dumps(said, indent=2, sort_keys=True) + "\n")
    return made


def read(folder: Path) -> Artifact:
    """What a folder holds, once its files are what its manifest says.

    Raises:
        MendixError: MXV117, there is none, or a file is another.
    """
    place = folder / MANIFEST
    try:
        said: Any = json.loads(place.read_bytes())
        if said.pop("format") != FORMAT:
            raise ValueError("another version of mendixctl wrote it")
        made = Artifact(**{**said, "folder": folder, "form": Form(said["form"])})
        if not all(isinstance(getattr(made, one.name), str) for one in fields(made) if one.name != "folder"):
            raise ValueError("a value is no text")
        if {made.package, made.sbom} - {*FILES.values(), SBOM}:
            raise ValueError("it names a file that no build writes")
        wrong = [
            name
            for name, digest in ((made.package, made.digest), (made.sbom, made.sbom_digest))
            if file_digest(folder / name) != digest
        ]
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise _broken(place, str(error)) from error
    if wrong:
        raise _broken(place, f"{', '.join(wrong)} is not what was built")
    return made


def _broken(place: Path, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXV117",
            f"{place.parent} holds no build that can be taken on: {why}",
            hint="mendixctl release build APP --env ENV, and hand on the whole folder",
            location=Location(str(place)),
        )
    )
