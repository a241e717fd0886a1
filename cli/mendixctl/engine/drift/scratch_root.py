"""A private copy of an environment in which plans are made that change nothing of the real one.

``.mendixctl/<env>.drift/`` holds a root of its own, Terraform's data of its own, and a copy of the state behind a local
backend: neither the root that git has, nor the saved plan, nor the state and its lock are touched. It stands as deep in
the repository as a root does, so that ``../../modules`` is the same folder for both and no link is needed. (No name of
an environment has a dot.) The state is asked
of AWS once. The plan that does so keeps what it learnt within its file, and every later plan starts from there without
asking again. States and plans are readable by their owner alone, and gone when the copy is closed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from mendixctl.engine.digests import text_digest
from mendixctl.engine.environment.lease import lease
from mendixctl.engine.environment.tools import MIRROR, Tools
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.errors import unwritable
from mendixctl.engine.journal.import_ids import TRANSIENT
from mendixctl.engine.journal.leftover_provider import TRANSIENT as PROVIDER
from mendixctl.engine.journal.leftover_provider import leftover
from mendixctl.guard import code
from mendixctl.terraform.plan import PlanDocument
from mendixctl.terraform.runner import Terraform
from mendixctl.terraform.state import State, is_whole
from mendixctl.zip_archives import UNREADABLE
from mendixgen.files import write_atomic, write_if_changed

PROVIDER_LOCK = ".terraform.lock.hcl"
BACKEND = "mendixctl_override.tf"
"""An override file: Terraform merges it over the root's own ``terraform`` block, whatever backend that has."""

REFRESHED = "tfstate"
"""The member of a plan file that holds the state as the plan found it in AWS. Source: Terraform's planfile package."""

_LOCAL = 'terraform {\n  backend "local" {\n    path = "terraform.tfstate"\n  }\n}\n'
_MODULE = re.compile(r'"\.\./\.\./modules/([a-z][a-z0-9_]{0,30}/[0-9]+\.[0-9]+\.[0-9]+)"')
_SOURCE = re.compile(r"^\s*source\s*=.*$", re.MULTILINE)
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*\.tf\Z")

Files = Mapping[str, bytes]


