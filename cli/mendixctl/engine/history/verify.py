"""``verify``: whether the ledger, the modules that it pins, and its mirror are what was written once. Changes nothing.

Everything is looked at, whatever is found on the way: a damaged record is a finding like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mendixctl.engine.deployed import deployed
from mendixctl.engine.deployment import connection
from mendixctl.engine.deployment.unready import slow, unready
from mendixctl.engine.digests import code_digest
from mendixctl.engine.environment.files import choose
from mendixctl.engine.environment.ledger import local_ledger
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.history.run import opened
from mendixctl.engine.session import Session
from mendixctl.ledger.audit import RESTORE, Audit, Finding, audit
from mendixctl.ledger.local import LocalLedger
from mendixctl.ledger.release import Release
from mendixctl.ledger.store import LedgerStore, folder_name
from mendixgen import lock as locks
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity
from mendixgen.versions.store import ModuleStore


@dataclass(frozen=True, slots=True)
class Verified:
    """One environment's ledger. ``place``: where it is; ``mirrored``: how many of its releases the repository has."""

    environment: str
    place: str
    releases: int
    mirrored: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class VerifyResult:
    """All that was looked at. ``modules`` counts the versions whose files were compared."""

    environments: tuple[Verified, ...]
    modules: int
    module_findings: tuple[Diagnostic, ...]

    @property
    def sound(self) -> bool:
        found = [finding.diagnostic for one in self.environments for finding in one.findings]
        return not any(one.severity is Severity.ERROR for one in (*found, *self.module_findings))

    @property
    def exit_code(self) -> int:
        return 0 if self.sound else 1


def verify(session: Session, environment: str | None = None, *, everything: bool = False) -> VerifyResult:
    """Check one environment, or all of them, and the modules of the repository.

    Raises:
        MendixError: MXP101, MXP102, no environment was meant.
    """
    repository = session.repository
    names = repository.names() if everything else [choose(repository, environment)]
    session.reporter.stage("verify")
    modules = _Modules(ModuleStore(repository.modules))
    found = tuple(_environment(session, name, modules) for name in names)
    return VerifyResult(found, *modules.verified())


def _environment(session: Session, name: str, modules: _Modules) -> Verified:
    """The ledger beside the state; where the YAML does not say where that is, what the repository has of it."""
    findings: list[Finding] = []
    workplace: Workplace | None = None
    store: LedgerStore
    try:
        workplace, store = opened(session, name)
    except MendixError as error:
        findings += [Finding(0, problem) for problem in error.diagnostics]
        folder = session.repository.terraform_root(name) / "releases"
        store = LocalLedger(name, folder, session.repository.relative(folder))
    try:
        made = audit(store)
    except MendixError as error:
        return Verified(name, store.place, 0, 0, (*findings, *(Finding(0, one) for one in error.diagnostics)))
    findings += made.findings
    for number, release in made.releases.items():
        findings += [Finding(number, one) for one in _pins(release, modules, f"{store.place}/{folder_name(number)}")]
    mirrored = 0
    if workplace is not None:
        findings += _base(workplace, made, store)
        if not made.findings:  # what cannot be believed says nothing of a cluster
            findings += _cluster(workplace, store)
        if workplace.state_file is None:
            mirrored, differences = _mirror(local_ledger(workplace), store, made)
            findings += differences
    findings.sort(key=lambda finding: finding.release)
    return Verified(name, store.place, len(made.numbers), mirrored, tuple(findings))


def _pins(release: Release, modules: _Modules, place: str) -> Iterator[Diagnostic]:
    """Whether each module version that a release ran is there, and is what it was."""
    location = Location(f"{place}/release.json")
    try:
        pins = locks.parse(release.lock, f"v{release.number}.lock").pins
    except MendixError as error:
        yield from error.diagnostics
        return
    recorded = release.extra.get("modules")
    for area, pin in sorted(pins.items()):
        if pin.version not in modules.store.versions(area):
            yield Diagnostic(
                "MXD114",
                f"v{release.number} ran {area} {pin.version}, which is not in modules/{area}/",
                hint=f"bring it back from git: git log --diff-filter=D -- modules/{area}/{pin.version}",
                location=location,
            )
            continue
        then = recorded.get(area) if isinstance(recorded, dict) else None
        if isinstance(then, str) and then != modules.digest(area, pin.version):
            released = modules.is_released(area, pin.version)
            yield Diagnostic(
                "MXD115",
                f"{area} {pin.version} is not what v{release.number} ran: its code was changed since"
                + ("" if released else ", as that of an unreleased version may be"),
                hint=f"git log -- modules/{area}/{pin.version}; a rollback to v{release.number} would run today's code",
                location=location,
                severity=Severity.ERROR if released else Severity.WARNING,
            )


