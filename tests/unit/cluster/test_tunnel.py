"""The way to a private API through an instance: opened, checked by the server's own name, closed; and what may lack."""

from __future__ import annotations

import datetime
import http.server
import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from mendixctl.cluster import tunnel
from mendixctl.cluster.access import Access, through
from mendixctl.cluster.api import Api, Resource
from mendixctl.cluster.tunnel import TOKEN_VARIABLE, Tunnels
from mendixgen.diagnostics import MendixError
from tests.support.serving import in_background
from tests.support.session_manager_plugin import on_path

HOST = "a1b2c3.gr7.eu-central-1.eks.amazonaws.com"
NODE = "i-0123456789abcdef0"
PODS = Resource("v1", "Pod", "pods", namespaced=True)
POD = {"metadata": {"name": "web", "namespace": "default"}}


class Ssm:
    """Session Manager's API: what was started and ended; ``refuses`` by instance."""

    meta = SimpleNamespace(region_name="eu-central-1", endpoint_url="https://ssm.eu-central-1.amazonaws.com")

    def __init__(self, **refuses: str) -> None:
        self.refuses = refuses
        self.started: list[dict[str, Any]] = []
        self.ended: list[str] = []

    def start_session(self, **asked: Any) -> dict[str, str]:
        if code := self.refuses.get(asked["Target"].replace("-", "_")):
            raise ClientError({"Error": {"Code": code, "Message": f"{asked['Target']} said no"}}, "StartSession")
        self.started.append(asked)
        name = f"session-{len(self.started)}"
        return {"SessionId": name, "TokenValue": "not-for-others", "StreamUrl": "wss://there", "Further": "x"}

    def terminate_session(self, **session: str) -> None:
        self.ended.append(session["SessionId"])


class Served(http.server.BaseHTTPRequestHandler):
    """A pod for everybody; which host was asked for is kept."""

    hosts: list[str]

    def do_GET(self) -> None:
        self.hosts.append(str(self.headers["Host"]))
        body = json.dumps(POD).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


def certificate(name: str, folder: Path) -> tuple[Path, str]:
    """A certificate that signs for itself, and its key, in a file; and the certificate as text."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "kube-apiserver")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    text = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (file := folder / f"{name}.pem").write_bytes(private + text)
    return file, text.decode()


class Inside:
    """What is in the VPC: a server over TLS, known by the name in its certificate alone."""

    def __init__(self, name: str, folder: Path) -> None:
        file, self.authority = certificate(name, folder)
        self.hosts: list[str] = []
        self.asked: list[str | None] = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        context.sni_callback = lambda _socket, name, _context: self.asked.append(name)
        handler = type("Handler", (Served,), {"hosts": self.hosts})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        in_background(self.server)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server.server_port}"


@pytest.fixture
def inside(tmp_path: Path) -> Iterator[Inside]:
    made = Inside(HOST, tmp_path)
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The plugin is there; what it is called with is written here."""
    monkeypatch.setenv("PATH", f"{on_path(tmp_path / 'bin')}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PLUGIN_LOG", str(tmp_path / "log"))
    return tmp_path / "log"


def clients(ssm: Ssm, **others: Any) -> Any:
    made = SimpleNamespace(client={"ssm": ssm, **others}.__getitem__)
    made.own = lambda: made
    return made


