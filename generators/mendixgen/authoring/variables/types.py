"""A field of a pydantic model as a Terraform variable: its type, its default, and its validation.

The same bounds that refuse a value in the YAML refuse it in the module, so that a module is as strict
when it is used alone. What Terraform's type system cannot say (a union, a recursive model) is an error
that names the field, unless the field has ``x-type``.

Source: Terraform's "Type Constraints" (``optional(type, default)``) and "Custom Conditions".
"""

from __future__ import annotations

import enum
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from mendixgen import hcl
from mendixgen.annotations import allows_none, literals_of, marks_of, options_of, unwrapped, variable_name
from mendixgen.authoring.variables.validations import Validation, validations_of

_SCALARS: dict[Any, str] = {str: "string", bool: "bool", int: "number", float: "number"}


class UnsupportedType(TypeError):
    """A Python type that Terraform's type system cannot say; the message names the field."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One ``variable`` block. ``default`` is HCL, None when the variable must be given."""

    name: str
    description: str
    type: str
    default: str | None
    nullable: bool
    sensitive: bool
    validations: tuple[Validation, ...]


def variable(name: str, field: FieldInfo) -> Variable:
    """The Terraform variable of a field of an area's inputs.

    Raises:
        UnsupportedType: the field's type cannot be said in Terraform and has no ``x-type``.
    """
    name = variable_name(name, field)
    marks = marks_of(field)
    kind = marks.get("x-type")
    annotation = field.annotation
    optional = allows_none(annotation) or bool(marks.get("x-optional"))
    default: str | None
    if marks.get("x-resolve") and kind is not None:
        default = None
    elif "x-wired" in marks or "x-context" in marks:
        default = "null" if marks.get("x-optional") else None
    else:
        default = default_of(field)
    validations: tuple[Validation, ...] = ()
    if kind is None:
        kind = type_of(name, annotation)
        validations = tuple(validations_of(name, f"var.{name}", annotation, field.metadata, marks, optional))
    return Variable(
        name=name,
        description=field.description or "",
        type=kind,
        default=default,
        nullable=default == "null" or (default is None and optional),
        sensitive=bool(marks.get("x-secret")),
        validations=validations,
    )


def type_of(place: str, annotation: Any) -> str:
    """The Terraform type of a Python type, over several lines where it is an object.

    Raises:
        UnsupportedType: there is none.
    """
    annotation, _ = unwrapped(annotation)
    options = options_of(annotation)
    if len(options) != 1:
        raise UnsupportedType(f"{place}: a union ({annotation}) is no Terraform type; give the setting terraform_type")
    annotation, _ = unwrapped(options[0])
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if annotation is Any:
        return "any"
    literals = literals_of(annotation)
    if literals:
        kinds = {_SCALARS.get(type(value), "") for value in literals}
        if len(kinds) == 1 and "" not in kinds:
            return kinds.pop()
        raise UnsupportedType(f"{place}: the values of a Literal must be of one type")
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (list, Sequence, tuple):
        if origin is tuple and (len(arguments) != 2 or arguments[1] is not Ellipsis):
            raise UnsupportedType(f"{place}: only tuple[X, ...] is a Terraform list")
        return f"list({type_of(f'{place}[]', arguments[0])})"
    if origin in (set, frozenset):
        return f"set({type_of(f'{place}[]', arguments[0])})"
    if origin in (dict, Mapping):
        return f"map({type_of(f'{place}.*', arguments[1])})"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _object_type(place, annotation)
    raise UnsupportedType(f"{place}: {annotation} is no Terraform type; give the setting terraform_type")


def default_of(field: FieldInfo) -> str | None:
    """The default of a field as HCL; None where there is none."""
    if field.is_required():
        return None
    value = field.get_default(call_default_factory=True, validated_data={})
    return hcl.literal(plain_default(value))


def one_line(text: str) -> str:
    """A type or a default over several lines as one; what a line break divided, a comma divides."""
    result = ""
    for line in (part.strip() for part in text.splitlines()):
        if not result:
            result = line
        elif result.endswith(("{", "[")):
            result += f" {line}" if result.endswith("{") else line
        elif line[:1] in ("}", "]"):
            result = result.rstrip(",") + (f" {line}" if line[0] == "}" else line)
        else:
            result += ("" if result.endswith(",") else ",") + f" {line}"
    return result


def _object_type(place: str, model: type[BaseModel]) -> str:
    lines = []
    for name, field in model.model_fields.items():
        marks = marks_of(field)
        kind = str(marks.get("x-type") or type_of(f"{place}.{name}", field.annotation))
        default = default_of(field)
        if default is not None:
            kind = f"optional({kind})" if default == "null" else f"optional({kind}, {default})"
        elif allows_none(field.annotation):
            kind = f"optional({kind})"
        lines.append(f"  {name} = {kind}".replace("\n", "\n  "))
    return "object({\n" + "\n".join(lines) + "\n})" if lines else "object({})"


def plain_default(value: Any) -> Any:
    """A default as plain data; a model becomes what differs from its own defaults (Terraform fills in the rest)."""
    if isinstance(value, BaseModel):
        return plain_default(value.model_dump(exclude_defaults=True, mode="python"))
    if isinstance(value, enum.Enum):
        return plain_default(value.value)
    if isinstance(value, Mapping):
        return {str(plain_default(key)): plain_default(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain_default(item) for item in value)
    if isinstance(value, (list, tuple)):
        return [plain_default(item) for item in value]
    return value