def _base(workplace: Workplace, made: Audit, store: LedgerStore) -> list[Finding]:
    base, head = workplace.lock.base, max(made.numbers, default=0)
    if base <= head:
        return []
    summary = (
        f"the lock is based on v{base} of {workplace.environment}, and the ledger in {store.place} ends at v{head}"
    )
    location = Location(f"environments/{workplace.environment}.lock")
    return [Finding(base, Diagnostic("MXD116", summary, hint=RESTORE, location=location))]


def _cluster(workplace: Workplace, store: LedgerStore) -> list[Finding]:
    """What the releases have brought into the cluster and is not ready there: no damage of a record, so warnings.

    That the cluster cannot be asked is one as well. Where there is none, or an emulator that does not run, nothing is.
    """
    there = deployed(store)
    if there.record is None or there.emptied:
        return []
    number = there.record.number
    try:
        api = connection.reading(workplace)
        waiting = unready(api, slow(store, there)) if api is not None else ()
    except MendixError as error:
        return [Finding(number, replace(one, severity=Severity.WARNING)) for one in error.diagnostics]
    return [
        Finding(
            number,
            Diagnostic(
                "MXD118",
                f"{one.address} of {workplace.environment} is in the cluster as v{number} says, and not ready: "
                f"{one.message}",
                hint=f"mendixctl deploy {workplace.environment} --dry-run says whether it is as it was released",
                severity=Severity.WARNING,
            ),
        )
        for one in waiting
    ]


def _mirror(mirror: LocalLedger, store: LedgerStore, made: Audit) -> tuple[int, list[Finding]]:
    """How many releases the repository's mirror has, and where it is not what stands beside the state."""
    findings = []
    try:
        numbers = mirror.numbers()
    except MendixError as error:
        return 0, [Finding(0, problem) for problem in error.diagnostics]
    for number in numbers:
        place = f"{mirror.place}/{folder_name(number)}"
        try:
            here, there = mirror.parts(number), store.parts(number)
            release = made.releases.get(number)
            archives = (mirror.stored_archive(release), store.stored_archive(release)) if release else (None, None)
        except MendixError as error:
            findings += [Finding(number, problem) for problem in error.diagnostics]
            continue
        different = [
            file
            for file, one, other in (
                ("release.json", here[0], there[0]),
                ("outcome.json", here[1] or there[1], there[1]),
                ("hcl.tar.gz", *archives),
            )
            if one != other
        ]
        findings += [Finding(number, _unlike(number, store, place, file)) for file in different]
    return len(numbers), findings


def _unlike(number: int, store: LedgerStore, place: str, file: str) -> Diagnostic:
    return Diagnostic(
        "MXD117",
        f"{place}/{file} is not what {store.place} has of v{number} of {store.environment}",
        hint=f"the one beside the state counts: remove {place}, then mendixctl sync {store.environment}",
        location=Location(f"{place}/{file}"),
    )


class _Modules:
    """The repository's modules, each version's code read once."""

    def __init__(self, store: ModuleStore) -> None:
        self.store = store
        self._digests: dict[tuple[str, str], str] = {}

    def digest(self, area: str, version: str) -> str:
        """What a release would record of the version today."""
        key = area, version
        if key not in self._digests:
            self._digests[key] = code_digest(self.store.folder / area / version)
        return self._digests[key]

    def is_released(self, area: str, version: str) -> bool:
        """Whether the version is released; one that cannot be read counts as released."""
        try:
            return self.store.manifest(area, version).released is not None
        except MendixError:
            return True

    def verified(self) -> tuple[int, tuple[Diagnostic, ...]]:
        """How many versions there are, and what is wrong with them."""
        problems: list[Diagnostic] = []
        versions = list(self._versions())
        for area, version in versions:
            try:
                self.store.verify(area, version)
            except MendixError as error:
                problems += error.diagnostics
        return len(versions), tuple(problems)

    def _versions(self) -> Iterable[tuple[str, str]]:
        return ((area, version) for area in self.store.areas() for version in self.store.versions(area))
