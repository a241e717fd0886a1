"""One environment, opened: its specification, its lock, and the folders in which it is planned and applied.

A rehearsal is an ordinary environment of another repository: ``.mendixctl/<env>/rehearsal/`` holds a copy of the
YAML and of the lock, a link to ``modules/``, and below it a root, a state and a ledger of its own. No code needs
to know which of the two it works on, and nothing that it writes can be the real one's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.engine.environment.files import read_lock, read_text, require
from mendixctl.engine.environment.neighbours import reader
from mendixctl.engine.environment.plan_files import PlanFiles
from mendixctl.engine.environment.rehearsal import link_modules, rehearsal, rehearsed_lock
from mendixctl.engine.results import Scope
from mendixctl.engine.session import Session
from mendixgen import lock as locks
from mendixgen.files import Written, write_if_changed
from mendixgen.global_provider import ALIAS
from mendixgen.lock import Lock
from mendixgen.repository import Repository
from mendixgen.versions.store import ModuleStore

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mendixgen.documents import Source as DocumentSource
    from mendixgen.spec.header import CloudPlace
    from mendixgen.spec.loader import Specification
    from mendixgen.spec.source import Source

    Documents = Callable[[], Mapping[str, str]]


@dataclass(frozen=True)
class Workplace:
    """An environment that is worked on. ``repository`` is the rehearsal's own in a rehearsal."""

    session: Session
    environment: str
    repository: Repository
    specification: Specification
    lock: Lock
    scope: Scope

    @property
    def store(self) -> ModuleStore:
        return self._store

    @cached_property
    def _store(self) -> ModuleStore:
        return ModuleStore(self.repository.modules)

    @property
    def root(self) -> Path:
        """Terraform's root module."""
        return self.repository.terraform_root(self.environment)

    @property
    def workspace(self) -> Path:
        """What belongs to this checkout alone: plans, runs, Terraform's data."""
        return self.repository.workspace(self.environment)

    @property
    def plans(self) -> PlanFiles:
        """Where the saved plan stands."""
        return PlanFiles(self.workspace / "plans")

    @property
    def state_file(self) -> Path | None:
        """The local state; None where the state is in S3 or in a workspace of HCP Terraform."""
        if not self.scope.rehearsal and self.specification.header.backend != "local":
            return None
        return self.workspace / "state" / "terraform.tfstate"

    @property
    def cloud(self) -> CloudPlace | None:
        """The workspace of HCP Terraform that plans and applies run in; None where they run here."""
        return None if self.scope.rehearsal else self.specification.header.cloud

    @property
    def command(self) -> str:
        """What a person types to plan this environment again."""
        return f"mendixctl plan {self.environment}{' --emulator' if self.scope.rehearsal else ''}"

    def is_global(self, address: str) -> bool:
        """Whether the modules that are pinned make what is at ``address`` in us-east-1."""
        module, _, rest = address.removeprefix("module.").partition(".")
        pin = self.lock.pins.get(module)
        if pin is None or not address.startswith("module."):
            return False
        return rest.partition("[")[0] in self.store.manifest(module, pin.version).aliases.get(ALIAS, ())

    def with_lock(self, lock: Lock) -> Workplace:
        """The same, with another lock, which is written."""
        text = locks.dump(lock, self.environment)
        write_if_changed(self.repository.lock(self.environment), text)
        return replace(self, lock=lock)

    def rendered(self, *, teardown: bool = False) -> dict[str, str]:
        """The files of the root, as they should be."""
        from mendixgen.root.render import RenderOptions, render

        local = f"../../.mendixctl/{self.environment}/state/terraform.tfstate" if self.scope.rehearsal else None
        options = RenderOptions(teardown=teardown, local_state=local)
        return render(self.specification, self.lock, self.store, options)

    @property
    def document_source(self) -> DocumentSource:
        """What the documents beside the root are rendered from."""
        from mendixgen.documents import Source

        return Source(self.specification, self.store)

    def documents(self) -> dict[str, str]:
        """The documents beside the root, as they should be."""
        from mendixgen.documents import render

        return render(self.document_source)

    def write_root(self, *, teardown: bool = False, documents: Documents | None = None) -> Written:
        """Render the root, and the documents beside it where they may have moved, and write what changed.

        ``documents``: gives them, for a caller that has them already.
        """
        from mendixctl.engine.journal import import_ids, leftover_provider
        from mendixgen.documents.files import renew
        from mendixgen.root.render import write

        import_ids.clear(self.root)
        leftover_provider.clear(self.root)
        root = write(self.rendered(teardown=teardown), self.root)
        beside = renew(self.document_source, self.root, self.workspace / "documents.json", documents or self.documents)
        return Written(
            (*root.written, *beside.written),
            (*root.deleted, *beside.deleted),
            (*root.unchanged, *beside.unchanged),
        )

    @property
    def rendered_paths(self) -> list[Path]:
        """The files that rendering writes or deletes, whether they are there or not: root, index and documents."""
        from mendixgen.documents.files import INDEX, listed
        from mendixgen.root.render import OWNED

        return [self.root / name for name in (*OWNED, INDEX, *listed(self.root))]


