"""A request as the emulator sees it: where it belongs, what it asks, whether it only reads."""

from __future__ import annotations

import io
import re
import sys
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, unquote

_SCOPE = re.compile(r"Credential=[^/,]+/\d+/([^/]+)/([^/]+)/aws4_request")
_READ_ACTION = re.compile(
    r"(Describe|List|Get|BatchGet|Head|Lookup|Search|Query|Scan|Simulate|Decode|Encrypt|Decrypt|GenerateDataKey)"
    r"(?=[A-Z]|$)"
)
_UNRECORDED = frozenset({"HTTP_USER_AGENT", "HTTP_ACCEPT_ENCODING", "HTTP_CONNECTION", "HTTP_TRANSFER_ENCODING"})
_RECORDED = re.compile(r"^(HTTP_.*|CONTENT_.*|REQUEST_(METHOD|URI)|RAW_URI|PATH_INFO|QUERY_STRING|SCRIPT_NAME)$")

KUBERNETES = "_kubernetes"
"""The first part of a path to a cluster's own API."""

TOKEN = "k8s-aws-v1."  # noqa: S105 - what every token of EKS begins with


@dataclass(frozen=True)
class Request:
    """One HTTP request: its WSGI environment without the streams, and its whole body."""

    environ: dict[str, Any]
    body: bytes

    @classmethod
    def from_wsgi(cls, environ: dict[str, Any]) -> Request:
        """Read the body from the connection, chunked or not."""
        stream = environ["wsgi.input"]
        if environ.get("wsgi.input_terminated"):
            body: bytes = stream.read()
        else:
            length = environ.get("CONTENT_LENGTH") or "0"
            body = stream.read(int(length)) if length.isdigit() and length != "0" else b""
        return cls({**environ, "CONTENT_LENGTH": str(len(body))}, body)

    def recordable(self) -> dict[str, str]:
        """The part of the environment that an answer depends on, without the request's signature."""
        # a Kubernetes API takes the owner of a field from the client's name
        unrecorded = _UNRECORDED - {"HTTP_USER_AGENT"} if self.segments[0] == KUBERNETES else _UNRECORDED
        kept = {
            key: value
            for key, value in self.environ.items()
            if isinstance(value, str) and _RECORDED.match(key) and key not in unrecorded
        }
        if "HTTP_AUTHORIZATION" in kept:
            kept["HTTP_AUTHORIZATION"] = kept["HTTP_AUTHORIZATION"].split(", Signature=")[0] + ", Signature=0"
            if kept["HTTP_AUTHORIZATION"].startswith(f"Bearer {TOKEN}"):
                kept["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
        kept.pop("HTTP_X_AMZ_SECURITY_TOKEN", None)
        return kept

    def to_wsgi(self) -> dict[str, Any]:
        """An environment that a WSGI application can be called with; live and replayed requests look the same."""
        return {
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SCRIPT_NAME": "",
            **{key: value for key, value in self.environ.items() if not key.startswith(("wsgi.", "werkzeug."))},
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(self.body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    @cached_property
    def method(self) -> str:
        return str(self.environ["REQUEST_METHOD"])

    @cached_property
    def path(self) -> str:
        """The path as it was sent, percent-encoding included."""
        raw = str(self.environ.get("REQUEST_URI") or self.environ["PATH_INFO"]).split("?")[0]
        return "/" + raw.split("/", 3)[3] if raw.startswith("http") and raw.count("/") > 2 else raw

    @cached_property
    def segments(self) -> list[str]:
        """The decoded parts of the path."""
        return [unquote(part) for part in self.path.strip("/").split("/")]

    @cached_property
    def query(self) -> dict[str, list[str]]:
        return parse_qs(self.environ.get("QUERY_STRING", ""), keep_blank_values=True)

    @cached_property
    def _scope(self) -> tuple[str, str]:
        found = _SCOPE.search(self.environ.get("HTTP_AUTHORIZATION", ""))
        return (found[2].lower(), found[1]) if found else ("", "")

    @property
    def service(self) -> str:
        """The signing name of the service that is asked, empty for an unsigned request."""
        return self._scope[0]

    @property
    def region(self) -> str:
        return self._scope[1]

    @property
    def is_json_rpc(self) -> bool:
        """Whether the operation is named by a header (the AWS JSON protocols)."""
        return "HTTP_X_AMZ_TARGET" in self.environ

    @property
    def is_form(self) -> bool:
        """Whether the operation is named in a form (the AWS query and EC2 protocols)."""
        return str(self.environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded")

    @cached_property
    def action(self) -> str:
        """The operation's name where the protocol sends one, else empty (REST)."""
        if self.is_json_rpc:
            return str(self.environ["HTTP_X_AMZ_TARGET"]).rpartition(".")[2]
        if self.is_form:
            found = re.search(rb"(?:^|&)Action=(\w+)", self.body)
            return found[1].decode() if found else ""
        return ""

    @property
    def is_read(self) -> bool:
        """Whether the request should change nothing. What cannot be told counts as a change."""
        if self.action:
            return bool(_READ_ACTION.match(self.action))
        return self.method in {"GET", "HEAD", "OPTIONS"}

    def __str__(self) -> str:
        return f"{self.service or 'unsigned'} {self.action or f'{self.method} {self.path}'}"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer: status, headers and the whole body."""

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
