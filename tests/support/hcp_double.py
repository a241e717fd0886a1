"""The API of HCP Terraform on this machine, over TLS: it answers what the reference says, and nothing else.

A request that the reference does not have, without the token, with another media type or out of order is an error, and
is remembered in ``wrong``. Sources: as `mendixctl.terraform.cloud` names them.
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import ssl
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.serving import in_background

TOKEN = "a-token-of-a-team"
MEDIA = "application/vnd.api+json"
NOTHING = (404, {"errors": [{"status": "404", "title": "there is none"}]})
"""What the reference has and this workspace has not."""

MISSING = (404, {"errors": [{"status": "404", "title": "not found"}]})


@dataclass
class Run:
    """One run: its plan, the lines of its apply's log, and the states that it goes through once it is confirmed."""

    plan: dict[str, Any] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)
    states: list[str] = field(default_factory=lambda: ["apply_queued", "applying", "applying", "applied"])
    status: str = "planned_and_saved"
    cancelled: bool = False


class HcpDouble:
    """``acme/mendix-dev`` on ``localhost:PORT``."""

    def __init__(self, folder: Path) -> None:
        self.certificate = folder / "certificate.pem"
        key = folder / "key.pem"
        _certificate(self.certificate, key)
        self.runs: dict[str, Run] = {"run-1": Run()}
        self.settings: dict[str, Any] = {
            "execution-mode": "remote",
            "working-directory": "environments/dev",
            "auto-apply": False,
            "structured-run-output-enabled": True,
            "vcs-repo": None,
            "locked": False,
        }
        self.locked_by: dict[str, str] | None = None
        self.state: bytes | None = None
        self.uploaded = b""
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.tokens: list[tuple[str, str]] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        self.hostname = f"localhost:{server.server_port}"
        # what the API names lies with another host, as archivist.terraform.io does
        self.store = f"127.0.0.1:{server.server_port}"
        self._server = server
        in_background(server)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def checked(self, method: str, path: str, token: str, media: str | None, body: bytes = b"") -> tuple[int, Any]:
        """What `answer` says to a request that is as it should be."""
        if token != f"Bearer {TOKEN}":
            return 401, {"errors": [{"status": "401", "title": "unauthorized"}]}
        if media != MEDIA:
            self.wrong.append(f"{path} as {media}")
            return 415, {"errors": [{"status": "415"}]}
        status, content = self.answer(method, path, body)
        if (status, content) == MISSING:
            self.wrong.append(f"{method} {path}")
        return status, content

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and what is answered: a document, bytes, or a place to go to."""
        parts = path.removeprefix("/api/v2/").split("/")
        match [method, *parts]:
            case ["GET", "ping"]:
                return 204, b""
            case ["GET", "organizations", "acme", "entitlement-set"]:
                return 200, document("entitlement-sets", "org-1", {"operations": True, "state-storage": True})
            case ["POST", "workspaces", "ws-1", "configuration-versions"]:
                address = f"https://{self.store}/objects/upload"
                return 201, document("configuration-versions", "cv-1", {"status": "pending", "upload-url": address})
            case ["GET", "configuration-versions", "cv-1"] if self.uploaded:
                return 200, document("configuration-versions", "cv-1", {"status": "uploaded"})
            case ["GET", "organizations", "acme", "workspaces", "mendix-dev"]:
                relationships = {"locked-by": {"data": self.locked_by}} if self.locked_by else {}
                return 200, document("workspaces", "ws-1", self.settings, relationships)
            case ["GET", "workspaces", "ws-1", "current-state-version"] if self.state is not None:
                address = f"https://{self.store}/objects/state"
                return 200, document("state-versions", "sv-1", {"hosted-state-download-url": address, "serial": 4})
            case ["GET", "workspaces", "ws-1", "current-state-version"]:
                return NOTHING
        return self._of_runs(method, parts, body)

    def _of_runs(self, method: str, parts: list[str], body: bytes) -> tuple[int, Any]:
        match [method, *parts]:
            case ["POST", "runs"] if self.uploaded:
                return 201, self._run("run-1")
            case ["GET", "runs", run, "run-events"] if run in self.runs:
                return 200, {"data": []}
            case ["GET", "plans", plan] if f"run-{plan[5:]}" in self.runs:
                address = f"https://{self.store}/objects/log-{plan}"
                return 200, document(
                    "plans", plan, {"status": "finished", "log-read-url": address, "has-changes": True}
                )
            case ["GET", "runs", run] if run in self.runs:
                return 200, self._run(run)
            case ["POST", "runs", run, "actions", "apply"] if self.runs[run].status == "planned_and_saved":
                self.runs[run].status = self.runs[run].states.pop(0)
                return 202, {}
            case ["POST", "runs", run, "actions", "cancel"] if self.runs[run].status == "applying":
                self.runs[run].cancelled = True
                return 202, {}
            case ["GET", "plans", plan, "json-output"] if f"run-{plan[5:]}" in self.runs:
                return 307, f"https://{self.store}/objects/{plan}"
            case ["GET", "applies", apply] if f"run-{apply[6:]}" in self.runs:
                return 200, document("applies", apply, {"log-read-url": f"https://{self.store}/objects/{apply}?k=v"})
        return MISSING

    def object(self, name: str, query: dict[str, list[str]]) -> tuple[int, bytes]:
        """What the object store has."""
        if name == "state":
            return 200, self.state or b""
        if name.startswith("log-plan"):
            return 200, b"\x02planned\n\x03"[int(query["offset"][0]) :]
        kind, _, number = name.partition("-")
        run = self.runs[f"run-{number}"]
        if kind == "plan":
            return 200, json.dumps(run.plan).encode()
        whole = b"\x02" + b"".join(json.dumps(line).encode() + b"\n" for line in run.log)
        if run.status == "applying":
            whole = whole[: max(len(whole) // 2, 1)]  # a line that is not whole yet
        else:
            whole += b"\x03"
        start, limit = int(query["offset"][0]), int(query["limit"][0])
        return 200, whole[start : start + limit]

    def _run(self, name: str) -> dict[str, Any]:
        run, number = self.runs[name], name.removeprefix("run-")
        found = of_run(number, run.status)
        if run.cancelled:
            run.status = "canceled"
        elif run.status not in ("planned_and_saved", "applied", "canceled", "errored"):
            run.status = run.states.pop(0)  # that there is none left is a mistake of the test
        return found


def of_run(number: str, status: str, *, changes: bool = True) -> Any:
    """The document of a run."""
    return document(
        "runs",
        f"run-{number}",
        {
            "status": status,
            "has-changes": changes,
            "actions": {"is-confirmable": True},
            "created-at": "2026-11-30T00:00:00Z",
        },
        {
            "workspace": {"data": {"id": "ws-1", "type": "workspaces"}},
            "plan": {"data": {"id": f"plan-{number}", "type": "plans"}},
            "apply": {"data": {"id": f"apply-{number}", "type": "applies"}},
        },
    )


def document(kind: str, ident: str, attributes: dict[str, Any], relationships: dict[str, Any] | None = None) -> Any:
    return {"data": {"id": ident, "type": kind, "attributes": attributes, "relationships": relationships or {}}}


def _handler(double: HcpDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET")

        def do_POST(self) -> None:
            self._answer("POST")

        def do_PUT(self) -> None:
            double.asked.append(f"PUT {self.path}")
            double.uploaded = self.rfile.read(int(self.headers["Content-Length"]))
            self._give(200, b"")

        def _answer(self, method: str) -> None:
            split = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            double.asked.append(f"{method} {split.path}")
            host, token = self.headers.get("Host", ""), self.headers.get("Authorization", "")
            double.tokens.append((host, token))
            # an address that is signed needs no other proof; Terraform sends its token there all the same (go-tfe,
            # state_version.go)
            if host == double.store and token and self.headers.get("User-Agent") != "go-tfe":
                self._give(400, b"only one way to authenticate is allowed", "text/plain")
            elif host == double.store:
                self._give(*double.object(split.path.removeprefix("/objects/"), parse_qs(split.query)))
            elif split.path == "/.well-known/terraform.json":
                services = {"tfe.v2": "/api/v2/", "modules.v1": "/api/registry/v1/modules/"}
                self._give(200, services, "application/json")
            else:
                media = self.headers.get("Content-Type") if method == "POST" else MEDIA
                self._give(*double.checked(method, split.path, token, media, body))

        def _give(self, status: int, content: Any, media: str = MEDIA) -> None:
            self.send_response(status)
            self.send_header("TFP-API-Version", "2.6")
            self.send_header("TFP-AppName", "HCP Terraform")
            data = b""
            if status == 307:
                self.send_header("Location", content)
            elif isinstance(content, bytes):
                data = content
            else:
                self.send_header("Content-Type", media)
                data = json.dumps(content).encode()
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None: ...

    return Handler


def _certificate(path: Path, key_path: Path) -> None:
    """A certificate of ``localhost`` and 127.0.0.1, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
