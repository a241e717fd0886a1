"""The AWS provider's own schema: what is an argument, what is a block, and what may be set.

Dumped once by ``terraform providers schema -json`` (16 MB, seconds), distilled to what the authoring
needs, and kept in the user's cache under the provider's version.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mendixgen.authoring.expression import Dynamic, Expr
from mendixgen.authoring.module import AuthoringError
from mendixgen.authoring.terraform_tool import environment, provider_mirror_configuration, terraform_command
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.files import write_atomic

PROVIDER = "registry.terraform.io/hashicorp/aws"
VERSION = "5.100.0"
"""The provider version that modules are written against and tested with."""

_FORMAT = 2  # of the distilled cache; a change of its shape changes the file's name


@dataclass(frozen=True, slots=True)
class Attribute:
    """One argument: its Terraform type (as JSON), and whether it must, may or cannot be set."""

    type: Any
    required: bool
    settable: bool


@dataclass(frozen=True, slots=True)
class Block:
    """The body of a resource or of a nested block."""

    attributes: Mapping[str, Attribute]
    blocks: Mapping[str, NestedBlock]


@dataclass(frozen=True, slots=True)
class NestedBlock:
    """A kind of nested block: ``single``, ``list`` or ``set``, and how many there may be (0: any number)."""

    nesting: str
    minimum: int
    maximum: int
    body: Block

    @property
    def many(self) -> bool:
        return self.nesting != "single" and self.maximum != 1


@dataclass(frozen=True, slots=True)
class ProviderSchema:
    """All resource types of one provider version."""

    version: str
    raw: Mapping[str, Any]

    def resource(self, kind: str) -> Block | None:
        """The body of a resource type, or None if the provider does not have it."""
        found = self.raw.get(kind)
        return None if found is None else _block(found)

    def kinds(self) -> list[str]:
        return list(self.raw)


def load(version: str = VERSION) -> ProviderSchema:
    """The schema of the AWS provider, from the cache or from Terraform.

    Raises:
        MendixError: MXM120, Terraform cannot be run or cannot get the provider.
    """
    cache = _cache_folder() / f"provider-aws-{version}.{_FORMAT}.json"
    try:
        return ProviderSchema(version, json.loads(cache.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        distilled = distil(_dump(version))
        write_atomic(cache, json.dumps(distilled, separators=(",", ":")))
        return ProviderSchema(version, distilled)


def distil(dumped: Mapping[str, Any]) -> dict[str, Any]:
    """The part of ``terraform providers schema -json`` that authoring needs, by resource type."""
    schemas = dumped["provider_schemas"][PROVIDER]["resource_schemas"]
    return {kind: _distil_block(schema["block"]) for kind, schema in sorted(schemas.items())}


def check(place: str, schema: ProviderSchema, kind: str, arguments: Mapping[str, Any]) -> Block:
    """Check a resource's arguments against the schema; returns its body's schema.

    Raises:
        AuthoringError: MXM121 unknown type, MXM122 unknown argument, MXM123 not settable, MXM124 missing,
            MXM125 a block where an argument belongs or the reverse, MXM126 too many or too few blocks.
    """
    body = schema.resource(kind)
    if body is None:
        raise AuthoringError("MXM121", place, f"the provider has no {kind}", _close(kind, schema.kinds()))
    _check_body(place, body, arguments)
    return body


def _check_body(place: str, body: Block, arguments: Mapping[str, Any]) -> None:
    for name, value in arguments.items():
        here = f"{place}.{name}"
        if name in body.blocks:
            _check_blocks(here, body.blocks[name], value)
        elif name not in body.attributes:
            raise AuthoringError("MXM122", here, "unknown argument", _close(name, [*body.attributes, *body.blocks]))
        elif not body.attributes[name].settable:
            raise AuthoringError("MXM123", here, "is computed by AWS and cannot be set")
        elif isinstance(value, Dynamic):
            raise AuthoringError("MXM125", here, "is an argument, not a block", "give it a for expression")
    missing = [name for name, it in body.attributes.items() if it.required and arguments.get(name) is None]
    missing += [name for name, it in body.blocks.items() if it.minimum and arguments.get(name) is None]
    if missing:
        raise AuthoringError("MXM124", place, f"misses {', '.join(missing)}")


def _check_blocks(place: str, nested: NestedBlock, value: Any) -> None:
    if isinstance(value, Expr) or not isinstance(value, (Mapping, list, tuple, Dynamic)):
        raise AuthoringError(
            "MXM125", place, "is a block, not an argument", "give a dict, a list of dicts, or dynamic()"
        )
    blocks = [value] if isinstance(value, (Mapping, Dynamic)) else list(value)
    if nested.maximum and len(blocks) > nested.maximum:
        raise AuthoringError("MXM126", place, f"at most {nested.maximum} of this block")
    if len(blocks) < nested.minimum:
        raise AuthoringError("MXM126", place, f"at least {nested.minimum} of this block")
    for index, block in enumerate(blocks):
        here = place if len(blocks) == 1 else f"{place}[{index}]"
        content = block.content if isinstance(block, Dynamic) else block
        if not isinstance(content, Mapping):
            raise AuthoringError("MXM125", here, "a block is a dict of its arguments")
        _check_body(here, nested.body, {name: item for name, item in content.items() if item is not None})


def _close(name: str, names: list[str]) -> str:
    close = difflib.get_close_matches(name, names, 3)
    return f"did you mean {' or '.join(close)}?" if close else ""


def _block(raw: Mapping[str, Any]) -> Block:
    return Block(
        attributes={name: Attribute(kind, required, settable) for name, (kind, required, settable) in raw["a"].items()},
        blocks={name: NestedBlock(mode, low, high, _block(body)) for name, (mode, low, high, body) in raw["b"].items()},
    )


def _distil_block(block: Mapping[str, Any]) -> dict[str, Any]:
    attributes = {}
    for name, it in block.get("attributes", {}).items():
        required, optional = bool(it.get("required")), bool(it.get("optional"))
        attributes[name] = [it.get("type", "nested"), required, required or optional]
    blocks = {}
    for name, it in block.get("block_types", {}).items():
        low, high = int(it.get("min_items", 0)), int(it.get("max_items", 0))
        blocks[name] = [it["nesting_mode"], low, high, _distil_block(it["block"])]
    return {"a": attributes, "b": blocks}


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "mendixctl"


def _dump(version: str) -> Any:
    with tempfile.TemporaryDirectory(prefix="mendixctl-schema-") as folder:
        root = Path(folder)
        source = f'aws = {{\n source = "{PROVIDER}"\n version = "{version}"\n }}'
        (root / "main.tf").write_text(f"terraform {{\n required_providers {{\n {source}\n }}\n}}\n", encoding="utf-8")
        variables = environment(root)
        provider_mirror_configuration(root, variables)
        terraform = terraform_command()
        for arguments in (["init", "-input=false", "-no-color"], ["providers", "schema", "-json"]):
            done = subprocess.run(
                [*terraform, *arguments], cwd=root, env=variables, capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise MendixError(
                    Diagnostic(
                        "MXM120",
                        f"Terraform could not give the schema of the AWS provider {version}",
                        detail=done.stderr.strip()[-2000:],
                        hint="reach Terraform's registry, or name a provider mirror in MENDIXCTL_PROVIDER_MIRROR",
                    )
                )
        return json.loads(done.stdout)
