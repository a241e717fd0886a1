"""How an area is declared: its inputs and outputs, once. `mendixgen.areas.parts` finds what stands beside that.

From one ``Inputs`` model come the section of the environment's YAML (and its JSON Schema), the module's
``variables.tf`` and the arguments that a root passes. What pydantic does not know of a field is carried
by marks, which are frozen into the released ``module.json`` as ``x-`` keywords of the JSON Schema, so
that an old version is understood without the Python that made it:

============== ==========================================================================================
x-one-way      AWS cannot go back; a rollback keeps the newer value. The value says why.
x-create-only  changing it replaces the resource. The value says what is lost.
x-follows      a setting of the same section whose value this one takes where it is not set.
x-held-with    a one-way setting beside this one: where a rollback holds that forward, this stays with it.
x-secret       never printed, logged or recorded; a sensitive variable.
x-unit         days, GB, percent, seconds, ...
x-resolve      the named function of `mendixgen.resolve` that turns the YAML value into the module's.
x-type         the Terraform type of the resolved value.
x-variable     the variable's name, where Terraform reserves the field's (``version``, ``source``, ``count``, ...).
============== ==========================================================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["environment", "foundation"]
"""What a specification describes: one platform, or what an account and region have once."""

ContextValue = Literal[
    "name", "region", "account", "partition", "domain", "apps", "neighbours", "releases", "state_place"
]
"""What an area may ask of the environment's header; a module sees it as a variable."""


class Strict(BaseModel):
    """A part of a section: unknown keys are errors, values never change once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


class AppFacts(Strict):
    """What an area may know of an application; `context` ``"apps"`` gives a map of these by the app's name."""

    database: str | None = None
    """The database instance that it uses."""
    files: str | None = None
    """The bucket that its files are kept in."""
    hostname: str | None = None
    """The name by which it is reached, if it is not <app>.<domain>."""
    identity: str = "secret-store"
    """secret-store: its role is the platform's; storage-plan: the Mendix Operator makes its role."""


class ReleaseFacts(Strict):
    """How an application is released; `context` ``"releases"`` gives a map of these by the app's name.

    Apart from `AppFacts`, so that another strategy of release changes nothing but the delivery.
    """

    strategy: str = "recreate"
    """recreate, blue-green or canary."""
    window: str | None = None
    """When a release with downtime may begin, UTC: ``Sun 02:00``."""
    bake_minutes: int = 10
    """How long a release is watched."""


class StatePlace(Strict):
    """Where Terraform's state and the ledger are in S3; `context` ``"state_place"``. Empty where they are local."""

    bucket: str = ""
    """The bucket."""
    prefix: str = ""
    """The environment's own folder in it, with a slash at its end."""
    kms_key: str | None = None
    """ARN of the key that both are encrypted with, where it is not the bucket's own."""


class Neighbour(Strict):
    """Where another environment is; `context` ``"neighbours"`` gives a map of these by the environment's name."""

    region: str
    """Its region."""
    account: str
    """Its account."""
    domain: str = ""
    """Its domain; empty where it is not known."""


class AreaInputs(Strict):
    """All inputs of an area: the fields of its YAML section, and what is wired or taken from the header."""


