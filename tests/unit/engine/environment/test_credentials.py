"""Credentials are asked who they are before anything else is asked of AWS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from mendixctl.engine import destroy
from mendixctl.engine.apply import run as apply_run
from mendixctl.engine.environment.credentials import check_credentials
from mendixctl.engine.environment.workplace import open_workplace
from mendixctl.engine.plan import run as plan_run
from mendixctl.engine.rollback import run as rollback_run
from mendixgen.diagnostics import MendixError, Refused
from tests.support.fake_aws import FakeClients
from tests.unit.engine.conftest import Bench

OTHER = FakeClients("210987654321").arn
COMMANDS: dict[str, Callable[[Bench], object]] = {
    "plan": lambda bench: plan_run.plan(bench.session, "dev"),
    "apply": lambda bench: apply_run.prepare(bench.session, "dev"),
    "rollback": lambda bench: rollback_run.prepare(bench.session, "dev", 1),
    "destroy": lambda bench: destroy.prepare(bench.session, "dev"),
}


def codes(error: pytest.ExceptionInfo[MendixError]) -> list[str]:
    return [found.code for found in error.value.diagnostics]


@pytest.mark.parametrize("command", COMMANDS)
def test_credentials_of_another_account_are_refused(bench: Bench, aws: FakeClients, command: str) -> None:
    bench.apply()
    bench.edit("hello", "bye")
    plan_run.plan(bench.session, "dev")
    before, calls = bench.snapshot(), list(bench.play.calls)
    aws.arn = OTHER
    with pytest.raises(Refused) as error:
        COMMANDS[command](bench)
    assert codes(error) == ["MXG105"]
    assert "of account 210987654321, and dev is in 123456789012" in error.value.diagnostics[0].summary
    assert (bench.snapshot(), bench.play.calls) == (before, calls)


def test_credentials_that_change_while_a_person_is_asked_are_refused(bench: Bench, aws: FakeClients) -> None:
    plan_run.plan(bench.session, "dev")
    prepared = apply_run.prepare(bench.session, "dev")
    aws.arn = OTHER
    with pytest.raises(Refused) as error:
        apply_run.execute(bench.session, prepared)
    assert codes(error) == ["MXG105"]
    assert bench.play.count("apply") == 0


def test_credentials_of_another_partition_are_refused(bench: Bench, aws: FakeClients) -> None:
    aws.arn = FakeClients("123456789012", "aws-cn").arn
    with pytest.raises(Refused) as error:
        plan_run.plan(bench.session, "dev")
    assert codes(error) == ["MXG106"]


@pytest.mark.parametrize(
    "variables", [{}, {"AWS_REGION": ""}, {"AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "us-east-1"}]
)
def test_the_environments_own_region_or_none_passes(bench: Bench, aws: FakeClients, variables: dict[str, str]) -> None:
    check_credentials(open_workplace(bench.session, "dev"), aws, variables)  # type: ignore[arg-type]
    assert aws.asked == 1


@pytest.mark.parametrize(
    "variables",
    [{"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "eu-central-1"}, {"AWS_DEFAULT_REGION": "us-east-1"}],
)
def test_another_region_that_somebody_names_is_refused(
    bench: Bench, aws: FakeClients, variables: dict[str, str]
) -> None:
    with pytest.raises(Refused) as error:
        check_credentials(open_workplace(bench.session, "dev"), aws, variables)  # type: ignore[arg-type]
    assert codes(error) == ["MXG106"]
    assert aws.asked == 0


def test_an_emulator_answers_as_the_specs_account_and_is_not_asked(bench: Bench, aws: FakeClients) -> None:
    plan_run.plan(replace(bench.session, rehearse=True), "dev")
    assert aws.asked == 0


def test_the_provider_refuses_other_accounts_as_well(bench: Bench, aws: FakeClients) -> None:
    plan_run.plan(bench.session, "dev")
    assert 'allowed_account_ids = ["123456789012"]' in (bench.root / "providers.tf").read_text()
    assert "allowed_account_ids" in (bench.root / "terraform.tf").read_text()
    assert "skip_" not in (bench.root / "providers.tf").read_text() + (bench.root / "terraform.tf").read_text()
