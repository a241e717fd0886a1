"""Plan, apply and rollback in a workspace of HCP Terraform, and what is refused: real mendixctl, and real Terraform at
both ends, which makes its resources on the emulator. Only the API between them is a double.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import pytest

from mendixctl.emulator import control
from mendixctl.emulator.environment import environment
from mendixctl.terraform.binary import find
from mendixctl.terraform.cli_config import for_mirror
from mendixctl.terraform.cloud import runner
from tests.emulator.command_bench import OTHERS, CommandBench
from tests.emulator.conftest import ACCOUNT, REGION
from tests.emulator.engine_bench import KEYS, vendored
from tests.support.hcp_double import TOKEN
from tests.support.hcp_workspace import RunningWorkspace

pytestmark = pytest.mark.emulator
LEDGER = f"{ACCOUNT}-{REGION}-mendix-state"
STATE = "state: {{backend: cloud, hostname: '{host}', organization: acme, workspace: mendix-dev}}"


@dataclass(kw_only=True)
class Here(CommandBench):
    """The machine that asks for runs, and what they work on."""

    workspace: RunningWorkspace

    def refused(self, *arguments: str) -> list[str]:
        """The codes with which a command is refused, with the exit code of a refusal."""
        code, document = self.call(*arguments)
        assert code == 3, document
        return [one["code"] for one in document["diagnostics"] if one["severity"] == "error"]


@pytest.fixture
def here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terraform_in_processes: str
) -> Iterator[Here]:
    repository = vendored(tmp_path / "platform", "encryption", text=KEYS)
    (repository.root / ".terraformignore").write_text(".git/\n.mendixctl/\n")
    variables = environment(control.start(repository, ACCOUNT, REGION))
    configuration = tmp_path / "terraform.rc"
    mirror = for_mirror(os.environ, tmp_path)
    text = mirror.read_text() if mirror else ""
    workspace = RunningWorkspace(
        tmp_path,
        {**variables, **({"TF_CLI_CONFIG_FILE": str(mirror)} if mirror else {})},
        terraform=terraform_in_processes,
    )
    workspace.settings |= {
        "name": "mendix-dev",
        "operations": True,
        "permissions": {"can-queue-run": True, "can-queue-apply": True, "can-update": True},
        "terraform-version": find().version,
    }
    # a host with a port has no variable for its token, so that it stands where the mirror does
    configuration.write_text(f'{text}credentials "{workspace.hostname}" {{\n  token = "{TOKEN}"\n}}\n')
    monkeypatch.delenv("MENDIXCTL_PROVIDER_MIRROR", raising=False)
    for name, value in {
        **variables,
        "TF_CLI_CONFIG_FILE": str(configuration),
        "SSL_CERT_FILE": str(workspace.certificate),
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(runner, "POLL", 0.2)
    spec = repository.spec("dev")
    state = STATE.format(host=workspace.hostname)
    spec.write_text(spec.read_text().replace("target: emulator", f"target: aws\nprotected: false\n{state}"))
    s3, kms = (boto3.client(name, region_name=REGION) for name in ("s3", "kms"))
    s3.create_bucket(Bucket=LEDGER, CreateBucketConfiguration={"LocationConstraint": REGION})
    document = tmp_path / "document.json"
    monkeypatch.setenv("MENDIXCTL_JSON_FILE", str(document))
    made = Here(repository, kms, capsys, document, workspace=workspace)
    yield made
    (tmp_path / "said").write_text(made.said)  # what a person would have read, for whom a failure puzzles
    workspace.close()
    for status in control.status(repository):
        control.stop(repository, status.account)


def test_the_engine_plans_applies_and_rolls_back_there_with_its_own_refusals(here: Here) -> None:
    workspace = here.workspace
    code, planned = here.call("plan", "dev", "--no-preflight")
    assert (code, workspace.wrong) == (2, [])
    assert planned["result"]["counts"]["add"] > 3
    assert {one["verdict"] for one in planned["result"]["changes"]} == {"reversible"}

    # what moves between plan and apply stops it here, before the run is confirmed
    apply = ("apply", "--yes", "--env", "dev", "--no-checks", "--no-deploy")
    here.edit("rotation_days: 365", "rotation_days: 180")
    assert here.refused(*apply) == ["MXP133"]
    here.edit("rotation_days: 180", "rotation_days: 365")
    workspace.state_path.write_text(json.dumps({"version": 4, "serial": 7, "lineage": "another", "resources": []}))
    assert here.refused(*apply) == ["MXP133"]
    workspace.state_path.unlink()
    workspace.settings["auto-apply"] = True
    assert here.refused(*apply) == ["MXP292"]
    workspace.settings["auto-apply"] = False
    assert workspace.confirmed() == []

    code, first = here.call(*apply, "-m", "keys")
    assert (code, first["result"]["number"], workspace.wrong) == (0, 1, [])
    assert (workspace.confirmed(), here.rotation()) == (["run-1"], {365})
    assert first["result"]["counts"]["add"] == planned["result"]["counts"]["add"]

    here.edit("rotation_days: 365", "rotation_days: 90")
    assert here.call("plan", "dev", "--no-preflight")[0] == 2
    code, second = here.call(*apply)
    assert (code, second["result"]["number"], here.rotation()) == (0, 2, {90})

    code, back = here.call("rollback", "v1", "--yes", "--env", "dev", "--no-checks", "--no-deploy")
    assert (code, back["result"]["release"]["number"], here.rotation()) == (0, 3, {365}), back
    assert back["result"]["proven"]
    text = here.repository.spec("dev").read_text()
    assert re.search(r"rotation_days: 365 +# once a year\n", text)  # the comment is kept
    code, history = here.call("history", "dev")
    assert [one["number"] for one in history["result"]["releases"]] == [3, 2, 1]

    # what destroys more than is allowed is refused, and no other acceptance than its own lets it through
    here.edit("encryption:\n", f"limits: {{destroy: 0}}\nencryption:\n  {OTHERS}\n")
    confirmed = workspace.confirmed()
    code, losing = here.call("plan", "dev", "--no-preflight")
    assert (code, [one["code"] for one in losing["result"]["guards"]["objections"]]) == (2, ["MXG102"])
    assert here.refused(*apply) == ["MXG102"]
    code, other = here.call(*apply, "--accept-loss", "module.other.aws_kms_key.x")
    assert (code, [one["code"] for one in other["diagnostics"]]) == (1, ["MXG104"])
    assert workspace.confirmed() == confirmed
    assert workspace.wrong == []
