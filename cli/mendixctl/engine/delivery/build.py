"""``release build``: from a project or a ready package to a folder that can be pushed."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from mendixctl.engine.delivery import artifact, package, project, toolchain
from mendixctl.engine.delivery.application import Application, application
from mendixctl.engine.delivery.artifact import Artifact
from mendixctl.engine.delivery.results import BuildResult
from mendixctl.engine.delivery.toolchain import Toolchain
from mendixctl.engine.environment import git
from mendixctl.engine.environment.tools import api, clients
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, Location, MendixError

COMMIT = re.compile(r"[0-9a-f]{7,64}")


def build(
    session: Session,
    environment: str,
    name: str,
    source: Path,
    *,
    tools: Toolchain | None = None,
    portable: bool = False,
    commit: str = "",
    out: Path | None = None,
) -> BuildResult:
    """Build ``source`` (.mpr, .mda or .zip) for an app, or take it as it is, and lay it down in a folder.

    ``commit``: the app's, by default what is checked out where ``source`` is. ``out``: the folder, by default one of
    this checkout.

    Raises:
        MendixError: MXV101, there is no such app; MXV110 to MXV117, it cannot be built or is another version's.
    """
    workplace = open_workplace(session, environment, refresh=False)
    session.reporter.begin(workplace.scope)
    app = application(workplace, name)
    source = _chosen(source)
    revision = commit or git.commit(source.resolve().parent)
    if not COMMIT.fullmatch(revision):
        raise MendixError(
            Diagnostic(
                "MXV116",
                f"nothing says which commit {source.name} is of, and an image is called by it",
                hint="build in a clone of the app's repository, or name it: --commit SHA",
            )
        )
    folder = out or artifact_folder(workplace, name)
    session.reporter.stage("build", source.name)
    if source.suffix.lower() == ".mpr":
        made = _compiled(app, source, tools, folder, portable=portable, commit=revision)
    else:
        found = package.look(source)
        check_version(app, found.mendix, Location(str(source)))
        made = artifact.write(folder, name, found, revision)
    return BuildResult(workplace.scope, made)


def _chosen(source: Path) -> Path:
    """The project or package that is meant: the file, or the only one of the folder, projects first."""
    if source.is_file():
        return source
    for suffix in (".mpr", ".mda", ".zip"):
        found = sorted(one for one in source.glob("*") if one.suffix.lower() == suffix and one.is_file())
        if len(found) == 1:
            return found[0]
        if found:
            names = ", ".join(one.name for one in found[:5])
            raise MendixError(
                Diagnostic("MXV110", f"{source} has several {suffix} files: {names}", hint="name one: --source FILE")
            )
    raise MendixError(
        Diagnostic(
            "MXV110",
            f"there is neither a project (.mpr) nor a package (.mda, .zip) in {source}",
            hint="name the file or its folder: --source PATH",
        )
    )


def artifact_folder(workplace: Workplace, name: str) -> Path:
    """Where the builds of an app are, one at a time."""
    return workplace.workspace / "builds" / name


def check_version(app: Application, mendix: str, place: Location) -> None:
    """Compare a version of Mendix with what the YAML says: ``11.6`` is any 11.6.x, ``11.6.2`` that alone.

    Raises:
        MendixError: MXV111, they differ.
    """
    wanted = app.app.mendix.split(".")
    if mendix.split(".")[: len(wanted)] == wanted:
        return
    where = app.workplace.specification.locate(("apps", app.name, "mendix"))
    raise MendixError(
        Diagnostic(
            "MXV111",
            f"{place.file} is made with Mendix {mendix}, and {app.name} of {app.workplace.environment} is said to be "
            f"of {app.app.mendix}",
            hint=f'build it with {app.app.mendix}, or write mendix: "{".".join(mendix.split(".")[:2])}", and apply',
            location=where,
        )
    )


def _compiled(
    app: Application, source: Path, tools: Toolchain | None, folder: Path, *, portable: bool, commit: str
) -> Artifact:
    if tools is None:
        raise MendixError(
            Diagnostic("MXV113", f"{source.name} is a project, and no mxbuild is named", hint="add --mxbuild PATH")
        )
    found = project.look(source)
    check_version(app, found.mendix, Location(str(source)))
    workplace = app.workplace
    aws = clients(workplace, api(workplace)[0]) if toolchain.S3.fullmatch(tools.source) else None
    mxbuild = toolchain.program(tools, workplace.session.repository.private / "mxbuild", aws)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as made:
        target, suffix = ("portable-app-package", "zip") if portable else ("package", "mda")
        output = Path(made) / f"{source.stem}.{suffix}"
        toolchain.build(mxbuild, source, target, output, tools)
        built = package.look(output)
        if built.mendix.split(".")[:3] != found.mendix.split(".")[:3]:
            raise MendixError(
                Diagnostic(
                    "MXV112",
                    f"{source.name} is of Mendix {found.mendix}, and {tools.source} built it with {built.mendix}",
                    hint="name the mxbuild of the project's own version",
                    location=Location(str(source)),
                )
            )
        return artifact.write(folder, app.name, built, commit, domain_model=found.domain_model, source=source.name)
