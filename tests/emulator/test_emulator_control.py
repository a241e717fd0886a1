"""Starting, finding and ending the emulator's process."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import threading
import time
import urllib.error
import urllib.request

import pytest

from mendixctl.emulator import control
from mendixctl.emulator.endpoint import Endpoint
from mendixctl.emulator.folder import DataFolder
from mendixgen.diagnostics import MendixError
from mendixgen.repository import Repository

ACCOUNT = "123456789012"
REGION = "eu-central-1"


@pytest.fixture(autouse=True)
def forked_emulators() -> None:
    """Here the processes themselves are tested: they are started as they always are."""


def test_two_starts_at_once_give_one_emulator(repository: Repository) -> None:
    found: list[Endpoint] = []
    threads = [
        threading.Thread(target=lambda: found.append(control.start(repository, ACCOUNT, REGION))) for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert len(set(found)) == 1


def test_stop_start_and_reset(repository: Repository, emulator: Endpoint) -> None:
    assert control.is_alive(emulator)
    status = control.status(repository)[0]
    assert (status.running, status.url, status.pid) == (True, emulator.url, emulator.pid)
    assert control.stop(repository, ACCOUNT) is True
    assert control.stop(repository, ACCOUNT) is False
    assert not control.is_alive(emulator)
    assert control.status(repository)[0].running is False
    again = control.start(repository, ACCOUNT, REGION)
    assert again.port == emulator.port
    assert control.reset(repository, ACCOUNT) is True
    assert control.status(repository) == []
    assert control.reset(repository, ACCOUNT) is False


def test_each_account_has_its_own(repository: Repository, emulator: Endpoint) -> None:
    other = control.start(repository, "210987654321", REGION)
    assert other.port != emulator.port
    assert [status.account for status in control.status(repository)] == [ACCOUNT, "210987654321"]


def test_stale_process_id_is_not_trusted(repository: Repository, emulator: Endpoint) -> None:
    """After a crash the number may belong to any process: nothing is sent to it."""
    os.kill(emulator.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while DataFolder(repository.private / "emulator" / ACCOUNT).is_held():  # longer than it answers
        assert time.monotonic() < deadline
        time.sleep(0.02)
    address = repository.private / "emulator" / ACCOUNT / "server.json"
    address.write_text(json.dumps({**json.loads(address.read_text()), "pid": os.getpid()}))
    assert control.stop(repository, ACCOUNT) is False
    assert control.start(repository, ACCOUNT, REGION).pid != os.getpid()


def test_taken_port(repository: Repository) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(MendixError) as failed:
            control.start(repository, ACCOUNT, REGION, port=other.getsockname()[1])
    assert failed.value.diagnostics[0].code == "MXE104"


def test_missing_extra(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "find_spec", lambda name: None)
    with pytest.raises(MendixError) as failed:
        control.start(repository, ACCOUNT, REGION)
    assert failed.value.diagnostics[0].code == "MXE101"
    assert "mendixctl[emulator]" in failed.value.diagnostics[0].hint


def test_emulator_ends_with_its_folder(repository: Repository, emulator: Endpoint) -> None:
    shutil.rmtree(repository.private)
    deadline = time.monotonic() + 15
    while control.is_alive(emulator):
        assert time.monotonic() < deadline
        time.sleep(0.1)


NOT_EMULATED = {
    "ec2": ({"Content-Type": "application/x-www-form-urlencoded"}, b"Action=DescribeNonsense", b"<Code>NotEmulated"),
    "ssm": ({"X-Amz-Target": "AmazonSSM.DescribeNonsense"}, b"{}", b'"__type": "NotEmulated"'),
    "eks": ({}, b"{}", b'"__type": "NotEmulated"'),
}


def test_what_is_not_emulated_is_said_once(emulator: Endpoint, repository: Repository) -> None:
    """501: the AWS SDKs show it and do not try again."""
    for service, (headers, body, expected) in NOT_EMULATED.items():
        scope = f"AWS4-HMAC-SHA256 Credential=emulator/20260101/{REGION}/{service}/aws4_request, Signature=0"
        request = urllib.request.Request(
            f"{emulator.url}/nonsense" if service == "eks" else emulator.url,
            data=body,
            headers={"Authorization": scope, **headers},
        )
        with pytest.raises(urllib.error.HTTPError) as failed:
            urllib.request.urlopen(request)
        assert failed.value.code == 501
        assert expected in failed.value.read()
    log = repository.private / "emulator" / ACCOUNT / "server.log"
    assert log.read_text().count("not emulated") == len(NOT_EMULATED)
