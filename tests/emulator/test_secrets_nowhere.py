"""Secrets of every kind, planted in a real environment: what mendixctl says and writes holds none of them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mendixctl.app import main
from mendixctl.emulator import control
from mendixgen.digests import file_digest
from mendixgen.repository import Repository
from tests.support.secret_search import exposed, held, holders, in_git

pytestmark = pytest.mark.emulator

PLANTED = {
    "parameter": "Tr0ub4dor&3-parameter <x>",
    "document": 'json "quoted" \\ back/slash é',
    "key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----",
    "copied": "copied-by-a-provider-91",
    "policy": "policy-name-31415",
    "later": "second-parameter-27182",
}
ENVIRONMENT = {
    "AWS_SECRET_ACCESS_KEY": "real-secret-access-key-0123456789",
    "AWS_SESSION_TOKEN": "real-session-token-0123456789",
    "GITHUB_TOKEN": "ghp_planted0123456789",
    "TF_VAR_parameter": "from-a-variable-0123456789",
}
MAIN = """\
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

locals {
  secrets = sensitive(jsondecode(file("PLANTED")))
}

resource "aws_ssm_parameter" "this" {
  name  = "/dev/parameter"
  type  = var.edition == 3 ? local.secrets.copied : "SecureString"
  value = contains([1, 4], var.edition) ? local.secrets.parameter : local.secrets.later
  tags  = { open = "shown-to-all" }
}

resource "aws_secretsmanager_secret" "this" {
  name                    = "dev/document"
  recovery_window_in_days = 0
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id     = aws_secretsmanager_secret.this.id
  secret_string = jsonencode({ document = local.secrets.document, key = local.secrets.key })
}

resource "aws_iam_user" "this" {
  name = "dev-planted"
}

resource "aws_iam_access_key" "this" {
  user = aws_iam_user.this.name
}

resource "terraform_data" "copy" {
  input = { password = local.secrets.copied, open = "shown-to-all" }
}

# AWS says that there is no such policy, and names it.
resource "aws_iam_user_policy_attachment" "this" {
  count      = var.edition == 4 ? 1 : 0
  user       = aws_iam_user.this.name
  policy_arn = "arn:aws:iam::123456789012:policy/${local.secrets.policy}"
}
"""
VARIABLES = 'variable "edition" {\n  type    = number\n  default = 1\n}\n'
OUTPUTS = """\
output "open" {
  value = aws_ssm_parameter.this.name
}

output "hidden" {
  value     = { parameter = aws_ssm_parameter.this.value, key = aws_iam_access_key.this.secret }
  sensitive = true
}
"""
SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com

vault: {edition: 1}
"""


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """A repository in git, with a module that a person wrote, under the most careless umask."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    before = os.umask(0)
    try:
        folder = tmp_path / "platform"
        module = folder / "modules" / "vault" / "1.0.0"
        module.mkdir(parents=True)
        (folder / "environments").mkdir()
        files = {
            "main.tf": MAIN.replace("PLANTED", str(tmp_path / "planted.json")).encode(),
            "variables.tf": VARIABLES.encode(),
            "outputs.tf": OUTPUTS.encode(),
        }
        for name, content in files.items():
            (module / name).write_bytes(content)
        (module / "module.json").write_text(json.dumps(manifest(files)))
        (folder / "environments" / "dev.yaml").write_text(SPEC)
        (folder / ".gitignore").write_text(".mendixctl/\n")
        (tmp_path / "planted.json").write_text(json.dumps(PLANTED))
        subprocess.run(["git", "-C", str(folder), "init", "-q"], check=True)
        made = Repository(folder)
        yield made
        for status in control.status(made):
            control.stop(made, status.account)
    finally:
        os.umask(before)


def manifest(files: dict[str, bytes]) -> dict[str, Any]:
    setting = {"type": "integer", "default": 1, "description": "Edition."}
    return {
        "area": "vault",
        "version": "1.0.0",
        "released": "2026-11-01",
        "description": "Secrets.",
        "terraform": ">= 1.11",
        "provider": ">= 5.99, < 6",
        "section": {"type": "object", "additionalProperties": False, "properties": {"edition": setting}},
        "inputs": {"edition": {"from": "yaml", "type": "number"}},
        "outputs": {"open": {"sensitive": False}, "hidden": {"sensitive": True}},
        "moves": [],
        "addresses": [],
        "files": {name: file_digest(content) for name, content in files.items()},
        "digest": file_digest(b"".join(files.values())),
    }


def test_no_secret_is_said_or_written_where_others_read(
    repository: Repository, capfd: pytest.CaptureFixture[str]
) -> None:
    said: list[str] = []

    def run(*command: str, code: int) -> str:
        for form in (
            ([], ["--json"])
            if command[0] in {"history", "show", "diff", "output", "validate", "blame", "verify", "status", "state"}
            else ([],)
        ):
            assert main(["-C", str(repository.root), *command, *form]) == code, capfd.readouterr().err
            caught = capfd.readouterr()
            said.append(caught.out + caught.err)
        return said[-1]

    def edition(number: int) -> None:
        repository.spec("dev").write_text(SPEC.replace("edition: 1", f"edition: {number}"))

    assert "(sensitive)" in run("plan", "dev", "--details", code=2)
    plans = repository.workspace("dev") / "plans"
    planned = holders(plans, PLANTED.values())
    assert exposed(plans, planned, repository.private) == []
    run("apply", "--yes", code=0)
    assert list(plans.iterdir()) == []
    edition(3)
    assert "(sensitive)" in run("plan", "dev", code=1)  # the provider quotes what it does not accept
    edition(4)
    assert "(sensitive)" in run("plan", "dev", "--json", code=2)
    assert "(sensitive)" in run("apply", "--yes", "--json", code=1)  # AWS quotes what it does not know
    edition(2)
    run("plan", "dev", code=2)
    run("apply", "--yes", code=0)
    run("rollback", "v1", "--yes", code=0)
    for command in (
        ["history"],
        ["show", "v2"],
        ["show", "v4"],
        ["diff", "v1", "v2"],
        ["output", "dev"],
        ["validate"],
        ["blame", "dev"],
        ["verify", "dev"],
        ["status", "dev"],
        ["state", "list", "dev"],
        ["drift", "dev"],
    ):
        run(*command, code=0)
    state = json.loads((repository.workspace("dev") / "state" / "terraform.tfstate").read_text())
    keys = [one["instances"][0]["attributes"] for one in state["resources"] if one["type"] == "aws_iam_access_key"]
    secrets = [*PLANTED.values(), keys[0]["secret"], keys[0]["ses_smtp_password_v4"]]
    # what is said, in any way
    for text in said:
        assert held(text.encode(), [*secrets, *ENVIRONMENT.values()]) == set()
    assert any("shown-to-all" in text for text in said)
    # what is committed, the ledger among it
    assert in_git(repository.root, [*secrets, *ENVIRONMENT.values()]) == {}
    assert (repository.terraform_root("dev") / "releases" / "0004" / "outcome.json").is_file()
    # what is kept: secrets stand in what Terraform and the emulator keep, for their owner alone
    kept = holders(repository.root, secrets)
    assert any(name.endswith("terraform.tfstate") for name in kept)
    assert exposed(repository.root, kept, repository.private) == []
    assert holders(repository.root, ENVIRONMENT.values()) == {}
