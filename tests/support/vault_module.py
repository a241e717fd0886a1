"""A small area of resources that AWS deletes with a delay, or for good: ``vault``, on the emulator in seconds.

Secrets with a first value that is written only, as the area ``secrets`` makes them; keys with an alias; log groups.
"""

from __future__ import annotations

import json
from pathlib import Path

from mendixgen.digests import file_digest

SPEC = """\
name: dev
region: eu-central-1
account: "123456789012"
target: emulator
domain: dev.apps.example.com

# What is kept.
vault:
  secrets: [license, token]
  keys: [files]
  logs: [audit]
"""

MAIN = """\
resource "aws_secretsmanager_secret" "this" {
  for_each = toset(var.secrets)

  name                    = "${var.environment}/${each.key}"
  recovery_window_in_days = 7
}

resource "aws_secretsmanager_secret_version" "first" {
  for_each = aws_secretsmanager_secret.this

  secret_id                = each.value.id
  secret_string_wo         = sha256(uuid())
  secret_string_wo_version = 1
  version_stages           = ["FIRST"]

  lifecycle {
    ignore_changes = [version_stages]
  }
}

resource "aws_secretsmanager_secret_policy" "this" {
  for_each = aws_secretsmanager_secret.this

  secret_arn = each.value.arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "NobodyElseReads"
      Effect    = "Deny"
      Principal = "*"
      Action    = "secretsmanager:GetSecretValue"
      Resource  = "*"
      Condition = {
        ArnNotEquals    = { "aws:PrincipalArn" = ["arn:aws:iam::${var.account}:role/reader"] }
        StringNotEquals = { "secretsmanager:VersionId" = aws_secretsmanager_secret_version.first[each.key].version_id }
      }
    }]
  })
}

resource "aws_kms_key" "this" {
  for_each = toset(var.keys)

  description             = each.key
  deletion_window_in_days = 7
}

resource "aws_kms_alias" "this" {
  for_each = aws_kms_key.this

  name          = "alias/${var.environment}-${each.key}"
  target_key_id = each.value.key_id
}

resource "aws_cloudwatch_log_group" "this" {
  for_each = toset(var.logs)

  name              = "/${var.environment}/${each.key}"
  retention_in_days = var.retention
}
"""

VARIABLES = """\
variable "environment" {
  type = string
}

variable "account" {
  type = string
}

variable "secrets" {
  type    = list(string)
  default = []
}

variable "keys" {
  type    = list(string)
  default = []
}

variable "logs" {
  type    = list(string)
  default = []
}

variable "retention" {
  type    = number
  default = 30
}

variable "teardown" {
  type    = bool
  default = false
}

variable "tags" {
  type    = map(string)
  default = {}
}
"""

VERSIONS = """\
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.99, < 6"
    }
  }
}
"""


def write_vault(modules: Path) -> None:
    """Write ``vault`` 1.0.0, released."""
    files = {
        "main.tf": MAIN.encode(),
        "outputs.tf": b'output "key_ids" {\n  value = { for name, key in aws_kms_key.this : name => key.key_id }\n}\n',
        "variables.tf": VARIABLES.encode(),
        "versions.tf": VERSIONS.encode(),
    }
    names = {"type": "array", "items": {"type": "string"}, "default": []}
    manifest = {
        "area": "vault",
        "version": "1.0.0",
        "released": "2026-11-01",
        "description": "What is kept.",
        "terraform": ">= 1.11",
        "provider": ">= 5.99, < 6",
        "section": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "secrets": {**names, "description": "Secrets."},
                "keys": {**names, "description": "Keys."},
                "logs": {**names, "description": "Log groups."},
                "retention": {"type": "integer", "default": 30, "description": "Days."},
            },
        },
        "inputs": {
            "environment": {"from": "context", "value": "name", "type": "string", "required": True},
            "account": {"from": "context", "value": "account", "type": "string", "required": True},
            **{
                name: {"from": "yaml", "type": "list(string)", "required": False}
                for name in ("secrets", "keys", "logs")
            },
            "retention": {"from": "yaml", "type": "number", "required": False},
            "teardown": {"from": "module", "type": "bool", "required": False},
            "tags": {"from": "module", "type": "map(string)", "required": False},
        },
        "outputs": {"key_ids": {"description": "Key IDs by name.", "sensitive": False}},
        "moves": [],
        "addresses": [
            "aws_secretsmanager_secret.this",
            "aws_secretsmanager_secret_version.first",
            "aws_secretsmanager_secret_policy.this",
            "aws_kms_key.this",
            "aws_kms_alias.this",
            "aws_cloudwatch_log_group.this",
        ],
        "files": {name: file_digest(content) for name, content in files.items()},
        "digest": file_digest(b"".join(files.values())),
    }
    folder = modules / "vault" / "1.0.0"
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "module.json").write_text(json.dumps(manifest))