def open_workplace(session: Session, environment: str, *, refresh: bool = True, gate: bool = False) -> Workplace:
    """Read, check and resolve an environment; in a rehearsal, bring its copy up to date first if ``refresh``.

    ``gate``: refuse versions that have gone out of support, or do not go together, since then. For what plans and
    validates; what reads or destroys must not fail because time has passed.

    Raises:
        MendixError: MXP101 there is no such environment; everything that is wrong with its specification.
    """
    from mendixgen.spec.source import scan

    require(session.repository, environment)
    real = session.repository
    label = f"environments/{environment}.yaml"
    text = read_text(real.spec(environment), label)
    source = scan(text, label)
    # what else is wrong with the text is the loader's to say, all at once
    if not session.rehearse or source.data.get("target") == "emulator":
        # an environment of the emulator is its own rehearsal: a second one would fight it for the same names
        return _opened(session, environment, real, source, read_lock(real, environment), rehearsing=False, gate=gate)
    copy = rehearsal(real, environment)
    if not refresh and copy.spec(environment).exists():
        rehearsed = read_text(copy.spec(environment), str(copy.spec(environment)))
        source = source if rehearsed == text else scan(rehearsed, label)
        return _opened(session, environment, copy, source, read_lock(copy, environment), rehearsing=True, gate=gate)
    link_modules(real, copy)
    lock = rehearsed_lock(real, copy, environment)
    opened = _opened(session, environment, copy, source, lock, rehearsing=True, gate=gate)
    write_if_changed(copy.spec(environment), opened.specification.text)
    return opened.with_lock(opened.lock)


def _opened(
    session: Session,
    environment: str,
    repository: Repository,
    source: Source,
    lock: Lock | None,
    *,
    rehearsing: bool,
    gate: bool,
) -> Workplace:
    from mendixgen.spec.loader import load

    store = ModuleStore(repository.modules)
    if lock is None:
        lock = locks.create_for(store, source.data)
    today = session.today if gate else None
    beside = reader(session.repository)
    specification = load(source, store=store, lock=lock, name=environment, today=today, beside=beside)
    scope = scope_of(specification, environment, rehearsing=rehearsing)
    return Workplace(session, environment, repository, specification, lock, scope)


def scope_of(specification: Specification, environment: str, *, rehearsing: bool) -> Scope:
    """What is worked on, as every view shows it."""
    header = specification.header
    remote = not rehearsing and header.backend != "local"
    return Scope(
        environment=environment,
        account=header.account,
        region=header.region,
        target="emulator" if rehearsing else header.target,
        rehearsal=rehearsing,
        protected=header.protected and not rehearsing,
        description=header.description,
        domain=header.domain,
        owner=header.owner,
        state=str(header.cloud or f"s3://{header.state_bucket}/{header.state_key}") if remote else "local",
    )