def calls(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def api(access: Access, tunnels: Tunnels, ssm: Ssm, via: str = NODE) -> Api:
    return Api(through(access, via, tunnels, clients(ssm), "prod"), "prod")


def test_a_private_api_is_asked_by_its_own_name(inside: Inside, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUGIN_TO", inside.address)
    tunnels, ssm = Tunnels(), Ssm()
    access = Access(f"https://{HOST}", inside.authority, lambda: "k8s-aws-v1.x")
    first = api(access, tunnels, ssm)
    assert ssm.started == [], "nothing is opened that is not used"
    assert first.get(PODS, POD) == POD
    assert api(access, tunnels, ssm).get(PODS, POD) == POD
    (call,) = calls(log)
    assert (set(inside.asked), set(inside.hosts)) == ({HOST}, {HOST})
    assert call["asked"] == ssm.started[0]
    assert call["asked"]["Parameters"] == {"host": [HOST], "portNumber": ["443"], "localPortNumber": ["0"]}
    assert call["session"] == {"SessionId": "session-1", "TokenValue": "not-for-others", "StreamUrl": "wss://there"}
    assert call["token"] == TOKEN_VARIABLE, "others on this machine see no token"
    assert (call["region"], call["operation"]) == ("eu-central-1", "StartSession")

    # a session that has ended meanwhile is begun again
    os.kill(call["pid"], signal.SIGKILL)
    while first._access.tunnel is not None and first._access.tunnel._process is not None:
        if first._access.tunnel._process.poll() is not None:
            break
        time.sleep(0.01)
    assert first.get(PODS, POD) == POD
    tunnels.close()
    assert ssm.ended == ["session-1", "session-2"]
    assert not any(runs(one["pid"]) for one in calls(log))
    tunnels.close()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_server_of_another_name_is_none(
    inside: Inside, tmp_path: Path, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Inside("other.example.com", tmp_path)
    monkeypatch.setenv("PLUGIN_TO", other.address)
    tunnels = Tunnels()
    with pytest.raises(MendixError) as error:
        api(Access(f"https://{HOST}", other.authority, lambda: "x"), tunnels, Ssm()).get(PODS, POD)
    assert error.value.diagnostics[0].code == "MXK101"
    assert "doesn't match" in error.value.diagnostics[0].detail or "match" in error.value.diagnostics[0].detail
    assert other.hosts == [], "the token went nowhere"
    tunnels.close()
    other.server.shutdown()
    other.server.server_close()


def test_an_older_plugin_takes_the_token_as_an_argument(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUGIN_VERSION", "1.2.497.0")
    tunnels = Tunnels()
    assert tunnels.to(clients(Ssm()), [NODE], HOST, 443).port() > 0
    tunnels.close()
    assert json.loads(calls(log)[0]["token"])["TokenValue"] == "not-for-others"


@pytest.mark.parametrize(
    ("refuses", "fails", "code", "says"),
    [
        ("TargetNotConnected", "", "MXK121", "identity.node_sessions"),
        ("AccessDeniedException", "", "MXK122", "AWS-StartPortForwardingSessionToRemoteHost"),
        ("ThrottlingException", "", "MXA106", "see what AWS says"),
        ("", "SessionId: session-1 : cannot reach", "MXK123", "--version"),
    ],
)
def test_what_lacks_is_said(
    refuses: str, fails: str, code: str, says: str, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if fails:
        monkeypatch.setenv("PLUGIN_FAILS", fails)
    tunnels, ssm = Tunnels(), Ssm(**({NODE.replace("-", "_"): refuses} if refuses else {}))
    with pytest.raises(MendixError) as error:
        tunnels.to(clients(ssm), [NODE], HOST, 443).port()
    (found,) = error.value.diagnostics
    assert (found.code, says in found.hint) == (code, True), found
    assert not fails or fails in found.detail
    assert ssm.ended == (["session-1"] if fails else []), "a session that nobody uses is ended"
    tunnels.close()


def test_a_plugin_that_does_not_answer_is_said_and_its_session_ended(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLUGIN_SLEEPS", "60")
    monkeypatch.setattr(tunnel, "OPEN_SECONDS", 0.2)
    tunnels, ssm = Tunnels(), Ssm()
    with pytest.raises(MendixError) as error:
        tunnels.to(clients(ssm), [NODE], HOST, 443).port()
    assert error.value.diagnostics[0].code == "MXK123"
    assert ssm.ended == ["session-1"]


def test_without_the_plugin_no_session_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    ssm = Ssm()
    with pytest.raises(MendixError) as error:
        Tunnels().to(clients(ssm), [NODE], HOST, 443).port()
    assert (error.value.diagnostics[0].code, ssm.started) == ("MXK120", [])


def test_another_node_is_taken_where_the_first_is_gone(log: Path) -> None:
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    old, new, lost = ({"InstanceId": f"i-{it}", "LaunchTime": at + datetime.timedelta(it)} for it in (1, 2, 3))
    pages = [{"Reservations": [{"Instances": [new, old]}, {"Instances": [lost]}]}]
    ec2 = SimpleNamespace(get_paginator=lambda _: SimpleNamespace(paginate=lambda **_: pages))
    ssm = Ssm(i_1="TargetNotConnected")
    online = [{"InstanceId": it, "PingStatus": state} for it, state in (("i-2", "Online"), ("i-1", "Online"))]
    ssm.describe_instance_information = lambda **_: {  # type: ignore[attr-defined]
        "InstanceInformationList": [*online, {"InstanceId": "i-3", "PingStatus": "ConnectionLost"}]
    }
    tunnels = Tunnels()
    access = through(Access(f"https://{HOST}", "", lambda: "x"), "nodes", tunnels, clients(ssm, ec2=ec2), "prod")
    assert access.url().startswith("https://127.0.0.1:")
    assert [one["Target"] for one in ssm.started] == ["i-2"]
    tunnels.close()
    pages[0]["Reservations"] = []
    with pytest.raises(MendixError) as error:
        through(Access(f"https://{HOST}", "", lambda: "x"), "nodes", tunnels, clients(ssm, ec2=ec2), "prod")
    assert error.value.diagnostics[0].code == "MXK121"


def test_a_program_that_is_told_to_end_leaves_no_session(log: Path, tmp_path: Path) -> None:
    program = f"""
import sys, time
sys.path[:0] = {sys.path!r}
from tests.unit.cluster.test_tunnel import HOST, NODE, Ssm, clients
from mendixctl.cluster.tunnel import Tunnels
Tunnels().to(clients(Ssm()), [NODE], HOST, 443).port()
print("open", flush=True)
while True:  # a signal that comes between a check and a long sleep would wait for its end
    time.sleep(0.05)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "open"
        process.terminate()
        assert process.wait() == -signal.SIGTERM
    assert not runs(calls(log)[0]["pid"])
