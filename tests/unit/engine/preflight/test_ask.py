"""What a preflight knows before it asks: whose the credentials are, and what the state has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mendixctl.engine.environment.workplace import Workplace, open_workplace
from mendixctl.engine.preflight.ask import subject_of
from mendixctl.engine.session import Session
from mendixgen.diagnostics import Diagnostic, MendixError
from mendixgen.repository import Repository
from tests.support import vault_module

SPEC = """\
name: dev
region: {region}
account: "123456789012"
target: aws
domain: dev.apps.example.com

vault:
  logs: [audit]
"""
ARN = "arn:aws:sts::123456789012:assumed-role/deployer/x"


class Refusing:
    """Clients of a region that takes nobody's credentials (``code``), with an S3 that says ``of_state``."""

    def __init__(self, code: str, of_state: str) -> None:
        self._code = code
        self._of_state = of_state

    def caller(self) -> str:
        raise MendixError(Diagnostic(self._code, "no"))

    def client(self, service: str, region: str = "") -> Any:
        if service == "s3":
            raise MendixError(Diagnostic(self._of_state, "no"))
        assert (service, region) == ("sts", "us-east-1")
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": ARN}


def workplace(folder: Path, region: str) -> Workplace:
    (folder / "environments").mkdir(parents=True)
    (folder / "environments" / "dev.yaml").write_text(SPEC.format(region=region))
    vault_module.write_vault(folder / "modules")
    return open_workplace(Session(Repository(folder)), "dev")


def test_a_region_that_takes_no_credentials_does_not_make_them_stale(tmp_path: Path) -> None:
    clients: Any = Refusing("MXA102", "MXA103")
    subject = subject_of(workplace(tmp_path, "eu-south-1"), clients, None)
    assert (subject.caller, subject.known) == (ARN, None)
    assert subject.types >= {"aws_cloudwatch_log_group"}


def test_without_its_bucket_there_is_no_state(tmp_path: Path) -> None:
    clients: Any = Refusing("MXA102", "MXA104")
    assert subject_of(workplace(tmp_path, "eu-south-1"), clients, None).known == frozenset()


@pytest.mark.parametrize(("region", "code"), [("us-east-1", "MXA102"), ("eu-south-1", "MXA105")])
def test_credentials_that_are_nobodys_are_told(tmp_path: Path, region: str, code: str) -> None:
    clients: Any = Refusing(code, "MXA104")
    with pytest.raises(MendixError) as caught:
        subject_of(workplace(tmp_path, region), clients, None)
    assert caught.value.diagnostics[0].code == code
