"""A platform repository with one small area, whose resources live in Terraform alone and need no API.

The area is named ``notes``: ``terraform_data`` resources from a map, in two versions. 1.1.0 renames the resource
with ``moved`` and adds a setting.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mendixgen.digests import file_digest
from mendixgen.repository import Repository

SPEC = """\
# The notes of the tests.
name: {name}
region: eu-central-1
account: "123456789012"
target: {target}
domain: {name}.apps.example.com

notes:
  texts:            # one resource each
    first: hello    # the oldest
"""


def module_json(version: str, files: dict[str, bytes], *, released: str | None, resource: str) -> dict[str, Any]:
    """The manifest of one version, as ``mendixctl modules build`` would write it."""
    properties: dict[str, Any] = {
        "texts": {"type": "object", "additionalProperties": {"type": "string"}, "default": {}, "description": "Notes."},
        "edition": {
            "type": "integer",
            "minimum": 1,
            "default": 1,
            "description": "Edition.",
            "x-one-way": "an edition cannot be unprinted",
        },
    }
    inputs: dict[str, Any] = {
        "environment": {"from": "context", "value": "name", "type": "string", "required": True},
        "texts": {"from": "yaml", "type": "map(string)", "required": False},
        "edition": {"from": "yaml", "type": "number", "required": False},
        "teardown": {"from": "module", "type": "bool", "required": False},
        "tags": {"from": "module", "type": "map(string)", "required": False},
    }
    moves = []
    if version != "1.0.0":
        properties["suffix"] = {"type": "string", "default": "", "description": "Put behind each note."}
        inputs["suffix"] = {"from": "yaml", "type": "string", "required": False}
        moves = [{"from": "terraform_data.note", "to": "terraform_data.this", "since": "1.1.0"}]
    return {
        "area": "notes",
        "version": version,
        "released": released,
        "description": "Notes.",
        "terraform": ">= 1.11",
        "provider": ">= 5.99, < 6",
        "section": {"type": "object", "additionalProperties": False, "properties": properties},
        "inputs": inputs,
        "outputs": {"ids": {"description": "IDs by name.", "sensitive": False}},
        "moves": moves,
        "addresses": [f"terraform_data.{resource}", "terraform_data.guard"],
        "files": {name: file_digest(content) for name, content in files.items()},
        "digest": file_digest(b"".join(files.values())),
    }


def write_module(modules: Path, version: str, *, released: str | None = "2026-11-01") -> None:
    """Write one version of the area ``notes``."""
    resource = "note" if version == "1.0.0" else "this"
    value = "each.value" if version == "1.0.0" else '"${each.value}${var.suffix}"'
    main = (
        f'resource "terraform_data" "{resource}" {{\n  for_each = var.texts\n  input    = {value}\n}}\n\n'
        "# Changes with the edition, and with the teardown, as a deletion protection would.\n"
        'resource "terraform_data" "guard" {\n'
        '  input = "${var.environment} ${var.edition} ${var.teardown ? "open" : "locked"}"\n}\n'
    )
    if version != "1.0.0":
        main += "\nmoved {\n  from = terraform_data.note\n  to   = terraform_data.this\n}\n"
    variables = (
        'variable "environment" {\n  type = string\n}\n\n'
        'variable "texts" {\n  type    = map(string)\n  default = {}\n}\n\n'
        'variable "edition" {\n  type    = number\n  default = 1\n}\n\n'
        'variable "teardown" {\n  type    = bool\n  default = false\n}\n\n'
        'variable "tags" {\n  type    = map(string)\n  default = {}\n}\n'
    )
    if version != "1.0.0":
        variables += '\nvariable "suffix" {\n  type    = string\n  default = ""\n}\n'
    outputs = f'output "ids" {{\n  value = {{ for name, note in terraform_data.{resource} : name => note.id }}\n}}\n'
    files = {"main.tf": main.encode(), "variables.tf": variables.encode(), "outputs.tf": outputs.encode()}
    folder = modules / "notes" / version
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / "module.json").write_text(json.dumps(module_json(version, files, released=released, resource=resource)))


def small_repository(folder: Path, *, name: str = "dev", target: str = "emulator") -> Repository:
    """A repository with the environment ``name`` and ``notes`` 1.0.0."""
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / f"{name}.yaml").write_text(SPEC.format(name=name, target=target))
    write_module(folder / "modules", "1.0.0")
    return Repository.find(folder)
