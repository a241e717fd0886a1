"""Label and field selectors, as a query has them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_REQUIREMENT = re.compile(r"\s*(!?)\s*([\w./-]+)\s*(?:(==|=|!=)\s*([\w.-]*)|(in|notin)\s*\(([^)]*)\))?\s*(?:,|$)")


def matches_labels(labels: Mapping[str, str], selector: str) -> bool:
    """Whether an object with these labels is selected; an empty selector selects all.

    Raises:
        ValueError: the selector cannot be read.
    """
    place = 0
    while place < len(selector):
        found = _REQUIREMENT.match(selector, place)
        if found is None:
            raise ValueError(f"unable to parse requirement: {selector[place:]}")
        place = found.end()
        absent, key, operator, value, sets, listed = found.groups()
        said = labels.get(key)
        if operator:
            holds = (said == value) is (operator != "!=")
        elif sets:
            holds = (said in {one.strip() for one in listed.split(",")}) is (sets == "in")
        else:
            holds = (said is None) is bool(absent)
        if not holds:
            return False
    return True


def matches_selector(labels: Mapping[str, str], selector: Mapping[str, Any]) -> bool:
    """Whether labels fit a ``matchLabels``; expressions are not used by what is emulated here."""
    return all(labels.get(key) == value for key, value in selector.get("matchLabels", selector).items())


def matches_fields(value: Mapping[str, Any], selector: str) -> bool:
    """Whether an object has the fields that a selector names (``metadata.name=x,status.phase!=Running``)."""
    for one in filter(None, selector.split(",")):
        path, unequal, wanted = re.split(r"(!=|==|=)", one, maxsplit=1)
        here: Any = value
        for step in path.split("."):
            here = here.get(step) if isinstance(here, Mapping) else None
        if (str(here if here is not None else "") == wanted) is (unequal == "!="):
            return False
    return True
