"""One area becomes the files of its module."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mendixgen.annotations import variable_name
from mendixgen.areas import parts
from mendixgen.areas.contract import Area
from mendixgen.authoring import manifest as manifests
from mendixgen.authoring.expression import expressions_in
from mendixgen.authoring.module import MODULE_VARIABLES, AuthoringError, ModuleBuilder
from mendixgen.authoring.provider import ProviderSchema
from mendixgen.authoring.rendering import render_files, variables_of
from mendixgen.authoring.scanning import without_strings
from mendixgen.authoring.synthesis import synthesise
from mendixgen.authoring.terraform_tool import formatted
from mendixgen.authoring.variables.types import UnsupportedType
from mendixgen.authoring.writer import main_tf, verify

_REFERENCE = re.compile(r"(?<![\w.\"-])(var|local|aws_[a-z0-9_]+)\.([A-Za-z_][A-Za-z0-9_-]*)")

RESERVED = frozenset(
    {*MODULE_VARIABLES, "count", "depends_on", "for_each", "lifecycle", "locals", "providers", "source", "version"}
)
"""Names that no input of an area may have: every module's own, and those that a module block means itself by."""


def collect(area: type[Area]) -> ModuleBuilder:
    """Run the area's ``build``, and check what can be checked without the provider.

    Raises:
        AuthoringError: see `ModuleBuilder`; MXM115, a reference to something that the module does not have;
            MXM116, an area without a description, resources or output descriptions; MXM118, an input with a
            name that Terraform reserves.
    """
    if not manifests.description(area):
        raise AuthoringError("MXM116", area.name, "the area's class has no docstring; it is the module's description")
    module = ModuleBuilder(area)
    parts.build(area, module)
    if not module.resources:
        raise AuthoringError("MXM116", area.name, "the area has no resource")
    for name, field in area.Inputs.model_fields.items():
        if variable_name(name, field) in RESERVED:
            hint = f'give it another name in the module: setting(..., variable="{area.name}_{name}")'
            raise AuthoringError("MXM118", area.name, f"{variable_name(name, field)} cannot be a variable", hint)
        if not (field.description or "").strip():
            raise AuthoringError("MXM116", area.name, f"the input {name} has no description")
    for name, output in area.outputs.items():
        if not output.description.strip():
            raise AuthoringError("MXM116", area.name, f"the output {name} has no description")
    check_references(module)
    return module


def check_references(module: ModuleBuilder) -> None:
    """Refuse references to variables, locals and resources that the module does not have.

    Raises:
        AuthoringError: MXM115.
    """
    known = {f"local.{it.name}" for it in module.locals} | {"local.tags"} | {it.address for it in module.resources}
    known |= {f"var.{it.name}" for it in variables_of(module.area)}
    used: list[tuple[str, object]] = [(f"local.{it.name}", it.value) for it in module.locals]
    for it in module.resources:
        meta = [it.count, it.for_each, it.lifecycle, list(it.depends_on)]
        used.append((it.address, [*it.arguments.values(), *meta]))
    for place, value in used:
        for text in expressions_in(value):
            _check(module, place, text, known)
    for name, output in module.area.outputs.items():
        _check(module, f"output.{name}", output.expression, known)
    for move in module.area.moves:
        if move.target.split("[")[0] not in known:
            raise AuthoringError("MXM115", module.area.name, f"a move goes to {move.target}, which is no resource")


def _check(module: ModuleBuilder, place: str, text: str, known: set[str]) -> None:
    for kind, name in _REFERENCE.findall(without_strings(text)):
        if f"{kind}.{name}" not in known:
            raise AuthoringError("MXM115", f"{module.area.name}: {place}", f"there is no {kind}.{name}")


def module_files(area: type[Area], schema: ProviderSchema, released: str | None = None) -> Mapping[str, str | bytes]:
    """All files of an area's module by their path in it.

    Raises:
        AuthoringError: a mistake in the area's code; every code MXM11x to MXM13x.
    """
    module = collect(area)
    bodies = synthesise(module, schema)
    text = formatted(main_tf(module, bodies, schema))
    verify(module, bodies, schema, text)
    addresses = sorted(it.address for it in module.resources)
    try:
        variables = variables_of(area)
    except UnsupportedType as error:
        raise AuthoringError("MXM117", area.name, str(error)) from error
    files: dict[str, str | bytes] = {"main.tf": text, **render_files(area, variables, addresses, module.aliases)}
    files |= module.files
    counted = {name: content for name, content in files.items() if name != "README.md"}
    files["module.json"] = manifests.to_text(
        manifests.manifest(area, variables, addresses, counted, released, module.aliases)
    )
    return files
