"""What is left in us-east-1 keeps its provider until it is gone, and nothing of that stays in the root."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import pytest

from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.journal.leftover_provider import TRANSIENT, provider_of_leftovers
from mendixctl.terraform.state import State
from tests.unit.engine.conftest import Bench

LEFT = State(aliases=frozenset({"global"}))


@pytest.fixture
def workplace(bench: Bench) -> Workplace:
    found = open_workplace(bench.session, "dev")
    found.write_root()
    return found


def given(workplace: Workplace, state: State) -> AbstractContextManager[None]:
    return provider_of_leftovers(workplace.root, workplace.specification.header, state)


def test_a_root_gets_the_provider_for_as_long_as_it_is_planned(workplace: Workplace) -> None:
    with given(workplace, LEFT):
        text = (workplace.root / TRANSIENT).read_text()
        assert 'alias               = "global"' in text
        assert 'region              = "us-east-1"' in text
    assert not (workplace.root / TRANSIENT).exists()


def test_nothing_is_written_where_nothing_is_left_or_the_root_has_it(workplace: Workplace) -> None:
    with given(workplace, State()):
        assert not (workplace.root / TRANSIENT).exists()
    providers = workplace.root / "providers.tf"
    providers.write_text(providers.read_text() + 'provider "aws" {\n  alias  = "global"\n}\n')
    with given(workplace, LEFT):
        assert not (workplace.root / TRANSIENT).exists()


def test_what_a_killed_plan_left_is_taken_away(workplace: Workplace) -> None:
    (workplace.root / TRANSIENT).write_text("left")
    workplace.write_root()
    assert not (workplace.root / TRANSIENT).exists()


def test_what_is_in_us_east_1_is_known_by_the_pinned_module(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    area = next(iter(workplace.lock.pins))
    manifest: Any = SimpleNamespace(aliases={"global": ("aws_acm_certificate.this",)})
    monkeypatch.setattr(workplace.store, "manifest", lambda *_: manifest)
    assert workplace.is_global(f'module.{area}.aws_acm_certificate.this["a.b"]')
    assert not workplace.is_global(f"module.{area}.aws_acm_certificate.other")
    assert not workplace.is_global("module.nothing.aws_acm_certificate.this")
    assert not workplace.is_global("aws_acm_certificate.this")
