"""The function that renews secrets: each of its four steps, when it is called again, and what it refuses."""

# ruff: noqa: N803 - the arguments are called as boto3 calls them

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest

from mendixgen import functions
from mendixgen.functions import rotate_secret
from mendixgen.functions.rotate_secret import RotationError, rotate

ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/crm-api-key-AbCdEf"
OLD, NEW = "version-0", "version-1"
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


class NotFoundError(Exception):
    """What Secrets Manager answers when a version has no value."""


class Manager:
    """A client of Secrets Manager with one secret, in the state in which a rotation begins."""

    class exceptions:  # noqa: N801 - as boto3 has it
        ResourceNotFoundException = NotFoundError

    def __init__(self, value: str = "old", tags: dict[str, str] | None = None) -> None:
        self.values: dict[str, str | None] = {OLD: value}
        self.stages: dict[str, list[str]] = {OLD: ["AWSCURRENT", "FIRST"], NEW: ["AWSPENDING"]}
        self.tags = tags or {}
        self.enabled = True
        self.calls: list[str] = []

    def describe_secret(self, SecretId: str) -> dict[str, Any]:
        assert SecretId == ARN
        tags = [{"Key": key, "Value": value} for key, value in self.tags.items()]
        return {"ARN": ARN, "RotationEnabled": self.enabled, "VersionIdsToStages": self.stages, "Tags": tags}

    def get_secret_value(self, SecretId: str, VersionStage: str, VersionId: str | None = None) -> dict[str, Any]:
        found = [it for it, stages in self.stages.items() if VersionStage in stages and VersionId in (None, it)]
        if not found or found[0] not in self.values:
            raise NotFoundError
        value = self.values[found[0]]
        return {"SecretBinary": b"x"} if value is None else {"SecretString": value}

    def get_random_password(self, **wishes: Any) -> dict[str, str]:
        self.calls.append("get_random_password")
        self.wishes = wishes
        return {"RandomPassword": "n" * wishes["PasswordLength"]}

    def put_secret_value(
        self,
        SecretId: str,
        ClientRequestToken: str,
        SecretString: str,
        VersionStages: list[str],
    ) -> None:
        self.calls.append("put_secret_value")
        self.values[ClientRequestToken] = SecretString
        self.stages[ClientRequestToken] = VersionStages

    def update_secret_version_stage(
        self,
        SecretId: str,
        VersionStage: str,
        MoveToVersionId: str,
        RemoveFromVersionId: str | None = None,
    ) -> None:
        self.calls.append("update_secret_version_stage")
        if RemoveFromVersionId is not None:
            self.stages[RemoveFromVersionId].remove(VersionStage)
        self.stages[MoveToVersionId].append(VersionStage)


def step(manager: Manager, name: str, token: str = NEW) -> None:
    rotate(manager, {"Step": name, "SecretId": ARN, "ClientRequestToken": token})


def test_a_whole_rotation_changes_the_value_and_keeps_the_first_version_labelled() -> None:
    manager = Manager()
    for name in STEPS:
        step(manager, name)
    assert manager.stages == {OLD: ["FIRST"], NEW: ["AWSPENDING", "AWSCURRENT"]}
    assert manager.values[NEW] == "n" * 40


def test_create_makes_a_value_once() -> None:
    manager = Manager()
    step(manager, "createSecret")
    step(manager, "createSecret")
    assert manager.calls == ["get_random_password", "put_secret_value"]
    assert manager.wishes == {"PasswordLength": 40, "ExcludePunctuation": True, "RequireEachIncludedType": True}
    assert manager.stages[OLD] == ["AWSCURRENT", "FIRST"]


def test_create_does_as_the_secret_s_tags_say() -> None:
    manager = Manager(tags={"value-length": "64", "value-characters": "all"})
    step(manager, "createSecret")
    assert manager.wishes == {"PasswordLength": 64, "ExcludePunctuation": False, "RequireEachIncludedType": True}


def test_create_renews_one_key_of_a_json_object_and_keeps_the_others() -> None:
    manager = Manager(json.dumps({"user": "crm", "value": "old"}))
    step(manager, "createSecret")
    assert json.loads(str(manager.values[NEW])) == {"user": "crm", "value": "n" * 40}
    step(manager, "testSecret")


