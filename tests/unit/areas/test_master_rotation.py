"""The function that renews master passwords of databases with replicas: each of its four steps, and what it refuses."""

# ruff: noqa: N803 - the arguments are called as boto3 calls them

from __future__ import annotations

import json
from typing import Any

import pytest

from mendixgen import functions
from mendixgen.functions.rotate_master import LOOKS, STEPS, RotationError, rotate

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/database/crm-20261125-AbCdEf"
OLD, NEW = "version-0", "version-1"
TAGS = {"instance": "prod-crm", "value-length": "30"}


class NotFoundError(Exception):
    """What Secrets Manager answers when a version has no value."""


class Manager:
    """A client of Secrets Manager with the secret of a master, in the state in which a rotation begins."""

    class exceptions:  # noqa: N801 - as boto3 has it
        ResourceNotFoundException = NotFoundError

    def __init__(self) -> None:
        self.values = {OLD: json.dumps({"username": "mendix_admin", "password": "old"})}
        self.stages: dict[str, list[str]] = {OLD: ["AWSCURRENT", "FIRST"], NEW: ["AWSPENDING"]}
        self.tags = dict(TAGS)
        self.enabled = True
        self.made = 0

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        assert SecretId == ARN
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        return {"ARN": ARN, "RotationEnabled": self.enabled, "VersionIdsToStages": self.stages, "Tags": tags}

    def get_secret_value(self, SecretId: str, VersionStage: str, VersionId: str | None = None) -> dict[str, Any]:
        found = [it for it, stages in self.stages.items() if VersionStage in stages and VersionId in (None, it)]
        if not found or found[0] not in self.values:
            raise NotFoundError
        return {"SecretString": self.values[found[0]]}

    def get_random_password(self, **wishes: Any) -> dict[str, str]:
        assert wishes == {"PasswordLength": 30, "ExcludePunctuation": True, "RequireEachIncludedType": True}
        self.made += 1
        return {"RandomPassword": "n" * 30}

    def put_secret_value(
        self, SecretId: str, ClientRequestToken: str, SecretString: str, VersionStages: list[str]
    ) -> None:
        self.values[ClientRequestToken] = SecretString
        self.stages[ClientRequestToken] = VersionStages

    def update_secret_version_stage(
        self, SecretId: str, VersionStage: str, MoveToVersionId: str, RemoveFromVersionId: str
    ) -> None:
        self.stages[RemoveFromVersionId].remove(VersionStage)
        self.stages[MoveToVersionId].append(VersionStage)


class Databases:
    """A client of RDS whose instance takes ``looks`` looks to set a password."""

    def __init__(self, looks: int = 1, state: str = "available") -> None:
        self.looks, self.state = looks, state
        self.password = "old"
        self.slept = 0.0

    def modify_db_instance(self, DBInstanceIdentifier: str, MasterUserPassword: str, ApplyImmediately: bool) -> None:
        assert (DBInstanceIdentifier, ApplyImmediately) == ("prod-crm", True)
        self.password = MasterUserPassword

    def describe_db_instances(self, DBInstanceIdentifier: str) -> dict[str, Any]:
        assert DBInstanceIdentifier == "prod-crm"
        self.looks -= 1
        pending = {"MasterUserPassword": "****"} if self.looks > 0 else {}
        return {"DBInstances": [{"DBInstanceStatus": self.state, "PendingModifiedValues": pending}]}

    def sleep(self, seconds: float) -> None:
        self.slept += seconds


def step(name: str, manager: Manager, databases: Databases | None = None, token: str = NEW) -> Databases:
    databases = databases or Databases()
    event = {"Step": name, "SecretId": ARN, "ClientRequestToken": token}
    rotate(manager, databases, event, databases.sleep)
    return databases


def test_a_whole_rotation_gives_the_database_what_the_secret_has() -> None:
    manager, databases = Manager(), Databases(looks=3)
    for name in STEPS:
        step(name, manager, databases)
    assert manager.stages == {OLD: ["FIRST"], NEW: ["AWSPENDING", "AWSCURRENT"]}
    assert json.loads(manager.values[NEW]) == {"username": "mendix_admin", "password": databases.password}
    assert databases.password == "n" * 30


def test_create_makes_a_password_once_and_leaves_the_database_alone() -> None:
    manager = Manager()
    assert step("createSecret", manager).password == "old"
    assert step("createSecret", manager).password == "old"
    assert manager.made == 1


def test_set_needs_a_pending_password_and_may_come_again() -> None:
    manager = Manager()
    with pytest.raises(NotFoundError):
        step("setSecret", manager)
    step("createSecret", manager)
    databases = step("setSecret", manager)
    assert step("setSecret", manager, databases).password == "n" * 30


@pytest.mark.parametrize(
    "databases", [Databases(looks=LOOKS + 2), Databases(looks=0, state="resetting-master-credentials")]
)
def test_test_waits_until_it_is_set_and_gives_up_in_the_end(databases: Databases) -> None:
    with pytest.raises(RotationError, match="not set in time"):
        step("testSecret", Manager(), databases)
    assert databases.slept < 300


def test_test_looks_again_until_nothing_is_pending() -> None:
    databases = step("testSecret", Manager(), Databases(looks=4))
    assert databases.slept == 40


def test_finish_moves_the_label_once() -> None:
    manager = Manager()
    step("createSecret", manager)
    step("finishSecret", manager)
    step("finishSecret", manager)
    assert manager.stages == {OLD: ["FIRST"], NEW: ["AWSPENDING", "AWSCURRENT"]}


@pytest.mark.parametrize("name", STEPS)
def test_every_step_refuses_what_is_not_its_rotation(name: str) -> None:
    manager = Manager()
    with pytest.raises(RotationError, match="no version"):
        step(name, manager, token="version-9")
    manager.stages[NEW] = ["AWSPREVIOUS"]
    with pytest.raises(RotationError, match="not pending"):
        step(name, manager)
    manager.enabled = False
    with pytest.raises(RotationError, match="not in rotation"):
        step(name, manager)


@pytest.mark.parametrize(("name", "tag"), [("createSecret", "value-length"), ("testSecret", "instance")])
def test_a_secret_without_its_tags_is_refused(name: str, tag: str) -> None:
    manager = Manager()
    del manager.tags[tag]
    with pytest.raises(RotationError, match=tag):
        step(name, manager)


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(RotationError, match="no step"):
        step("deleteSecret", Manager())


def test_no_password_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    manager, databases = Manager(), Databases()
    with caplog.at_level("DEBUG"):
        for name in STEPS:
            step(name, manager, databases)
    assert "n" * 30 not in caplog.text
    assert "finishSecret: done" in caplog.text


def test_the_function_needs_nothing_of_this_project() -> None:
    assert "mendixgen" not in functions.source("rotate_master")
