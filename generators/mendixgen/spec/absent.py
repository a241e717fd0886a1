"""Sections that the design has a place for and this version has no area for: named, so that the error can be plain."""

from __future__ import annotations

ABSENT_AREAS = frozenset("audit backup cost delivery edge logging monitoring recovery support".split())
