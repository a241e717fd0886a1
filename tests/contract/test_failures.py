"""Recordings of real failures of Terraform 1.11.4 and what a person is told of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from mendixgen.diagnostics import Diagnostic
from tests.support.fake_terraform import FakeTerraform


def told(fake: FakeTerraform, recording: str, **options: object) -> Diagnostic:
    fake.on("apply", fake.replay(f"{recording}.ndjson"), exit=1)
    (error,) = fake.terraform(**options).apply(Path("plan")).errors
    assert error.hint
    return error


@pytest.mark.parametrize(
    ("recording", "code", "summary"),
    [
        ("error_locked", "MXT111", "the state is locked by deployer@builder since 2026-01-01 00:00:00 (Apply, lock"),
        ("error_stale", "MXT116", "the plan is stale"),
        ("error_state_format", "MXT118", "Terraform 1.11.4 does not suit"),
        ("error_version", "MXT118", "Terraform 1.11.4 does not suit"),
        ("error_checksum", "MXT121", "a provider does not match the checksums"),
        ("error_no_registry", "MXT113", "a provider cannot be had"),
        ("error_no_such_provider", "MXT113", "a provider cannot be had"),
        ("error_not_initialised", "MXT122", "has to be initialised again"),
        ("error_account", "MXT115", "the credentials are for account 123456789012"),
        ("error_no_bucket", "MXT119", "the bucket of the state does not exist"),
        ("error_no_credentials", "MXT114", "the AWS credentials are missing"),
    ],
)
def test_what_is_recognised(fake: FakeTerraform, recording: str, code: str, summary: str):
    error = told(fake, recording)
    assert error.code == code
    assert summary in error.summary
    assert error.detail  # Terraform's own text is kept


@pytest.mark.parametrize("recording", ["error_refused", "error_backend_refused"])
def test_an_emulator_that_died_is_told_from_aws_that_cannot_be_reached(fake: FakeTerraform, recording: str):
    error = told(fake, recording, environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:5918"})
    assert error.code == "MXT112"
    assert "the emulator at http://127.0.0.1:5918 does not answer (connection refused)" in error.summary
    assert "AWS cannot be reached" in told_again(fake, recording).summary


def told_again(fake: FakeTerraform, recording: str) -> Diagnostic:
    (error,) = fake.terraform().apply(Path("plan")).errors
    return error


def test_the_place_in_the_root_is_named(fake: FakeTerraform):
    error = told(fake, "error_account")
    assert error.location is not None
    assert error.location.file == str(fake.folder / "root" / "main.tf")
    assert error.location.line > 0


def test_the_hint_of_a_lock_says_who_decides(fake: FakeTerraform):
    assert "if it is certain that it died" in told(fake, "error_locked").hint


def test_a_state_that_could_not_be_saved_is_told_first_and_the_lock_that_stays_last(fake: FakeTerraform):
    fake.on("apply", fake.replay("apply_backend_died.ndjson"), exit=1)
    outcome = fake.terraform(environment={"AWS_ENDPOINT_URL": "http://127.0.0.1:5919"}).apply(Path("plan"))
    assert [error.code for error in outcome.errors] == ["MXT123", "MXT124"]
    assert "errored.tfstate" in outcome.errors[0].summary
    assert "connection refused" in outcome.errors[0].detail
    assert set(outcome.done) == {"terraform_data.a", "terraform_data.slow"}
