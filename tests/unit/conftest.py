"""What holds for all unit tests."""

from __future__ import annotations

from hypothesis import settings

# A machine that does other work besides is slow now and then, and that says nothing of the code.
settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