def setting(
    default: Any = ...,
    *,
    description: str,
    unit: str | None = None,
    one_way: str | None = None,
    create_only: str | None = None,
    follows: str | None = None,
    held_with: str | None = None,
    secret: bool = False,
    resolve: str | None = None,
    terraform_type: str | None = None,
    variable: str | None = None,
    **bounds: Any,
) -> Any:
    """A field of the YAML section. ``bounds`` are pydantic's (``ge``, ``pattern``, ``max_length``, ...).

    ``resolve`` names a function of `mendixgen.resolve`, which turns the YAML's value into the module's. With
    ``terraform_type`` that is of another type, so that the variable has no default and the root always passes
    it; without, it is resolved where the YAML sets it. ``variable`` is the module's name for the field where Terraform
    reserves the field's own (``version: str = setting(..., variable="kubernetes_version")``). ``follows`` names the
    setting of the same section that is meant where this one is left out; ``held_with`` the one-way setting beside it
    without whose value its own would make no sense.
    """
    marks = {
        "x-unit": unit,
        "x-one-way": one_way,
        "x-create-only": create_only,
        "x-follows": follows,
        "x-held-with": held_with,
        "x-secret": secret or None,
        "x-resolve": resolve,
        "x-type": terraform_type,
        "x-variable": variable,
    }
    extra: dict[str, Any] = {key: value for key, value in marks.items() if value is not None}
    if "default_factory" in bounds:
        return Field(description=description, json_schema_extra=extra, **bounds)
    return Field(default, description=description, json_schema_extra=extra, **bounds)


def wired(reference: str, description: str, *, optional: bool = False) -> Any:
    """An input that another area's output fills: ``wired("network.vpc_id", "...")``. Never in the YAML.

    ``optional``: null where that area is off; otherwise an environment without it is refused.
    """
    marks: dict[str, Any] = {"x-wired": reference, **({"x-optional": True} if optional else {})}
    return Field(None, description=description, json_schema_extra=marks)


def context(value: ContextValue, description: str) -> Any:
    """An input that the environment's header fills."""
    return Field(None, description=description, json_schema_extra={"x-context": value})


@dataclass(frozen=True, slots=True)
class Output:
    """An output of a module: an expression of Terraform, and what it is."""

    expression: str
    description: str
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """A resource that has another address since ``since``; addresses are within the module."""

    source: str
    target: str
    since: str


@dataclass(frozen=True, slots=True)
class Check:
    """One cross-field finding of an area's ``check``: where in the section, and what is wrong."""

    path: tuple[str | int, ...]
    code: str
    summary: str
    hint: str = ""
    warns: bool = False
    """It is said, and the specification is right all the same."""


class Unsound(Exception):
    """A check read a setting that has a mistake of its own; what depends on it cannot be said yet."""


def independent(*parts: Callable[[], Iterable[Check]]) -> list[Check]:
    """What all parts of an area's ``check`` find. A part that reads a setting which is wrong in itself ends there.

    So one mistake in a section does not hide the findings that have nothing to do with it.
    """
    found: list[Check] = []
    for part in parts:
        try:
            for one in part():
                found.append(one)  # noqa: PERF402 -- what came before the exception counts
        except Unsound:
            continue
    return found


@dataclass(frozen=True, slots=True)
class Header:
    """The part of the specification that is no area's: what an area may read of it."""

    name: str
    region: str
    account: str
    partition: str
    domain: str
    tags: Mapping[str, str] = field(default_factory=dict)
    apps: Mapping[str, AppFacts] = field(default_factory=dict)
    neighbours: Mapping[str, Neighbour] = field(default_factory=dict)
    standby_of: str | None = None
    releases: Mapping[str, ReleaseFacts] = field(default_factory=dict)
    state_place: StatePlace = field(default_factory=StatePlace)


class Area:
    """One chapter of the platform. Subclasses declare; they hold no state.

    Each is a package of its own. Rules across fields are ``check(inputs, header)`` of its ``checks.py``, its locals and
    resources ``build(module)`` of its ``resources.py``; the declaration imports neither.

    ``name`` is the section's key in the YAML and the module's folder; ``version`` is the version that
    this Python renders; the class docstring's first line is the module's description. ``kind`` is the kind of
    specification that it is part of; an area of kind ``foundation`` has no section of its own: its settings
    are keys of the YAML itself.
    """

    name: ClassVar[str]
    version: ClassVar[str]
    kind: ClassVar[Kind] = "environment"
    outputs: ClassVar[Mapping[str, Output]] = {}
    moves: ClassVar[tuple[Move, ...]] = ()

    Inputs: ClassVar[type[AreaInputs]]
