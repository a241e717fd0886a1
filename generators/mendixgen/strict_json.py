"""Frozen dataclasses from somebody's JSON, and back: every key known, every value of the kind that is annotated.

A dataclass that is read says ``__pydantic_config__: ClassVar[ConfigDict] = STRICT``, which holds for the dataclasses
in it too; pydantic does the rest.
"""

from __future__ import annotations

from pydantic import ConfigDict, ValidationError

STRICT = ConfigDict(extra="forbid", strict=True)


def first_problem(error: ValidationError) -> str:
    """The first thing that is wrong, with its place, and never the value: that may be a secret."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]
