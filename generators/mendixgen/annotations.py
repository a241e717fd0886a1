"""What pydantic and typing say of a field: without ``Annotated`` and aliases, whether None is allowed, its marks."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Mapping
from typing import Any, Literal

from pydantic.fields import FieldInfo


def marks_of(field: FieldInfo) -> Mapping[str, Any]:
    """The ``x-`` marks of a field."""
    extra = field.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def variable_name(name: str, field: FieldInfo) -> str:
    """What the field is called in the module: its own name, unless that is reserved there (``x-variable``)."""
    return str(marks_of(field).get("x-variable") or name)


def unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """An annotation without ``Annotated`` and named aliases, and the constraints that they carried."""
    constraints: list[Any] = []
    while True:
        if isinstance(annotation, typing.TypeAliasType) if hasattr(typing, "TypeAliasType") else False:
            annotation = annotation.__value__
        elif typing.get_origin(annotation) is typing.Annotated:
            inner, *metadata = typing.get_args(annotation)
            constraints.extend(metadata)
            annotation = inner
        else:
            return annotation, tuple(constraints)


def options_of(annotation: Any) -> list[Any]:
    """The members of a union but None; of anything else, itself."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return [option for option in typing.get_args(annotation) if option is not type(None)]
    return [annotation]


def allows_none(annotation: Any) -> bool:
    """Whether None is a value of the annotation."""
    annotation, _ = unwrapped(annotation)
    return typing.get_origin(annotation) in (typing.Union, types.UnionType) and type(None) in typing.get_args(
        annotation
    )


def literals_of(annotation: Any) -> tuple[Any, ...]:
    """The values of a ``Literal`` or an enum; none for anything else."""
    if typing.get_origin(annotation) is Literal:
        return typing.get_args(annotation)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return tuple(member.value for member in annotation)
    return ()
