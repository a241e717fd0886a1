"""A specification from its YAML: read, checked against the pinned modules, resolved.

All that is wrong with a file is said at once, in the order of the file. A section is checked against the
schema that is frozen in the pinned version's ``module.json``; only where this Python is what made that
version does its model add the checks that go across fields.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from mendixgen import global_provider
from mendixgen.areas.catalogue import AREAS, FOUNDATIONS
from mendixgen.areas.contract import Check
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity
from mendixgen.lock import Lock, Pin, create_for
from mendixgen.messages import msg
from mendixgen.resolve import RESOLVERS, Unresolvable
from mendixgen.spec import cross_fields, objectives, partitions, secrecy, structure
from mendixgen.spec.composer import MAX_PROBLEMS
from mendixgen.spec.cross_fields import from_check
from mendixgen.spec.defaults import filled
from mendixgen.spec.inheritance import Beside, Combined, combined
from mendixgen.spec.source import Source, scan
from mendixgen.spec.wording import Path, dotted
from mendixgen.versions.store import Manifest, ModuleStore

if TYPE_CHECKING:
    from mendixgen.spec.header import Header

MOST_PROBLEMS = 200
"""Told at once, in the order of the file; a file with more is not mended by reading them all."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A specification that was found to be right.

    ``text`` is that of its file, ``data`` the whole YAML as plain data with what is taken from files beside it,
    ``sections`` the areas' part of it without nulls, and ``arguments`` what the root passes to each area from it: the
    sections with ``x-resolve`` resolved.
    ``pins`` are the module versions that it was checked against. ``settings`` is what takes effect: the sections with
    the defaults of those versions, and ``apps`` as a section of its own.
    """

    file: str
    text: str
    header: Header
    data: Mapping[str, Any] = field(repr=False)
    sections: Mapping[str, Mapping[str, Any]] = field(repr=False)
    arguments: Mapping[str, Mapping[str, Any]] = field(repr=False)
    pins: Mapping[str, Pin] = field(repr=False)
    source: Source = field(repr=False)
    warnings: tuple[Diagnostic, ...] = ()
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def whole(self) -> str:
        """The text that says all of ``data`` by itself, and is recorded; the file's own where it takes nothing."""
        return self.source.whole() if isinstance(self.source, Combined) else self.text

    @property
    def taken(self) -> str:
        """A digest of what takes effect with what is taken from files beside it; empty where nothing is."""
        return self.source.digest() if isinstance(self.source, Combined) else ""

    def rewritten(self, data: Mapping[str, Any]) -> str:
        """The text of the file with which ``data`` takes effect. Raises ValueError as `mendixgen.spec.edit.rewrite`."""
        if isinstance(self.source, Combined):
            return self.source.rewritten(data)
        from mendixgen.spec.edit import rewrite

        return rewrite(self.text, data)

    def locate(self, path: Path, *, key: bool = False) -> Location:
        """Where a value (or its key) stands in the file; what is taken from another, in that one."""
        return self.source.locate(path, key=key)


def load_text(
    text: str | bytes,
    file: str,
    *,
    store: ModuleStore,
    lock: Lock | None,
    name: str | None = None,
    today: date | None = None,
    beside: Beside | None = None,
) -> Specification:
    """Read and check a specification.

    ``file`` is what messages call it. ``name`` is what the environment must be called; without it, the
    stem of ``file`` where that ends in ``.yaml``. Without a lock, the one that a new environment would
    get decides which versions it is checked against. With ``today`` the compatibility gate is closed: versions
    that cannot be used any more, or not together, are errors. Without it they pass, since an environment that
    the time has overtaken must still be readable, and destroyed. ``beside`` gives the documents that it takes from, if
    it does (`mendixgen.spec.inheritance`); the text of a release needs none.

    Raises:
        MendixError: everything that is wrong, in the order of the file.
    """
    if name is None and file.endswith((".yaml", ".yml")):
        name = PurePosixPath(file.replace("\\", "/")).stem
    return load(scan(text, file), store=store, lock=lock, name=name, today=today, beside=beside)


def load(
    source: Source,
    *,
    store: ModuleStore,
    lock: Lock | None,
    name: str | None = None,
    today: date | None = None,
    beside: Beside | None = None,
) -> Specification:
    """As `load_text`, of a document that was scanned already."""
    if beside is not None:
        lock = lock if lock is not None else create_for(store, source.data)
        source = combined(source, beside, lock.pins)
    return _Loader(source, store, lock, name, today).load()


