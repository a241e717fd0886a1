"""variables.tf, outputs.tf, versions.tf and README.md of a module, from the area's model through Jinja2."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any, get_args

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mendixgen import hcl, packaged
from mendixgen.annotations import marks_of, variable_name
from mendixgen.areas.contract import Area
from mendixgen.authoring.manifest import PROVIDER, TERRAFORM
from mendixgen.authoring.scanning import laid_out
from mendixgen.authoring.terraform_tool import formatted
from mendixgen.authoring.variables.types import Variable, default_of, one_line, variable
from mendixgen.authoring.variables.validations import Validation

_ENVIRONMENT_PATTERN = "^[a-z]([a-z0-9-]{0,14}[a-z0-9])?$"


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a nested object in the README."""

    name: str
    description: str
    default: str


def variables_of(area: type[Area]) -> list[Variable]:
    """The variables of an area's module: its settings, what the header and other areas give, and every module's.

    Raises:
        UnsupportedType: a field that Terraform's type system cannot say.
    """
    fields = area.Inputs.model_fields
    own = [variable(name, field) for name, field in fields.items()]
    order = {variable_name(name, field): _rank(field) for name, field in fields.items()}
    return sorted(own, key=lambda it: order[it.name]) + _of_every_module()


def render_files(
    area: type[Area], variables: list[Variable], addresses: list[str], aliases: Collection[str] = ()
) -> dict[str, str]:
    """The rendered files by name; the .tf files as ``terraform fmt`` writes them. ``aliases``: the further provider
    configurations that the module asks for.
    """
    environment = _environment()
    values = {
        "area": area.name,
        "version": area.version,
        "text": _docstring(area),
        "terraform": TERRAFORM,
        "provider": PROVIDER,
        "variables": variables,
        "outputs": area.outputs,
        "addresses": addresses,
        "aliases": sorted(f"aws.{alias}" for alias in aliases),
        "objects": list(_objects(area)),
        "example": _example(variables),
    }
    files = {}
    for name in ("variables.tf", "outputs.tf", "versions.tf", "README.md"):
        text = environment.get_template(f"{name}.j2").render(values)
        files[name] = formatted(text) if name.endswith(".tf") else text
    return files


def _rank(field: FieldInfo) -> int:
    marks = marks_of(field)
    return 2 if "x-wired" in marks else 1 if "x-context" in marks else 0


def _of_every_module() -> list[Variable]:
    message = "environment must be a name of lower-case letters, digits and hyphens, at most 16 long."
    name = Variable(
        name="environment",
        description="Name of the environment; part of every name in AWS.",
        type="string",
        default=None,
        nullable=False,
        sensitive=False,
        validations=(Validation(f"can(regex({hcl.quote(_ENVIRONMENT_PATTERN)}, var.environment))", message),),
    )
    teardown = replace(
        name,
        name="teardown",
        description="Disarm what protects from deletion, so that a later destroy can succeed. Loses data.",
        type="bool",
        default="false",
        validations=(),
    )
    tags = replace(
        teardown,
        name="tags",
        description="Further tags of every resource of this module.",
        type="map(string)",
        default="{}",
    )
    return [name, teardown, tags]


def _environment() -> Environment:
    # These files are Terraform and Markdown, not HTML; every value is quoted by a filter or is HCL already.
    environment = Environment(
        loader=FileSystemLoader(packaged.templates() / "module"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters |= {
        "quote": hcl.quote,
        "laid_out": laid_out,
        "cell": _cell,
        "type_cell": lambda text: f"`{_cell(_short_type(text))}`",
        "default_cell": lambda text: f"`{_cell(one_line(text))}`",
    }
    return environment


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _short_type(text: str) -> str:
    """The type without the attributes of its objects; these have a table of their own."""
    line = one_line(text)
    return (
        line.split("object({")[0] + "object" + ")" * line.split("object({")[0].count("(")
        if "object({" in line
        else line
    )


def _docstring(area: type[Area]) -> str:
    lines = [line.strip() for line in (area.__doc__ or area.name).strip().splitlines()]
    return "\n".join(lines)


def _objects(area: type[Area]) -> Iterator[tuple[str, list[Row]]]:
    for name, field in area.Inputs.model_fields.items():
        yield from _tables(f"`{name}`", field.annotation)


def _tables(path: str, annotation: Any) -> Iterator[tuple[str, list[Row]]]:
    for model, suffix in _models(annotation, ""):
        here = path.rstrip("`") + suffix + "`"
        rows = [
            Row(name, field.description or "", "required" if (it := default_of(field)) is None else f"`{one_line(it)}`")
            for name, field in model.model_fields.items()
        ]
        if rows:
            yield here, rows
        for name, field in model.model_fields.items():
            yield from _tables(f"{here.rstrip('`')}.{name}`", field.annotation)


def _models(annotation: Any, suffix: str) -> Iterator[tuple[type[BaseModel], str]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, suffix
    else:
        many = "[*]" if getattr(annotation, "__origin__", None) in (list, dict, tuple, set, frozenset) else ""
        for part in get_args(annotation):
            yield from _models(part, suffix + many)


def _example(variables: list[Variable]) -> str:
    """The arguments that must be given, with values of the right kind."""
    samples = {"string": '"..."', "bool": "true", "number": "1"}
    known = {
        "zones": '["a", "b", "c"]',
        "environment": '"dev"',
        "region": '"eu-central-1"',
        "account": '"123456789012"',
        "partition": '"aws"',
    }
    lines = []
    for it in variables:
        if it.default is None:
            kind = one_line(it.type)
            empty = '["..."]' if kind.startswith(("list", "set")) else "{}"
            lines.append((it.name, known.get(it.name) or samples.get(kind, empty)))
    return "\n".join(hcl.assignments(lines, 2))
