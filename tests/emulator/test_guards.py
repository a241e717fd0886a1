"""The guards on real Terraform: an environment whose target is aws, with an emulator in the place of AWS."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.aws import Clients
from mendixctl.emulator import control
from mendixctl.emulator.environment import environment
from mendixctl.engine import bootstrap
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.apply.results import ApplyError
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.ledger.release import Status
from mendixgen.diagnostics import MendixError, Refused
from mendixgen.repository import Repository
from tests.emulator.conftest import ACCOUNT, REGION
from tests.emulator.engine_bench import EngineBench
from tests.support import small_repository, vault_module

pytestmark = pytest.mark.emulator
SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: aws
protected: false
domain: dev.apps.example.com

vault:
  logs: [audit, access]
"""
ACCESS = 'module.vault.aws_cloudwatch_log_group.this["access"]'
AUDIT = ACCESS.replace("access", "audit")


class Api:
    """boto3 on what stands for AWS."""

    def __init__(self, variables: dict[str, str]) -> None:
        clients = Clients(REGION, variables)
        self.logs, self.s3 = clients.client("logs"), clients.client("s3")
        self.secrets = clients.client("secretsmanager")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[EngineBench, Api]]:
    """``dev`` on AWS, which is an emulator that only the environment's variables know of."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    folder = tmp_path / "platform"
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / "dev.yaml").write_text(SPEC)
    vault_module.write_vault(folder / "modules")
    made = EngineBench(Repository(folder))
    variables = environment(control.start(made.repository, ACCOUNT, REGION))
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    yield made, Api(variables)
    made.stop()


def refusal(bench: EngineBench, *accepted: str) -> list[str]:
    """The codes with which an apply of the plan that there is is refused."""
    with pytest.raises(MendixError) as error:
        apply_run.execute(bench.session, apply_run.prepare(bench.session, "dev", accepted))
    return [found.code for found in error.value.diagnostics]


def unplannable(bench: EngineBench) -> list[str]:
    with pytest.raises(Refused) as error:
        bench.plan()
    return [found.code for found in error.value.diagnostics]


def test_from_a_wrong_account_to_a_lost_state(bench: tuple[EngineBench, Api], monkeypatch: pytest.MonkeyPatch) -> None:
    made, api = bench
    bootstrap.bootstrap(made.session, "dev")
    made.apply("both")

    # credentials of another account, and a region that is not the environment's
    with monkeypatch.context() as patch:
        other = control.start(made.repository, "210987654321", REGION)
        patch.setenv("AWS_ENDPOINT_URL", other.url)
        assert unplannable(made) == ["MXG105"]
    with monkeypatch.context() as patch:
        patch.setenv("AWS_REGION", "us-east-1")
        assert unplannable(made) == ["MXG106"]

    # what cannot be taken back is accepted by name
    made.edit("[audit, access]", "[audit]")
    planned = made.plan()
    assert [one.code for one in planned.guards.objections] == ["MXG101"]
    assert refusal(made) == ["MXG101"]
    assert refusal(made, ACCESS.replace("access", "acess")) == ["MXG104"]
    accepted = apply_run.execute(made.session, apply_run.prepare(made.session, "dev", [ACCESS]))
    assert (accepted.status, accepted.record.release.accepted) == (Status.SUCCEEDED, (ACCESS,))

    # names that are given away: to an environment that is known by its tag, and to nobody knows whom
    tags = [{"Key": "environment", "Value": "prod"}, {"Key": "managed-by", "Value": "mendixctl"}]
    api.secrets.create_secret(Name="dev/license", SecretString="theirs", Tags=tags)
    made.edit("logs:", "secrets: [license]\n  logs:")
    assert [one.code for one in made.plan().guards.objections] == ["MXG109"]
    assert refusal(made) == ["MXG109"]
    made.edit("secrets: [license]\n  logs: [audit]", "logs: [audit, taken]")
    api.logs.create_log_group(logGroupName="/dev/taken")
    made.plan()
    with pytest.raises(ApplyError) as failed:
        apply_run.execute(made.session, apply_run.prepare(made.session, "dev"))
    assert failed.value.diagnostics[0].code == "MXT129"
    api.logs.delete_log_group(logGroupName="/dev/taken")
    made.edit("[audit, taken]", "[audit]")

    # a name that was taken is in no later plan's way; everything is gone and the state does not know
    api.logs.delete_log_group(logGroupName="/dev/audit")
    assert [one.code for one in made.plan().guards.objections] == ["MXG107"]
    assert refusal(made) == ["MXG107"]
    assert apply_run.execute(made.session, apply_run.prepare(made.session, "dev", [AUDIT])).counts.add == 1

    # the state is gone, and everything is there
    header = open_workplace(made.session, "dev").specification.header
    api.s3.delete_object(Bucket=header.state_bucket, Key=header.state_key)
    assert unplannable(made) == ["MXP124"]
    assert _exists(api, "/dev/audit")


def test_a_destroy_limit_holds_where_prevent_destroy_is_gone_with_its_block(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terraform keeps to ``prevent_destroy`` only as long as the block stands there; the plan shows it all the same."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    made = EngineBench(small_repository.small_repository(tmp_path / "platform"))
    protected = 'resource "terraform_data" "note" {\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n'
    try:
        made.spec.write_text(made.spec.read_text() + "\nlimits: {destroy: 0}\n")
        _rewrite(made, protected)
        made.apply()
        _rewrite(made, "")
        planned = made.plan()
        assert [one.code for one in planned.guards.objections] == ["MXG102"]
        assert refusal(made) == ["MXG102"]
        assert '"note"' in made.state.read_text()
    finally:
        made.stop()


def _rewrite(bench: EngineBench, main: str) -> None:
    """Put other code into ``notes`` 1.0.0, as if it had always been its own."""
    folder = bench.repository.modules / "notes" / "1.0.0"
    (folder / "main.tf").write_text(main)
    (folder / "outputs.tf").write_text('output "ids" {\n  value = {}\n}\n')
    files = {name: (folder / name).read_bytes() for name in ("main.tf", "variables.tf", "outputs.tf")}
    manifest = small_repository.module_json("1.0.0", files, released="2026-11-01", resource="note")
    (folder / "module.json").write_text(json.dumps(manifest))


def _exists(api: Api, name: str) -> bool:
    found: list[dict[str, Any]] = api.logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in found)
