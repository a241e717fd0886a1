"""Fixtures of the contract tests: mendixctl against a terraform that does exactly what the test says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.fake_terraform import FakeTerraform


@pytest.fixture
def fake(tmp_path: Path) -> FakeTerraform:
    """A fake terraform of its own for each test."""
    return FakeTerraform(tmp_path / "fake")
