"""Plans and applies in HCP Terraform: a strict double of its API, and a Terraform that says what the real one does."""

from __future__ import annotations

import io
import json
import signal
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.terraform.binary import Binary, find
from mendixctl.terraform.cloud import credentials, workspace
from mendixctl.terraform.cloud.api import Cloud
from mendixctl.terraform.cloud.runner import CloudTerraform
from mendixctl.terraform.events import Event
from mendixgen.diagnostics import Interrupted, MendixError
from mendixgen.root.render import cloud_block
from mendixgen.spec.header import CloudPlace
from tests.support.hcp_double import TOKEN, HcpDouble, Run

PROGRAM = """\
#!/bin/bash
# plan writes the bookmark that Terraform's cloud integration does, and speaks to people in between (backend_plan.go)
printf '%s\\n' "$*" >> "$(dirname "$0")/calls"
for one in "$@"; do case "$one" in -out=*) out="${one#-out=}" ;; esac; done
if [ "$1" = plan ]; then
  echo "Running plan in HCP Terraform. Output will stream here."
  printf '{"remote_plan_format":1,"run_id":"run-1","hostname":"%s"}' localhost > "$out"
  exit 2
fi
"""
PLAN = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": []}


def hook(kind: str, address: str, **more: Any) -> dict[str, Any]:
    said = {"resource": {"addr": address}, "action": "create", **more}
    return {"@level": "info", "@message": "", "type": kind, "hook": said}


