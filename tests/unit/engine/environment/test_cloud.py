"""An environment whose state is in HCP Terraform: rendered, looked at, and refused where it cannot be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mendixctl.engine.environment import cloud
from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.operation import operation
from mendixctl.engine.state.locks import find_lock
from mendixctl.engine.state.stored import read_state
from mendixctl.terraform.cloud.credentials import variable
from mendixgen.diagnostics import MendixError, Refused
from tests.support.fake_aws import FakeClients
from tests.support.hcp_double import TOKEN, HcpDouble
from tests.unit.engine.conftest import Bench


@pytest.fixture
def double(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HcpDouble]:
    made = HcpDouble(tmp_path)
    state = f"state: {{backend: cloud, hostname: '{made.hostname}', organization: acme, workspace: mendix-dev}}"
    bench.edit("target: emulator", f"target: aws\n{state}")
    (bench.repository.root / ".terraformignore").write_text(".git/\n/.mendixctl/\n")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    monkeypatch.setenv(variable(made.hostname), TOKEN)
    yield made
    made.close()


@pytest.fixture
def workplace(bench: Bench, double: HcpDouble) -> Workplace:
    return open_workplace(bench.session, "dev", refresh=False)


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [diagnostic.code for diagnostic in error.value.diagnostics]


def test_the_root_names_the_workspace_and_the_ledger_stays_in_the_bucket(
    workplace: Workplace, double: HcpDouble
) -> None:
    text = workplace.rendered()["terraform.tf"]
    assert (
        f'  cloud {{\n    hostname     = "{double.hostname}"\n    organization = "acme"\n\n'
        '    workspaces {\n      name = "mendix-dev"\n    }\n  }\n'
    ) in text
    assert "backend" not in text
    assert workplace.state_file is None
    assert workplace.scope.state == f"{double.hostname}/acme/mendix-dev"
    assert workplace.specification.header.state_place().bucket == "123456789012-eu-central-1-mendix-state"


def test_state_and_lock_are_asked_of_the_workspace(workplace: Workplace, double: HcpDouble) -> None:
    clients = FakeClients("123456789012")
    assert read_state(workplace, clients) == b""  # type: ignore[arg-type]
    assert find_lock(workplace, clients) is None  # type: ignore[arg-type]
    double.state = json.dumps({"version": 4, "serial": 3}).encode()
    assert read_state(workplace, clients) == double.state  # type: ignore[arg-type]
    double.settings["locked"], double.locked_by = True, {"type": "users", "id": "user-1"}
    lock = find_lock(workplace, clients)  # type: ignore[arg-type]
    assert lock is not None
    assert (lock.who, lock.where) == ("user user-1", f"{double.hostname}/acme/mendix-dev")


@pytest.mark.parametrize(
    ("setting", "value", "word"),
    [
        ("execution-mode", "local", "Execution Mode"),
        ("working-directory", "", "Working Directory"),
        ("auto-apply", True, "Auto-apply"),
        ("structured-run-output-enabled", False, "Structured"),
        ("vcs-repo", {"identifier": "a/b"}, "connected"),
    ],
)
def test_a_workspace_that_would_run_something_else_is_refused(
    workplace: Workplace, double: HcpDouble, setting: str, value: object, word: str
) -> None:
    cloud.check_setup(workplace)
    double.settings[setting] = value
    with pytest.raises(Refused, match=word) as refused:
        cloud.check_setup(workplace)
    assert codes(refused) == ["MXP292"]


def test_nothing_of_this_checkout_is_uploaded(workplace: Workplace) -> None:
    (workplace.session.repository.root / ".terraformignore").write_text(".git/\n")
    with pytest.raises(MendixError) as refused:
        cloud.check_setup(workplace)
    assert codes(refused) == ["MXP293"]


@pytest.mark.parametrize("doing", ["recover", "state restore v3", "drift", "adopt"])
def test_what_works_on_the_state_here_is_refused_with_the_way_there(
    bench: Bench, double: HcpDouble, doing: str
) -> None:
    with pytest.raises(Refused) as refused, operation(bench.session, "dev", doing):
        pass
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == "MXP291"
    assert diagnostic.hint


@pytest.mark.parametrize(
    "state",
    [
        "{backend: cloud}",
        "{organization: acme}",
        "{backend: s3, workspace: dev}",
        "{backend: cloud, organization: acme}\ntarget: emulator",
    ],
)
def test_a_place_that_cannot_be_is_wrong_in_the_yaml(bench: Bench, state: str) -> None:
    target = "" if "target" in state else "target: aws\n"
    bench.edit("target: emulator\n", f"{target}state: {state}\n")
    with pytest.raises(MendixError) as wrong:
        open_workplace(bench.session, "dev", refresh=False)
    assert "MXS125" in codes(wrong)
