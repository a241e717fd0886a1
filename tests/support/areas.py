"""Areas that exist for one test: a package is made for each, with the parts that are given."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from mendixgen.areas.contract import Area

FILES = {"build": "resources", "check": "checks"}
_NUMBERS = itertools.count(1)


def with_parts(area: type[Area], **parts: Callable[..., Any]) -> type[Area]:
    """``area``, as if it stood in a package of its own; ``build`` and ``check`` are what its files have."""
    package = f"area_of_a_test_{next(_NUMBERS)}"
    sys.modules[package] = ModuleType(package)
    for function, part in parts.items():
        module = sys.modules[f"{package}.{FILES[function]}"] = ModuleType(f"{package}.{FILES[function]}")
        setattr(module, function, part)
    area.__module__ = package
    return area
