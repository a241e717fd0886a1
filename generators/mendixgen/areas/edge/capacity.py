"""What managed rule groups need of a web ACL's capacity: ``data/waf_groups.json``, edited by hand and dated."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

INCLUDED = 1500
"""Capacity units that the price of a web ACL has in it; up to 5,000 are taken for more (AWS WAF, "Web ACL capacity
units")."""

OWN_RULES = 2 + 2
"""The rate rule and the two IP sets (AWS WAF, "Rate-based rule statement", "IP set match rule statement")."""


@lru_cache(maxsize=1)
def capacity() -> Mapping[str, int]:
    """The capacity units of each group."""
    table = json.loads(files("mendixgen").joinpath("data/waf_groups.json").read_text("utf-8"))
    found: dict[str, int] = table["groups"]
    return found