class Copy:
    """An open copy; made by `opened`."""

    def __init__(self, workplace: Workplace, tools: Tools, state: State) -> None:
        self._workplace = workplace
        self._state = state
        self._tools = tools
        self.folder = workplace.workspace.with_name(f"{workplace.environment}.drift")
        self.plans = 0

    @property
    def state(self) -> Path:
        return self.folder / "terraform.tfstate"

    def plan(self, files: Files, *, refresh: bool = False) -> PlanDocument:
        """Plan a root of these files. ``refresh``: ask AWS first, and let later plans start from what it says.

        Raises:
            Refused: MXT132, MXT133, it would run more than the provider of AWS.
            MendixError: MXT1xx, Terraform cannot plan it; Interrupted, a person stopped it.
        """
        self._write(files)
        terraform = self._terraform()
        self._initialise(terraform, files)
        session = self._workplace.session
        session.reporter.stage("plan", "" if refresh else "without asking AWS again")
        plan_file = self.folder / "terraform.plan"
        self.plans += 1
        try:
            outcome = terraform.plan(plan_file, refresh=refresh, on_event=session.reporter.event)
            document = PlanDocument(self._tools.version)
            if outcome.has_changes or outcome.drift:
                document = terraform.show_plan(plan_file)
            if refresh:
                self._learn(plan_file)
            return document
        finally:
            plan_file.unlink(missing_ok=True)

    def _terraform(self) -> Terraform:
        return Terraform(
            self._tools.binary,
            self.folder,
            data_dir=self.folder / "terraform",
            environment=self._tools.environment,
            is_pointless=self._tools.emulator_is_gone if self._tools.endpoint else None,
        )

    def _write(self, files: Files) -> None:
        wanted = {name: content for name, content in files.items() if _NAME.match(name) or name == PROVIDER_LOCK}
        for path in [*self.folder.glob("*.tf"), self.folder / PROVIDER_LOCK]:
            if path.name not in wanted:
                path.unlink(missing_ok=True)
        for name, content in wanted.items():
            write_if_changed(self.folder / name, content)
        self._check(files)
        write_if_changed(self.folder / BACKEND, _LOCAL)
        providers = files.get("providers.tf", b"").decode("utf-8", "replace")
        if block := leftover(self._workplace.specification.header, self._state, providers):
            write_if_changed(self.folder / PROVIDER, block)

    def _check(self, files: Files) -> None:
        """Check that there is nothing but AWS's provider and modules of this repository: an archive comes from where
        others may write.

        Raises:
            Refused: MXT133.
        """
        modules = self._workplace.repository.modules
        named = {
            match[1] for content in files.values() for match in _MODULE.finditer(content.decode("utf-8", "replace"))
        }
        folders = {self.folder: f"the root of {self._workplace.environment}"}
        code.check_files(folders | {modules / name: f"modules/{name}" for name in named}, self.folder / "terraform.tf")

    def _initialise(self, terraform: Terraform, files: Files) -> None:
        """``init``, unless modules, constraints and versions are those of the last one."""
        stamp = self.folder / "init.json"
        texts = [files.get(name, b"").decode("utf-8", "replace") for name in ("terraform.tf", PROVIDER_LOCK)]
        sources = [line for name in sorted(files) for line in _SOURCE.findall(files[name].decode("utf-8", "replace"))]
        wanted = text_digest(
            json.dumps([*self._tools.binary.command, self._tools.version, os.environ.get(MIRROR, ""), texts, sources])
        )
        known = False
        with contextlib.suppress(OSError):
            known = stamp.read_text() == wanted and (self.folder / "terraform" / "providers").is_dir()
        if not known:
            stamp.unlink(missing_ok=True)
            self._workplace.session.reporter.stage("init")
            terraform.init(on_event=self._workplace.session.reporter.event)
        lock = self.folder / PROVIDER_LOCK
        code.check_providers(lock, self._workplace.session.repository.relative(lock), os.environ)
        write_atomic(stamp, wanted)

    def _learn(self, plan_file: Path) -> None:
        """Take the state that the plan found over; where its file is not as known, later plans ask AWS themselves."""
        with contextlib.suppress(*UNREADABLE, KeyError), zipfile.ZipFile(plan_file) as plan:
            found = plan.read(REFRESHED)
            if is_whole(found):
                write_atomic(self.state, found, mode=0o600)


@contextmanager
def opened(workplace: Workplace, tools: Tools, state: State) -> Iterator[Copy]:
    """A copy around ``state``; everything secret in it is gone afterwards.

    Raises:
        Refused: MXP110, another command makes plans in the copy.
        MendixError: MXP111, it cannot be written.
    """
    copy = Copy(workplace, tools, state)
    with lease(copy.folder, workplace.environment, "drift"):
        try:
            copy.folder.chmod(0o700)
        except OSError as error:
            raise unwritable(copy.folder, error) from error
        try:
            if state.raw:
                write_atomic(copy.state, state.raw, mode=0o600)
            yield copy
        finally:
            for path in copy.folder.glob("*.tfstate*"):
                path.unlink(missing_ok=True)
            for path in copy.folder.glob("*.plan"):
                path.unlink(missing_ok=True)


def today(workplace: Workplace, *, teardown: bool = False) -> dict[str, bytes]:
    """The root as this mendixctl renders it now, with what a person put beside it and the provider lock."""
    from mendixgen.root.render import OWNED

    beside = [path for path in sorted(workplace.root.glob("*.tf")) if path.name not in {*OWNED, TRANSIENT, PROVIDER}]
    lock = workplace.root / PROVIDER_LOCK
    own = {path.name: path.read_bytes() for path in [*beside, *([lock] if lock.is_file() else [])]}
    return own | {name: text.encode() for name, text in workplace.rendered(teardown=teardown).items()}


def same_code(one: Files, other: Files) -> bool:
    """Whether two roots are one for Terraform: all but the provider lock, which only says how init may choose."""
    return _code(one) == _code(other)


def _code(files: Files) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if name.endswith(".tf")}
