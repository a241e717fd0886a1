"""Terraform for one workplace: which binary, with whose credentials, against which API, initialised or not."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mendixctl.aws import Clients
from mendixctl.engine.digests import file_digest
from mendixctl.engine.environment import tracked_files
from mendixctl.engine.environment.credentials import check_credentials
from mendixctl.engine.environment.identity import check_home
from mendixctl.engine.environment.sweep import sweep
from mendixctl.engine.environment.workplace import Workplace
from mendixctl.engine.errors import encrypted_state, unwritable
from mendixctl.engine.journal.run_folders import run_folder
from mendixctl.engine.results import Scope
from mendixctl.guard import code
from mendixctl.terraform.binary import Binary, find
from mendixctl.terraform.runner import Terraform
from mendixctl.terraform.state import EncryptedStateError, NotAStateError, State, is_whole, parse
from mendixgen.diagnostics import Diagnostic, Location, MendixError, Severity
from mendixgen.files import private_folder, write_atomic

if TYPE_CHECKING:
    from mendixctl.emulator.endpoint import Endpoint

MIRROR = "MENDIXCTL_PROVIDER_MIRROR"


@dataclass(frozen=True)
class Tools:
    """What a use-case works with once the emulator, where one is needed, answers."""

    binary: Binary
    environment: Mapping[str, str | None]
    clients: Clients
    endpoint: Endpoint | None = None

    @classmethod
    def start(cls, workplace: Workplace) -> Tools:
        """Find Terraform, and start the emulator if that is the target and it does not run.

        Raises:
            MendixError: MXT1xx no usable Terraform; MXE1xx the emulator does not start.
            Refused: MXI105, what Terraform would trust came with the checkout.
            Refused: MXP122 and MXP123, the environment is not the one it was; MXG105 and MXG106, the credentials are
                not for its account and region.
        """
        check_home(workplace)
        tracked_files.check(workplace)
        sweep(workplace.session.repository.private, workplace.session.clock())
        binary = find(cache=workplace.session.repository.private / "terraform.json")
        environment, endpoint = api(workplace)
        made = clients(workplace, environment)
        check_credentials(workplace, made)
        return cls(binary, environment, made, endpoint)

    @property
    def version(self) -> str:
        """What a plan records, and is compared with when it is applied."""
        return self.binary.identity

    def scope(self, workplace: Workplace) -> Scope:
        """The workplace's scope with the address that Terraform's calls go to."""
        return replace(workplace.scope, endpoint=self.endpoint.url if self.endpoint else "")

    def terraform(self, workplace: Workplace, logs: Path | None = None) -> Terraform:
        """Terraform in the workplace's root. ``logs``: the run's folder."""
        data = workplace.workspace / "terraform"
        if workplace.cloud is not None:
            from mendixctl.engine.environment.cloud import connected
            from mendixctl.terraform.cloud.credentials import variable
            from mendixctl.terraform.cloud.runner import CloudTerraform

            cloud = connected(workplace)
            # a configuration for a mirror takes the place of the one that has the token
            given = {**self.environment, variable(cloud.hostname): cloud.token}
            return CloudTerraform(self.binary, workplace.root, data_dir=data, environment=given, logs=logs, cloud=cloud)
        return Terraform(
            self.binary,
            workplace.root,
            data_dir=data,
            environment=self.environment,
            logs=logs,
            is_pointless=self.emulator_is_gone if self.endpoint else None,
        )

    def emulator_is_gone(self) -> bool:
        """Whether the emulator that this work needs no longer answers."""
        from mendixctl.emulator.control import is_alive

        return self.endpoint is not None and not is_alive(self.endpoint)

    def initialise(self, workplace: Workplace, *, recover: bool = True) -> None:
        """``terraform init``, unless the stamp says that nothing it depends on has changed.

        ``recover``: also put back a state that Terraform could not save.

        Raises:
            MendixError: MXT1xx, Terraform cannot be initialised.
            Refused: MXT132, MXT133, it would run more than the provider of AWS.
        """
        if workplace.cloud is not None:
            from mendixctl.engine.environment.cloud import check_setup

            check_setup(workplace)
        stamp = workplace.workspace / "init.json"
        data = workplace.workspace / "terraform"
        if workplace.state_file is not None:
            _private_folder(workplace.state_file.parent)
        # before Terraform is started at all: init already fetches modules, and runs git for that
        code.check_files(_configuration(workplace), workplace.root / "terraform.tf")
        if _read_stamp(stamp) == self._stamp(workplace) and _is_initialised(data, workplace):
            _check_providers(workplace)
            if recover:
                self._recover(workplace)
            return
        session = workplace.session
        session.reporter.stage("init")
        stamp.unlink(missing_ok=True)
        logs = run_folder(workplace.workspace, "init", session.clock())
        self.terraform(workplace, logs).init(on_event=session.reporter.event)
        _check_providers(workplace)
        # the provider lock is written by init, so the stamp is taken after it
        write_atomic(stamp, json.dumps({"stamp": self._stamp(workplace)}) + "\n")
        if recover:
            self._recover(workplace)

    def _stamp(self, workplace: Workplace) -> list[str]:
        """All that ``init`` depends on: backend, constraints, modules and theirs, provider lock, versions."""
        root, store = workplace.root, workplace.store
        manifests = [store.manifest(area, pin.version) for area, pin in sorted(workplace.lock.pins.items())]
        modules = [f"{found.area}@{found.version}:{found.provider}:{found.digest}" for found in manifests]
        return [
            self.binary.version,
            " ".join(self.binary.command),
            os.environ.get(MIRROR, ""),
            file_digest(root / "terraform.tf"),
            file_digest(root / ".terraform.lock.hcl"),
            str(root.resolve()),
            *modules,
        ]

    def _recover(self, workplace: Workplace) -> None:
        """Put back a state that Terraform could not save at the end of an apply.

        Terraform leaves it as ``errored.tfstate`` in the root, and itself refuses to push an older or a foreign one.
        """
        left = workplace.root / "errored.tfstate"
        if not left.exists():
            return
        if not _is_state(left):
            self._give_up(workplace, left)
            return
        workplace.session.reporter.stage("recover", left.name)
        self.terraform(workplace).state_push(left)
        left.unlink(missing_ok=True)

    def _give_up(self, workplace: Workplace, left: Path) -> None:
        """Put aside what Terraform left of a state on a disk that had no room for it; it would stop every plan."""
        kept = workplace.workspace / "errored.tfstate.damaged"
        try:
            if left.stat().st_size:
                left.replace(kept)
            else:
                left.unlink()
        except OSError as error:
            raise unwritable(left, error) from error
        workplace.session.reporter.notice(
            Diagnostic(
                "MXP114",
                "an apply could not save its state, because the disk had no room: what it made last may exist and "
                "stand in no state",
                hint=f"mendixctl history {workplace.environment} says which release that was, and mendixctl show what "
                "it did; what the plan would create a second time has to be removed or imported by hand first",
                severity=Severity.WARNING,
                location=Location(str(kept)) if kept.exists() else None,
            )
        )

    def emulator_died(self, workplace: Workplace) -> MendixError | None:
        """The error that explains all others where the emulator ended in the middle of the work; else None."""
        if self.endpoint is None or not self.emulator_is_gone():
            return None
        from mendixctl.emulator.control import died

        return died(workplace.session.repository, self.endpoint)

    def state(self, workplace: Workplace) -> State:
        """The state: read where it is local, asked of Terraform where it is not.

        Raises:
            MendixError: MXP113, the local state cannot be read.
        """
        path = workplace.state_file
        if path is None:
            return self.terraform(workplace).state_pull()
        try:
            raw = path.read_bytes()
        except FileNotFoundError:
            return State()
        except OSError as error:
            raise _unreadable_state(workplace, path, error.strerror or str(error)) from error
        if not raw.strip() and _is_state(path.with_name(f"{path.name}.backup")):
            raise _unreadable_state(workplace, path, "it is empty, and the one before it is not")
        try:
            return parse(raw)
        except EncryptedStateError as error:
            raise encrypted_state(str(path)) from error
        except NotAStateError as error:
            raise _unreadable_state(workplace, path, str(error)) from error


def api(workplace: Workplace) -> tuple[dict[str, str | None], Endpoint | None]:
    """The variables that lead Terraform to its API, and the emulator if it is one; that is started for it."""
    scope = workplace.scope
    if scope.target == "aws":
        return {}, None
    from mendixctl.emulator.control import start
    from mendixctl.emulator.environment import environment, scrubbed

    workplace.session.reporter.stage("emulator")
    endpoint = start(workplace.session.repository, scope.account, scope.region)
    variables: dict[str, str | None] = dict.fromkeys(os.environ.keys() - scrubbed(os.environ).keys())
    variables.update(environment(endpoint))
    return variables, endpoint


def clients(workplace: Workplace, environment: Mapping[str, str | None]) -> Clients:
    """boto3's clients in the environment's own region, with the rights that Terraform has; made when one is asked for.

    ``environment``: the variables of `api`.
    """
    header = workplace.specification.header
    given = {name: value for name, value in environment.items() if value is not None}
    return Clients(header.region, given, role=header.deploy_role or "")


def reading_clients(workplace: Workplace) -> Clients:
    """As `clients`, for what reads state and ledger alone: an emulator is started only where these are in its S3."""
    variables, _ = api(workplace) if workplace.state_file is None else ({}, None)
    return clients(workplace, variables)


def _configuration(workplace: Workplace) -> dict[Path, str]:
    """The folders that Terraform reads: the root, and the pinned version of each module; with their names."""
    relative = workplace.session.repository.relative
    pinned = [workplace.store.folder / area / pin.version for area, pin in workplace.lock.pins.items()]
    return {folder: relative(folder) for folder in (workplace.root, *pinned)}


def _check_providers(workplace: Workplace) -> None:
    lock = workplace.root / ".terraform.lock.hcl"
    code.check_providers(lock, workplace.session.repository.relative(lock), os.environ)


def _read_stamp(path: Path) -> object:
    with contextlib.suppress(OSError, ValueError):
        found = json.loads(path.read_bytes())
        return found.get("stamp") if isinstance(found, dict) else None
    return None


def _is_initialised(data: Path, workplace: Workplace) -> bool:
    modules = not workplace.lock.pins or (data / "modules" / "modules.json").is_file()
    return modules and (data / "providers").is_dir() and (data / "terraform.tfstate").is_file()


def _is_state(path: Path) -> bool:
    """Whether a file holds a whole Terraform state."""
    with contextlib.suppress(OSError):
        return is_whole(path.read_bytes())
    return False


def _private_folder(folder: Path) -> None:
    try:
        private_folder(folder, folder.parent)
    except OSError as error:
        raise unwritable(folder, error) from error


def _unreadable_state(workplace: Workplace, path: Path, why: str) -> MendixError:
    return MendixError(
        Diagnostic(
            "MXP113",
            f"the local state cannot be read: {why}",
            hint=f"mendixctl recover {workplace.environment} puts back the one that Terraform keeps beside it",
            location=Location(str(path)),
        )
    )
