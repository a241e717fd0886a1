"""A platform repository with one small area of fast resources in AWS, for tests that kill what works on it.

The area is named ``relay``. Each entry of ``lines`` makes nine resources: some are known by a name, some by an ARN
that only AWS tells, and some belong to another one and can only come after it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mendixgen.digests import file_digest
from mendixgen.repository import Repository

SPEC = """\
name: {name}
region: eu-central-1
account: "{account}"
target: emulator
domain: {name}.apps.example.com
{state}
relay:
  lines: {lines}
"""

MAIN = """\
resource "aws_ssm_parameter" "setting" {
  for_each = var.lines
  name     = "/${var.environment}/${each.key}"
  type     = "String"
  value    = each.value
  tags     = var.tags
}

resource "aws_cloudwatch_log_group" "this" {
  for_each          = var.lines
  name              = "/${var.environment}/${each.key}"
  retention_in_days = 7
}

resource "aws_sns_topic" "this" {
  for_each = var.lines
  name     = "${var.environment}-${each.key}"
}

resource "aws_sns_topic_policy" "this" {
  for_each = var.lines
  arn      = aws_sns_topic.this[each.key].arn
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Publish"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sns:Publish"
      Resource  = aws_sns_topic.this[each.key].arn
    }]
  })
}

resource "aws_iam_role" "this" {
  for_each = var.lines
  name     = "${var.environment}-${each.key}"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = var.lines
  name     = "publish"
  role     = aws_iam_role.this[each.key].id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = aws_sns_topic.this[each.key].arn }]
  })
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each            = var.lines
  name                = "${var.environment}-${each.key}"
  schedule_expression = "rate(1 day)"
}

resource "aws_cloudwatch_event_target" "this" {
  for_each  = var.lines
  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = "topic"
  arn       = aws_sns_topic.this[each.key].arn
}

resource "aws_secretsmanager_secret" "this" {
  for_each = var.lines
  name     = "${var.environment}/${each.key}"
}
"""

TYPES = (
    "ssm_parameter.setting",
    "cloudwatch_log_group.this",
    "sns_topic.this",
    "sns_topic_policy.this",
    "iam_role.this",
    "iam_role_policy.this",
    "cloudwatch_event_rule.this",
    "cloudwatch_event_target.this",
    "secretsmanager_secret.this",
)

VARIABLES = """\
variable "environment" {
  type = string
}

variable "lines" {
  type    = map(string)
  default = {}
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

OUTPUTS = 'output "topics" {\n  value = { for name, topic in aws_sns_topic.this : name => topic.arn }\n}\n'


def _manifest(files: dict[str, bytes]) -> dict[str, Any]:
    lines = {"type": "object", "additionalProperties": {"type": "string"}, "default": {}, "description": "Lines."}
    return {
        "area": "relay",
        "version": "1.0.0",
        "released": "2026-11-01",
        "description": "Relay.",
        "terraform": ">= 1.11",
        "provider": ">= 5.99, < 6",
        "section": {"type": "object", "additionalProperties": False, "properties": {"lines": lines}},
        "inputs": {
            "environment": {"from": "context", "value": "name", "type": "string", "required": True},
            "lines": {"from": "yaml", "type": "map(string)", "required": False},
            "teardown": {"from": "module", "type": "bool", "required": False},
            "tags": {"from": "module", "type": "map(string)", "required": False},
        },
        "outputs": {"topics": {"description": "Topics by name.", "sensitive": False}},
        "moves": [],
        "addresses": [f"aws_{each}" for each in TYPES],
        "files": {name: file_digest(content) for name, content in files.items()},
        "digest": file_digest(b"".join(files.values())),
    }


def crash_repository(
    folder: Path, names: list[str], *, account: str = "123456789012", backend: str = "local", lines: int = 1
) -> Repository:
    """A repository with one environment a name, all of them in one account and so on one emulator."""
    (folder / "environments").mkdir(parents=True)
    for name in names:
        write_spec(folder, name, account=account, backend=backend, lines=range(lines))
    files = {"main.tf": MAIN.encode(), "variables.tf": VARIABLES.encode(), "outputs.tf": OUTPUTS.encode()}
    module = folder / "modules" / "relay" / "1.0.0"
    module.mkdir(parents=True)
    for file, content in files.items():
        (module / file).write_bytes(content)
    (module / "module.json").write_text(json.dumps(_manifest(files)))
    return Repository.find(folder)


def write_spec(
    folder: Path,
    name: str,
    *,
    account: str = "123456789012",
    backend: str = "local",
    lines: Iterable[int] = (0,),
    value: str = "v",
) -> None:
    """The YAML of one environment with the lines of those numbers."""
    state = "\nstate: {backend: s3}\n" if backend == "s3" else ""
    entries = json.dumps({f"line{number}": value for number in lines})
    text = SPEC.format(name=name, account=account, state=state, lines=entries)
    (folder / "environments" / f"{name}.yaml").write_text(text)
