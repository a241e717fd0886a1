"""How much longer the tests of ``make soak`` try than those of ``make test``."""

from __future__ import annotations

from hypothesis import settings

USUAL = 100
"""What hypothesis tries by itself, and what the number given to ``examples`` is a share of."""


def examples(number: int) -> int:
    """How many examples a test draws that draws ``number`` in ``make test``; more in the profile of ``make soak``."""
    return number * settings.default.max_examples // USUAL