class _Loader:
    def __init__(
        self, source: Source, store: ModuleStore, lock: Lock | None, name: str | None, today: date | None = None
    ) -> None:
        self.source = source
        self.store = store
        self.lock = lock
        self.name = name
        self.today = today
        self.knows_apps = True
        self.settings: dict[str, Mapping[str, Any]] = {}
        self.problems: list[Diagnostic] = list(source.problems)
        self.known_bad = {problem.location for problem in source.problems}
        self.warnings: list[Diagnostic] = list(source.warnings)

    def load(self) -> Specification:
        from mendixgen.spec.header import Header

        data = self.source.data
        header_data = {key: value for key, value in data.items() if key in Header.model_fields}
        header, knows_region = self.header(header_data)
        target = str(data.get("target") or "aws")
        lock = self.lock if self.lock is not None else create_for(self.store, data)
        keys = self.section_keys(lock)
        for key in islice((key for key in data if key not in header_data and key not in keys), MAX_PROBLEMS):
            self.unknown_section(key, lock)
        sections: dict[str, Mapping[str, Any]] = {}
        arguments: dict[str, Mapping[str, Any]] = {}
        for area, pin in lock.pins.items():
            manifest = self.manifest(area, pin)
            if manifest is None:
                continue
            if manifest.kind != header.kind:
                self.misplaced(manifest, header)
                continue
            if manifest.released is None and target == "aws":
                self.unreleased(manifest)
            if manifest.aliases and knows_region and header.partition != global_provider.PARTITION:
                self.elsewhere(manifest, header)
                continue
            sections[area], arguments[area] = self.section(area, manifest, header, knows_region)
        if not self.problems:
            self.report((), [from_check(found) for found in self.dangling(header, sections, lock)])
            self.report((), [from_check(found) for found in objectives.check(self.settings)])
        if knows_region:
            lacking = partitions.check(header.partition, header.kind, self.settings)
            self.report((), [from_check(found) for found in lacking])
        self.compatibility(header)
        self.app_needs(header)
        self.existing(header, lock)
        self.defects(header, lock)
        if self.problems:
            raise MendixError(sorted(self.problems, key=_order)[:MOST_PROBLEMS])
        return Specification(
            file=self.source.file,
            text=self.source.text,
            header=header,
            data=data,
            sections=sections,
            arguments=arguments,
            pins=dict(lock.pins),
            source=self.source,
            warnings=tuple(sorted(self.warnings, key=_order)),
            settings=self.settings,
        )

    # -- header ---------------------------------------------------------------------------------

    def header(self, data: dict[str, Any]) -> tuple[Header, bool]:
        """The header, without what is wrong with it, and whether its region is known."""
        from pydantic import ValidationError

        from mendixgen.spec import header as headers

        clean, findings = structure.check(data, headers.json_schema())
        unknown = [key for key in self.source.data if key not in data]
        meant = {near for key in unknown for near in structure.nearest(key, headers.Header.model_fields)}
        self.report((), [f for f in findings if f.code != "MXS202" or f.path[-1] not in meant])
        bad = {str(finding.path[0]) for finding in findings}
        try:
            header = headers.repaired(clean, bad) if bad else headers.Header.model_validate(clean)
        except ValidationError as error:
            more = _from_pydantic(error)
            self.report((), more)
            bad |= {str(finding.path[0]) for finding in more}
            header = headers.repaired(clean, bad)
        self.knows_apps = "apps" not in bad
        checks = headers.check(header, expected_name=self.name)
        self.report((), [from_check(found) for found in checks if found.path[0] not in bad | meant])
        for warning in headers.tag_warnings(header):
            self.warnings.append(self.diagnostic((), from_check(warning), Severity.WARNING))
        return header, "region" not in bad and header.region in _regions()

    # -- sections -------------------------------------------------------------------------------

    def dangling(self, header: Header, sections: Mapping[str, Mapping[str, Any]], lock: Lock) -> list[Check]:
        """What apps name and no section has; a section that is not given has the pinned version's defaults."""
        from mendixgen.spec import apps

        def names(area: str, key: str) -> list[str] | None:
            if area not in lock.pins:
                return None
            frozen = self.store.manifest(area, lock.pins[area].version).section.get("properties", {})
            return list(sections[area].get(key, frozen.get(key, {}).get("default", {})))

        return apps.dangling(header.apps, names("storage", "buckets"), names("database", "instances"))

    def unknown_section(self, key: str, lock: Lock) -> None:
        from mendixgen.spec.header import Header

        of_foundation = self.keys_of_foundations()
        installed = {*self.store.areas(), *AREAS} - FOUNDATIONS
        if self.source.data.get("kind") == "foundation":
            finding = self.not_of_a_foundation(key, of_foundation, installed)
        elif key in of_foundation:
            summary = msg("{key} is what an account has once, so it is no part of an environment", key=key)
            hint = "move it into a file of its own that says kind: foundation"
            finding = structure.Finding((key,), "MXS144", summary, hint, at_key=True)
        elif key in installed:
            environment = self.name or "ENV"
            summary = msg("the area {key} is off in this environment", key=key)
            hint = msg(
                "turn it on: mendixctl modules upgrade {environment} {key}; or remove the section",
                environment=environment,
                key=key,
            )
            finding = structure.Finding((key,), "MXS142", summary, hint, at_key=True)
        else:
            known = [*Header.model_fields, *sorted(installed | set(lock.pins))]
            near = "".join(structure.nearest(key, known))
            asked = msg("did you mean {near}? ", near=near) if near else ""
            hint = msg("{asked}an environment has {names}", asked=asked, names=", ".join(known))
            finding = structure.Finding((key,), "MXS201", msg("there is no key {key}", key=key), hint, at_key=True)
        self.report((), [finding])

    def not_of_a_foundation(self, key: str, keys: list[str], areas: set[str]) -> structure.Finding:
        if key in areas:
            summary = msg("{key} is part of an environment, so it is no part of a foundation", key=key)
            hint = "move it into the file of an environment; a foundation is what the account has once"
            return structure.Finding((key,), "MXS144", summary, hint, at_key=True)
        if key in keys:
            environment = self.name or "ENV"
            summary = msg("{key} is of the module foundation, which is off here", key=key)
            hint = msg(
                "turn it on: mendixctl modules upgrade {environment} foundation; or remove the key",
                environment=environment,
            )
            return structure.Finding((key,), "MXS142", summary, hint, at_key=True)
        from mendixgen.spec.header import FOUNDATION_KEYS

        known = [*FOUNDATION_KEYS, *keys]
        hint = msg(
            "{suggestion} a foundation has {names}", suggestion=structure.suggestion(key, known), names=", ".join(known)
        ).strip()
        return structure.Finding((key,), "MXS201", msg("there is no key {key}", key=key), hint, at_key=True)

    def keys_of_foundations(self) -> list[str]:
        """The settings that the newest foundations have."""
        found = []
        for area in sorted(FOUNDATIONS):
            version = self.store.newest(area, released_only=False)
            if version is not None:
                found += _keys(self.store.manifest(area, version))
        return found

    def manifest(self, area: str, pin: Pin) -> Manifest | None:
        try:
            return self.store.manifest(area, pin.version)
        except MendixError as error:
            self.problems += error.diagnostics
            return None

    def section_keys(self, lock: Lock) -> set[str]:
        """The keys of the YAML that are the areas': their names, and of a foundation its settings."""
        found = set()
        for area, pin in lock.pins.items():
            try:
                found |= set(_keys(self.store.manifest(area, pin.version)))
            except MendixError:
                found.add(area)  # what is wrong with the module is said when its section is read
        return found

    def misplaced(self, manifest: Manifest, header: Header) -> None:
        self.problems.append(
            Diagnostic(
                "MXS143",
                msg(
                    "the area {area} is part of a specification of kind {kind}, and this one is of kind {kind_2}",
                    area=manifest.area,
                    kind=manifest.kind,
                    kind_2=header.kind,
                ),
                hint="take its entry out of the lock; what an account has once is never part of an environment",
                location=self.source.locate(("kind",)),
            )
        )

    def unreleased(self, manifest: Manifest) -> None:
        self.problems.append(
            Diagnostic(
                "MXR105",
                msg(
                    "{area} {version} is not released, so it is for the emulator only",
                    area=manifest.area,
                    version=manifest.version,
                ),
                hint=msg(
                    "mendixctl modules release {area}, or pin a released version: mendixctl modules upgrade",
                    area=manifest.area,
                ),
                location=self.source.locate(("target",)),
            )
        )

    def elsewhere(self, manifest: Manifest, header: Header) -> None:
        self.problems.append(
            Diagnostic(
                "MXR111",
                msg(
                    "the area {area} needs {region}, which {region_2} has no part of: the partition "
                    "{partition} is apart from it",
                    area=manifest.area,
                    region=global_provider.REGION,
                    region_2=header.region,
                    partition=header.partition,
                ),
                hint=msg(
                    "remove the section and the entry {area} of environments/{name}.lock",
                    area=manifest.area,
                    name=header.name,
                ),
                location=self.source.locate((manifest.area,), key=True),
            )
        )

    def section(
        self, area: str, manifest: Manifest, header: Header, knows_region: bool
    ) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        prefix: Path = (area,) if manifest.kind == "environment" else ()
        given = self.source.data.get(area)
        if not prefix:
            given = {key: value for key, value in self.source.data.items() if key in _keys(manifest)}
        clean, findings = structure.check({} if given is None else given, manifest.section, what=area)
        findings = self.without_secrets(prefix, manifest, findings)
        self.report(prefix, findings)
        if not isinstance(clean, dict):
            return {}, {}
        holes = {finding.path for finding in findings} | self.unread(prefix)
        holes |= {(*finding.path[:-1], finding.meant) for finding in findings if finding.meant}
        if not holes:
            self.settings[area] = filled(clean, manifest.section)
        arguments: Mapping[str, Any] = clean
        if knows_region:
            bad = {hole[0] for hole in holes if hole}
            readable = {key: value for key, value in clean.items() if key not in bad}
            arguments, unresolved = self.resolved(prefix, manifest, readable, header)
            holes |= unresolved
        newest = cross_fields.newest_model(area, manifest, self.store)
        if newest is not None:
            readable_header = cross_fields.for_areas(header, knows_region=knows_region, knows_apps=self.knows_apps)
            self.report(prefix, cross_fields.findings(newest, clean, holes, readable_header))
        return clean, arguments

    def without_secrets(
        self, prefix: Path, manifest: Manifest, findings: list[structure.Finding]
    ) -> list[structure.Finding]:
        """What is to be said where the YAML gives a secret: that it does, and nothing of the value.

        A specification is committed, recorded and rendered, so a secret in it is known to all. One that stands there
        already must not keep an environment from being read, or destroyed.
        """
        if not secrecy.has_secrets(manifest.section):
            return findings
        places = [path[len(prefix) :] for path in self.source.values if path[: len(prefix)] == prefix]
        given = {
            path
            for path in places
            if path and secrecy.is_marked(path, manifest.section) and self.is_given(prefix, path)
        }
        kept = [finding for finding in findings if finding.path not in given]
        if self.today is None:
            return kept
        hint = "leave it out; a value that somebody gives out is put into Secrets Manager (docs/secrets.md)"
        summary = "{} is a secret, and what a specification says is committed and recorded"
        return kept + [
            structure.Finding(path, "MXS153", summary.format(dotted((*prefix, *path))), hint, at_key=True)
            for path in sorted(given, key=str)
        ]

    def is_given(self, prefix: Path, path: Path) -> bool:
        """Whether a single value stands there, and no null."""
        value: Any = self.source.data
        for step in (*prefix, *path):
            value = value[step]
        return value is not None and not isinstance(value, (dict, list))

    def unread(self, prefix: Path) -> set[Path]:
        """The places in a section whose values could not be read; what stands there is a stand-in."""
        file = self.source.file
        return {
            path[len(prefix) :]
            for path, place in (self.source.values.items() if self.known_bad else ())
            if path[: len(prefix)] == prefix and Location(file, *place) in self.known_bad
        }

    def resolved(
        self, prefix: Path, manifest: Manifest, clean: Mapping[str, Any], header: Header
    ) -> tuple[dict[str, Any], set[Path]]:
        """The section with what is marked ``x-resolve`` resolved, and what could not be.

        Where the module has no default of its own, from the frozen default of the section if it is not given.
        """
        properties = manifest.section.get("properties", {})
        arguments = dict(clean)
        unresolved: set[Path] = set()
        for variable in manifest.inputs.values():
            name = variable.key
            if variable.source != "yaml" or not variable.resolve:
                continue
            frozen = properties.get(name, {}).get("default") if variable.required else None
            value = clean.get(name, frozen)
            if value is None:
                continue
            resolver = RESOLVERS.get(variable.resolve)
            if resolver is None:
                raise MendixError(
                    Diagnostic(
                        "MXR106",
                        msg(
                            "{area} {version} needs {resolve}, which this mendixctl cannot resolve",
                            area=manifest.area,
                            version=manifest.version,
                            resolve=repr(variable.resolve),
                        ),
                        hint="install the version of mendixctl that wrote the lock, or a newer one",
                    )
                )
            try:
                arguments[name] = resolver(value, header.for_areas())
            except Unresolvable as error:
                self.report(prefix, [structure.Finding((name,), "MXS151", str(error), error.hint)])
                unresolved.add((name,))
        return arguments, unresolved

    # -- compatibility --------------------------------------------------------------------------

    def compatibility(self, header: Header) -> None:
        """The gate: what is right by itself, but out of support or not made for each other."""
        self.settings["apps"] = {name: app.model_dump(exclude_none=True) for name, app in header.apps.items()}
        if self.today is None:
            return
        from mendixgen.spec.compatibility import diagnostics
        from mendixgen.spec.support import facts

        known_bad = {problem.location for problem in self.problems}
        emulated = header.target == "emulator"
        for found in diagnostics(
            self.settings, self.source, facts(), self.today, emulated=emulated, domain=header.domain
        ):
            if found.location not in known_bad:
                (self.problems if found.severity is Severity.ERROR else self.warnings).append(found)

    def app_needs(self, header: Header) -> None:
        """The gate, of what the apps need of the areas; a section that has a mistake is not known."""
        if self.today is None or not self.knows_apps:
            return
        from mendixgen.spec.app_needs import concerns

        known_bad = {problem.location for problem in self.problems}
        for one in concerns(header, self.settings):
            found = Diagnostic(
                one.code, one.summary, one.hint, dotted(one.path), self.source.locate(one.path), one.severity
            )
            if found.location not in known_bad:
                (self.problems if one.severity is Severity.ERROR else self.warnings).append(found)

    def existing(self, header: Header, lock: Lock) -> None:
        """The gate, of a VPC that is somebody else's; most environments make their own, and import nothing for it."""
        if self.today is None or not self.settings.get("network", {}).get("existing"):
            return
        from mendixgen.spec.existing import concerns

        found = {area: self.manifest(area, pin) for area, pin in lock.pins.items()}
        on = {area: manifest for area, manifest in found.items() if manifest is not None}
        known_bad = {problem.location for problem in self.problems}
        for one in concerns(self.settings, on, header.name):
            place = self.source.locate(one.path)
            if place not in known_bad:
                self.problems.append(Diagnostic(one.code, one.summary, one.hint, dotted(one.path), place, one.severity))

    def defects(self, header: Header, lock: Lock) -> None:
        """What is known not to work with the pinned versions, which never change."""
        if self.today is None:
            return
        from mendixgen.versions import defects

        partition = _regions()[header.region].partition if header.region in _regions() else None
        for area, pin in lock.pins.items():
            for one in defects.of(area, pin.version, partition):
                summary = msg(
                    "{area} {version} has a known defect: {what}", area=area, version=pin.version, what=one.what
                )
                hint = msg(
                    "mended in {fixed_in}: mendixctl modules upgrade {name} {area}",
                    fixed_in=one.fixed_in,
                    name=header.name,
                    area=area,
                )
                place = self.source.locate((area,), key=True)
                self.warnings.append(Diagnostic("MXR109", summary, hint, area, place, Severity.WARNING))

    # -- reporting ------------------------------------------------------------------------------

    def report(self, prefix: Path, findings: Any) -> None:
        """Add findings, but none about a value that could not be read in the first place."""
        for finding in findings:
            severity = Severity.WARNING if finding.warns else Severity.ERROR
            found = self.diagnostic(prefix, finding, severity)
            if found.location not in self.known_bad:
                (self.warnings if finding.warns else self.problems).append(found)

    def diagnostic(self, prefix: Path, finding: structure.Finding, severity: Severity = Severity.ERROR) -> Diagnostic:
        path = (*prefix, *finding.path)
        summary = finding.summary
        hint = finding.hint
        raw = self.source.raw(path) if hint == "put it in quotes" else ""
        if raw:
            hint = msg('put it in quotes: "{raw}"', raw=raw)
        return Diagnostic(
            finding.code,
            summary,
            hint=hint,
            detail=dotted(path),
            location=self.source.locate(path, key=finding.at_key),
            severity=severity,
        )


def _keys(manifest: Manifest) -> list[str]:
    """The keys of the YAML that are the area's: its section, or the settings of a foundation."""
    return [manifest.area] if manifest.kind == "environment" else list(manifest.section.get("properties", {}))


def _order(problem: Diagnostic) -> tuple[Location, str]:
    return problem.location or Location(""), problem.code


def _regions() -> Mapping[str, Any]:
    from mendixgen.regions import regions

    return regions()


def _from_pydantic(error: Any) -> list[structure.Finding]:
    """What a model's own validators said; the bounds of single fields never come this far."""
    return [
        structure.Finding(tuple(one["loc"]), "MXS152", one["msg"].removeprefix("Value error, "))
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
