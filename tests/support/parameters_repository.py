"""A platform repository with one small area whose resources are in AWS: parameters of Systems Manager.

``parameters.texts`` makes one parameter each, ``parameters.about`` describes all of them, and ``parameters.numbers``
makes parameters whose value is a number.
"""

from __future__ import annotations

import json
from pathlib import Path

from mendixgen.digests import file_digest
from mendixgen.repository import Repository

SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com

parameters:
  texts:
    first: hello    # the oldest
    second: there
  limit: 5
"""

MAIN = """\
resource "aws_ssm_parameter" "text" {
  for_each = var.texts

  name           = "/${var.environment}/text/${each.key}"
  description    = var.about
  type           = "String"
  insecure_value = each.value
}

resource "aws_ssm_parameter" "limit" {
  name           = "/${var.environment}/limit"
  type           = "String"
  insecure_value = var.limit
}
"""

VARIABLES = """\
variable "environment" {
  type = string
}

variable "texts" {
  type    = map(string)
  default = {}
}

variable "about" {
  type    = string
  default = "Kept by the tests."
}

variable "limit" {
  type    = number
  default = 1
}

variable "teardown" {
  type    = bool
  default = false
}
"""


def write_parameters(modules: Path, version: str = "1.0.0", *, main: str = MAIN) -> None:
    """Write one version of the area ``parameters``."""
    files = {"main.tf": main.encode(), "variables.tf": VARIABLES.encode()}
    text = {"type": "string"}
    manifest = {
        "area": "parameters",
        "version": version,
        "released": "2026-11-01",
        "description": "Parameters.",
        "terraform": ">= 1.11",
        "provider": ">= 5.99, < 6",
        "section": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "texts": {"type": "object", "additionalProperties": text, "default": {}},
                "about": {**text, "default": "Kept by the tests."},
                "limit": {"type": "integer", "minimum": 1, "default": 1},
            },
        },
        "inputs": {
            "environment": {"from": "context", "value": "name", "type": "string", "required": True},
            "texts": {"from": "yaml", "type": "map(string)"},
            "about": {"from": "yaml", "type": "string"},
            "limit": {"from": "yaml", "type": "number"},
            "teardown": {"from": "module", "type": "bool"},
        },
        "outputs": {},
        "addresses": ["aws_ssm_parameter.text", "aws_ssm_parameter.limit"],
        "files": {name: file_digest(content) for name, content in files.items()},
        "digest": file_digest(b"".join(files.values())),
    }
    folder = modules / "parameters" / version
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "module.json").write_text(json.dumps(manifest))


def parameters_repository(folder: Path) -> Repository:
    """A repository with the environment ``dev`` and ``parameters`` 1.0.0."""
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / "dev.yaml").write_text(SPEC)
    write_parameters(folder / "modules")
    return Repository.find(folder)