@pytest.mark.parametrize(("value", "words"), [('{"user": "crm"}', "would lose"), (None, "binary")])
def test_create_refuses_what_it_would_lose(value: str | None, words: str) -> None:
    manager = Manager()
    manager.values[OLD] = value
    with pytest.raises(RotationError, match=words):
        step(manager, "createSecret")
    assert "put_secret_value" not in manager.calls


def test_create_needs_a_current_value() -> None:
    manager = Manager()
    manager.stages[OLD].remove("AWSCURRENT")
    with pytest.raises(NotFoundError):
        step(manager, "createSecret")


def test_set_asks_for_a_pending_value_and_changes_nothing() -> None:
    manager = Manager()
    with pytest.raises(NotFoundError):
        step(manager, "setSecret")
    step(manager, "createSecret")
    manager.calls.clear()
    step(manager, "setSecret")
    assert manager.calls == []


@pytest.mark.parametrize(("pending", "words"), [("short", "5 characters, not 40"), ("o" * 40, "is the current one")])
def test_test_refuses_a_value_that_is_not_right(pending: str, words: str) -> None:
    manager = Manager(value="o" * 40)
    manager.values[NEW] = pending
    with pytest.raises(RotationError, match=words) as refused:
        step(manager, "testSecret")
    assert pending not in str(refused.value)


def test_test_needs_a_pending_value() -> None:
    with pytest.raises(NotFoundError):
        step(Manager(), "testSecret")


def test_finish_moves_the_label_once() -> None:
    manager = Manager()
    step(manager, "createSecret")
    step(manager, "finishSecret")
    step(manager, "finishSecret")
    assert manager.calls.count("update_secret_version_stage") == 1


@pytest.mark.parametrize("name", STEPS)
def test_every_step_refuses_a_secret_that_is_not_in_rotation(name: str) -> None:
    manager = Manager()
    manager.enabled = False
    with pytest.raises(RotationError, match="not in rotation"):
        step(manager, name)
    assert manager.calls == []


@pytest.mark.parametrize("name", STEPS)
def test_every_step_refuses_a_version_that_is_unknown_or_not_pending(name: str) -> None:
    manager = Manager()
    with pytest.raises(RotationError, match="no version"):
        step(manager, name, "version-9")
    manager.stages[NEW] = ["AWSPREVIOUS"]
    with pytest.raises(RotationError, match="not pending"):
        step(manager, name)
    assert manager.calls == []


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_comes_again_after_the_end_does_nothing(name: str) -> None:
    manager = Manager()
    manager.stages = {OLD: ["FIRST"], NEW: ["AWSCURRENT"]}
    step(manager, name)
    assert manager.calls == []


def test_an_unknown_step_is_refused() -> None:
    with pytest.raises(RotationError, match="no step"):
        step(Manager(), "deleteSecret")


def test_no_value_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    manager = Manager(value="very-old-value")
    with caplog.at_level("DEBUG"):
        for name in STEPS:
            step(manager, name)
    assert "n" * 40 not in caplog.text
    assert "very-old-value" not in caplog.text
    assert "finishSecret: done" in caplog.text


def test_the_archive_is_the_source_and_always_the_same() -> None:
    packed = functions.archive("rotate_secret")
    assert packed == functions.archive("rotate_secret")
    with zipfile.ZipFile(io.BytesIO(packed)) as package:
        (entry,) = package.infolist()
        assert entry.filename == "rotate_secret.py"
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)
        assert entry.external_attr >> 16 == 0o644
        assert package.read(entry).decode() == functions.source("rotate_secret")


def test_the_digest_of_an_archive_depends_on_its_source_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(functions, "source", lambda name: "print()\n")
    digest = hashlib.sha256(functions.archive("rotate_secret")).hexdigest()
    assert digest == hashlib.sha256(functions.archive("rotate_secret")).hexdigest()
    monkeypatch.setattr(functions, "source", lambda name: "print(1)\n")
    assert digest != hashlib.sha256(functions.archive("rotate_secret")).hexdigest()


def test_the_function_needs_nothing_of_this_project() -> None:
    assert "mendix" not in functions.source("rotate_secret")
    assert set(rotate_secret.STEPS) == set(STEPS)