LOG = [
    {"type": "version", "terraform": "1.11.4", "ui": "1.2"},
    hook("apply_start", "module.a.b.c"),
    hook("apply_complete", "module.a.b.c", elapsed_seconds=1),
]


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HcpDouble]:
    made = HcpDouble(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    yield made
    made.close()


@pytest.fixture
def terraform(tmp_path: Path, double: HcpDouble) -> CloudTerraform:
    program = tmp_path / "terraform"
    program.write_text(PROGRAM)
    program.chmod(0o755)
    root = tmp_path / "root"
    root.mkdir()
    return CloudTerraform(
        Binary((str(program),), "1.11.4"),
        root,
        data_dir=tmp_path / "data",
        logs=tmp_path / "logs",
        cloud=Cloud(double.hostname, TOKEN),
        sleep=lambda _: None,
    )


def planned(terraform: CloudTerraform, tmp_path: Path) -> Path:
    out = tmp_path / "plan.tfplan"
    assert terraform.plan(out).has_changes
    return out


def test_a_plan_is_a_bookmark_and_its_json_is_asked_of_the_api(
    terraform: CloudTerraform, double: HcpDouble, tmp_path: Path
) -> None:
    double.runs["run-1"] = Run(plan=PLAN)
    out = planned(terraform, tmp_path)
    assert out.stat().st_mode & 0o777 == 0o600
    assert terraform.plan_json(out) == PLAN
    assert double.asked[-3:] == [
        "GET /api/v2/runs/run-1",
        "GET /api/v2/plans/plan-1/json-output",
        "GET /objects/plan-1",
    ]
    # the token goes to its own host alone
    assert {host for host, token in double.tokens if token} == {double.hostname}
    assert double.wrong == []


def test_init_and_plan_have_no_option_that_a_cloud_block_refuses(
    terraform: CloudTerraform, double: HcpDouble, tmp_path: Path
) -> None:
    terraform.init()
    planned(terraform, tmp_path)
    calls = (tmp_path / "calls").read_text()
    assert "-reconfigure" not in calls
    assert "-parallelism" not in calls


def test_an_apply_confirms_the_run_and_hears_its_log(
    terraform: CloudTerraform, double: HcpDouble, tmp_path: Path
) -> None:
    double.runs["run-1"] = Run(plan=PLAN, log=LOG)
    heard: list[str] = []
    outcome = terraform.apply(
        planned(terraform, tmp_path), on_event=lambda one: heard.append(getattr(one, "phase", one.kind))
    )
    assert (outcome.done, outcome.failed, outcome.errors) == (("module.a.b.c",), (), ())
    assert heard == ["version", "start", "complete"]
    assert double.wrong == []
    assert not [line for line in (tmp_path / "calls").read_text().splitlines() if line.startswith("apply")]


def test_a_failed_apply_names_what_was_done_and_what_not(
    terraform: CloudTerraform, double: HcpDouble, tmp_path: Path
) -> None:
    error = {"severity": "error", "summary": "creating X: AccessDenied", "detail": "", "address": "module.a.d.e"}
    log = [
        *LOG,
        hook("apply_start", "module.a.d.e"),
        hook("apply_errored", "module.a.d.e"),
        {"@level": "error", "@message": "", "type": "diagnostic", "diagnostic": error},
    ]
    double.runs["run-1"] = Run(plan=PLAN, log=log, states=["applying", "errored"])
    outcome = terraform.apply(planned(terraform, tmp_path))
    assert (outcome.done, outcome.failed) == (("module.a.b.c",), ("module.a.d.e",))
    assert "AccessDenied" in outcome.errors[0].summary + outcome.errors[0].detail


def test_ctrl_c_cancels_the_run_there_and_waits_for_its_end(
    terraform: CloudTerraform, double: HcpDouble, tmp_path: Path
) -> None:
    double.runs["run-1"] = Run(plan=PLAN, log=LOG, states=["applying"] * 50)
    plan = planned(terraform, tmp_path)

    def interrupt(event: Event) -> None:
        if event.kind == "version":  # the rest of the log is not there yet
            signal.raise_signal(signal.SIGINT)

    outcome = terraform.apply(plan, on_event=interrupt)
    assert outcome.interrupted
    with pytest.raises(Interrupted):
        outcome.raise_for_errors()
    assert outcome.done == ("module.a.b.c",)  # what was in flight came to its end, and is not lost
    assert double.asked.count("POST /api/v2/runs/run-1/actions/cancel") == 1


def test_the_workspace_and_its_state(double: HcpDouble) -> None:
    cloud = Cloud(double.hostname, TOKEN)
    facts = workspace.read(cloud, "acme", "mendix-dev")
    assert (facts.execution_mode, facts.working_directory, facts.locked) == ("remote", "environments/dev", False)
    assert workspace.state(cloud, facts) == b""
    double.state = b'{"version": 4}'
    assert workspace.state(cloud, facts) == b'{"version": 4}'
    double.settings["locked"], double.locked_by = True, {"type": "runs", "id": "run-7"}
    assert workspace.read(cloud, "acme", "mendix-dev").locked_by == "run run-7"


@pytest.mark.parametrize(("organization", "token", "code"), [("acme", "another", "MXT151"), ("other", TOKEN, "MXT152")])
def test_what_the_api_refuses_has_a_code(double: HcpDouble, organization: str, token: str, code: str) -> None:
    with pytest.raises(MendixError) as refused:
        workspace.read(Cloud(double.hostname, token), organization, "mendix-dev")
    (diagnostic,) = refused.value.diagnostics
    assert diagnostic.code == code
    assert TOKEN not in diagnostic.summary


def test_who_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(MendixError) as failed:
        workspace.read(Cloud("localhost:1", TOKEN), "acme", "mendix-dev")
    assert failed.value.diagnostics[0].code == "MXT153"


def test_the_token_is_found_where_terraform_finds_it(tmp_path: Path) -> None:
    def found(**variables: str) -> str:
        return credentials.token("tfe.my-host.example.com", variables, tmp_path)

    with pytest.raises(MendixError) as none:
        found()
    assert none.value.diagnostics[0].code == "MXT150"
    (tmp_path / ".terraform.d").mkdir()
    said = {"credentials": {"tfe.my-host.example.com": {"token": "of login"}, "app.terraform.io": {"token": "no"}}}
    (tmp_path / ".terraform.d" / "credentials.tfrc.json").write_text(json.dumps(said))
    assert found() == "of login"
    (tmp_path / ".terraformrc").write_text('credentials "tfe.my-host.example.com" {\n  token = "of the file"\n}\n')
    assert found() == "of the file"
    assert found(TF_TOKEN_tfe_my__host_example_com="of the variable") == "of the variable"


def test_the_real_terraform_uploads_the_repository_and_leaves_a_bookmark(
    double: HcpDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Terraform itself talks to the double: what the cloud block says, what is sent, and what is left are its own."""
    monkeypatch.delenv("MENDIXCTL_PROVIDER_MIRROR", raising=False)
    configuration = tmp_path / "configuration"  # a host with a port has no variable
    configuration.write_text(f'credentials "{double.hostname}" {{\n  token = "{TOKEN}"\n}}\n')
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(configuration))
    double.settings |= {"name": "mendix-dev", "permissions": {"can-queue-run": True}, "terraform-version": "1.11.4"}
    repository = tmp_path / "repository"
    root = repository / "environments" / "dev"
    for path, text in {
        "environments/dev/terraform.tf": "terraform {\n"
        + "\n".join(cloud_block(CloudPlace(double.hostname, "acme", "mendix-dev")))
        + "\n}\n",
        "environments/dev/main.tf": 'module "a" {\n  source = "../../modules/a"\n}\n',
        "modules/a/main.tf": 'resource "terraform_data" "b" {}\n',
        ".terraformignore": ".mendixctl/\n",
        ".mendixctl/dev/plans/terraform.plan": "a secret\n",
    }.items():
        (repository / path).parent.mkdir(parents=True, exist_ok=True)
        (repository / path).write_text(text)
    double.runs["run-1"] = Run(plan=PLAN)
    terraform = CloudTerraform(
        find(), root, data_dir=repository / ".mendixctl" / "data", cloud=Cloud(double.hostname, TOKEN)
    )
    terraform.init()
    out = repository / ".mendixctl" / "dev" / "plans" / "terraform.plan"
    assert terraform.plan(out).has_changes
    assert json.loads(out.read_text())["run_id"] == "run-1"
    assert terraform.plan_json(out) == PLAN
    with tarfile.open(fileobj=io.BytesIO(double.uploaded)) as archive:
        names = {name.removeprefix("./") for name in archive.getnames()}
    assert {"environments/dev/main.tf", "modules/a/main.tf"} <= names
    assert not [name for name in names if ".mendixctl" in name]
