"""Blocks of IPv4 addresses as people write them, and why a text is none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a block cannot be used, and what to do."""

    code: str
    summary: str
    hint: str


def parse(text: str) -> IPv4Network | Problem:
    """``text`` as a block, or why it is none."""
    try:
        return IPv4Network(text)
    except ValueError:
        pass
    try:
        meant = IPv4Network(text, strict=False)
    except ValueError:
        return Problem("MXS301", f"{text} is not a block of IPv4 addresses", "write it like 10.20.0.0/16")
    return Problem("MXS301", f"{text} is not the first address of a /{meant.prefixlen}", f"write {meant}")


def overlapping(block: IPv4Network, others: Iterable[IPv4Network]) -> IPv4Network | None:
    """The first of ``others`` that shares addresses with ``block``."""
    return next((other for other in others if block.overlaps(other)), None)
