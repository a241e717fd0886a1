"""The life of a module: built from an area's Python, released, compared. Results are data; nothing prints.

A version is unreleased until `release`; until then `build` rewrites it. A released version never changes:
what is built from changed code under the same number is an error that asks for a new number.
"""

from __future__ import annotations

import datetime as dt
import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mendixgen.areas import catalogue
from mendixgen.areas.contract import Area
from mendixgen.diagnostics import Diagnostic, Location, MendixError
from mendixgen.files import write_if_changed
from mendixgen.versions import defects
from mendixgen.versions.defects import Defect
from mendixgen.versions.semver import Change, Comparison, compare
from mendixgen.versions.store import Manifest, ModuleStore, version_key

Outcome = Literal["written", "current", "outdated", "conflict"]


@dataclass(frozen=True, slots=True)
class Built:
    """One area's newest version after a build: ``outdated`` (only with ``check``) and ``conflict`` (released, and
    the code now says something else) are failures. ``files`` are those that were or would be written."""

    area: str
    version: str
    outcome: Outcome
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What `build` did or, with ``check``, found. ``problems`` are to be shown; ``ok`` when there are none."""

    modules: tuple[Built, ...]
    verified: tuple[tuple[str, str], ...]
    problems: tuple[Diagnostic, ...]

    @property
    def ok(self) -> bool:
        return not self.problems


@dataclass(frozen=True, slots=True)
class Release:
    """A version that was released. ``comparison`` is None for the first one of its area."""

    area: str
    version: str
    date: str
    comparison: Comparison | None


@dataclass(frozen=True, slots=True)
class Listed:
    """One version in the list of modules."""

    area: str
    version: str
    released: str | None
    newest: bool
    description: str
    defects: tuple[Defect, ...] = ()


def area_class(name: str) -> type[Area]:
    """The area of that name.

    Raises:
        MendixError: MXM101, there is none.
    """
    try:
        return catalogue.area(name)
    except KeyError:
        close = difflib.get_close_matches(name, catalogue.AREAS, 1)
        hint = f"did you mean {close[0]}?" if close else f"the areas are: {', '.join(catalogue.AREAS)}"
        raise MendixError(Diagnostic("MXM101", f"there is no area {name!r}", hint=hint)) from None


def build(areas: Sequence[str | type[Area]] | None, folder: Path, *, check: bool = False) -> BuildReport:
    """Write the newest version of each area (None: of all) to ``folder``, and verify the released versions.

    With ``check`` nothing is written: the newest versions are compared byte by byte with what stands there.
    A version that was released is compared in both cases.

    Raises:
        MendixError: MXM101 unknown area; MXM108, a file that is left over cannot be deleted; MXM11x to MXM13x, a
            mistake in an area's code.
    """
    from mendixgen.authoring import provider
    from mendixgen.authoring.build import module_files

    classes = [area_class(it) if isinstance(it, str) else it for it in (areas or list(catalogue.AREAS))]
    schema = provider.load()
    built: list[Built] = []
    problems: list[Diagnostic] = []
    for area in classes:
        target = folder / area.name / area.version
        released = _released(target)
        files = module_files(area, schema, released)
        outcome = _settle(area, target, files, released is not None, check)
        built.append(outcome)
        problems.extend(_problem(outcome))
    verified = _verify(folder, problems, {(it.area, it.version) for it in built if it.outcome == "conflict"})
    return BuildReport(tuple(built), tuple(verified), tuple(problems))


def verify(folder: Path) -> BuildReport:
    """Verify the digests of every released version, without building (and without the authoring extra)."""
    problems: list[Diagnostic] = []
    verified = _verify(folder, problems, set())
    return BuildReport((), tuple(verified), tuple(problems))


def release(area: str | type[Area], folder: Path, *, date: dt.date, rebuild: bool = True) -> Release:
    """Release the newest version of an area: from now on it never changes.

    ``rebuild`` False trusts that what stands in ``folder`` is what the code says.

    Raises:
        MendixError: MXM103 not built or not current; MXM104 released already; MXM105, the number is lower
            than semantic versioning asks for.
    """
    found = area_class(area) if isinstance(area, str) else area
    target = folder / found.name / found.version
    path = target / "module.json"
    name = f"{found.name} {found.version}"
    if not path.is_file():
        raise _failure("MXM103", f"{name} is not built", f"run: mendixctl modules build {found.name}")
    if _released(target):
        hint = f"raise {found.__name__}.version for a new one"
        raise _failure("MXM104", f"{name} was released on {_released(target)}", hint)
    if rebuild and not build([found], folder, check=True).ok:
        hint = f"run: mendixctl modules build {found.name}"
        raise _failure("MXM103", f"{name} is not what its code says", hint)
    store = ModuleStore(folder)
    store.manifest(found.name, found.version)
    comparison = _with_previous(store, found.name, found.version)
    if comparison is not None and not comparison.enough:
        raise _too_low(comparison)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["released"] = date.isoformat()
    write_if_changed(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    return Release(found.name, found.version, date.isoformat(), comparison)


def list_modules(folder: Path) -> list[Listed]:
    """Every version of every area, areas sorted, highest version first."""
    store = ModuleStore(folder)
    found = []
    for area in store.areas():
        versions = store.versions(area)
        for version in reversed(versions):
            it = store.manifest(area, version)
            newest = version == versions[-1]
            found.append(Listed(area, version, it.released, newest, it.description, defects.of(area, version)))
    return found


def show(area: str, folder: Path, version: str | None = None) -> Manifest:
    """The manifest of one version; without one, of the highest.

    Raises:
        MendixError: MXR101 no such area; MXR102 no such version.
    """
    store = ModuleStore(folder)
    return store.manifest(area, version or store.newest(area, released_only=False) or "")


def diff(area: str, folder: Path, before: str, after: str) -> Comparison:
    """What is different between two versions, and the step that semantic versioning asks for.

    Raises:
        MendixError: MXR101 no such area; MXR102 no such version.
    """
    store = ModuleStore(folder)
    return compare(store.manifest(area, before), store.manifest(area, after))


def _released(target: Path) -> str | None:
    try:
        found = json.loads((target / "module.json").read_text(encoding="utf-8")).get("released")
    except (OSError, ValueError, AttributeError):
        return None
    return found if isinstance(found, str) else None


def _settle(area: type[Area], target: Path, files: Mapping[str, str | bytes], released: bool, check: bool) -> Built:
    stale = _stale(target, files)
    changed = tuple(sorted([*stale, *(name for name, content in files.items() if not _is(target / name, content))]))
    if not changed:
        return Built(area.name, area.version, "current")
    # Words in the README are not what was promised; everything else is.
    if released and set(changed) != {"README.md"}:
        return Built(area.name, area.version, "conflict", changed)
    if check:
        return Built(area.name, area.version, "outdated", changed)
    for name, content in files.items():
        write_if_changed(target / name, content)
    for name in stale:
        _delete(target / name)
    return Built(area.name, area.version, "written", changed)


def _delete(path: Path) -> None:
    try:
        path.unlink()
    except OSError as error:
        summary = f"cannot delete {path}, which is no longer part of the module: {error.strerror or error}"
        raise _failure("MXM108", summary, "mend the permissions, or delete it by hand") from error


def _stale(target: Path, files: Mapping[str, str | bytes]) -> list[str]:
    """Files that a former build left; what Terraform leaves behind (hidden) is not ours."""
    if not target.is_dir():
        return []
    names = (path.relative_to(target) for path in target.rglob("*") if path.is_file())
    visible = (name.as_posix() for name in names if not any(part.startswith(".") for part in name.parts))
    return sorted(name for name in visible if name not in files)


def _is(path: Path, content: str | bytes) -> bool:
    try:
        return path.read_bytes() == (content.encode() if isinstance(content, str) else content)
    except OSError:
        return False


def _problem(built: Built) -> list[Diagnostic]:
    place = Location(f"modules/{built.area}/{built.version}")
    files = ", ".join(built.files)
    if built.outcome == "outdated":
        hint = f"run: mendixctl modules build {built.area}"
        return [
            Diagnostic(
                "MXM106", f"{built.area} {built.version} is not what its code says: {files}", hint, location=place
            )
        ]
    if built.outcome == "conflict":
        hint = f"raise the version of {built.area} in its area's Python, then build again"
        what = f"{built.area} {built.version} is released and never changes, but its code says otherwise: {files}"
        return [Diagnostic("MXM102", what, hint, location=place)]
    return []


def _verify(folder: Path, problems: list[Diagnostic], known_bad: set[tuple[str, str]]) -> list[tuple[str, str]]:
    from mendixgen.digests import digest_of, file_digests

    store = ModuleStore(folder)
    verified = []
    for area in store.areas():
        for version in store.versions(area):
            manifest = store.manifest(area, version)
            if manifest.released is None or (area, version) in known_bad:
                continue
            found = file_digests(folder / area / version)
            if digest_of(found) == manifest.digest and found == dict(manifest.files):
                verified.append((area, version))
                continue
            names = sorted(n for n in {*found, *manifest.files} if found.get(n) != manifest.files.get(n))
            what = ", ".join(names) or "module.json itself"
            problems.append(
                Diagnostic(
                    "MXM107",
                    f"{area} {version} is released and was changed since: {what}",
                    hint=f"restore it from git: git checkout -- modules/{area}/{version}",
                    location=Location(f"modules/{area}/{version}"),
                )
            )
    return verified


def _with_previous(store: ModuleStore, area: str, version: str) -> Comparison | None:
    older = [
        it
        for it in store.versions(area)
        if version_key(it) < version_key(version) and store.manifest(area, it).released is not None
    ]
    return compare(store.manifest(area, older[-1]), store.manifest(area, version)) if older else None


def _too_low(comparison: Comparison) -> MendixError:
    reasons = [_reason(it) for it in comparison.changes if it.bump is comparison.bump]
    return _failure(
        "MXM105",
        f"{comparison.area} {comparison.after} is too low: since {comparison.before} there are "
        f"{comparison.bump} changes, which ask for {comparison.asked}",
        f"set the version of {comparison.area} to {comparison.asked} and build again",
        "\n".join(reasons),
    )


def _reason(change: Change) -> str:
    return f"{change.kind} {change.name} {change.what}" + (f" ({change.detail})" if change.detail else "")


def _failure(code: str, summary: str, hint: str, detail: str = "") -> MendixError:
    return MendixError(Diagnostic(code, summary, hint=hint, detail=detail))
