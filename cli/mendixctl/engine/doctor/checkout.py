"""What the repository is like: git, what is not committed, module versions, and the schema for editors."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

from mendixctl.engine.doctor.examination import Patient
from mendixctl.engine.doctor.results import Line
from mendixctl.engine.environment import git
from mendixctl.engine.environment.files import read_lock
from mendixctl.preflight.findings import Grade
from mendixgen.messages import msg
from mendixgen.repository import Repository
from mendixgen.versions.store import ModuleStore, version_key

MODELINE = "# yaml-language-server: $schema=../schema/environment.json"
_MODELINE = re.compile(r"^#\s*yaml-language-server:\s*\$schema=(\S+)", re.MULTILINE)
_SCHEMA = re.compile(r"schema/environment(\.[a-z]+)?\.json")
OK, NOTE, WARNING, ERROR = Grade.OK, Grade.NOTE, Grade.WARNING, Grade.ERROR


def repository(patient: Patient) -> Iterator[Line]:
    """Whether this is a platform repository at all."""
    found = patient.repository
    if found is None:
        yield Line(
            ERROR,
            msg("{folder} is in no platform repository", folder=patient.folder),
            "mendixctl init FOLDER   (or: mendixctl -C FOLDER doctor)",
        )
        return
    names = found.names()
    said = f"{found.root} has {', '.join(names[:8])}" + (
        msg(" and {value} more", value=len(names) - 8) if len(names) > 8 else ""
    )
    yield Line(OK, said if names else msg("{root} has no environment yet", root=found.root), "")


def version_control(patient: Patient) -> Iterator[Line]:
    """The program, the repository, the name that stands in commits, and what is not committed."""
    if shutil.which("git", path=patient.variables.get("PATH")) is None:
        yield Line(WARNING, "git is not on PATH: releases will not say from which commit", "apt install git")
        return
    root = patient.repository.root if patient.repository is not None else patient.folder
    changed = git.uncommitted(root, [root / "environments", root / "modules"])
    if changed is None:
        yield Line(
            WARNING,
            msg("{root} is no git repository: nobody can review or take back", root=root),
            f"git -C {root} init",
        )
        return
    if who := git.identity(root):
        yield Line(OK, msg("{who}, at {value}", who=who, value=git.commit(root)[:12] or "no commit yet"))
    else:
        yield Line(WARNING, "git does not know who you are", "git config --global user.email YOU@EXAMPLE.COM")
    if changed:
        more = msg(" and {value} more", value=len(changed) - 3) if len(changed) > 3 else ""
        yield Line(
            WARNING,
            msg(
                "not committed: {names}{more}; a protected environment is applied from commits alone",
                names=", ".join(changed[:3]),
                more=more,
            ),
            "git add environments modules && git commit",
        )


def module_versions(patient: Patient) -> Iterator[Line]:
    """Pins that are behind the newest released version, environment by environment."""
    found = patient.repository
    if found is None:
        return
    store = ModuleStore(found.modules)
    behind = 0
    for name in _named(patient, found):
        lock = read_lock(found, name)
        if lock is None:
            continue
        old = []
        for area, pin in sorted(lock.pins.items()):
            newest = store.newest(area)
            if newest is not None and version_key(pin.version) < version_key(newest):
                old.append(msg("{area} {version} (newest {newest})", area=area, version=pin.version, newest=newest))
        if old:
            behind += 1
            yield Line(WARNING, f"{name}: {', '.join(old)}", f"mendixctl modules upgrade {name}")
    if not behind:
        yield Line(OK, "every environment has the newest released versions of its areas")


def editor(patient: Patient) -> Iterator[Line]:
    """Whether an editor checks the YAML while it is written: the schema is current, and the files name it."""
    from mendixctl.engine.repository import schema

    found = patient.repository
    if found is None:
        return
    main = schema.file(found, write=False)
    for one in (main, *main.translations):
        if not one.current:
            yield Line(WARNING, msg("{file} is not that of the modules", file=one.path), "mendixctl schema --write")
    settings = found.root / ".vscode" / "settings.json"
    if settings.is_file() and _SCHEMA.search(settings.read_text(encoding="utf-8", errors="replace")):
        yield Line(OK, ".vscode/settings.json names the schema")
        return
    bare = [name for name in _named(patient, found) if not _is_wired(found, name)]
    for name in bare:
        yield Line(
            NOTE,
            msg("environments/{name}.yaml does not say which schema it has", name=name),
            msg("write as its first line: {modeline}", modeline=MODELINE),
        )
    if not bare:
        yield Line(OK, "each YAML names the schema that editors check it by")


def _named(patient: Patient, found: Repository) -> list[str]:
    """The environment that is asked about, or all."""
    return [patient.workplace.environment] if patient.workplace is not None else found.names()


def _is_wired(found: Repository, name: str) -> bool:
    text = found.spec(name).read_text(encoding="utf-8", errors="replace")
    line = _MODELINE.search(text)
    return line is not None and ("://" in line[1] or (found.environments / line[1]).is_file())
