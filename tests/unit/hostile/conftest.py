"""The engine's bench, for what is tried on a whole repository."""

from __future__ import annotations

from tests.unit.engine.conftest import bench

__all__ = ["bench"]
