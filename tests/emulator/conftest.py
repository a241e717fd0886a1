"""Emulators of their own for each test, and Terraform roots that run against them."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.terraform import invocation, process
from mendixctl.terraform.process import Finished
from mendixgen.repository import Repository
from tests.emulator.area_root import AreaRoot
from tests.emulator.fork_server import ForkServer
from tests.emulator.terraform_root import Root
from tests.support.attached_terraform import attached_terraform
from tests.support.provider_process import ATTACHED, INIT, relay

ACCOUNT = "123456789012"
REGION = "eu-central-1"
ENDPOINT = "AWS_ENDPOINT_URL"
"""Among the variables of what works with an emulator."""

TOOL = Path(__file__).parents[2] / "tools" / "provider_mirror.py"


@pytest.fixture(scope="session", autouse=True)
def provider_mirror() -> None:
    """Use a mirror of the provider if this machine has one; without one Terraform asks its registry."""
    if os.environ.get("MENDIXCTL_PROVIDER_MIRROR"):
        return
    specification = importlib.util.spec_from_file_location("provider_mirror", TOOL)
    assert specification is not None
    assert specification.loader is not None
    tool = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(tool)
    found = tool.find(Path("/"), dict(os.environ), Path.home(), tool.SECONDS)
    if found:
        os.environ["MENDIXCTL_PROVIDER_MIRROR"] = str(found)


@pytest.fixture(scope="session")
def fork_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForkServer]:
    """What asks the process that has imported moto, one for all workers."""
    own = tmp_path_factory.getbasetemp()
    made = ForkServer(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def forked_emulators(fork_server: ForkServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Emulators that are started from here are forked."""
    monkeypatch.setattr(control, "spawn", fork_server.spawn)


@pytest.fixture(autouse=True)
def relayed_providers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What mendixctl runs in this process has its provider from the relay; all of a test's providers end with it."""
    monkeypatch.setattr(invocation, "run", run_attached)
    yield
    relay().end(ENDPOINT)


def run_attached(
    command: Sequence[str], *, environment: Mapping[str, str], directory: Path, **options: Any
) -> Finished:
    """``process.run`` of Terraform, attached to the relay."""
    (name,) = [it for it in command if it in {*ATTACHED, INIT}][:1] or [""]
    given = relay().attached(name, directory, environment)
    return process.run(command, environment=given, directory=directory, **options)


@pytest.fixture
def terraform_in_processes(monkeypatch: pytest.MonkeyPatch) -> str:
    """What mendixctl runs in processes of its own has its provider from the relay too; the program that it runs."""
    monkeypatch.setenv("MENDIXCTL_TERRAFORM", str(attached_terraform()))
    return str(attached_terraform())


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Repository]:
    """An empty platform repository; its emulators end with the test."""
    made = Repository(tmp_path / "repository")
    made.environments.mkdir(parents=True)
    made.modules.mkdir()
    yield made
    for status in control.status(made):
        control.stop(made, status.account)


@pytest.fixture
def emulator(repository: Repository) -> Endpoint:
    """The running emulator of ``repository``."""
    return control.start(repository, ACCOUNT, REGION)


@pytest.fixture
def area_root(emulator: Endpoint, tmp_path: Path) -> Callable[..., AreaRoot]:
    """Makes an initialised root around one area's newest module; see `AreaRoot`."""

    def make(area: str, **options: Any) -> AreaRoot:
        return AreaRoot(tmp_path / "root", emulator, area, **options)

    return make


@pytest.fixture
def root_of(emulator: Endpoint, tmp_path: Path) -> Callable[..., Root]:
    """Makes an initialised copy of one of the roots in ``roots/``."""

    def make(name: str, *options: str, attached: bool = True) -> Root:
        return Root.copy(name, tmp_path / name, emulator, *options, attached=attached)

    return make
