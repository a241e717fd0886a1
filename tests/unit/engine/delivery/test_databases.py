"""An app's secret names one instance, whatever other hosts look like it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from mendixctl.engine.delivery.database import LONGEST, Database, again, called, moved
from mendixctl.engine.session import Session
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository

HOST = "dev-crm.c9.eu-central-1.rds.amazonaws.com"
COPY = "dev-crm-before-1.c9.eu-central-1.rds.amazonaws.com"


def test_a_host_is_replaced_wherever_it_stands() -> None:
    said = {"database-host": f"{HOST}:5432", "database-jdbc-url": f"jdbc:postgresql://{HOST}/crm?ssl=true", "other": 1}
    assert moved(said, HOST, COPY) == {
        "database-host": f"{COPY}:5432",
        "database-jdbc-url": f"jdbc:postgresql://{COPY}/crm?ssl=true",
        "other": 1,
    }
    assert said["database-host"] == f"{HOST}:5432"


def test_a_host_that_is_a_part_of_another_is_not_named_by_it() -> None:
    assert moved({"database-host": COPY}, HOST, "x") is None
    assert moved({"database-host": HOST}, HOST.removeprefix("dev-"), "x") is None
    assert moved({"database-host": f"{HOST}.cn"}, HOST, "x") is None
    assert moved({}, HOST, "x") is None
    assert moved({"database-host": ""}, "", "x") is None


@pytest.mark.parametrize(
    ("says", "code"), [("AccessDeniedException", "MXV147"), ("InternalServiceError", "MXA106"), ("", "")]
)
def test_who_may_not_read_the_secret_brings_nothing_back(says: str, code: str) -> None:
    def read(**_: str) -> dict[str, str]:
        if says:
            raise ClientError({"Error": {"Code": says, "Message": "no"}}, "GetSecretValue")
        return {"SecretString": "{}"}

    clients: Any = SimpleNamespace(client=lambda _: SimpleNamespace(get_secret_value=read))
    app: Any = SimpleNamespace(name="crm", workplace=SimpleNamespace(environment="prod"))
    store = Database(Session(Repository(Path.cwd())), clients, app)
    if not code:
        store.check_rights()
        return
    with pytest.raises(MendixError) as error:
        store.check_rights()
    assert error.value.diagnostics[0].code == code
    assert code != "MXV147" or "secrets.entries.crm-runtime.readers" in error.value.diagnostics[0].hint


@given(st.from_regex(r"[a-z][a-z0-9-]{0,80}", fullmatch=True), st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True))
def test_names_are_no_longer_than_rds_takes(name: str, digest: str) -> None:
    first = called(name, digest, "20261129-0200")
    for one in (first, again(first, "11290200")):
        assert len(one) <= LONGEST
        assert "--" not in one.removeprefix(name)
        assert not one.endswith("-")
