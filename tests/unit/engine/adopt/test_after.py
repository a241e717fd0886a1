"""What follows an adoption is the rest of it, as long as something waits."""

from __future__ import annotations

import pytest

from mendixctl.engine import status as surveying
from mendixctl.ledger.release import Release
from tests.unit.engine.conftest import Bench


def test_after_an_adoption_that_made_nothing_the_rest_is_adopted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.apply()
    assert surveying.status(bench.session, "dev").next == "mendixctl plan dev"
    monkeypatch.setattr(Release, "only_took_in", property(lambda _: True))
    assert surveying.status(bench.session, "dev").next == "mendixctl adopt dev --complete"
