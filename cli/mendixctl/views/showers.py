"""Finds what shows a result: by its class, in a table, and imported only then, so that each command loads its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def shower(table: Mapping[str, str], package: str, result: object) -> Callable[..., Any]:
    """The function of ``package`` that ``table`` (class -> ``module:function``) names for the class of ``result``.

    Raises:
        TypeError: there is none.
    """
    for kind in type(result).__mro__:
        if kind.__name__ in table:
            module, _, function = table[kind.__name__].partition(":")
            found: Callable[..., Any] = getattr(import_module(f"{package}.{module}"), function)
            return found
    raise TypeError(f"nothing shows {type(result).__name__}")
