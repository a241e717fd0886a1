"""The secrets module on the emulator: made, changed, destroyed; its values are in AWS and nowhere else."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest

from mendixctl.emulator.endpoint import Endpoint
from mendixgen import functions
from tests.emulator.area_root import AreaRoot

pytestmark = pytest.mark.emulator

ACCOUNT = "123456789012"
AROUND = """\
resource "aws_kms_key" "secrets" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Principal = "*", Action = "kms:*", Resource = "*" }] })
}
resource "aws_iam_policy" "boundary" {
  name = "dev-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }]
  })
}
"""
WIRED = {
    "kms_key_arn": "aws_kms_key.secrets.arn",
    "logs_key_arn": "aws_kms_key.secrets.arn",
    "boundary_arn": "aws_iam_policy.boundary.arn",
    "app_role_arns": f'{{ crm = "arn:aws:iam::{ACCOUNT}:role/dev-app-crm" }}',
}
ENTRIES: dict[str, Any] = {
    "crm-api-key": {"description": "CRM API key, ${literal}", "readers": ["crm"]},
    "license": {"description": "Mendix runtime licence", "rotate": False},
}


@pytest.fixture
def root(area_root: Callable[..., AreaRoot]) -> AreaRoot:
    return area_root("secrets", wired=WIRED, around=AROUND, settings={"notify": ["platform@example.com"]})


def client(emulator: Endpoint, service: str) -> Any:
    return boto3.client(
        service,
        endpoint_url=emulator.url,
        region_name=emulator.region,
        aws_access_key_id="emulator",
        aws_secret_access_key="emulator",
    )


def test_life_of_the_secrets(root: AreaRoot, emulator: Endpoint) -> None:
    root.give(entries=ENTRIES)
    root.settle()
    made = root.outputs()
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
    only_readers_and_the_function_may_read(manager)
    function = client(emulator, "lambda").get_function(FunctionName="dev-rotate-secret")["Configuration"]
    assert function["Handler"] == "rotate_secret.handler"
    assert base64.b64decode(function["CodeSha256"]) == hashlib.sha256(functions.archive("rotate_secret")).digest()

    # A person's and the function's new values are none of Terraform's business.
    manager.put_secret_value(SecretId="dev/license", SecretString="put by a person")
    manager.put_secret_value(SecretId="dev/license", SecretString="put by a person again")
    root.settle()
    assert manager.get_secret_value(SecretId="dev/license")["SecretString"] == "put by a person again"
    no_trace_of(root, ["put by a person"])

    readers = ["crm", f"arn:aws:iam::{ACCOUNT}:role/support"]
    then = {**ENTRIES, "license": {**ENTRIES["license"], "readers": readers}, "portal": {"readers": []}}
    root.give(entries=then, rotation_days=60)
    changes = root.planned()
    assert {address for address, actions in changes.items() if actions == ("update",)} == {
        'aws_secretsmanager_secret_policy.this["license"]',
        'aws_secretsmanager_secret_rotation.this["crm-api-key"]',
    }
    assert set(changes.values()) == {("update",), ("create",)}
    root.settle()
    assert manager.get_secret_value(SecretId="dev/license")["SecretString"] == "put by a person again"

    root.end({"entries": ENTRIES})
    # What was taken out of the YAML before keeps its recovery window; a teardown leaves nothing.
    left = manager.list_secrets(IncludePlannedDeletion=True)["SecretList"]
    assert [(it["Name"], "DeletedDate" in it) for it in left] == [("dev/portal", True)]


def only_readers_and_the_function_may_read(manager: Any) -> None:
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


def versions(manager: Any, name: str) -> list[dict[str, Any]]:
    answer = manager.list_secret_version_ids(SecretId=f"dev/{name}", IncludeDeprecated=True)
    found: list[dict[str, Any]] = answer["Versions"]
    return found


def no_trace_of(root: AreaRoot, values: Any) -> None:
    root.run("plan", "-input=false", "-out=plan.bin")
    texts = [root.run("show", "-json").stdout, root.run("show", "-json", "plan.bin").stdout]
    texts += [path.read_text() for path in root.folder.glob("terraform.tfstate*")]
    with zipfile.ZipFile(root.folder / "plan.bin") as plan:
        texts += [plan.read(name).decode(errors="replace") for name in plan.namelist()]
    assert not [value for value in values for text in texts if value in text]
