"""The secrets module on the emulator: made, changed, destroyed; its values are in AWS and nowhere else."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import boto3
import pytest

from mendixctl.emulator.control import Endpoint
from mendixgen import functions
from mendixgen.areas.secrets import Secrets
from tests.emulator.module_root import MODULES, give, module_root, outputs, planned
from tests.emulator.terraform_root import Root

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
AROUND = """\
resource "aws_kms_key" "secrets" {}
resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
"""
FIXED = {
    "environment": '"dev"',
    "region": '"eu-central-1"',
    "account": f'"{ACCOUNT}"',
    "partition": '"aws"',
    "kms_key_arn": "aws_kms_key.secrets.arn",
    "logs_key_arn": "aws_kms_key.secrets.arn",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "app_role_arns": f'{{ crm = "arn:aws:iam::{ACCOUNT}:role/dev-app-crm" }}',
}
ENTRIES: dict[str, Any] = {
    "crm-api-key": {"description": "CRM API key, ${literal}", "readers": ["crm"]},
    "license": {"description": "Mendix runtime licence", "rotate": False},
}
SETTINGS: dict[str, Any] = {
    "entries": ENTRIES,
    "rotation_days": 30,
    "notify": ["platform@example.com"],
    "teardown": False,
}


@pytest.fixture
def root(tmp_path: Path, emulator: Endpoint) -> Root:
    # A literal's type would be fixed by its first value; the module's own variable types it.
    return module_root(
        tmp_path / "root", emulator, "secrets", Secrets.version, fixed=FIXED, settings=SETTINGS, around=AROUND
    )


def client(emulator: Endpoint, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=emulator.region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_the_secrets(root: Root, emulator: Endpoint) -> None:
    root.apply()
    assert planned(root) == {}
    made = outputs(root, "secrets")
    assert set(made["secret_arns"]) == {"crm-api-key", "license"}
    assert made["secret_names"]["license"] == "dev/license"
    manager = client(emulator, "secretsmanager")
    values = {name: manager.get_secret_value(SecretId=f"dev/{name}")["SecretString"] for name in ENTRIES}
    assert len(set(values.values())) == 2
    # What is rotated was renewed at once; what is not has the first value until somebody puts another.
    stages = {name: [sorted(it["VersionStages"]) for it in versions(manager, name)] for name in ENTRIES}
    assert sorted(stages["crm-api-key"]) == [["AWSCURRENT"], ["AWSPREVIOUS", "FIRST"]]
    assert stages["license"] == [["AWSCURRENT", "FIRST"]]
    no_trace_of(root, values.values())
    described = manager.describe_secret(SecretId="dev/crm-api-key")
    assert described["RotationEnabled"] is True
    assert described["RotationRules"]["AutomaticallyAfterDays"] == 30
    assert described["RotationLambdaARN"] == made["rotation_function_arn"]
    assert described["Description"] == "CRM API key, ${literal}"
    assert not manager.describe_secret(SecretId="dev/license").get("RotationEnabled")

    # A person's and the function's new values are none of Terraform's business.
    manager.put_secret_value(SecretId="dev/license", SecretString="put by a person")
    manager.put_secret_value(SecretId="dev/license", SecretString="put by a person again")
    assert planned(root) == {}
    root.apply()
    assert manager.get_secret_value(SecretId="dev/license")["SecretString"] == "put by a person again"
    no_trace_of(root, ["put by a person"])

    give(
        root,
        rotation_days=60,
        entries={
            **ENTRIES,
            "license": {**ENTRIES["license"], "readers": ["crm", f"arn:aws:iam::{ACCOUNT}:role/support"]},
            "portal": {"readers": []},
        },
    )
    changes = planned(root)
    assert {address for address, actions in changes.items() if actions == ("update",)} == {
        'module.secrets.aws_secretsmanager_secret_policy.this["license"]',
        'module.secrets.aws_secretsmanager_secret_rotation.this["crm-api-key"]',
    }
    assert set(changes.values()) == {("update",), ("create",)}
    root.apply()
    assert planned(root) == {}
    assert manager.get_secret_value(SecretId="dev/license")["SecretString"] == "put by a person again"

    give(root, teardown=True)
    root.apply()
    root.destroy()
    assert root.addresses() == set()
    # What was taken out of the YAML before keeps its recovery window; a teardown leaves nothing.
    left = manager.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert [(it["Name"], "DeletedDate" in it) for it in left] == [("dev/portal", True)]


def test_only_readers_and_the_function_may_read(root: Root, emulator: Endpoint) -> None:
    root.apply()
    manager = client(emulator, "secretsmanager")
    function = f"arn:aws:iam::{ACCOUNT}:role/dev-rotate-secret"
    expected = {"crm-api-key": [f"arn:aws:iam::{ACCOUNT}:role/dev-app-crm", function], "license": [function]}
    for name, readers in expected.items():
        policy = json.loads(manager.get_resource_policy(SecretId=f"dev/{name}")["ResourcePolicy"])
        allow, deny = policy["Statement"]
        assert (allow["Effect"], deny["Effect"]) == ("Allow", "Deny")
        assert allow["Condition"]["ArnEquals"]["aws:PrincipalArn"] == readers
        assert allow["Condition"]["StringEquals"]["aws:PrincipalAccount"] == ACCOUNT
        assert deny["Condition"]["ArnNotEquals"]["aws:PrincipalArn"] == readers
        (first,) = [it for it in versions(manager, name) if "FIRST" in it["VersionStages"]]
        assert deny["Condition"]["StringNotEquals"]["secretsmanager:VersionId"] == first["VersionId"]


def test_what_is_uploaded_is_the_code(root: Root, emulator: Endpoint) -> None:
    root.apply()
    function = client(emulator, "lambda").get_function(FunctionName="dev-rotate-secret")["Configuration"]
    assert function["Handler"] == "rotate_secret.handler"
    folder = MODULES / "secrets" / Secrets.version
    packed = (folder / "rotate_secret.zip").read_bytes()
    assert packed == functions.archive("rotate_secret")
    with zipfile.ZipFile(io.BytesIO(packed)) as package:
        assert package.namelist() == ["rotate_secret.py"]
        assert package.read("rotate_secret.py") == (folder / "rotate_secret.py").read_bytes()


def versions(manager: Any, name: str) -> list[dict[str, Any]]:
    answer = manager.list_secret_version_ids(SecretId=f"dev/{name}", IncludeDeprecated=True)
    found: list[dict[str, Any]] = answer["Versions"]
    return found


def no_trace_of(root: Root, values: Any) -> None:
    root.run("plan", "-input=false", "-out=plan.bin")
    texts = [root.run("show", "-json").stdout, root.run("show", "-json", "plan.bin").stdout]
    texts += [path.read_text() for path in root.folder.glob("terraform.tfstate*")]
    with zipfile.ZipFile(root.folder / "plan.bin") as plan:
        texts += [plan.read(name).decode(errors="replace") for name in plan.namelist()]
    assert not [value for value in values for text in texts if value in text]
